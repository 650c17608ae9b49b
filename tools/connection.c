// SPDX-License-Identifier: GPL-2.0
/*
 * Connections, put together from records. They are found by id, and the twin by the two
 * ends of the connection, the same for both; each table doubles when it is full.
 */
#include "connection.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 1024

struct connections {
	struct connection **by_id, **by_ends;
	size_t buckets;				/* of each, a power of two */
	enum connection_event let_go;
	connection_report report;
	void *to;
	struct connection_counts counts;
};

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

static struct connection **bucket_of_id(const struct connections *all, uint64_t id)
{
	return &all->by_id[mix(id) & (all->buckets - 1)];
}

/* The same bucket for both ends. */
static struct connection **bucket_of_ends(const struct connections *all,
					  const struct tcpfsm_record *r)
{
	uint64_t sum = hash_end(r->laddr, r->lport) + hash_end(r->raddr, r->rport);

	return &all->by_ends[sum & (all->buckets - 1)];
}

static bool has_ends(const struct tcpfsm_record *r)
{
	const uint32_t all = TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT | TCPFSM_KNOWN_PEER;

	return (r->known & all) == all;
}

static void link_id(struct connections *all, struct connection *c)
{
	struct connection **bucket = bucket_of_id(all, c->now.id);

	c->next_id = *bucket;
	*bucket = c;
}

static void link_ends(struct connections *all, struct connection *c)
{
	struct connection **bucket;

	if (!has_ends(&c->now))
		return;
	bucket = bucket_of_ends(all, &c->now);
	c->next_ends = *bucket;
	*bucket = c;
}

static void unlink_id(struct connections *all, struct connection *c)
{
	struct connection **at = bucket_of_id(all, c->now.id);

	while (*at != c)
		at = &(*at)->next_id;
	*at = c->next_id;
}

static void unlink_ends(struct connections *all, struct connection *c)
{
	struct connection **at;

	if (!has_ends(&c->now))
		return;
	at = bucket_of_ends(all, &c->now);
	while (*at != c)
		at = &(*at)->next_ends;
	*at = c->next_ends;
}

struct connections *connections_new(enum connection_event let_go, connection_report report,
				    void *to)
{
	struct connections *all = allocate(1, sizeof(*all));

	all->buckets = BUCKETS_MIN;
	all->by_id = allocate(all->buckets, sizeof(*all->by_id));
	all->by_ends = allocate(all->buckets, sizeof(*all->by_ends));
	all->let_go = let_go;
	all->report = report;
	all->to = to;
	return all;
}

/* The order within a bucket is kept: the newest comes first. */
static void grow(struct connections *all)
{
	struct connection **old = all->by_id, *list = NULL, *c, *next;
	size_t buckets = all->buckets;

	for (size_t i = 0; i < buckets; i++) {
		for (c = old[i]; c; c = next) {
			next = c->next_id;
			c->next_id = list;
			list = c;
		}
	}
	free(old);
	free(all->by_ends);
	all->buckets *= 2;
	all->by_id = allocate(all->buckets, sizeof(*all->by_id));
	all->by_ends = allocate(all->buckets, sizeof(*all->by_ends));
	for (c = list; c; c = next) {
		next = c->next_id;
		link_id(all, c);
		link_ends(all, c);
	}
}

static void free_one(struct connection *c)
{
	free(c->transition);
	free(c);
}

void connections_free(struct connections *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < all->buckets; i++) {
		struct connection *c, *next;

		for (c = all->by_id[i]; c; c = next) {
			next = c->next_id;
			/* A twin that is done is in no table. */
			if (c->twin && c->twin->done)
				free_one(c->twin);
			free_one(c);
		}
	}
	free(all->by_id);
	free(all->by_ends);
	free(all);
}

/* May @r be of the connection @c, as far as its ends are known? */
static bool same_ends(const struct connection *c, const struct tcpfsm_record *r)
{
	uint32_t both = c->now.known & r->known;

	if ((both & TCPFSM_KNOWN_LPORT) && c->now.lport != r->lport)
		return false;
	return !(both & TCPFSM_KNOWN_PEER) ||
	       (c->now.rport == r->rport && !memcmp(c->now.raddr, r->raddr, 16));
}

/*
 * A socket that was disconnected and connects again keeps its id, and its old connection
 * may be in TIME_WAIT still.
 */
static struct connection *find(const struct connections *all, const struct tcpfsm_record *r)
{
	struct connection *c, *found = NULL;

	for (c = *bucket_of_id(all, r->id); c; c = c->next_id) {
		bool time_wait = c->now.new_state == TCPFSM_TIME_WAIT;

		if (c->now.id != r->id || c->now.netns != r->netns)
			continue;
		if (c->now.new_state == r->old_state && same_ends(c, r))
			return c;
		if (!found && time_wait == (r->old_state == TCPFSM_TIME_WAIT))
			found = c;
	}
	return found;
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
static void find_twin(struct connections *all, struct connection *c)
{
	struct connection *other, *best = NULL;

	if (c->twin || c->ended_ns || !has_ends(&c->now))
		return;
	for (other = *bucket_of_ends(all, &c->now); other; other = other->next_ends) {
		bool here = other->now.netns == c->now.netns;

		if (other == c || other->twin || other->ended_ns ||
		    !is_mirror(&other->now, &c->now) || (!here && is_loopback(c->now.laddr)))
			continue;
		if (!best || (here && best->now.netns != c->now.netns) ||
		    (here == (best->now.netns == c->now.netns) &&
		     other->begun_ns > best->begun_ns))
			best = other;
	}
	c->twin = best;
	if (best)
		best->twin = c;
}

/* A value that the new record does not know stays what it was. */
static void merge(struct tcpfsm_record *now, const struct tcpfsm_record *r)
{
	struct tcpfsm_record old = *now;
	uint32_t lacks = old.known & ~r->known;

	*now = *r;
	if (lacks & TCPFSM_KNOWN_LADDR)
		memcpy(now->laddr, old.laddr, sizeof(now->laddr));
	if (lacks & TCPFSM_KNOWN_LPORT)
		now->lport = old.lport;
	if (lacks & TCPFSM_KNOWN_PEER) {
		memcpy(now->raddr, old.raddr, sizeof(now->raddr));
		now->rport = old.rport;
	}
	if (lacks & TCPFSM_KNOWN_SRTT)
		now->srtt_us = old.srtt_us;
	if (lacks & TCPFSM_KNOWN_MIN_RTT)
		now->min_rtt_us = old.min_rtt_us;
	if (lacks & TCPFSM_KNOWN_COUNTS) {
		now->bytes_in = old.bytes_in;
		now->bytes_out = old.bytes_out;
		now->segs_in = old.segs_in;
		now->segs_out = old.segs_out;
		if (!(r->known & TCPFSM_KNOWN_RETRANS))
			now->retrans = old.retrans;
	}
	if (lacks & TCPFSM_KNOWN_RETRANS && !(r->known & TCPFSM_KNOWN_COUNTS))
		now->retrans = old.retrans;
	if (lacks & TCPFSM_KNOWN_OWNER) {
		now->owner_pid = old.owner_pid;
		now->owner_uid = old.owner_uid;
		memcpy(now->owner_comm, old.owner_comm, sizeof(now->owner_comm));
	}
	if (lacks & TCPFSM_KNOWN_ROUTE) {
		now->ifindex = old.ifindex;
		now->mark = old.mark;
	}
	if (lacks & TCPFSM_KNOWN_ACCEPT)
		now->accept_wait_us = old.accept_wait_us;
	if (!now->open_role)
		now->open_role = old.open_role;
	if (!now->close_role)
		now->close_role = old.close_role;
	/* These are the transition's own. */
	now->known |= lacks & ~(TCPFSM_KNOWN_DWELL | TCPFSM_KNOWN_ACTOR | TCPFSM_KNOWN_ERRNO);
}

static void add_transition(struct connection *c, const struct tcpfsm_record *r)
{
	struct transition *t;

	if (c->transitions == CONNECTION_TRANSITIONS_MAX) {
		c->cut = true;
		return;
	}
	if (c->transitions == c->room) {
		c->room = c->room ? 2 * c->room : 2;
		c->transition = reallocarray(c->transition, c->room, sizeof(*t));
		if (!c->transition)
			err(1, NULL);
	}
	t = &c->transition[c->transitions++];
	*t = (struct transition){
		.mono_ns = r->mono_ns,
		.flags = r->flags,
		.error = r->known & TCPFSM_KNOWN_ERRNO ? r->error : 0,
		.old_state = r->old_state,
		.new_state = r->new_state,
		.cause = r->cause,
		.has_dwell = r->known & TCPFSM_KNOWN_DWELL,
		.has_retrans = r->known & (TCPFSM_KNOWN_COUNTS | TCPFSM_KNOWN_RETRANS),
	};
	if (t->has_dwell)
		t->dwell_ns = r->dwell_ns;
	if (t->has_retrans)
		t->retrans = r->retrans;
}

static struct connection *begin(struct connections *all, const struct tcpfsm_record *r)
{
	struct connection *c = allocate(1, sizeof(*c));

	if (all->counts.alive >= all->buckets)
		grow(all);
	c->now = *r;
	c->begun_ns = r->mono_ns;
	link_id(all, c);
	link_ends(all, c);
	all->counts.alive++;
	return c;
}

/* A twin may be shown together with this one: both are freed when both are done. */
static void let_go(struct connections *all, struct connection *c)
{
	struct connection *twin = c->twin;

	c->done = true;
	unlink_id(all, c);
	unlink_ends(all, c);
	all->counts.alive--;
	if (twin && !twin->done)
		return;
	if (twin)
		free_one(twin);
	free_one(c);
}

static void report(struct connections *all, struct connection *c, enum connection_event event)
{
	all->report(all->to, c, event);
}

/* The events of entering TIME_WAIT or CLOSED. @c may be gone afterwards. */
static void end(struct connections *all, struct connection *c, bool closed)
{
	bool first = !c->ended_ns;

	if (first) {
		c->ended_ns = c->now.mono_ns;
		if (!c->opened_ns)
			report(all, c, CONNECTION_OPENED);
		report(all, c, CONNECTION_ENDED);
	}
	if (closed)
		report(all, c, CONNECTION_CLOSED);
	if (closed || all->let_go == CONNECTION_ENDED)
		let_go(all, c);
}

static bool begins(const struct tcpfsm_record *r)
{
	return (r->old_state == TCPFSM_CLOSED &&
		(r->new_state == TCPFSM_SYN_SENT || r->new_state == TCPFSM_LISTEN)) ||
	       (r->old_state == TCPFSM_LISTEN && r->new_state == TCPFSM_SYN_RCVD);
}

static struct connection *connection_of(struct connections *all, const struct tcpfsm_record *r)
{
	struct connection *c = find(all, r);

	if (begins(r)) {
		/* Records were lost: the end of the connection before. */
		if (c && c->now.new_state != TCPFSM_TIME_WAIT) {
			c->gap = true;
			end(all, c, true);
		}
		c = begin(all, r);
		c->whole_begin = true;
	} else if (!c) {
		/* It was let go when it entered TIME_WAIT. */
		if (r->old_state == TCPFSM_TIME_WAIT && all->let_go == CONNECTION_ENDED)
			return NULL;
		c = begin(all, r);
	} else if (c->now.new_state != r->old_state) {
		c->gap = true;
	}
	return c;
}

void connections_record(struct connections *all, const struct tcpfsm_record *r, bool fits)
{
	struct connection *c;

	if (!(r->known & TCPFSM_KNOWN_ID)) {
		all->counts.without_id++;
		return;
	}
	c = connection_of(all, r);
	if (!c)
		return;
	c->fits |= fits;
	c->gap |= !!(r->flags & TCPFSM_F_GAP);
	unlink_ends(all, c);
	if (c->transitions)
		merge(&c->now, r);
	link_ends(all, c);
	add_transition(c, r);
	find_twin(all, c);
	if (c->transitions == 1)
		report(all, c, CONNECTION_BEGUN);
	if (r->new_state == TCPFSM_ESTABLISHED && !c->opened_ns) {
		c->opened_ns = r->mono_ns;
		report(all, c, CONNECTION_OPENED);
	}
	if (r->new_state == TCPFSM_TIME_WAIT || r->new_state == TCPFSM_CLOSED)
		end(all, c, r->new_state == TCPFSM_CLOSED);
}

void connections_lost(struct connections *all, uint64_t lost)
{
	if (__builtin_add_overflow(all->counts.lost, lost, &all->counts.lost))
		all->counts.lost = UINT64_MAX;
}

static int by_begin(const void *a, const void *b)
{
	const struct connection *one = *(struct connection *const *)a;
	const struct connection *other = *(struct connection *const *)b;

	if (one->begun_ns != other->begun_ns)
		return one->begun_ns < other->begun_ns ? -1 : 1;
	return one->now.id < other->now.id ? -1 : one->now.id > other->now.id;
}

void connections_each(struct connections *all, void (*do_it)(void *to, struct connection *c),
		      void *to)
{
	struct connection **list = allocate(all->counts.alive + 1, sizeof(*list));
	size_t count = 0;

	for (size_t i = 0; i < all->buckets; i++) {
		for (struct connection *c = all->by_id[i]; c; c = c->next_id)
			list[count++] = c;
	}
	qsort(list, count, sizeof(*list), by_begin);
	for (size_t i = 0; i < count; i++)
		do_it(to, list[i]);
	free(list);
}

struct connection_counts connections_count(const struct connections *all)
{
	return all->counts;
}
