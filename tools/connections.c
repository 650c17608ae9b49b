// SPDX-License-Identifier: GPL-2.0
/* Connections, put together from records. */
#include "connection.h"
#include "connection_table.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/* Of one id. A socket that is used so often within 60 s is one of a damaged file. */
#define TIME_WAITS_MAX 64

struct connections {
	struct connection_table table;
	enum connection_event let_go;
	connection_report report;
	void *to;
	uint64_t known_until_ns;		/* see connections_known_until() */
	struct connection_counts counts;
};

struct connections *connections_new(enum connection_event let_go,
				    connection_report report, void *to)
{
	struct connections *all = calloc(1, sizeof(*all));

	if (!all)
		err(1, NULL);
	connection_table_init(&all->table);
	all->let_go = let_go;
	all->report = report;
	all->to = to;
	return all;
}

static void free_one(struct connection *c)
{
	free(c->transition);
	free(c);
}

void connections_free(struct connections *all)
{
	struct connection **list;

	if (!all)
		return;
	list = connection_table_list(&all->table);
	/* A twin that is done is in no table. */
	for (size_t i = 0; i < all->table.count; i++) {
		if (list[i]->twin && list[i]->twin->done)
			free_one(list[i]->twin);
	}
	for (size_t i = 0; i < all->table.count; i++)
		free_one(list[i]);
	free(list);
	connection_table_free(&all->table);
	free(all);
}

/* As far as they are known. */
static bool same_ends(const struct connection *c, const struct tcpfsm_record *r)
{
	uint32_t both = c->now.known & r->known;

	if ((both & TCPFSM_KNOWN_LPORT) && c->now.lport != r->lport)
		return false;
	return !(both & TCPFSM_KNOWN_PEER) ||
	       (c->now.rport == r->rport && !memcmp(c->now.raddr, r->raddr, 16));
}

static bool in_time_wait(const struct connection *c)
{
	return c->now.new_state == TCPFSM_TIME_WAIT;
}

/*
 * A socket that was disconnected and connects again keeps its id, and its old connection
 * may be in TIME_WAIT still.
 */
static struct connection *find(const struct connections *all,
			       const struct tcpfsm_record *r)
{
	struct connection *c = connection_table_first(&all->table, r), *found = NULL;

	for (; c; c = connection_table_next(c)) {
		if (!same_ends(c, r))
			continue;
		if (c->now.new_state == r->old_state)
			return c;
		if (!found && in_time_wait(c) == (r->old_state == TCPFSM_TIME_WAIT))
			found = c;
	}
	return found;
}

static void find_twin(const struct connections *all, struct connection *c)
{
	struct connection *twin = connection_table_twin(&all->table, c);

	if (!twin)
		return;
	c->twin = twin;
	twin->twin = c;
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

static bool begins(const struct tcpfsm_record *r)
{
	return (r->old_state == TCPFSM_CLOSED &&
		(r->new_state == TCPFSM_SYN_SENT || r->new_state == TCPFSM_LISTEN)) ||
	       (r->old_state == TCPFSM_LISTEN && r->new_state == TCPFSM_SYN_RCVD);
}

static struct connection *begin(struct connections *all, const struct tcpfsm_record *r)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c)
		err(1, NULL);
	c->now = *r;
	c->begun_ns = r->mono_ns;
	c->whole_begin = begins(r);
	connection_table_add(&all->table, c);
	return c;
}

/* A twin may be shown together with this one: both are freed when both are done. */
static void let_go(struct connections *all, struct connection *c)
{
	struct connection *twin = c->twin;

	c->done = true;
	connection_table_remove(&all->table, c);
	if (twin && !twin->done)
		return;
	if (twin)
		free_one(twin);
	free_one(c);
}

static void report(struct connections *all, struct connection *c,
		   enum connection_event event)
{
	all->report(all->to, c, event);
}

/* The events of entering TIME_WAIT or CLOSED. Returns whether @c is still there. */
static bool end(struct connections *all, struct connection *c, bool closed)
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
	if (!closed && all->let_go != CONNECTION_ENDED)
		return true;
	let_go(all, c);
	return false;
}

/* Its end is among the records that were lost. */
static void end_unseen(struct connections *all, struct connection *c)
{
	c->gap = true;
	end(all, c, true);
}

/* A new connection of the id of @r is about to begin: the one before has ended. */
static void end_earlier(struct connections *all, const struct tcpfsm_record *r)
{
	struct connection *alive = NULL, *oldest = NULL;
	struct connection *c = connection_table_first(&all->table, r);
	unsigned int waiting = 0;

	for (; c; c = connection_table_next(c)) {
		if (in_time_wait(c)) {
			oldest = c;
			waiting++;
		} else {
			alive = c;
		}
	}
	if (alive)
		end_unseen(all, alive);
	if (waiting == TIME_WAITS_MAX)
		end_unseen(all, oldest);
}

void connections_known_until(struct connections *all, uint64_t mono_ns)
{
	all->known_until_ns = mono_ns;
}

/* What came of it is known already. */
static bool is_old(const struct connections *all, const struct tcpfsm_record *r)
{
	struct connection *c;

	if (r->mono_ns >= all->known_until_ns)
		return false;
	c = find(all, r);
	return c && c->now.new_state != r->old_state;
}

/* NULL: of a connection that was let go. */
static struct connection *connection_of(struct connections *all,
					const struct tcpfsm_record *r)
{
	struct connection *c = find(all, r);

	if (c && !begins(r)) {
		c->gap |= c->now.new_state != r->old_state;
		return c;
	}
	if (r->old_state != TCPFSM_TIME_WAIT || r->new_state != TCPFSM_CLOSED)
		end_earlier(all, r);
	else if (all->let_go == CONNECTION_ENDED)
		return NULL;
	return begin(all, r);
}

/* FIN_WAIT_1 does not: with Fast Open, SYN_RCVD may go there. */
static bool means_open(uint8_t state)
{
	switch (state) {
	case TCPFSM_ESTABLISHED:
	case TCPFSM_FIN_WAIT_2:
	case TCPFSM_CLOSE_WAIT:
	case TCPFSM_CLOSING:
	case TCPFSM_LAST_ACK:
	case TCPFSM_TIME_WAIT:
		return true;
	default:
		return false;
	}
}

/* The events of one more transition. Returns whether @c is still there. */
static bool goes_on(struct connections *all, struct connection *c,
		    const struct tcpfsm_record *r)
{
	if (c->transitions == 1)
		report(all, c, CONNECTION_BEGUN);
	if (!c->opened_ns && connection_is_opening(c) &&
	    (means_open(r->old_state) || means_open(r->new_state))) {
		c->opened_ns = r->mono_ns;
		report(all, c, CONNECTION_OPENED);
	}
	if (r->new_state == TCPFSM_TIME_WAIT || r->new_state == TCPFSM_CLOSED)
		return end(all, c, r->new_state == TCPFSM_CLOSED);
	return true;
}

struct connection *connections_record(struct connections *all,
				      const struct tcpfsm_record *r, bool fits)
{
	struct connection *c;

	if (!(r->known & TCPFSM_KNOWN_ID)) {
		all->counts.without_id++;
		return NULL;
	}
	if (is_old(all, r))
		return NULL;
	c = connection_of(all, r);
	if (!c)
		return NULL;
	c->fits |= fits;
	c->gap |= !!(r->flags & TCPFSM_F_GAP);
	if (c->transitions)
		connection_table_merge(&all->table, c, r);
	add_transition(c, r);
	if (!c->twin && !c->ended_ns)
		find_twin(all, c);
	return goes_on(all, c, r) ? c : NULL;
}

struct connection *connections_find(const struct connections *all,
				    const struct tcpfsm_record *last)
{
	struct connection *c = connection_table_first(&all->table, last);

	while (c && (c->now.mono_ns != last->mono_ns || c->now.new_state != last->new_state))
		c = connection_table_next(c);
	return c;
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

void connections_each(struct connections *all,
		      void (*do_it)(void *to, struct connection *c), void *to)
{
	struct connection **list = connection_table_list(&all->table);
	size_t count = all->table.count;

	qsort(list, count, sizeof(*list), by_begin);
	for (size_t i = 0; i < count; i++)
		do_it(to, list[i]);
	free(list);
}

struct connection_counts connections_count(const struct connections *all)
{
	struct connection_counts counts = all->counts;

	counts.alive = all->table.count;
	return counts;
}
