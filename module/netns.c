// SPDX-License-Identifier: GPL-2.0
/*
 * The counters of each network namespace: their memory, their sums, and which share
 * of the rings a namespace's records go to.
 *
 * Context: netns_counters_of() in the probes; the rest in process context.
 * Locking: counters are per CPU, and only ever grow. netns_lock guards the list of
 *   namespaces, the shares they are dealt, the sum of those that have gone, so that
 *   a sum counts each once, and the sum at the last restart of the matrix.
 *   A namespace's counters are freed a grace period after pre_exit took them
 *   away (net/core/net_namespace.c:cleanup_net waits between pre_exit and
 *   exit); what TCP does in it after that is counted in netns_late. So is all that it
 *   does in a namespace without memory for counters and rings.
 */
#include "netns.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/snmp.h>
#include <linux/string.h>

#include "ring.h"

unsigned int netns_id __read_mostly;
static struct netns_counters __percpu *netns_late __read_mostly;

/*
 * Another module's namespace operations may make TCP sockets before ours have run
 * (net/core/net_namespace.c:setup_net). What these do is counted for the machine only.
 */
struct netns netns_early __read_mostly;

static DEFINE_MUTEX(netns_lock);	/* the three below */
static LIST_HEAD(netns_list);
static struct netns_counters netns_gone;
static struct netns_counters netns_restart;	/* the sum at the last restart of the matrix */

struct netns_counters __percpu *netns_counters_held(const struct net *net)
{
	const struct netns *own = net_generic(net, netns_id);

	return own->owned;
}

unsigned int netns_share(const struct net *net)
{
	const struct netns *own = net_generic(net, netns_id);

	return own->share;
}

struct wake *netns_wake(const struct net *net)
{
	struct netns *own = net_generic(net, netns_id) ?: &netns_early;

	return &own->wake;
}

u64 netns_born(const struct net *net)
{
	const struct netns *own = net_generic(net, netns_id);

	return own->born_ns;
}

/* All members of struct netns_counters are u64. */
static void netns_add(struct netns_counters *sum, const struct netns_counters *add)
{
	const u64 *from = (const u64 *)add;
	u64 *to = (u64 *)sum;
	size_t i;

	for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
		to[i] += READ_ONCE(from[i]);
}

static void netns_add_cpus(struct netns_counters *sum, const struct netns_counters __percpu *add)
{
	int cpu;

	for_each_possible_cpu(cpu)
		netns_add(sum, per_cpu_ptr(add, cpu));
}

/* The sum of the whole machine. */
static void netns_add_all(struct netns_counters *sum)
{
	const struct netns *own;

	lockdep_assert_held(&netns_lock);
	netns_add(sum, &netns_gone);
	netns_add_cpus(sum, netns_late);
	list_for_each_entry(own, &netns_list, list) {
		netns_add_cpus(sum, own->owned);
		cond_resched();
	}
}

void netns_matrix_restart(void)
{
	mutex_lock(&netns_lock);
	memset(&netns_restart, 0, sizeof(netns_restart));
	netns_add_all(&netns_restart);
	mutex_unlock(&netns_lock);
}

/* Subtract what was counted before the matrix was restarted. */
static void netns_since_restart(struct netns_counters *sum)
{
	size_t i, j;

	lockdep_assert_held(&netns_lock);
	for (i = 0; i < NETNS_STATES; i++)
		for (j = 0; j < NETNS_STATES; j++)
			sum->matrix[i][j] -= netns_restart.matrix[i][j];
}

struct netns_counters *netns_sum(const struct net *net, bool since_restart)
{
	struct netns_counters *sum = kzalloc(sizeof(*sum), GFP_KERNEL);

	if (!sum)
		return NULL;
	if (!net_eq(net, &init_net)) {
		netns_add_cpus(sum, netns_counters_held(net));
		return sum;
	}
	mutex_lock(&netns_lock);
	netns_add_all(sum);
	if (since_restart)
		netns_since_restart(sum);
	mutex_unlock(&netns_lock);
	return sum;
}

/*
 * Namespaces but the initial one are assigned to the other shares in turn. Without
 * memory for a further share, a namespace gets one of these that has its memory.
 * Return: 0 or -ENOMEM.
 */
static int netns_next_share(const struct net *net, unsigned int *share)
{
	static unsigned int dealt;
	unsigned int first, i;

	*share = 0;
	if (net_eq(net, &init_net))
		return 0;
	mutex_lock(&netns_lock);
	first = dealt++;
	mutex_unlock(&netns_lock);
	for (i = 0; i < RING_SHARES - 1; i++) {
		*share = 1 + (first + i) % (RING_SHARES - 1);
		if (ring_share_ready(*share))
			continue;
		if (i)
			pr_warn_once("no memory for another share of the rings: namespaces share those there are\n");
		return 0;
	}
	return -ENOMEM;
}

static void netns_see_overflows(const struct net *net, struct netns_counters __percpu *counters)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu_ptr(counters, cpu)->tw_overflows =
			per_cpu_ptr(net->mib.net_statistics, cpu)->mibs[LINUX_MIB_TCPTIMEWAITOVERFLOW];
}

/* Get memory for counters and rings, or neither. Return: 0 or -ENOMEM. */
static int netns_allocate(struct net *net, struct netns *own)
{
	int err;

	/* Not charged: a limit of its cgroup must not keep a namespace from being recorded. */
	own->owned = alloc_percpu_gfp(struct netns_counters, GFP_KERNEL | __GFP_NOWARN);
	if (!own->owned)
		return -ENOMEM;
	netns_see_overflows(net, own->owned);
	err = netns_next_share(net, &own->share);
	if (err) {
		free_percpu(own->owned);
		own->owned = NULL;
		return err;
	}
	mutex_lock(&netns_lock);
	list_add_tail(&own->list, &netns_list);
	mutex_unlock(&netns_lock);
	return 0;
}

/*
 * The memory of a share is charged to the process that makes its first namespace. A
 * namespace without memory is made all the same: its transitions are only counted.
 */
static int __net_init netns_set_up(struct net *net)
{
	struct netns *own = net_generic(net, netns_id);
	int err = netns_allocate(net, own);

	if (err && net_eq(net, &init_net))
		return err;
	if (err)
		pr_warn_once("no memory for a new network namespace: its transitions are not recorded\n");
	own->born_ns = ktime_get_ns();
	wake_set_up(&own->wake, net_eq(net, &init_net));
	own->rings = err ? ring_cpu.nowhere : &ring_cpu.classes[ring_class(own->share, false)];
	/* Pairs with netns_counters_of(). */
	smp_store_release(&own->counters, err ? netns_late : own->owned);
	return 0;
}

static void __net_exit netns_pre_exit(struct net *net)
{
	struct netns *own = net_generic(net, netns_id);

	WRITE_ONCE(own->counters, netns_late);
}

static void __net_exit netns_tear_down(struct net *net)
{
	struct netns *own = net_generic(net, netns_id);

	if (!own->owned)
		return;
	mutex_lock(&netns_lock);
	list_del(&own->list);
	netns_add_cpus(&netns_gone, own->owned);
	mutex_unlock(&netns_lock);
	free_percpu(own->owned);
}

static struct pernet_operations netns_ops = {
	.init = netns_set_up,
	.pre_exit = netns_pre_exit,
	.exit = netns_tear_down,
	.id = &netns_id,
	.size = sizeof(struct netns),
};

int netns_init(void)
{
	int err;

	BUILD_BUG_ON(sizeof(struct netns_counters) % sizeof(u64));
	netns_late = alloc_percpu(struct netns_counters);
	if (!netns_late)
		return -ENOMEM;
	netns_early.counters = netns_late;
	wake_set_up(&netns_early.wake, false);
	netns_early.rings = &ring_cpu.classes[ring_class(0, false)];
	err = register_pernet_subsys(&netns_ops);
	if (err)
		free_percpu(netns_late);
	return err;
}

void netns_exit(void)
{
	unregister_pernet_subsys(&netns_ops);
	free_percpu(netns_late);
}
