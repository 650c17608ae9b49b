// SPDX-License-Identifier: GPL-2.0
/*
 * Merges the rings by time.
 *
 * A cursor has a lane for each ring that it reads: the next position there, and the
 * time of the record found at it. The oldest record of all lanes is delivered, if no
 * older one can still appear: it must be older than the horizon. The horizon is a
 * clock reading, taken before the lanes were looked at. A lane is settled when the
 * write that was in progress in its ring at that look has ended; nothing older than
 * the horizon appears in it later (ring.c says why). A lane that is read to its end
 * and not settled holds the others back.
 *
 * Records that were overwritten before the cursor came to them are reported as lost,
 * before any younger record.
 *
 * Lanes that have a record are in a heap, the oldest record on top. Most lanes are
 * empty most of the time: these cost one look at one word each time the horizon moves.
 *
 * Context: process.
 * Locking: none; the owner of a cursor serialises its calls.
 */
#include "cursor.h"

#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "ring.h"
#include "netns.h"

/* Looks at a write in progress. It takes under 1 us, unless a virtual CPU is stopped. */
#define CURSOR_SPINS	64

/* The same in open() and lseek(), which wait longer for the writes in progress. */
#define CURSOR_OPEN_SPINS	10000

/*
 * Records copied before ring_was_there() checks them. If one was overwritten, all are
 * copied again: in a long run that could happen each time.
 */
#define CURSOR_RUN	32U

enum lane_state {
	LANE_EMPTY,	/* nothing older than the horizon is left, or can appear */
	LANE_READY,	/* @time is that of the record at @pos */
	LANE_HELD,	/* something older than the horizon may still appear */
};

struct lane {
	const struct ring *ring;
	const u64 *ns_count;	/* the shown namespace's count there; NULL: all are shown */
	u64 pos;	/* next position to read */
	u64 end;	/* records below it are complete */
	u64 due;	/* settled once @end has come here */
	u64 time;	/* LANE_READY: mono_ns at @pos */
	u64 ns_next;	/* the next ns_seq if nothing is lost */
	u64 ns_end;	/* the namespace's records below @due, or a few less */
	unsigned int rank;	/* order among records of the same time */
	enum lane_state state;
	bool ns_known;	/* @ns_next is known */
};

struct cursor {
	struct net *net;	/* NULL: all namespaces */
	struct netns_counters __percpu *counters;
	u64 born_ns;		/* older records are of another namespace */
	u64 horizon;		/* a clock reading */
	u64 time;		/* of the record delivered last */
	u64 lost;		/* not reported yet */
	bool ends;		/* CURSOR_HELD: stop at the first horizon */
	bool hide_pids;		/* the reader is in another pid namespace */
	unsigned int nr_lanes;	/* ordered by share */
	unsigned int nr_of_share;
	unsigned int nr_ready, nr_held;
	struct lane **heap;	/* @nr_ready ready lanes, and @nr_held held ones at the end */
	struct lane lanes[];
};

/* ---- One lane ---- */

/* Set @end and @due: how far the ring goes, and how far it must go to be settled. */
static void lane_settle(struct lane *lane)
{
	struct ring_edge edge;

	ring_edge(lane->ring, lane->ns_count, &edge);
	lane->end = edge.head;
	lane->due = edge.begun;
	lane->ns_end = edge.ns_seq;
}

static bool lane_settled(const struct lane *lane)
{
	return lane->end >= lane->due;
}

/* The record at @pos is gone: go to the oldest one held. */
static void lane_skip_gone(struct cursor *cur, struct lane *lane)
{
	struct ring_edge edge;
	u64 oldest;

	ring_edge(lane->ring, NULL, &edge);
	oldest = ring_oldest(lane->ring, edge.begun);
	/* A log ends where it was opened: later records are not missed. */
	if (cur->ends)
		oldest = min(oldest, lane->due);
	if (oldest > lane->pos) {
		if (!cur->net)
			cur->lost += oldest - lane->pos;
		lane->pos = oldest;
	}
	lane->end = cur->ends ? min(edge.head, lane->due) : edge.head;
}

/*
 * In the view of a namespace, a gap in that namespace's count is a loss. @ns_seq may be
 * less than the count of records delivered, never more than that of records written.
 */
static void lane_count_to(struct cursor *cur, struct lane *lane, u64 ns_seq)
{
	if (!lane->ns_known)
		lane->ns_next = ns_seq;
	lane->ns_known = true;
	if (ns_seq > lane->ns_next) {
		cur->lost += ns_seq - lane->ns_next;
		lane->ns_next = ns_seq;
	}
}

/* Find the lane's next record to show, below @end. Return: is there one? */
static bool lane_find(struct cursor *cur, struct lane *lane)
{
	for (; lane->pos < lane->end; cond_resched()) {
		const struct tcpfsm_record *rec = ring_slot(lane->ring, lane->pos);
		/* It may be overwritten meanwhile: ring_was_there() checks. */
		u64 time = data_race(READ_ONCE(rec->mono_ns));
		u32 netns = data_race(READ_ONCE(rec->netns));
		u64 ns_seq = data_race(READ_ONCE(rec->ns_seq));

		if (!ring_was_there(lane->ring, lane->pos)) {
			lane_skip_gone(cur, lane);
			continue;
		}
		if (cur->net && (netns != cur->net->ns.inum || time < cur->born_ns)) {
			lane->pos++;
			continue;
		}
		if (cur->net)
			lane_count_to(cur, lane, ns_seq);
		lane->time = time;
		return true;
	}
	return false;
}

/* Look for the next record of a lane that has none ready. */
static void lane_look(struct cursor *cur, struct lane *lane)
{
	struct ring_edge edge;

	if (!lane_settled(lane)) {
		ring_edge(lane->ring, NULL, &edge);
		lane->end = edge.head;
	}
	if (lane_find(cur, lane)) {
		lane->state = LANE_READY;
	} else if (!lane_settled(lane)) {
		lane->state = LANE_HELD;
	} else {
		lane->state = LANE_EMPTY;
		if (cur->net)
			lane_count_to(cur, lane, lane->ns_end);
	}
}

static void cursor_hide_pids(struct tcpfsm_record *rec)
{
	rec->known &= ~(TCPFSM_KNOWN_ACTOR | TCPFSM_KNOWN_OWNER);
	rec->actor_pid = 0;
	memset(rec->actor_comm, 0, sizeof(rec->actor_comm));
	rec->owner_pid = 0;
	rec->owner_uid = 0;
	memset(rec->owner_comm, 0, sizeof(rec->owner_comm));
}

/*
 * Copy the next record of a ready lane, and those after it that are older than @limit,
 * at most @max. Return: how many; 0: it was overwritten.
 */
static unsigned int lane_take(const struct cursor *cur, struct lane *lane,
			      struct tcpfsm_record *to, unsigned int max, u64 limit)
{
	const struct ring *ring = lane->ring;
	u64 pos = lane->pos, time = lane->time;
	unsigned int n = 0;

	do {
		/* It may be overwritten meanwhile: ring_was_there() checks. */
		data_race(memcpy(&to[n], ring_slot(ring, pos), sizeof(*to)));
		pos++;
		to[n].seq = pos;
		to[n].cpu = ring->cpu;
		to[n].ring = ring->class;
		to[n].kind = TCPFSM_TRANSITION;
		if (unlikely(cur->hide_pids))
			cursor_hide_pids(&to[n]);
		n++;
		if (pos == lane->end)
			break;
		time = data_race(READ_ONCE(ring_slot(ring, pos)->mono_ns));
	} while (n < max && time < limit);
	if (unlikely(!ring_was_there(ring, lane->pos)))
		return 0;
	lane->pos = pos;
	lane->time = time;
	return n;
}

/* ---- All lanes ---- */

/*
 * With a coarse clock records may have the same time: half-open ones come first, as
 * they do in a connection. The rest of the order only has to be the same for all.
 */
static unsigned int lane_rank(const struct ring *ring, unsigned int nr)
{
	return ring->class & 1 ? nr : ring_count() + nr;
}

static bool lane_is_before(const struct lane *lane, const struct lane *other)
{
	if (lane->time != other->time)
		return lane->time < other->time;
	return lane->rank < other->rank;
}

/* Move the lane at @at down to its place. */
static void heap_sift(struct cursor *cur, unsigned int at)
{
	struct lane **heap = cur->heap, *lane = heap[at];
	unsigned int below;

	while ((below = 2 * at + 1) < cur->nr_ready) {
		if (below + 1 < cur->nr_ready &&
		    lane_is_before(heap[below + 1], heap[below]))
			below++;
		if (!lane_is_before(heap[below], lane))
			break;
		heap[at] = heap[below];
		at = below;
	}
	heap[at] = lane;
}

static void heap_make(struct cursor *cur)
{
	unsigned int at;

	for (at = cur->nr_ready / 2; at-- > 0;)
		heap_sift(cur, at);
}

/* The lane on top has changed. */
static void heap_fix(struct cursor *cur)
{
	struct lane *lane = cur->heap[0];

	if (lane->state != LANE_READY)
		cur->heap[0] = cur->heap[--cur->nr_ready];
	if (lane->state == LANE_HELD)
		cur->heap[cur->nr_lanes - ++cur->nr_held] = lane;
	if (cur->nr_ready)
		heap_sift(cur, 0);
}

static void cursor_settle_share(struct cursor *cur, struct lane *lanes)
{
	struct lane *lane;

	for (lane = lanes; lane < lanes + cur->nr_of_share; lane++) {
		lane_settle(lane);
		if (lane->state != LANE_READY)
			lane_look(cur, lane);
		if (lane->state == LANE_READY)
			cur->heap[cur->nr_ready++] = lane;
		else if (lane->state == LANE_HELD)
			cur->heap[cur->nr_lanes - ++cur->nr_held] = lane;
	}
}

/* Raise the horizon to now. */
static void cursor_settle(struct cursor *cur)
{
	struct lane *lanes;

	cur->horizon = ktime_get_ns();
	smp_mb();	/* B, pairs with A of ring.h and A of wake.h */
	cur->nr_ready = 0;
	cur->nr_held = 0;
	for (lanes = cur->lanes; lanes < cur->lanes + cur->nr_lanes;
	     lanes += cur->nr_of_share)
		/* No ring of a share is written before its first one has memory. */
		if (READ_ONCE(lanes->ring->slots))
			cursor_settle_share(cur, lanes);
	heap_make(cur);
}

/* Look again at the lanes that hold the others back. */
static void cursor_look_held(struct cursor *cur)
{
	unsigned int first = cur->nr_lanes - cur->nr_held, at;

	if (likely(!cur->nr_held))
		return;
	for (at = first; at < cur->nr_lanes; at++) {
		struct lane *lane = cur->heap[at];

		lane_look(cur, lane);
		if (lane->state == LANE_HELD)
			continue;
		cur->heap[at] = cur->heap[first++];
		if (lane->state == LANE_READY)
			cur->heap[cur->nr_ready++] = lane;
	}
	cur->nr_held = cur->nr_lanes - first;
	heap_make(cur);
}

/* Copy the oldest records. Return: how many; 0: they were overwritten. */
static unsigned int cursor_take(struct cursor *cur, struct tcpfsm_record *to,
				unsigned int max)
{
	struct lane *lane = cur->heap[0];
	u64 limit = cur->horizon;
	unsigned int n;

	if (cur->nr_ready > 1)
		limit = min(limit, cur->heap[1]->time);
	if (cur->nr_ready > 2)
		limit = min(limit, cur->heap[2]->time);
	/* In the view of a namespace, the next record must be searched for. */
	n = lane_take(cur, lane, to, cur->net ? 1 : min(max, CURSOR_RUN), limit);
	if (n) {
		cur->time = to[n - 1].mono_ns;
		if (cur->net) {
			lane->ns_next = to->ns_seq + 1;
			to->seq = lane->ns_next;
		}
	}
	if (!n || cur->net || lane->pos == lane->end)
		lane_look(cur, lane);
	heap_fix(cur);
	return n;
}

static void cursor_report_loss(struct cursor *cur, struct tcpfsm_record *rec)
{
	memset(rec, 0, sizeof(*rec));
	rec->kind = TCPFSM_LOST;
	rec->lost = cur->lost;
	rec->mono_ns = cur->time;
	this_cpu_add(cur->counters->reader_lost, cur->lost);
	cur->lost = 0;
}

/* Deliver losses, and records older than the horizon. */
static unsigned int cursor_drain(struct cursor *cur, struct tcpfsm_record *to,
				 unsigned int max)
{
	unsigned int n = 0;

	while (n < max) {
		if (unlikely(cur->lost))
			cursor_report_loss(cur, &to[n++]);
		else if (!cur->nr_held && cur->nr_ready &&
			 cur->heap[0]->time < cur->horizon)
			n += cursor_take(cur, &to[n], max - n);
		else
			break;
	}
	return n;
}

enum cursor_got cursor_read(struct cursor *cur, struct tcpfsm_record *to,
			    unsigned int max, unsigned int *nr)
{
	bool settled = false;
	int spins;

	*nr = 0;
	for (spins = 0; spins < CURSOR_SPINS; spins++) {
		cursor_look_held(cur);
		*nr += cursor_drain(cur, to + *nr, max - *nr);
		if (*nr == max || (*nr && (settled || cur->ends || cur->nr_held)))
			break;
		if (!cur->nr_held && cur->ends)
			return CURSOR_END;
		if (!cur->nr_held && !cur->nr_ready && settled)
			return CURSOR_NONE;
		if (cur->nr_held) {
			cpu_relax();
		} else {
			cond_resched();
			cursor_settle(cur);
			settled = true;
		}
	}
	return *nr ? CURSOR_RECORD : CURSOR_SOON;
}

void cursor_move(struct cursor *cur, enum cursor_from from)
{
	struct ring_edge edge;
	struct lane *lane;
	int spins;

	cur->ends = from == CURSOR_HELD;
	cur->time = 0;
	for (lane = cur->lanes; lane < cur->lanes + cur->nr_lanes; lane++) {
		ring_edge(lane->ring, NULL, &edge);
		lane->pos = from == CURSOR_NOW ? edge.head :
						 ring_oldest(lane->ring, edge.begun);
		lane->state = LANE_EMPTY;
		lane->ns_known = false;
	}
	/* What is overwritten from now on counts as lost; and here a log ends. */
	cursor_settle(cur);
	for (spins = 0; cur->nr_held && spins < CURSOR_OPEN_SPINS; spins++) {
		cond_resched();
		cursor_look_held(cur);
	}
	cur->lost = 0;
}

static void cursor_add_lane(struct cursor *cur, unsigned int nr)
{
	const struct ring *ring = ring_nr(nr);
	struct lane *lane = &cur->lanes[cur->nr_lanes++];

	lane->ring = ring;
	lane->rank = lane_rank(ring, nr);
	if (cur->net)
		lane->ns_count = &per_cpu_ptr(cur->counters, ring->cpu)->seq[ring->class];
}

/* A namespace's records are in the rings of its share. */
static void cursor_lanes(struct cursor *cur, const struct net *net)
{
	unsigned int nr, share;

	for (share = 0; share < RING_SHARES; share++) {
		if (cur->net && share != netns_share(net))
			continue;
		for (nr = 0; nr < ring_count(); nr++)
			if (ring_share(ring_nr(nr)->class) == share)
				cursor_add_lane(cur, nr);
	}
	cur->nr_of_share = ring_count() / RING_SHARES;
}

struct cursor *cursor_new(struct net *net, enum cursor_from from)
{
	size_t size = sizeof(struct cursor) +
		      ring_count() * (sizeof(struct lane) + sizeof(struct lane *));
	struct cursor *cur;

	cur = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!cur)
		return NULL;
	cur->heap = (void *)&cur->lanes[ring_count()];
	cur->counters = netns_counters_held(net);
	if (!net_eq(net, &init_net)) {
		cur->net = net;
		cur->born_ns = netns_born(net);
	}
	cur->hide_pids = task_active_pid_ns(current) != &init_pid_ns;
	cursor_lanes(cur, net);
	cursor_move(cur, from);
	return cur;
}

void cursor_free(struct cursor *cur)
{
	kvfree(cur);
}
