// SPDX-License-Identifier: GPL-2.0
/*
 * The rings of each CPU: fixed-size records, of which the oldest is overwritten. A
 * writer never waits.
 *
 * Context: ring_claim() and ring_commit() run in the probes, in process or
 *   softirq context; the rest is process context.
 * Locking: none but ring_lock for the memory. A ring is written on its own CPU only,
 *   with interrupts off from claim to commit, so every ring is in time order.
 *
 * Ordering, writer on the left:
 *
 *   ring_claim                        cursor.c: cursor_settle
 *     state += 1, odd                   horizon = clock
 *     smp_mb()              (A)         smp_mb()             (B)
 *     mono_ns = clock                   ring_edge: state
 *
 *     A pairs with B: a reader reads the clock, then the position that the ring has
 *     begun. Every record from that position on is younger than the clock reading,
 *     since its writer reads the clock later. So a reader that waits for the writes
 *     begun has all records older than its reading.
 *
 *     On arm64 a barrier does not order the reading of the clock's counter, which is no
 *     access to memory. ktime_get_ns() loads its sequence count first, which A orders
 *     after the store; a branch depends on it, and isb, or a counter that synchronises
 *     itself, waits for the branch before the counter is read. On the reader's side the
 *     counter's value goes into the address of a load, which B orders
 *     (arch/arm64/include/asm/arch_timer.h: arch_counter_enforce_ordering). A clock that
 *     reads its counter without a load and a branch before it would break this.
 *
 *   ring_claim                        ring_edge
 *     state += 1, odd, release (E)      ns_seq, acquire      (F)
 *     smp_mb()              (A)         state, acquire       (D)
 *     ns_seq += 1
 *     the record
 *   ring_commit
 *     state += 1, even, release (C)
 *
 *     C pairs with D: the records below head are complete. E pairs with D, too, for
 *     the records before the one that it begins: a reader may see E's store and not
 *     C's before it. A share has its memory before a namespace uses it, and a CPU before
 *     it runs, and so before its first record: below head there is memory. A pairs with
 *     F: a reader that saw a count sees that write begun.
 *
 *     A pairs with B for a share's memory, too: a reader that finds a share without
 *     memory after it has read the clock finds no record older than that in it later.
 *
 *   ring_claim                        lane_find, lane_take: ring_was_there
 *     state += 1, odd                   the record
 *     smp_mb()              (A)         smp_rmb()            (K)
 *     the record                        state
 *
 *     A pairs with K: a reader that has copied any byte of a later record then sees
 *     that write begun in state, or a later one, and drops its copy.
 *
 * selftest/model/ runs ring.h and cursor.c in every order that a weakly ordered
 * machine allows, and again without each barrier.
 */
#include "ring.h"

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
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
static int *ring_cpus;		/* [i]: the CPU of the rings from RING_CLASSES * i on */
static unsigned int nr_rings;
static int ring_hotplug;	/* the state of CPU hotplug that calls ring_cpu_up() */
static DEFINE_MUTEX(ring_lock);	/* which rings have memory */

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

u64 ring_first_bytes(u32 records)
{
	u64 size = roundup_pow_of_two(records);

	return (size + ring_half_open_records(size)) * sizeof(struct tcpfsm_record);
}

static u32 ring_length(unsigned int class)
{
	u32 records = nr_records;

	if (ring_share(class))
		records = max(records / RING_SHARE_PART, min(records, RING_RECORDS_MIN));
	return class % 2 ? ring_half_open_records(records) : records;
}

/* vmalloc() would call the OOM killer before it fails. */
static bool ring_bytes_fit(u64 bytes)
{
	return bytes <= (u64)si_mem_available() * PAGE_SIZE / 2;
}

static u64 ring_bytes(const struct ring *ring)
{
	return (ring->mask + 1ull) * sizeof(*ring->slots);
}

/* @charge: __GFP_ACCOUNT or 0. No function that is exported takes the CPU's node, too. */
static void *ring_alloc(const struct ring *ring, gfp_t charge)
{
	if (ring_share(ring->class))
		return __vmalloc(ring_bytes(ring), GFP_KERNEL | charge | __GFP_ZERO |
						   __GFP_NORETRY | __GFP_NOWARN);
	return vzalloc_node(ring_bytes(ring), cpu_to_node(ring->cpu));
}

/* The rings of @share are numbered from 0, too. */
static struct ring *ring_of_share(unsigned int share, unsigned int nr)
{
	return ring_at(nr / 2 * RING_CLASSES + ring_class(share, nr % 2));
}

static bool ring_share_is_ready(unsigned int share)
{
	lockdep_assert_held(&ring_lock);
	return ring_of_share(share, 0)->slots;
}

/* Has the CPU of ring @nr of a share rings? Then those of share 0 have memory. */
static bool ring_is_used(unsigned int nr)
{
	return READ_ONCE(ring_of_share(0, nr)->slots);
}

/*
 * Give the rings of @share the memory in @slots, and leave NULL there. Without memory for
 * all, no ring gets any; what is in @slots is then the caller's to free.
 */
static int ring_share_give(unsigned int share, void **slots)
{
	unsigned int nr;

	lockdep_assert_held(&ring_lock);
	/* CPUs may have come online meanwhile. */
	for (nr = 0; nr < nr_rings / RING_SHARES; nr++)
		if (ring_is_used(nr) && !slots[nr]) {
			slots[nr] = ring_alloc(ring_of_share(share, nr), 0);
			if (!slots[nr])
				return -ENOMEM;
		}
	for (nr = 0; nr < nr_rings / RING_SHARES; nr++) {
		WRITE_ONCE(ring_of_share(share, nr)->slots, slots[nr]);
		slots[nr] = NULL;
	}
	return 0;
}

/* Memory for the rings of @share on each CPU that has rings, charged to the caller. */
static int ring_share_alloc(unsigned int share, void **slots)
{
	unsigned int nr;
	u64 bytes = 0;

	for (nr = 0; nr < nr_rings / RING_SHARES; nr++)
		if (ring_is_used(nr))
			bytes += ring_bytes(ring_of_share(share, nr));
	if (!ring_bytes_fit(bytes))
		return -ENOMEM;
	for (nr = 0; nr < nr_rings / RING_SHARES; nr++)
		if (ring_is_used(nr)) {
			slots[nr] = ring_alloc(ring_of_share(share, nr), __GFP_ACCOUNT);
			if (!slots[nr])
				return -ENOMEM;
		}
	return 0;
}

/*
 * The process that makes a namespace is charged, and neither it nor another one is killed
 * for that. Its limit may hold it up, so it allocates before it takes ring_lock.
 */
int ring_share_ready(unsigned int share)
{
	unsigned int nr, end = nr_rings / RING_SHARES;
	void **slots;
	bool ready;
	int err;

	/* Its first ring may have memory before the others. */
	mutex_lock(&ring_lock);
	ready = ring_share_is_ready(share);
	mutex_unlock(&ring_lock);
	if (ready)
		return 0;
	slots = kcalloc(end, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	err = ring_share_alloc(share, slots);
	mutex_lock(&ring_lock);
	if (ring_share_is_ready(share))
		err = 0;	/* another namespace was first */
	else if (!err)
		err = ring_share_give(share, slots);
	mutex_unlock(&ring_lock);
	for (nr = 0; nr < end; nr++)
		vfree(slots[nr]);
	kfree(slots);
	return err;
}

/* Give @rings, those of a CPU, the memory of class @class. */
static int ring_cpu_give(struct ring *rings, unsigned int class)
{
	struct ring *ring = &rings[class];
	void *slots;

	lockdep_assert_held(&ring_lock);
	if (ring->slots || (ring_share(class) && !ring_share_is_ready(ring_share(class))))
		return 0;
	slots = ring_bytes_fit(ring_bytes(ring)) ? ring_alloc(ring, 0) : NULL;
	if (!slots)
		return -ENOMEM;
	WRITE_ONCE(ring->slots, slots);
	return 0;
}

/* Give a CPU memory for the shares in use. It keeps it when it goes offline. */
static int ring_cpu_ready(unsigned int cpu)
{
	struct ring *rings = per_cpu_ptr(&ring_cpu, cpu)->classes;
	unsigned int class;
	int err = 0;

	mutex_lock(&ring_lock);
	for (class = 0; class < RING_CLASSES && !err; class++)
		err = ring_cpu_give(rings, class);
	/* It had no rings before, and has written nothing. */
	for (class = 0; class < RING_CLASSES && err; class++) {
		vfree(rings[class].slots);
		WRITE_ONCE(rings[class].slots, NULL);
	}
	mutex_unlock(&ring_lock);
	return err;
}

/* Before a CPU runs. Without rings it does not come online: its records would be missing. */
static int ring_cpu_up(unsigned int cpu)
{
	int err = ring_cpu_ready(cpu);

	if (err)
		pr_err("no memory for the rings of CPU %u: it cannot come online\n", cpu);
	return err;
}

/* On 5.10, and up to 6.1.96, cpuhp_setup_state() does not call this for the CPUs online. */
static int ring_cpus_ready(void)
{
	int err, cpu;

	/* Online or not: the first ring of a share stands for all of them. */
	err = ring_cpu_ready(ring_cpus[0]);
	if (err)
		return err;
	err = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "tcpfsm:rings", ring_cpu_up,
					NULL);
	if (err < 0)
		return err;
	ring_hotplug = err;
	err = 0;
	cpus_read_lock();
	for_each_online_cpu(cpu)
		err = err ?: ring_cpu_ready(cpu);
	cpus_read_unlock();
	return err;
}

/* Readers have a lane for each ring of a possible CPU, but not each ring gets memory. */
int ring_init(u32 records)
{
	unsigned int class;
	int cpu, err;

	nr_records = roundup_pow_of_two(records);
	ring_cpus = kcalloc(num_possible_cpus(), sizeof(*ring_cpus), GFP_KERNEL);
	if (!ring_cpus)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct ring_cpu *own = per_cpu_ptr(&ring_cpu, cpu);

		for (class = 0; class < RING_CLASSES; class++)
			own->classes[class] = (struct ring){
				.mask = ring_length(class) - 1,
				.cpu = cpu,
				.class = class,
			};
		own->nowhere[0] = (struct ring){
			.slots = &own->unread, .cpu = cpu, .class = RING_NOWHERE,
		};
		own->nowhere[1] = own->nowhere[0];
		ring_cpus[nr_rings / RING_CLASSES] = cpu;
		nr_rings += RING_CLASSES;
	}
	err = ring_bytes_fit(ring_first_bytes(records) * num_online_cpus()) ? ring_cpus_ready() :
									      -ENOMEM;
	if (err)
		ring_exit();
	return err;
}

void ring_exit(void)
{
	unsigned int nr;

	if (ring_hotplug)
		cpuhp_remove_state_nocalls(ring_hotplug);
	for (nr = 0; nr < nr_rings; nr++)
		vfree(ring_at(nr)->slots);
	nr_rings = 0;
	kfree(ring_cpus);
}
