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

#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/lockdep.h>
#include <linux/processor.h>
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
#define FLOW_REUSED		(1U << 8)	/* its socket had a connection before */
#define FLOW_HANDOVER		(1U << 9)	/* its socket is yet to be CLOSED */
#define FLOW_CHILD_DIED		(1U << 10)	/* of a request: a child of it did */
#define FLOW_OWNER		(1U << 11)	/* @owner is known */
#define FLOW_OWNER_SEEN		(1U << 12)	/* it used the socket itself */

/*
 * The key of a flow. A timewait socket has its own: while it waits, its socket,
 * which has the same id, may begin another connection. Ids are counted from 1 on
 * and from 2^64-1 down (include/linux/cookie.h:gen_cookie_next): no other's key
 * has bit 62 unlike bit 63.
 */
#define flow_key(id)		(id)
#define flow_key_timewait(id)	((id) ^ BIT_ULL(62))

/* Everything here is protected by the lock flow_lock() takes. */
struct flow {
	u64 key;		/* 0: no flow, or nobody's to find */
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
	u32 next;		/* in the bucket, its index + 1; flow.c's own */
	u8 state;		/* enum tcpfsm_state */
	u8 kind;		/* enum flow_kind */
	u8 open_role;		/* enum tcpfsm_role, or 0 */
	u8 close_role;
	struct owner owner;
};

/*
 * A chain and its lock in one word, as in include/linux/list_bl.h: what follows
 * FLOW_LOCK_BIT is the index + 1 of the first flow.
 */
struct flow_bucket {
	unsigned long word;
};

#define FLOW_LOCK_BIT	0

/* flow.c's own; here for flow_lock() to be inlined. */
struct flow_table {
	struct flow *flows;
	struct flow_bucket *buckets;
	unsigned int shift;	/* 64 - log2 of how many buckets */
	u64 factor;
};

extern struct flow_table flow_table;

static __always_inline struct flow_bucket *flow_bucket_of(u64 key)
{
	/* As hash_64(), but with a factor of its own. */
	return &flow_table.buckets[key * flow_table.factor >> flow_table.shift];
}

/* A locked part of the table; lives on the stack. */
struct flow_lock {
	struct flow_bucket *bucket;
	u64 key;
};

/*
 * Lock what belongs to @key, and look it up. Return: the flow or NULL; locked in
 * both cases. One at a time.
 * Context: any but NMI, interrupts off until flow_unlock(); also on -rt: it
 * spins, nothing sleeps.
 */
static __always_inline struct flow *flow_lock(struct flow_lock *lock, u64 key)
{
	struct flow *flows = flow_table.flows;
	u32 at;

	lockdep_assert_irqs_disabled();
	lock->key = key;
	lock->bucket = flow_bucket_of(key);
	while (unlikely(test_and_set_bit_lock(FLOW_LOCK_BIT, &lock->bucket->word)))
		cpu_relax();
	for (at = lock->bucket->word >> 1; at; at = flows[at - 1].next)
		if (likely(flows[at - 1].key == key))
			return &flows[at - 1];
	return NULL;
}

static __always_inline void flow_unlock(struct flow_lock *lock)
{
	clear_bit_unlock(FLOW_LOCK_BIT, &lock->bucket->word);
}

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

/*
 * Under flow_lock(): nobody finds it any more, it is the caller's alone, until
 * flow_put(). Not of one that is half-open.
 */
void flow_take(struct flow_lock *lock, struct flow *flow);

/* Under flow_lock() of a key that has no flow: have it found by that one. */
void flow_put(struct flow_lock *lock, struct flow *flow);

/*
 * Remove the flows that @dead says to; it runs under their lock.
 * Context: process, as the rest of this file.
 */
void flow_sweep(bool (*dead)(const struct flow *flow));

/* Copy the first flow at index *@at or behind, and set *@at to its index. */
bool flow_copy(u32 *at, struct flow *to);

struct flow_counts {
	u32 max, live, half_open;
	u64 evicted, half_open_evicted;
};

void flow_count(struct flow_counts *counts);

/* Return: 0 or -ENOMEM. */
int flow_init(u32 flows);
void flow_exit(void);

#endif /* TCPFSM_FLOW_H */
