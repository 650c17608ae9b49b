/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is remembered of each live connection between its transitions.
 *
 * Keyed by id (see flow_key()), allocated at load, bounded. When it is full, a new
 * flow takes another's place. Half-open connections may have a quarter of the places
 * and only take each other's, so that a SYN flood leaves the established ones alone.
 */
#ifndef TCPFSM_FLOW_H
#define TCPFSM_FLOW_H

#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/lockdep.h>
#include <linux/types.h>

#include "uapi/tcpfsm.h"

#define FLOW_MIN	64U
#define FLOW_MAX	(1U << 24)

/* Bits of @flags: which kernel object stands for the connection, if not a socket. */
#define FLOW_REQUEST		(1U << 0)	/* a half-open one: struct request_sock */
#define FLOW_TIMEWAIT		(1U << 1)	/* struct inet_timewait_sock */

/* What a record of it has to show, or cannot say. */
#define FLOW_PREEXISTING	(1U << 2)	/* older than the module */
#define FLOW_SINCE_MIN		(1U << 3)	/* @since_ns may have been earlier */
#define FLOW_SYNCOOKIE		(1U << 4)
#define FLOW_TFO		(1U << 5)
#define FLOW_GAP		(1U << 6)	/* a transition was missed */
#define FLOW_REUSED		(1U << 7)	/* its socket had a connection before */
#define FLOW_NAMELESS		(1U << 8)	/* its socket is still its listener's copy */

/* What is yet to be done. */
#define FLOW_UNREPORTED		(1U << 9)	/* CLOSED->SYN_SENT is yet to be reported */
#define FLOW_VAGUE		(1U << 10)	/* @ends may not be the last ones yet */
#define FLOW_HANDOVER		(1U << 11)	/* its socket is yet to be CLOSED */

#define FLOW_HANDSHAKE		(1U << 12)	/* @handshake_ns is known */
#define FLOW_CHILD_DIED		(1U << 13)	/* of a request: a child of it did */
#define FLOW_OWNER_SEEN		(1U << 14)	/* @owner used the socket itself */
#define FLOW_SPARE		(1U << 15)	/* flow_spare(): not in the table */

/* With any of these a record is not simply a copy: see transition_amend(). */
#define FLOW_MARKS	(FLOW_PREEXISTING | FLOW_SINCE_MIN | FLOW_SYNCOOKIE | \
			 FLOW_TFO | FLOW_GAP | FLOW_REUSED | FLOW_NAMELESS)

/* With any of these its next transition is not a usual one: see transition_next(). */
#define FLOW_ODD	(FLOW_MARKS | FLOW_REQUEST | FLOW_TIMEWAIT |		\
			 FLOW_UNREPORTED | FLOW_VAGUE)

/*
 * The key of a flow. A timewait socket has its own: while it waits, its socket,
 * which has the same id, may begin another connection. Ids are counted from 1 on
 * and from 2^64-1 down (include/linux/cookie.h:gen_cookie_next): no other's key
 * has bit 62 unlike bit 63. Both keys of an id share a bucket.
 */
#define FLOW_TIMEWAIT_BIT	62
#define flow_key(id)		(id)
#define flow_key_timewait(id)	((id) ^ BIT_ULL(FLOW_TIMEWAIT_BIT))

/* The process a connection belongs to. */
struct flow_owner {
	u32 pid;		/* thread group, in the initial pid namespace; 0: the kernel */
	u32 uid;		/* of the socket, in the initial user namespace */
	u8 comm[TCPFSM_COMM_LEN];
};

/* Both ends of a connection, laid out as in struct tcpfsm_record. */
struct flow_ends {
	u8 laddr[16];		/* network order; IPv4 as ::ffff:a.b.c.d */
	u8 raddr[16];
	u16 lport;		/* host order */
	u16 rport;
	u16 cpu;		/* 0: there, what the reader assigns */
	u16 error;		/* 0: there, seldom another */
};

/*
 * Protected by the lock that flow_lock() takes. The first cache line is what a
 * transition changes, the second what it only copies into its record.
 */
struct flow {
	u64 key;		/* 0: no flow */
	u64 since_ns;		/* when it entered @state, CLOCK_MONOTONIC; 0: at no time */
	u64 born_ns;		/* when we first saw it */
	union {
		u64 opening_ns;		/* when the first SYN came or went, or 0 */
		u64 handshake_ns;	/* FLOW_HANDSHAKE: how long it took from there */
	};
	u64 path;		/* states so far, 4 bits each, the last lowest */
	u32 flags;		/* FLOW_* */
	u32 segment;		/* tcp_clock_cache, its low half, when FIN_WAIT_2 began */
	u32 next;		/* in the bucket, as flow_at() takes it; flow.c's own */
	u32 netns;
	/* From here on as in struct tcpfsm_record, to be copied at once. */
	u8 family;		/* AF_INET or AF_INET6, as the socket has it */
	u8 state;		/* enum tcpfsm_state; there, @old_state */
	u8 unused[2];		/* there, @new_state and @cause */
	u8 open_role;		/* enum tcpfsm_role, or 0 */
	u8 close_role;
	u16 known;		/* TCPFSM_KNOWN_* of @ends and @owner; there, its reader's */

	struct flow_ends ends;
	struct flow_owner owner;
};

#define FLOW_TAIL	8	/* from @family on */

TCPFSM_ASSERT(sizeof(struct flow) == 128);
TCPFSM_AT(flow, family, 64 - FLOW_TAIL);
TCPFSM_AT(flow, ends, 64);

/* The id of the connection, whichever of its keys the flow has. */
static inline u64 flow_id(const struct flow *flow)
{
	return flow->flags & FLOW_TIMEWAIT ? flow_key_timewait(flow->key) : flow->key;
}

/*
 * A chain and its lock in one word, as in include/linux/list_bl.h: but for
 * FLOW_LOCK_BIT it says where the first flow is, as flow_at() takes it.
 */
struct flow_bucket {
	unsigned long word;
};

#define FLOW_LOCK_BIT	0

/* flow.c's own; here for flow_lock() to be inlined. */
struct flow_table {
	struct flow *base;	/* one before the first */
	struct flow_bucket *buckets;
	unsigned int shift;	/* 64 - log2 of how many buckets */
	u64 factor;		/* a multiple of 4, so that FLOW_TIMEWAIT_BIT does not count */
};

extern struct flow_table flow_table;

/* @where: bytes from the table's base; 0 is no flow. */
static __always_inline struct flow *flow_at(unsigned long where)
{
	return (void *)flow_table.base + where;
}

static __always_inline struct flow_bucket *flow_bucket_of(u64 key)
{
	/* As hash_64(), but with a factor of its own. */
	return &flow_table.buckets[key * flow_table.factor >> flow_table.shift];
}

/* A locked part of the table. */
struct flow_lock {
	struct flow_bucket *bucket;
};

/* Under the lock of @key's bucket. Return: the flow or NULL. */
static __always_inline struct flow *flow_find(struct flow_lock lock, u64 key)
{
	unsigned long at = lock.bucket->word & ~BIT(FLOW_LOCK_BIT);
	struct flow *flow;

	for (; at; at = flow->next) {
		flow = flow_at(at);
		if (!flow)
			__builtin_unreachable();
		if (likely(flow->key == key))
			return flow;
	}
	return NULL;
}

void flow_spin(struct flow_bucket *bucket);

/*
 * Lock what belongs to @key, and look it up. Return: the flow or NULL; locked in
 * both cases. One at a time.
 * Context: any but NMI, interrupts off until flow_unlock(); also on -rt: it
 * spins, nothing sleeps.
 */
static __always_inline struct flow *flow_lock(struct flow_lock *lock, u64 key)
{
	lockdep_assert_irqs_disabled();
	lock->bucket = flow_bucket_of(key);
	if (unlikely(test_and_set_bit_lock(FLOW_LOCK_BIT, &lock->bucket->word)))
		flow_spin(lock->bucket);
	return flow_find(*lock, key);
}

static __always_inline void flow_unlock(struct flow_lock lock)
{
	/* Nobody else writes the word meanwhile: no atomic access is needed. */
	__clear_bit_unlock(FLOW_LOCK_BIT, &lock.bucket->word);
}

/*
 * Under flow_lock() of @key, which has no flow: make one, zeroed but for @key, @flags,
 * @ends and @owner. @kind: FLOW_REQUEST, FLOW_TIMEWAIT or 0. A full table gives it
 * the place of another one, of the namespace that has most of those at hand; where
 * every place is being used this moment, it is flow_spare(), and counted as evicted.
 */
struct flow *flow_add(struct flow_lock lock, u64 key, u32 kind);

/*
 * A flow of this CPU's own, zeroed but for @flags, @ends and @owner, for a transition of which nothing
 * is to be remembered: good until flow_unlock(), and nobody finds it.
 */
struct flow *flow_spare(u32 kind);

/*
 * Under flow_lock(): what was half-open no longer is. Return: it, or where the
 * table has no place for it, a copy in flow_spare().
 */
struct flow *flow_promote(struct flow_lock lock, struct flow *flow);

/* Under flow_lock(): a timewait socket took over; it has the other key now. */
void flow_to_timewait(struct flow_lock lock, struct flow *flow);

/* Under flow_lock(). */
void flow_remove(struct flow_lock lock, struct flow *flow);

/* flow.c's own. */
extern bool flow_tombstones;
void flow_bury_now(struct flow_lock lock, u64 key, u32 kind);
void flow_forget_now(u64 id);

/*
 * Under flow_lock() of @key, which has no flow: a minisocket of that key has ended.
 * While preexisting.c walks TCP's tables the minisocket may still be in its bucket:
 * a tombstone keeps the walk from adding it.
 */
static __always_inline void flow_bury(struct flow_lock lock, u64 key, u32 kind)
{
	if (unlikely(READ_ONCE(flow_tombstones)))
		flow_bury_now(lock, key, kind);
}

/*
 * A timewait socket has taken over from the socket of this id. Remove the flow that
 * the walk has made of the socket meanwhile.
 */
static __always_inline void flow_forget(u64 id)
{
	if (unlikely(READ_ONCE(flow_tombstones)))
		flow_forget_now(id);
}

/*
 * Context: process, as the rest of this file. flow_tombstones_end() waits until no
 * probe leaves one any more, and removes them.
 */
void flow_tombstones_begin(void);
void flow_tombstones_end(void);

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
