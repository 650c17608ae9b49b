// SPDX-License-Identifier: GPL-2.0
/*
 * The rings of each CPU: fixed-size records, the oldest overwritten, nothing
 * ever waited for.
 *
 * Context: ring_claim() and ring_commit() run in the probes, in process or
 *   softirq context; the rest is process context.
 * Locking: none. A ring is written on its own CPU only, with interrupts off from
 *   claim to commit, so every ring is in time order.
 *
 * Ordering, writer on the left:
 *
 *   ring_claim                        cursor.c: cursor_settle
 *     state += 1, odd                   horizon = clock
 *     smp_mb()              (A)         smp_mb()             (B)
 *     mono_ns = clock                   ring_edge: state
 *
 *     A pairs with B: a reader that has read the clock will never meet a record of
 *     this ring that is older than that, but for those below the position that
 *     ring_edge() then finds begun: the next write reads the clock after it. This
 *     is what holds records back, and that a write ends is all that is waited for.
 *
 *   ring_claim                        ring_edge
 *     state += 1, odd, release (E)      ns_seq, acquire      (F)
 *     smp_mb()              (A)         state, acquire       (D)
 *     ns_seq += 1
 *     the record
 *   ring_commit
 *     state += 1, even, release (C)
 *
 *     C pairs with D: below head the records are whole. So does E, for the records
 *     before the one it begins: what a release carries, a later store to the same
 *     word does not. A share's memory is there before a namespace is told to use
 *     the share, so before its first record; below head there is memory. A pairs
 *     with F: who saw a count sees that write begun.
 *
 *     In the same way A pairs with B for a share's memory: who looks, behind the
 *     clock, whether it is there and finds it is not, meets no record older than
 *     that in its rings.
 *
 *   ring_claim                        lane_find, lane_take: ring_was_there
 *     state += 1, odd                   the record
 *     smp_mb()              (A)         smp_rmb()            (K)
 *     the record                        state
 *
 *     A pairs with K: who read anything of a later record sees its write in
 *     state, or a later one, and knows that what it copied is gone.
 *
 * selftest/model/ runs ring.h and cursor.c in every order that a weakly ordered
 * machine allows, and again without each barrier.
 */
#include "ring.h"

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/kernel.h>
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

DEFINE_PER_CPU(struct ring_cpu, ring_cpu);

static u32 nr_records;
static int *ring_cpus;		/* of the rings that are numbered from RING_CLASSES * i */
static unsigned int nr_rings;

static struct ring *ring_at(unsigned int nr)
{
	return &per_cpu_ptr(&ring_cpu, ring_cpus[nr / RING_CLASSES])->classes[nr % RING_CLASSES];
}

const struct ring *ring_nr(unsigned int nr)
{
	return ring_at(nr);
}

unsigned int ring_count(void)
{
	return nr_rings;
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

		sum += ring_oldest(ring, (READ_ONCE(ring->state) + 1) >> 1);
	}
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

static int ring_alloc(struct ring *ring)
{
	/* cursor.c asks whether it is there. */
	if (!ring->slots)
		WRITE_ONCE(ring->slots, vzalloc_node(array_size(ring->mask + 1UL, sizeof(*ring->slots)),
						     cpu_to_node(ring->cpu)));
	return ring->slots ? 0 : -ENOMEM;
}

/*
 * What an attempt that failed half-way has got, the next one uses. The last ring
 * has its memory last: who finds it there finds that of all.
 */
int ring_share_ready(unsigned int share)
{
	u64 bytes = ring_share_bytes(nr_records) * (nr_rings / RING_CLASSES);
	unsigned int i;

	/* vmalloc() would rather kill somebody than say no. */
	if (!ring_at(nr_rings - RING_CLASSES + ring_class(share, true))->slots &&
	    bytes > (u64)si_mem_available() * PAGE_SIZE / 2)
		return -ENOMEM;
	for (i = 0; i < nr_rings; i += RING_CLASSES)
		if (ring_alloc(ring_at(i + ring_class(share, false))) ||
		    ring_alloc(ring_at(i + ring_class(share, true))))
			return -ENOMEM;
	return 0;
}

/* All possible CPUs: one that comes online later must find its rings. */
int ring_init(u32 records)
{
	unsigned int class;
	int cpu;

	nr_records = roundup_pow_of_two(records);
	ring_cpus = kcalloc(num_possible_cpus(), sizeof(*ring_cpus), GFP_KERNEL);
	if (!ring_cpus)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct ring_cpu *own = per_cpu_ptr(&ring_cpu, cpu);

		for (class = 0; class < RING_CLASSES; class++)
			own->classes[class] = (struct ring){
				.mask = (class % 2 ? ring_half_open_records(nr_records) :
						     nr_records) - 1,
				.cpu = cpu,
				.class = class,
			};
		ring_cpus[nr_rings / RING_CLASSES] = cpu;
		nr_rings += RING_CLASSES;
	}
	if (!ring_share_ready(0))
		return 0;
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
}
