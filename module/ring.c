// SPDX-License-Identifier: GPL-2.0
/*
 * The per-CPU rings: fixed-size records, the oldest overwritten, nothing ever
 * waited for.
 *
 * Context: ring_claim() and ring_commit() run in the probes, in process or
 *   softirq context; the rest is process context.
 * Locking: none. A ring is written on its own CPU only. Claiming is one step
 *   with interrupts off, so position, time and namespace count grow together
 *   and every ring is in time order, however writes nest. Filling and
 *   committing are not: a softirq may write whole records in between.
 *
 * Ordering, writer on the left:
 *
 *   ring_claim                        cursor.c: cursor_settle
 *     active += 1                       horizon = clock
 *     smp_mb()              (A)         smp_mb()             (B)
 *     mono_ns = clock                   ring_edge: active, then head
 *
 *     A pairs with B: a reader that finds active == 0 after it read the clock
 *     will never meet a record of this ring, not yet below head, that is older
 *     than that clock reading. This is what holds records back.
 *
 *   ring_claim                        ring_edge
 *     ns_seq += 1                       ns_seq, acquire      (F)
 *     head += 1, release    (C)         active, acquire      (G)
 *   ring_commit                         head, acquire        (D)
 *     active -= 1, release  (E)
 *
 *     C pairs with D: below head a slot is either marked unfinished or whole.
 *     E pairs with G: active == 0 shows the commits before it. A pairs with F:
 *     who saw a count sees its write in active, or ended and below head; so
 *     with active == 0 all that ns_seq counts is below head.
 *
 *   ring_claim                        ring_copy
 *     seq = 0                           seq, acquire         (J)
 *     smp_wmb()             (H)         the other members
 *     the other members                 smp_rmb()            (K)
 *   ring_commit                         seq again
 *     seq = pos + 1, release (I)
 *
 *     I pairs with J, H with K: a copy framed by two readings of pos + 1 is
 *     the record as it was written.
 */
#include "ring.h"

#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>

#ifndef CONFIG_64BIT
#error "tcpfsm: 64-bit kernels only, positions are read in one access"
#endif

struct ring {
	u64 head;		/* next position; written with interrupts off */
	u64 base;		/* head when the outermost write began */
	u64 dropped;		/* claims refused */
	unsigned int active;	/* writes between claim and commit */
	struct tcpfsm_record *slots;	/* nr_slots of them */
};

static struct ring __percpu *rings;
static u32 nr_slots;	/* power of two */

static struct tcpfsm_record *ring_slot(const struct ring *ring, u64 pos)
{
	return &ring->slots[pos & (nr_slots - 1)];
}

struct tcpfsm_record *ring_claim(struct ring_write *w, u64 __percpu *ns_seq)
{
	struct tcpfsm_record *rec = NULL;
	u64 now = 0, pos, nth, *count;
	unsigned long flags;
	struct ring *ring;

	lockdep_assert_preemption_disabled();
	ring = this_cpu_ptr(rings);

	local_irq_save(flags);
	if (ring->active == 0)
		ring->base = ring->head;
	WRITE_ONCE(ring->active, ring->active + 1);
	smp_mb();	/* A, pairs with B */
	/* A refused record counts too: its namespace's readers see the gap. */
	count = this_cpu_ptr(ns_seq);
	nth = *count;
	WRITE_ONCE(*count, nth + 1);
	pos = ring->head;
	if (likely(pos - ring->base < nr_slots)) {
		now = ktime_get_ns();
		rec = ring_slot(ring, pos);
		WRITE_ONCE(rec->seq, 0);
		smp_store_release(&ring->head, pos + 1);	/* C, pairs with D */
	} else {
		WRITE_ONCE(ring->dropped, ring->dropped + 1);
		smp_store_release(&ring->active, ring->active - 1);
	}
	local_irq_restore(flags);
	if (unlikely(!rec))
		return NULL;

	smp_wmb();	/* H, pairs with K */
	memset((void *)rec + sizeof(rec->seq), 0, sizeof(*rec) - sizeof(rec->seq));
	rec->mono_ns = now;
	rec->ns_seq = nth;
	rec->cpu = smp_processor_id();
	w->ring = ring;
	w->rec = rec;
	w->pos = pos;
	return rec;
}

void ring_commit(struct ring_write *w)
{
	struct ring *ring = w->ring;

	smp_store_release(&w->rec->seq, w->pos + 1);	/* I, pairs with J */
	/* What interrupts us here leaves active as it found it. */
	smp_store_release(&ring->active, ring->active - 1);	/* E, pairs with G */
}

void ring_edge(int cpu, const u64 __percpu *ns_seq, struct ring_edge *edge)
{
	const struct ring *ring = per_cpu_ptr(rings, cpu);

	edge->ns_seq = ns_seq ? smp_load_acquire(per_cpu_ptr(ns_seq, cpu)) : 0; /* F */
	edge->writing = smp_load_acquire(&ring->active);	/* G, pairs with E */
	edge->head = smp_load_acquire(&ring->head);		/* D, pairs with C */
	edge->dropped = READ_ONCE(ring->dropped);
}

static enum ring_got ring_missing(const struct ring *ring, u64 pos)
{
	return READ_ONCE(ring->head) - pos > nr_slots ? RING_GONE : RING_UNFINISHED;
}

enum ring_got ring_read(int cpu, u64 pos, struct tcpfsm_record *to)
{
	const struct ring *ring = per_cpu_ptr(rings, cpu);
	const struct tcpfsm_record *rec = ring_slot(ring, pos);

	if (smp_load_acquire(&rec->seq) != pos + 1)	/* J, pairs with I */
		return ring_missing(ring, pos);
	memcpy(to, rec, sizeof(*to));
	smp_rmb();	/* K, pairs with H */
	if (READ_ONCE(rec->seq) != pos + 1)
		return RING_GONE;
	to->seq = pos + 1;
	return RING_GOT;
}

enum ring_got ring_peek(int cpu, u64 pos, u64 *mono_ns, u32 *netns, u64 *ns_seq)
{
	const struct ring *ring = per_cpu_ptr(rings, cpu);
	const struct tcpfsm_record *rec = ring_slot(ring, pos);

	if (smp_load_acquire(&rec->seq) != pos + 1)	/* J, pairs with I */
		return ring_missing(ring, pos);
	*mono_ns = READ_ONCE(rec->mono_ns);
	*netns = READ_ONCE(rec->netns);
	*ns_seq = READ_ONCE(rec->ns_seq);
	smp_rmb();	/* K, pairs with H */
	return READ_ONCE(rec->seq) == pos + 1 ? RING_GOT : RING_GONE;
}

u32 ring_records(void)
{
	return nr_slots;
}

u64 ring_overwritten(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		u64 head = READ_ONCE(per_cpu_ptr(rings, cpu)->head);

		sum += head > nr_slots ? head - nr_slots : 0;
	}
	return sum;
}

u64 ring_dropped(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(rings, cpu)->dropped);
	return sum;
}

/* All possible CPUs: one that comes online later must find its ring. */
int ring_init(u32 records)
{
	int cpu;

	nr_slots = roundup_pow_of_two(records);
	rings = alloc_percpu(struct ring);
	if (!rings)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct ring *ring = per_cpu_ptr(rings, cpu);

		ring->slots = vzalloc_node(array_size(nr_slots, sizeof(*ring->slots)),
					   cpu_to_node(cpu));
		if (!ring->slots)
			goto err_free;
	}
	return 0;

err_free:
	ring_exit();
	return -ENOMEM;
}

void ring_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		vfree(per_cpu_ptr(rings, cpu)->slots);
	free_percpu(rings);
}
