// SPDX-License-Identifier: GPL-2.0
/* Hash tables of connections. Twins are in the same bucket by ends. */
#include "connection_table.h"
#include "connection.h"
#include "merge.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 1024

static void *allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		err(1, NULL);
	return memory;
}

/* Of splitmix64. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static uint64_t hash_end(const uint8_t address[16], uint16_t port)
{
	uint64_t half[2];

	memcpy(half, address, 16);
	return mix(half[0] ^ mix(half[1] ^ port));
}

static struct connection **bucket_of_id(const struct connection_table *table,
					const struct tcpfsm_record *r)
{
	return &table->by_id[mix(r->id ^ mix(r->netns)) & (table->buckets - 1)];
}

/* The same bucket for both ends. */
static struct connection **bucket_of_ends(const struct connection_table *table,
					  const struct tcpfsm_record *r)
{
	uint64_t sum = hash_end(r->laddr, r->lport) + hash_end(r->raddr, r->rport);

	return &table->by_ends[sum & (table->buckets - 1)];
}

static bool has_ends(const struct tcpfsm_record *r)
{
	const uint32_t all = TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT | TCPFSM_KNOWN_PEER;

	return (r->known & all) == all;
}

static void link_id(struct connection_table *table, struct connection *c)
{
	struct connection **bucket = bucket_of_id(table, &c->now);

	c->next_id = *bucket;
	*bucket = c;
}

static void link_ends(struct connection_table *table, struct connection *c)
{
	struct connection **bucket;

	if (!has_ends(&c->now))
		return;
	bucket = bucket_of_ends(table, &c->now);
	c->next_ends = *bucket;
	*bucket = c;
}

static void unlink_id(struct connection_table *table, struct connection *c)
{
	struct connection **at = bucket_of_id(table, &c->now);

	while (*at != c)
		at = &(*at)->next_id;
	*at = c->next_id;
}

static void unlink_ends(struct connection_table *table, struct connection *c)
{
	struct connection **at;

	if (!has_ends(&c->now))
		return;
	at = bucket_of_ends(table, &c->now);
	while (*at != c)
		at = &(*at)->next_ends;
	*at = c->next_ends;
}

/* The order within a bucket is kept: the newest comes first. */
static void grow(struct connection_table *table)
{
	struct connection **old = table->by_id, *list = NULL, *c, *next;
	size_t buckets = table->buckets;

	for (size_t i = 0; i < buckets; i++) {
		for (c = old[i]; c; c = next) {
			next = c->next_id;
			c->next_id = list;
			list = c;
		}
	}
	free(old);
	free(table->by_ends);
	table->buckets *= 2;
	table->by_id = allocate(table->buckets, sizeof(*table->by_id));
	table->by_ends = allocate(table->buckets, sizeof(*table->by_ends));
	for (c = list; c; c = next) {
		next = c->next_id;
		link_id(table, c);
		link_ends(table, c);
	}
}

void connection_table_init(struct connection_table *table)
{
	table->buckets = BUCKETS_MIN;
	table->by_id = allocate(table->buckets, sizeof(*table->by_id));
	table->by_ends = allocate(table->buckets, sizeof(*table->by_ends));
	table->count = 0;
}

void connection_table_free(struct connection_table *table)
{
	free(table->by_id);
	free(table->by_ends);
}

void connection_table_add(struct connection_table *table, struct connection *c)
{
	if (table->count++ == table->buckets)
		grow(table);
	link_id(table, c);
	link_ends(table, c);
}

void connection_table_remove(struct connection_table *table, struct connection *c)
{
	unlink_id(table, c);
	unlink_ends(table, c);
	table->count--;
}

void connection_table_merge(struct connection_table *table, struct connection *c,
			    const struct tcpfsm_record *r)
{
	unlink_ends(table, c);
	merge_record(&c->now, r);
	link_ends(table, c);
}

static struct connection *same_id(struct connection *c, const struct tcpfsm_record *r)
{
	while (c && (c->now.id != r->id || c->now.netns != r->netns))
		c = c->next_id;
	return c;
}

struct connection *connection_table_first(const struct connection_table *table,
					  const struct tcpfsm_record *r)
{
	return same_id(*bucket_of_id(table, r), r);
}

struct connection *connection_table_next(const struct connection *c)
{
	return same_id(c->next_id, &c->now);
}

static bool is_loopback(const uint8_t address[16])
{
	static const uint8_t v4[13] = { [10] = 0xff, [11] = 0xff, [12] = 127 };
	static const uint8_t v6[16] = { [15] = 1 };

	return !memcmp(address, v4, sizeof(v4)) || !memcmp(address, v6, sizeof(v6));
}

static bool is_mirror(const struct tcpfsm_record *a, const struct tcpfsm_record *b)
{
	return a->lport == b->rport && a->rport == b->lport &&
	       !memcmp(a->laddr, b->raddr, 16) && !memcmp(a->raddr, b->laddr, 16);
}

/* Of several, one in the same namespace goes first, then the latest. */
struct connection *connection_table_twin(const struct connection_table *table,
					 const struct connection *c)
{
	struct connection *other, *best = NULL;
	bool local = is_loopback(c->now.laddr) || is_loopback(c->now.raddr);
	bool best_here = false;

	if (!has_ends(&c->now))
		return NULL;
	for (other = *bucket_of_ends(table, &c->now); other; other = other->next_ends) {
		bool here = other->now.netns == c->now.netns;

		if (other == c || other->twin || other->ended_ns || (local && !here) ||
		    !is_mirror(&other->now, &c->now))
			continue;
		if (!best || (here && !best_here) ||
		    (here == best_here && other->begun_ns > best->begun_ns)) {
			best = other;
			best_here = here;
		}
	}
	return best;
}

struct connection **connection_table_list(const struct connection_table *table)
{
	struct connection **list = allocate(table->count + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < table->buckets; i++) {
		for (struct connection *c = table->by_id[i]; c; c = c->next_id)
			list[n++] = c;
	}
	return list;
}
