/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is remembered of each live connection between its transitions.
 *
 * Keyed by id (see flow_key()), allocated at load, bounded. When it is full, making a flow takes
 * another's place; half-open connections have a quarter of it to themselves and
 * only take each other's, so that a SYN flood leaves the established ones alone.
 */
#ifndef TCPFSM_FLOW_H
#define TCPFSM_FLOW_H

#include <linux/types.h>

#include "owner.h"

#define FLOW_MIN	64U
#define FLOW_MAX	(1U << 24)

/* Which kernel object stands for the connection now. */
enum flow_kind {
	FLOW_SOCKET,
	FLOW_REQUEST,		/* a half-open one: struct request_sock */
	FLOW_TIMEWAIT,		/* struct inet_timewait_sock */
};

/* Bits of @flags. */
#define FLOW_PREEXISTING	(1U << 0)	/* older than the module */
#define FLOW_SINCE_KNOWN	(1U << 1)	/* @since_ns is known */
#define FLOW_SINCE_MIN		(1U << 2)	/* it may have been earlier */
#define FLOW_SYNCOOKIE		(1U << 3)
#define FLOW_TFO		(1U << 4)
#define FLOW_HANDSHAKE		(1U << 5)	/* @handshake_ns is known */
#define FLOW_UNTOLD		(1U << 6)	/* CLOSED->SYN_SENT is yet to be told */
#define FLOW_GAP		(1U << 7)	/* a step was missed */
#define FLOW_ACTIVE		(1U << 8)	/* it sent the first SYN */
#define FLOW_PASSIVE		(1U << 9)	/* it got the first SYN */
#define FLOW_REUSED		(1U << 10)	/* its socket had a connection before */
#define FLOW_HANDOVER		(1U << 11)	/* its socket is yet to be CLOSED */
#define FLOW_CHILD_DIED		(1U << 12)	/* of a request: a child of it did */
#define FLOW_OWNER		(1U << 13)	/* @owner is known */
#define FLOW_OWNER_SEEN		(1U << 14)	/* it used the socket itself */
#define FLOW_CLOSES		(1U << 15)	/* it sent the first FIN */
#define FLOW_IS_CLOSED		(1U << 16)	/* it got the first FIN */

/*
 * The key of a flow. A timewait socket has its own: while it waits, its socket,
 * which has the same id, may begin another connection.
 */
#define flow_key(id)		(id)
#define flow_key_timewait(id)	(~(id))

/* Everything here is protected by the lock flow_lock() takes. */
struct flow {
	u64 key;		/* 0: no flow */
	u64 id;
	u64 since_ns;		/* when it entered @state, CLOCK_MONOTONIC */
	u64 born_ns;		/* when we first saw it */
	u64 opening_ns;		/* when the first SYN came or went, or 0 */
	u64 handshake_ns;
	u64 path;		/* states so far, 4 bits each, the last lowest */
	u64 segment;		/* tcp_clock_cache when FIN_WAIT_2 was entered */
	u8 laddr[16];
	u8 raddr[16];
	u16 lport;
	u16 rport;
	u32 netns;
	u32 known;		/* TCPFSM_KNOWN_* of the addresses */
	u32 flags;		/* FLOW_* */
	u32 next;		/* in the bucket; flow.c's own */
	u8 state;		/* enum tcpfsm_state */
	u8 kind;		/* enum flow_kind */
	struct owner owner;
};

/* A locked part of the table; lives on the stack. */
struct flow_lock {
	struct flow_bucket *bucket;
	unsigned long irq_flags;
	u64 key;
};

/*
 * Lock what belongs to @key, and look it up. Return: the flow or NULL; locked in
 * both cases. Interrupts are off until flow_unlock(). One at a time.
 * Context: any but NMI, also on -rt: nothing sleeps.
 */
struct flow *flow_lock(struct flow_lock *lock, u64 key);
void flow_unlock(struct flow_lock *lock);

/*
 * Under flow_lock() of a key that has no flow: make one, zeroed but for @key and
 * @netns. A full table gives it the place of another one, of the namespace that
 * has most of those at hand.
 * Return: NULL where every place is being used this moment; that is counted.
 */
struct flow *flow_add(struct flow_lock *lock, enum flow_kind kind, u32 netns);

/* Under flow_lock(): what was half-open no longer is. Return: where it is now. */
struct flow *flow_promote(struct flow_lock *lock, struct flow *flow);

void flow_remove(struct flow_lock *lock, struct flow *flow);

/* Remove the flows that @dead says to; it runs under their lock. */
void flow_sweep(bool (*dead)(const struct flow *flow));

/* Copy the first flow at index *@at or behind, and set *@at to its index. */
bool flow_copy(u32 *at, struct flow *to);

/* enum tcpfsm_role, or 0 */
static inline u8 flow_role(u32 flags, u32 active, u32 passive)
{
	return flags & active ? TCPFSM_ROLE_ACTIVE :
	       flags & passive ? TCPFSM_ROLE_PASSIVE : 0;
}

static inline u8 flow_open_role(const struct flow *flow)
{
	return flow_role(flow->flags, FLOW_ACTIVE, FLOW_PASSIVE);
}

static inline u8 flow_close_role(const struct flow *flow)
{
	return flow_role(flow->flags, FLOW_CLOSES, FLOW_IS_CLOSED);
}

struct flow_counts {
	u32 max, live, half_open;
	u64 evicted, half_open_evicted;
};

void flow_count(struct flow_counts *counts);

/* Context: process. Return: 0 or -ENOMEM. */
int flow_init(u32 flows);
void flow_exit(void);

#endif /* TCPFSM_FLOW_H */
