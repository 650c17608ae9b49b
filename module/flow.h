/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The flow table: what the module remembers of each live connection between its
 * transitions.
 *
 * Flows are keyed by id (see flow_key()). The table is allocated at load; when it is
 * full, a new flow takes the place of another one. Half-open connections have a quarter
 * of the places and take only each other's: a SYN flood evicts no other connection.
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

/* Bits of @flags: the kernel object that stands for the connection, if not a socket. */
#define FLOW_REQUEST		(1U << 0)	/* half-open: struct request_sock */
#define FLOW_TIMEWAIT		(1U << 1)	/* struct inet_timewait_sock */

/* Marks that its records show, or that make a value unknown. */
#define FLOW_PREEXISTING	(1U << 2)	/* older than the module */
#define FLOW_SINCE_MIN		(1U << 3)	/* it may have entered @state before @since_ns */
#define FLOW_SYNCOOKIE		(1U << 4)
#define FLOW_TFO		(1U << 5)
#define FLOW_GAP		(1U << 6)	/* a transition was missed */
#define FLOW_REUSED		(1U << 7)	/* its socket had a connection before */
#define FLOW_NAMELESS		(1U << 8)	/* its socket is still a copy of its listener */

/* Something is still to be reported, or to be updated. */
#define FLOW_UNREPORTED		(1U << 9)	/* CLOSED->SYN_SENT is yet to be reported */
#define FLOW_VAGUE		(1U << 10)	/* @ends may still change */
#define FLOW_HANDOVER		(1U << 11)	/* its socket is yet to be CLOSED */

#define FLOW_HANDSHAKE		(1U << 12)	/* @handshake_ns is known */
#define FLOW_OWNER_SEEN		(1U << 13)	/* @owner was seen using the socket */
#define FLOW_SPARE		(1U << 14)	/* flow_spare(): not in the table */
#define FLOW_UNACCEPTED		(1U << 15)	/* a mark: no accept() has returned it yet */
#define FLOW_ACK_DROPPED	(1U << 16)	/* a mark: an ACK of its SYN-ACK was dropped */

/* With any of these a record is not a plain copy: see transition_amend(). */
#define FLOW_MARKS	(FLOW_PREEXISTING | FLOW_SINCE_MIN | FLOW_SYNCOOKIE | \
			 FLOW_TFO | FLOW_GAP | FLOW_REUSED | FLOW_NAMELESS | \
			 FLOW_UNACCEPTED | FLOW_ACK_DROPPED)

/* With any of these its next transition is not a usual one: see transition_next(). */
#define FLOW_ODD	(FLOW_MARKS | FLOW_REQUEST | FLOW_TIMEWAIT |		\
			 FLOW_UNREPORTED | FLOW_VAGUE)

/*
 * The key of a flow. A timewait socket has a key of its own, since its socket, which has
 * the same id, may begin another connection meanwhile. Ids are counted up from 1 and
 * down from 2^64-1 (include/linux/cookie.h:gen_cookie_next): in an id bit 62 equals bit
 * 63, in a timewait socket's key it does not. Both keys of an id share a bucket.
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
	u32 accept_wait_us;	/* TCPFSM_KNOWN_ACCEPT; in a record, @cpu and @error */
};

/*
 * Protected by flow_lock(). A transition changes the first cache line, and only copies
 * the second one into its record.
 */
struct flow {
	u64 key;		/* 0: no flow */
	u64 since_ns;		/* when it entered @state, CLOCK_MONOTONIC; 0: not known */
	u64 born_ns;		/* when the module first saw it */
	union {
		u64 opening_ns;		/* when the first SYN came or went, or 0 */
		u64 handshake_ns;	/* with FLOW_HANDSHAKE: from there to ESTABLISHED */
	};
	u64 path;		/* states so far, 4 bits each, the last lowest */
	u32 flags;		/* FLOW_* */
	union {
		u32 segment;		/* tcp_clock_cache, its low half, when FIN_WAIT_2 began */
		struct flow_drop {	/* FLOW_REQUEST: the drop that may have ended it */
			u8 cause;	/* enum tcpfsm_cause; 0: none was seen */
			u8 by;		/* TRANSITION_BY_* */
			u16 error;	/* errno, positive, or 0 */
		} drop;
	};
	u32 next;		/* in the chain, for flow_at(); flow.c's own */
	u32 netns;
	/* From here on in the order of struct tcpfsm_record, and copied together. */
	u8 family;		/* AF_INET or AF_INET6, as the socket has it */
	u8 state;		/* enum tcpfsm_state; in a record, @old_state */
	u8 unused[2];		/* in a record, @new_state and @cause */
	u8 open_role;		/* enum tcpfsm_role, or 0 */
	u8 close_role;
	u16 known;		/* TCPFSM_KNOWN_* of @ends and @owner */

	struct flow_ends ends;
	struct flow_owner owner;
};

#define FLOW_TAIL	8	/* from @family on */

TCPFSM_ASSERT(sizeof(struct flow) == 128);
TCPFSM_AT(flow, family, 64 - FLOW_TAIL);
TCPFSM_AT(flow, ends, 64);

/* The id of the connection, from either of its keys. */
static inline u64 flow_id(const struct flow *flow)
{
	return flow->flags & FLOW_TIMEWAIT ? flow_key_timewait(flow->key) : flow->key;
}

/*
 * A chain and its lock in one word, as in include/linux/list_bl.h: FLOW_LOCK_BIT, and
 * the first flow, for flow_at().
 */
struct flow_bucket {
	unsigned long word;
};

#define FLOW_LOCK_BIT	0

/* flow.c's own; here so that flow_lock() is inlined. */
struct flow_table {
	struct flow *base;	/* one before the first */
	struct flow_bucket *buckets;
	unsigned int shift;	/* 64 - log2 of the number of buckets */
	u64 factor;		/* a multiple of 4: FLOW_TIMEWAIT_BIT has no influence */
};

extern struct flow_table flow_table;

/* @where: bytes from the table's base; 0 is no flow. */
static __always_inline struct flow *flow_at(unsigned long where)
{
	return (void *)flow_table.base + where;
}

static __always_inline struct flow_bucket *flow_bucket_of(u64 key)
{
	/* hash_64() with another factor. */
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
 * Lock the bucket of @key, and look the flow up. Return: the flow or NULL; locked in
 * both cases. Hold one bucket at a time.
 * Context: any but NMI, interrupts off until flow_unlock(). It spins, on -rt too.
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
	/* Only the holder writes the word: no atomic access is needed. */
	__clear_bit_unlock(FLOW_LOCK_BIT, &lock.bucket->word);
}

/*
 * Under flow_lock() of @key, which has no flow: make one, zeroed but for @key, @flags,
 * @ends and @owner. @kind: FLOW_REQUEST, FLOW_TIMEWAIT or 0. In a full table another
 * flow is evicted for it; if none can be, the new one is flow_spare(), and counted as
 * evicted.
 */
struct flow *flow_add(struct flow_lock lock, u64 key, u32 kind);

/*
 * A flow for a transition that is not remembered: per CPU, zeroed but for @flags, @ends
 * and @owner, in no chain, valid until flow_unlock().
 */
struct flow *flow_spare(u32 kind);

/*
 * Under flow_lock(): @flow is no longer half-open. Return: @flow, or a copy in
 * flow_spare() where the other quota has no place.
 */
struct flow *flow_promote(struct flow_lock lock, struct flow *flow);

/* Under flow_lock(): give @flow the timewait socket's key. */
void flow_to_timewait(struct flow_lock lock, struct flow *flow);

/* Under flow_lock(). */
void flow_remove(struct flow_lock lock, struct flow *flow);

extern bool flow_tombstones;	/* flow.c's own */
void flow_bury_now(struct flow_lock lock, u64 key, u32 kind);	/* the same */
void flow_forget_now(u64 id);					/* the same */

/* Is the walk of preexisting.c to come, or running? */
static __always_inline bool flow_burying(void)
{
	return READ_ONCE(flow_tombstones);
}

/*
 * Under flow_lock() of @key, which has no flow: a minisocket of that key has ended.
 * While preexisting.c walks TCP's tables the minisocket may still be in its bucket:
 * a tombstone keeps the walk from adding it.
 */
static __always_inline void flow_bury(struct flow_lock lock, u64 key, u32 kind)
{
	if (unlikely(flow_burying()))
		flow_bury_now(lock, key, kind);
}

/*
 * A timewait socket has taken over from the socket of this id. Remove the flow that
 * the walk has made of the socket meanwhile.
 */
static __always_inline void flow_forget(u64 id)
{
	if (unlikely(flow_burying()))
		flow_forget_now(id);
}

/*
 * Context: process, as the rest of this file. flow_tombstones_end() waits until no
 * probe leaves one any more, and removes them.
 */
void flow_tombstones_begin(void);
void flow_tombstones_end(void);

/* Copy the first flow from index *@at on, and set *@at to its index. Return: is there one? */
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
