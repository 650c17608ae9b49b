// SPDX-License-Identifier: GPL-2.0
/*
 * Merging the rings by time.
 *
 * A cursor has one lane for each ring it reads: the position that is next there,
 * and the time of the record found at it. The record with the least time of all
 * lanes is delivered, provided that none older can still come: it must be older
 * than the horizon, a clock reading taken before all lanes were settled. A lane
 * is settled when its ring had no write in progress after that reading; ring.c
 * argues why nothing older than the horizon can appear in it later. A lane with
 * an unfinished record in front holds the others back.
 *
 * What a lane lost to overwriting is told when it is noticed, before any record
 * younger than what was lost.
 *
 * Context: process.
 * Locking: none, the owner serialises.
 */
#include "cursor.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "ring.h"
#include "stats.h"

/* A write takes well below a microsecond, unless an interrupt hits it. */
#define CURSOR_SPINS	64

/* Who opens may wait longer for all writes to have ended once. */
#define CURSOR_OPEN_SPINS	10000

enum lane_state {
	LANE_LOOK,	/* to be looked at */
	LANE_READY,	/* @time is that of the record at @pos */
	LANE_EMPTY,	/* nothing older than the horizon is left or will come */
	LANE_HELD,	/* something older than the horizon may still come */
};

struct lane {
	unsigned int ring;
	u64 pos;	/* next position to read */
	u64 end;	/* positions below it are known to be claimed */
	u64 time;	/* LANE_READY: mono_ns at @pos */
	u64 ns_seq;	/* LANE_READY: ns_seq at @pos */
	u64 ns_next;	/* ns_seq that comes next if nothing is lost */
	u64 ns_end;	/* settled: records of the namespace below @end */
	u64 dropped;	/* refused claims that were told, or came before us */
	enum lane_state state;
	bool settled;	/* no write was in progress after the horizon */
	bool ns_known;	/* @ns_next is known */
};

struct cursor {
	struct net *net;	/* NULL: all namespaces */
	struct stats __percpu *stats;
	u64 born_ns;		/* records before that are not @net's */
	u64 horizon;		/* a clock reading */
	u64 time;		/* of the record delivered last */
	u64 lost;		/* not told yet */
	bool ends;		/* at the first horizon */
	bool hide_pids;		/* they are not those of the reader's namespace */
	unsigned int nr_lanes;
	unsigned int nr_live;	/* those behind are empty up to the horizon */
	struct lane lanes[];
};

#define for_each_lane(cur, lane) \
	for (lane = (cur)->lanes; lane < (cur)->lanes + (cur)->nr_lanes; lane++)

static bool cursor_shows(const struct cursor *cur, u64 mono_ns, u32 netns)
{
	return !cur->net ||
	       (netns == cur->net->ns.inum && mono_ns >= cur->born_ns);
}

/* Learn how far the ring goes, and whether that is all up to the horizon. */
static void lane_settle(struct cursor *cur, struct lane *lane)
{
	struct ring_edge edge;

	ring_edge(lane->ring, cur->net ? cur->stats->seq : NULL, &edge);
	lane->end = edge.head;
	lane->ns_end = edge.ns_seq;
	lane->settled = !edge.writing;
	if (!cur->net) {
		cur->lost += edge.dropped - lane->dropped;
		lane->dropped = edge.dropped;
	}
}

/* The record at @pos is gone: go to the oldest one held. */
static void lane_skip_gone(struct cursor *cur, struct lane *lane)
{
	struct ring_edge edge;
	u64 oldest;

	ring_edge(lane->ring, NULL, &edge);
	oldest = edge.oldest;
	/* What came after a log was opened is none of its business. */
	if (cur->ends && lane->settled)
		oldest = min(oldest, lane->end);
	if (oldest <= lane->pos)
		return;
	if (!cur->net)
		cur->lost += oldest - lane->pos;
	lane->pos = oldest;
	lane->end = max(lane->end, oldest);
}

/*
 * In a namespace's view, loss is a gap in that namespace's own count. @ns_seq
 * may lag behind what was delivered, never run ahead of it.
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

/* Find the lane's next record to show. */
static void lane_look(struct cursor *cur, struct lane *lane)
{
	u32 netns;

	if (!lane->settled)
		lane_settle(cur, lane);
	for (; lane->pos < lane->end; cond_resched()) {
		switch (ring_peek(lane->ring, lane->pos, &lane->time, &netns,
				  &lane->ns_seq)) {
		case RING_GONE:
			lane_skip_gone(cur, lane);
			break;
		case RING_UNFINISHED:
			lane->state = LANE_HELD;
			return;
		case RING_GOT:
			if (!cursor_shows(cur, lane->time, netns)) {
				lane->pos++;
				break;
			}
			if (cur->net)
				lane_count_to(cur, lane, lane->ns_seq);
			lane->state = LANE_READY;
			return;
		}
	}
	lane->state = lane->settled ? LANE_EMPTY : LANE_HELD;
	if (lane->settled && cur->net)
		lane_count_to(cur, lane, lane->ns_end);
}

/* Raise the horizon to now. */
static void cursor_settle(struct cursor *cur)
{
	struct lane *lane;

	cur->horizon = ktime_get_ns();
	smp_mb();	/* B, pairs with A of ring.c and A of wake.c */
	for_each_lane(cur, lane) {
		lane->settled = false;
		if (lane->state != LANE_READY)
			lane->state = LANE_LOOK;
	}
	cur->nr_live = cur->nr_lanes;
}

/*
 * Of one time, where the clock is coarse, half-open comes before what follows
 * from it; else any order will do that is the same for all readers.
 */
static bool lane_is_before(const struct lane *lane, const struct lane *other)
{
	if (lane->time != other->time)
		return lane->time < other->time;
	if ((lane->ring ^ other->ring) & 1)
		return lane->ring & 1;
	return lane->ring < other->ring;
}

/* Look at the lanes that need it. Return: the oldest record's, or NULL. */
static struct lane *cursor_pick(struct cursor *cur, bool *held)
{
	struct lane *best = NULL, *lane;

	*held = false;
	for (lane = cur->lanes; lane < cur->lanes + cur->nr_live; lane++) {
		if (lane->state == LANE_LOOK || lane->state == LANE_HELD)
			lane_look(cur, lane);
		if (lane->state == LANE_EMPTY) {
			/* Most are: not to be looked at again before they can fill. */
			cur->nr_live--;
			swap(*lane, cur->lanes[cur->nr_live]);
			lane--;
			continue;
		}
		if (lane->state == LANE_HELD)
			*held = true;
		if (lane->state == LANE_READY &&
		    (!best || lane_is_before(lane, best)))
			best = lane;
	}
	return best;
}

static void cursor_tell_loss(struct cursor *cur, struct tcpfsm_record *rec)
{
	memset(rec, 0, sizeof(*rec));
	rec->kind = TCPFSM_LOST;
	rec->lost = cur->lost;
	rec->mono_ns = cur->time;
	this_cpu_add(cur->stats->reader_lost, cur->lost);
	cur->lost = 0;
}

/* Take the record that @lane has in front. Return: false if it is gone. */
static bool cursor_take(struct cursor *cur, struct lane *lane,
			struct tcpfsm_record *rec)
{
	lane->state = LANE_LOOK;
	if (ring_read(lane->ring, lane->pos, rec) != RING_GOT)
		return false;
	lane->pos++;
	if (cur->net) {
		lane->ns_next = rec->ns_seq + 1;
		rec->seq = lane->ns_next;
	}
	if (cur->hide_pids) {
		rec->known &= ~(TCPFSM_KNOWN_ACTOR | TCPFSM_KNOWN_OWNER);
		rec->actor_pid = 0;
		memset(rec->actor_comm, 0, sizeof(rec->actor_comm));
		rec->owner_pid = 0;
		rec->owner_uid = 0;
		memset(rec->owner_comm, 0, sizeof(rec->owner_comm));
	}
	cur->time = rec->mono_ns;
	return true;
}

enum cursor_got cursor_next(struct cursor *cur, struct tcpfsm_record *rec)
{
	bool settled = false, held;
	int spins = 0;

	for (;;) {
		struct lane *lane = cursor_pick(cur, &held);

		if (cur->lost) {
			cursor_tell_loss(cur, rec);
			return CURSOR_RECORD;
		}
		if (!held && lane && lane->time < cur->horizon) {
			if (cursor_take(cur, lane, rec))
				return CURSOR_RECORD;
			continue;
		}
		if (!held && cur->ends)
			return CURSOR_END;
		if (!held && !lane && settled)
			return CURSOR_NONE;
		if (++spins > CURSOR_SPINS)
			return CURSOR_SOON;
		cpu_relax();
		if (!cur->ends) {
			cursor_settle(cur);
			settled = true;
		}
	}
}

void cursor_move(struct cursor *cur, enum cursor_from from)
{
	struct ring_edge edge;
	struct lane *lane;
	bool held = true;
	int spins;

	cur->ends = from == CURSOR_HELD;
	cur->time = 0;
	for_each_lane(cur, lane) {
		ring_edge(lane->ring, NULL, &edge);
		*lane = (struct lane){
			.ring = lane->ring,
			.pos = from == CURSOR_NOW ? edge.head : edge.oldest,
			.dropped = edge.dropped,
		};
	}
	/* Looking now fixes what counts as lost from here on, and where a log ends. */
	for (spins = 0; held && spins < CURSOR_OPEN_SPINS; spins++) {
		cursor_settle(cur);
		cursor_pick(cur, &held);
		cond_resched();
	}
	cur->lost = 0;
}

/* A namespace's records are in the rings of its share. */
static void cursor_lanes(struct cursor *cur, const struct net *net)
{
	unsigned int ring, share = stats_share(net);

	for (ring = 0; ring < ring_count(); ring++)
		if (!cur->net || ring_share(ring) == share)
			cur->lanes[cur->nr_lanes++].ring = ring;
}

struct cursor *cursor_new(struct net *net, enum cursor_from from)
{
	struct cursor *cur;

	cur = kvzalloc(struct_size(cur, lanes, ring_count()), GFP_KERNEL_ACCOUNT);
	if (!cur)
		return NULL;
	cur->stats = stats_held(net);
	if (!net_eq(net, &init_net)) {
		cur->net = net;
		cur->born_ns = stats_net_born(net);
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
