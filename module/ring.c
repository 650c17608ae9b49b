// SPDX-License-Identifier: GPL-2.0
/*
 * The rings of each CPU: fixed-size records, the oldest overwritten, nothing
 * ever waited for.
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
 *     A share's memory is there before a namespace is told to use the share, so
 *     before its first record; below head there is memory.
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
 *
 * selftest/model.c runs this file and cursor.c through every order that a weak
 * machine allows, and without each barrier; selftest/litmus/ has the pairs alone.
 */
#include "ring.h"

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/slab.h>
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
	u32 size;		/* records; power of two */
	struct tcpfsm_record *slots;	/* NULL until its share is used */
};

struct ring_cpu {
	struct ring classes[RING_CLASSES];
};

static struct ring_cpu __percpu *rings;
static u32 nr_records;
static int *ring_cpus;		/* of the rings that are numbered from RING_CLASSES * i */
static unsigned int nr_rings;

static struct tcpfsm_record *ring_slot(const struct ring *ring, u64 pos)
{
	return &ring->slots[pos & (ring->size - 1)];
}

static struct ring *ring_at(unsigned int nr)
{
	return &per_cpu_ptr(rings, ring_cpus[nr / RING_CLASSES])->classes[nr % RING_CLASSES];
}

unsigned int ring_count(void)
{
	return nr_rings;
}

struct tcpfsm_record *ring_claim(struct ring_write *w, unsigned int class,
				 u64 __percpu *ns_seq)
{
	struct tcpfsm_record *rec = NULL;
	u64 now = 0, pos, nth, *count;
	unsigned long flags;
	struct ring *ring;

	lockdep_assert_preemption_disabled();
	ring = &this_cpu_ptr(rings)->classes[class];

	local_irq_save(flags);
	if (ring->active == 0)
		ring->base = ring->head;
	WRITE_ONCE(ring->active, ring->active + 1);
	smp_mb();	/* A, pairs with B */
	/* A refused record counts too: its namespace's readers see the gap. */
	count = this_cpu_ptr(ns_seq) + class;
	nth = *count;
	WRITE_ONCE(*count, nth + 1);
	pos = ring->head;
	if (likely(pos - ring->base < ring->size)) {
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
	rec->ring = class;
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

static u64 ring_oldest(const struct ring *ring, u64 head)
{
	return head > ring->size ? head - ring->size : 0;
}

void ring_edge(unsigned int nr, const u64 __percpu *ns_seq,
	       struct ring_edge *edge)
{
	const struct ring *ring = ring_at(nr);
	const u64 *count = NULL;

	if (ns_seq)
		count = per_cpu_ptr(ns_seq, ring_cpus[nr / RING_CLASSES]) +
			nr % RING_CLASSES;
	edge->ns_seq = count ? smp_load_acquire(count) : 0;	/* F, pairs with A */
	edge->writing = smp_load_acquire(&ring->active);	/* G, pairs with E */
	edge->head = smp_load_acquire(&ring->head);		/* D, pairs with C */
	edge->oldest = ring_oldest(ring, edge->head);
	edge->dropped = READ_ONCE(ring->dropped);
}

static enum ring_got ring_missing(const struct ring *ring, u64 pos)
{
	return READ_ONCE(ring->head) - pos > ring->size ? RING_GONE : RING_UNFINISHED;
}

enum ring_got ring_read(unsigned int nr, u64 pos, struct tcpfsm_record *to)
{
	const struct ring *ring = ring_at(nr);
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

enum ring_got ring_peek(unsigned int nr, u64 pos, u64 *mono_ns, u32 *netns,
			u64 *ns_seq)
{
	const struct ring *ring = ring_at(nr);
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
	return nr_records;
}

u64 ring_overwritten(bool half_open)
{
	u64 sum = 0;
	unsigned int nr;

	for (nr = half_open; nr < nr_rings; nr += 2) {
		const struct ring *ring = ring_at(nr);

		sum += ring_oldest(ring, READ_ONCE(ring->head));
	}
	return sum;
}

u64 ring_dropped(void)
{
	u64 sum = 0;
	unsigned int nr;

	for (nr = 0; nr < nr_rings; nr++)
		sum += READ_ONCE(ring_at(nr)->dropped);
	return sum;
}

static u32 ring_half_open_records(u32 records)
{
	return max(records / RING_HALF_OPEN_PART, RING_RECORDS_MIN);
}

u64 ring_share_bytes(u32 records)
{
	u64 size = roundup_pow_of_two(records);

	return (size + ring_half_open_records(size)) * sizeof(struct tcpfsm_record);
}

static int ring_alloc(struct ring *ring, int cpu)
{
	if (!ring->slots)
		ring->slots = vzalloc_node(array_size(ring->size, sizeof(*ring->slots)),
					   cpu_to_node(cpu));
	return ring->slots ? 0 : -ENOMEM;
}

/* What an attempt that failed half-way has got, the next one uses. */
int ring_share_ready(unsigned int share)
{
	u64 bytes = ring_share_bytes(nr_records) * (nr_rings / RING_CLASSES);
	unsigned int i;

	/* vmalloc() would rather kill somebody than say no. */
	if (!ring_at(ring_class(share, true))->slots &&
	    bytes > (u64)si_mem_available() * PAGE_SIZE / 2)
		return -ENOMEM;
	for (i = 0; i < nr_rings; i += RING_CLASSES)
		if (ring_alloc(ring_at(i + ring_class(share, false)),
			       ring_cpus[i / RING_CLASSES]) ||
		    ring_alloc(ring_at(i + ring_class(share, true)),
			       ring_cpus[i / RING_CLASSES]))
			return -ENOMEM;
	return 0;
}

/* All possible CPUs: one that comes online later must find its rings. */
int ring_init(u32 records)
{
	unsigned int class;
	int cpu;

	nr_records = roundup_pow_of_two(records);
	rings = alloc_percpu(struct ring_cpu);
	ring_cpus = kcalloc(num_possible_cpus(), sizeof(*ring_cpus), GFP_KERNEL);
	if (!rings || !ring_cpus)
		goto err_free;
	for_each_possible_cpu(cpu) {
		struct ring_cpu *own = per_cpu_ptr(rings, cpu);

		for (class = 0; class < RING_CLASSES; class++)
			own->classes[class].size = class % 2 ?
				ring_half_open_records(nr_records) : nr_records;
		ring_cpus[nr_rings / RING_CLASSES] = cpu;
		nr_rings += RING_CLASSES;
	}
	if (ring_share_ready(0))
		goto err_free;
	return 0;

err_free:
	ring_exit();
	return -ENOMEM;
}

void ring_exit(void)
{
	unsigned int nr;

	for (nr = 0; nr < nr_rings; nr++)
		vfree(ring_at(nr)->slots);
	nr_rings = 0;
	kfree(ring_cpus);
	free_percpu(rings);
}
