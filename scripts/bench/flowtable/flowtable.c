// SPDX-License-Identifier: GPL-2.0
/*
 * The cost of the flow table alone, with 100 to 1 000 000 flows: flow.c unchanged, without
 * sockets. Loading measures, prints to the kernel log and fails on purpose, so that there is
 * nothing to unload.
 *
 * Locking: measurements run with interrupts off, as the probes do.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/irqflags.h>
#include <linux/sched.h>
#include <linux/timex.h>

#include "flow.c"

static uint flows_wanted = 1000000;
module_param_named(flows, flows_wanted, uint, 0444);

#define OPERATIONS	4096

/* Ids are assigned in order, and looked up at random. */
static u64 any_of(u64 *random, u32 live)
{
	*random = *random * 6364136223846793005ull + 1442695040888963407ull;
	return 1 + ((*random >> 32) * live >> 32);
}

/* The loop and its random numbers alone, to be subtracted. */
static u64 measure_loop(u32 live)
{
	u64 random = 1, sum = 0, begin;
	int i;

	local_irq_disable();
	begin = get_cycles();
	for (i = 0; i < OPERATIONS; i++)
		sum += any_of(&random, live);
	begin = get_cycles() - begin;
	local_irq_enable();
	return sum ? begin : 0;
}

static u64 measure_find(u32 live, u64 beyond, unsigned int *found)
{
	u64 random = 1, begin;
	struct flow_lock lock;
	int i;

	*found = 0;
	local_irq_disable();
	begin = get_cycles();
	for (i = 0; i < OPERATIONS; i++) {
		if (flow_lock(&lock, any_of(&random, live) + beyond))
			++*found;
		flow_unlock(lock);
	}
	begin = get_cycles() - begin;
	local_irq_enable();
	return begin;
}

/* Remove one, add one: the number of flows stays the same. */
static u64 measure_replace(u32 live)
{
	u64 random = 1, begin, key;
	struct flow_lock lock;
	struct flow *flow;
	int i;

	local_irq_disable();
	begin = get_cycles();
	for (i = 0; i < OPERATIONS; i++) {
		key = any_of(&random, live);
		flow = flow_lock(&lock, key);
		if (flow)
			flow_remove(lock, flow);
		flow_unlock(lock);
		flow_lock(&lock, key);
		flow_add(lock, key, 0);
		flow_unlock(lock);
	}
	begin = get_cycles() - begin;
	local_irq_enable();
	return begin;
}

/* At the bound: each new flow evicts another. */
static u64 measure_evict(u64 first)
{
	struct flow_lock lock;
	u64 begin;
	int i;

	local_irq_disable();
	begin = get_cycles();
	for (i = 0; i < OPERATIONS; i++) {
		flow_lock(&lock, first + i);
		flow_add(lock, first + i, 0);
		flow_unlock(lock);
	}
	begin = get_cycles() - begin;
	local_irq_enable();
	return begin;
}

static void fill(u64 from, u64 to)
{
	struct flow_lock lock;
	u64 key;

	for (key = from; key <= to; key++) {
		local_irq_disable();
		flow_lock(&lock, key);
		flow_add(lock, key, 0);
		flow_unlock(lock);
		local_irq_enable();
		if (key % 4096 == 0)
			cond_resched();
	}
}

static void measure(u32 live)
{
	u64 loop = measure_loop(live), find, miss, replace;
	unsigned int found, missed;

	find = measure_find(live, 0, &found) - loop;
	miss = measure_find(live, 1ull << 40, &missed) - loop;
	replace = measure_replace(live) - loop;
	pr_info("figure: live=%u find=%llu miss=%llu remove_and_add=%llu found=%u of %u\n",
		live, find / OPERATIONS, miss / OPERATIONS, replace / OPERATIONS,
		found - missed, OPERATIONS);
}

static int __init flowtable_init(void)
{
	/* A quarter of the places is for half-open connections. */
	u32 max = flows_wanted / 3 * 4 + 4, size = max - max / 4;
	/* In ten-thousandths; the last places are the hardest to find. */
	static const u16 levels[] = { 1, 10, 100, 1000, 5000, 9000, 9900, 9990, 9999, 10000 };
	struct flow_counts counts;
	u32 live = 0, before;
	u64 evict;
	int i, err = flow_init(max);

	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		before = live;
		live = (u64)size * levels[i] / 10000;
		fill(before + 1, live);
		measure(live);
	}
	evict = measure_evict(1ull << 41);
	flow_count(&counts);
	pr_info("figure: live=%u evict=%llu evicted=%llu\n", counts.live,
		evict / OPERATIONS, counts.evicted);
	flow_exit();
	return -ECANCELED;
}
module_init(flowtable_init);

MODULE_DESCRIPTION("tcpfsm's flow table, measured alone");
MODULE_LICENSE("GPL");
