/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rings of records, written by the probes and read through cursor.c.
 *
 * Each CPU has one ring for each class, so that a flood overwrites only records of its
 * own class. Positions count the records of a ring from 0 and never wrap; a ring holds
 * the last of them. ring.c explains the ordering.
 */
#ifndef TCPFSM_RING_H
#define TCPFSM_RING_H

#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include <asm/barrier.h>

#include "uapi/tcpfsm.h"

#define RING_RECORDS_MIN	16U
#define RING_RECORDS_MAX	(1U << 22)

/*
 * A class is a share, and whether a connection is half-open. The initial namespace has
 * the first share, all other namespaces divide the others. Half-open connections have
 * rings of their own, since any peer can make any number of them.
 */
#define RING_SHARES	4
#define RING_CLASSES	(2 * RING_SHARES)

/* A ring of half-open connections has this fraction of the records. */
#define RING_HALF_OPEN_PART	4

/* A ring of another share than the first has this fraction of the records. */
#define RING_SHARE_PART		4

/* The class of the rings of a namespace that has no share. */
#define RING_NOWHERE	RING_CLASSES

static inline unsigned int ring_class(unsigned int share, bool half_open)
{
	return 2 * share + half_open;
}

/* The share of a class. */
static inline unsigned int ring_share(unsigned int class)
{
	return class / 2;
}

/* One ring of one CPU. */
struct ring {
	u64 state;	/* twice the next position; plus 1 while it is written */
	struct tcpfsm_record *slots;	/* NULL until its share is used and its CPU is online */
	u32 mask;	/* records, a power of two, less one */
	u16 cpu;	/* that writes it */
	u16 class;
};

struct ring_cpu {
	struct ring classes[RING_CLASSES];
	/* Each record overwrites @unread, and nothing reads it. */
	struct ring nowhere[2];		/* the second one of half-open connections */
	struct tcpfsm_record unread;
};

DECLARE_PER_CPU(struct ring_cpu, ring_cpu);

/**
 * ring_claim() - begin a record
 * @ring: this CPU's, of a share that ring_share_ready() has given memory
 * @ns_seq: this CPU's count of the record's namespace in that class; incremented
 * @now: set to the record's time, which is also in @mono_ns
 *
 * Sets @mono_ns and @ns_seq; all other members still have the values of an older
 * record. The caller assigns them, but for @seq, @cpu, @ring and @kind,
 * which the reader assigns. Readers do not see the record before ring_commit().
 *
 * Context: any but NMI; interrupts off from here to ring_commit(), so that no
 * other write comes in between.
 */
static __always_inline struct tcpfsm_record *
ring_claim(struct ring *ring, u64 *ns_seq, u64 *now)
{
	u64 state = ring->state, seq;
	struct tcpfsm_record *rec = &ring->slots[(state >> 1) & ring->mask];

	lockdep_assert_irqs_disabled();
	smp_store_release(&ring->state, state + 1);	/* E, pairs with D */
	smp_mb();	/* A, pairs with B, F and K */
	*now = ktime_get_ns();
	rec->mono_ns = *now;
	seq = *ns_seq;
	rec->ns_seq = seq;
	WRITE_ONCE(*ns_seq, seq + 1);
	return rec;
}

/* Publish the record of ring_claim(). Context: as there. */
static __always_inline void ring_commit(struct ring *ring)
{
	smp_store_release(&ring->state, ring->state + 1);	/* C, pairs with D */
}

/* The positions that a reader must know before it reads. */
struct ring_edge {
	u64 head;	/* records below it are complete */
	u64 begun;	/* the same, or one more: a write is in progress */
	u64 ns_seq;	/* records of a namespace, all below @begun */
};

/* @ns_seq: the count that ring_claim() increments there, or NULL. */
static __always_inline void ring_edge(const struct ring *ring, const u64 *ns_seq,
				      struct ring_edge *edge)
{
	u64 state;

	edge->ns_seq = ns_seq ? smp_load_acquire(ns_seq) : 0;	/* F, pairs with A */
	state = smp_load_acquire(&ring->state);			/* D, pairs with C */
	edge->head = state >> 1;
	edge->begun = (state + 1) >> 1;
}

/* The first position that is neither overwritten nor being overwritten. */
static __always_inline u64 ring_oldest(const struct ring *ring, u64 begun)
{
	u64 size = (u64)ring->mask + 1;

	return begun > size ? begun - size : 0;
}

/* The record at @pos, or a later one in its slot: see ring_was_there(). */
static __always_inline const struct tcpfsm_record *
ring_slot(const struct ring *ring, u64 pos)
{
	return &ring->slots[pos & ring->mask];
}

/*
 * Were the records valid that have just been copied from @pos on? Return: false if the
 * writer has reused a slot: the copy may be torn, and must be dropped.
 */
static __always_inline bool ring_was_there(const struct ring *ring, u64 pos)
{
	smp_rmb();	/* K, pairs with A */
	return pos >= ring_oldest(ring, (READ_ONCE(ring->state) + 1) >> 1);
}

/* The rings of all CPUs are numbered from 0 to ring_count() - 1. */
unsigned int ring_count(void);
const struct ring *ring_nr(unsigned int nr);

u32 ring_records(void);		/* records of a ring of the first share, not half-open */
u64 ring_overwritten(bool half_open);	/* records overwritten since load */

/* Context: process, before the first and after the last use of the rest. */
int ring_init(u32 records);	/* rounded up to a power of two; 0 or an error */
void ring_exit(void);

/*
 * Allocate the rings of @share, if that was not done before; ring_init() does share 0.
 * The caller is charged. Context: process; takes ring_lock. Return: 0 or -ENOMEM.
 */
int ring_share_ready(unsigned int share);

/* Bytes of the first share on one CPU, which it takes once that CPU is online. */
u64 ring_first_bytes(u32 records);

#endif /* TCPFSM_RING_H */
