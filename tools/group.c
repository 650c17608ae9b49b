// SPDX-License-Identifier: GPL-2.0
/* Groups of connections, in a hash table. */
#include "group.h"
#include "connection.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS (1u << 16)

static struct group *buckets[BUCKETS];
static size_t groups;
struct group group_all = { .row = ROW_ALL }, group_others = { .row = ROW_OTHERS };

static bool peer_key(const struct connection *c, uint8_t *key)
{
	memcpy(key, c->now.raddr, GROUP_KEY_LEN);
	return c->now.known & TCPFSM_KNOWN_PEER;
}

/* The port of the service, in the order of the network: the passive end's. */
static bool port_key(const struct connection *c, uint8_t *key)
{
	bool active = c->now.open_role == TCPFSM_ROLE_ACTIVE;
	uint16_t port = htons(active ? c->now.rport : c->now.lport);

	memcpy(key, &port, sizeof(port));
	return c->now.open_role &&
	       c->now.known & (active ? TCPFSM_KNOWN_PEER : TCPFSM_KNOWN_LPORT);
}

static bool owner_key(const struct connection *c, uint8_t *key)
{
	memcpy(key, c->now.owner_comm, TCPFSM_COMM_LEN);
	return c->now.known & TCPFSM_KNOWN_OWNER;
}

static bool cause_key(const struct connection *c, uint8_t *key)
{
	const char *word = connection_end(c);

	if (word)
		memcpy(key, word, strnlen(word, GROUP_KEY_LEN));
	return word;
}

static bool netns_key(const struct connection *c, uint8_t *key)
{
	uint32_t inode = htonl(c->now.netns);

	memcpy(key, &inode, sizeof(inode));
	return true;
}

static bool (*const keys[])(const struct connection *c, uint8_t *key) = {
	[BY_PEER] = peer_key, [BY_PORT] = port_key, [BY_OWNER] = owner_key,
	[BY_CAUSE] = cause_key, [BY_NETNS] = netns_key,
};

/* FNV-1a. */
static uint32_t hash(const uint8_t key[GROUP_KEY_LEN])
{
	uint32_t sum = 2166136261;

	for (int i = 0; i < GROUP_KEY_LEN; i++)
		sum = (sum ^ key[i]) * 16777619;
	return (sum ^ sum >> 16) % BUCKETS;
}

static struct group *group_of(const struct connection *c, enum group_by by)
{
	uint8_t key[GROUP_KEY_LEN] = { 0 };
	bool known = keys[by](c, key);
	struct group **bucket, *g;

	if (!known)
		memset(key, 0, GROUP_KEY_LEN);
	bucket = &buckets[hash(key)];
	for (g = *bucket; g; g = g->next) {
		if (g->known == known && !memcmp(g->key, key, GROUP_KEY_LEN))
			return g;
	}
	if (groups == GROUPS_MAX)
		return &group_others;
	g = calloc(1, sizeof(*g));
	if (!g)
		err(1, NULL);
	memcpy(g->key, key, GROUP_KEY_LEN);
	g->known = known;
	g->next = *bucket;
	*bucket = g;
	groups++;
	return g;
}

/* A damaged file may have any numbers: a sum does not wrap. */
static void add(uint64_t *sum, uint64_t n)
{
	if (__builtin_add_overflow(*sum, n, sum))
		*sum = UINT64_MAX;
}

static void count(struct group *g, const struct connection *c)
{
	enum connection_side closer = connection_closer(c);
	uint64_t took;

	g->connections++;
	if (c->opened_ns && connection_is_opening(c))
		g->opened++;
	if (c->ended_ns && !c->opened_ns && connection_is_opening(c))
		g->failed++;
	g->reset += connection_was_reset(c);
	if (c->now.known & TCPFSM_KNOWN_COUNTS) {
		add(&g->bytes_in, c->now.bytes_in);
		add(&g->bytes_out, c->now.bytes_out);
	}
	g->closed_by_us += closer == SIDE_US || closer == SIDE_BOTH;
	g->closed_by_peer += closer == SIDE_PEER || closer == SIDE_BOTH;
	if (connection_entering(c, TCPFSM_TIME_WAIT))
		g->time_wait++;
	if (connection_handshake(c, &took))
		histogram_add(&g->took, took);
}

void group_count(const struct connection *c, enum group_by by)
{
	count(&group_all, c);
	if (by != BY_NOTHING)
		count(group_of(c, by), c);
}

static void merge(struct group *to, const struct group *from)
{
	to->connections += from->connections;
	to->opened += from->opened;
	to->failed += from->failed;
	to->reset += from->reset;
	add(&to->bytes_in, from->bytes_in);
	add(&to->bytes_out, from->bytes_out);
	to->closed_by_us += from->closed_by_us;
	to->closed_by_peer += from->closed_by_peer;
	to->time_wait += from->time_wait;
	histogram_merge(&to->took, &from->took);
}

/* The most connections first, then in the order of the keys; the unknown one last. */
static int by_connections(const void *a, const void *b)
{
	const struct group *one = *(struct group *const *)a;
	const struct group *other = *(struct group *const *)b;

	if (one->connections != other->connections)
		return one->connections < other->connections ? 1 : -1;
	if (one->known != other->known)
		return one->known ? -1 : 1;
	return memcmp(one->key, other->key, GROUP_KEY_LEN);
}

size_t group_rows(struct group *list[GROUPS_MAX], size_t rows)
{
	size_t n = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct group *g = buckets[i]; g; g = g->next)
			list[n++] = g;
	}
	qsort(list, n, sizeof(*list), by_connections);
	for (size_t i = rows; i < n; i++)
		merge(&group_others, list[i]);
	return n < rows ? n : rows;
}
