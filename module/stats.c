// SPDX-License-Identifier: GPL-2.0
/*
 * Counters per network namespace, and their two text files.
 *
 * Context: stats_of() in the probes; the rest in process context.
 * Locking: counters are per-CPU, and only ever grow. stats_sum_lock guards the
 *   list of namespaces, the shares they are dealt and the sum of those that went,
 *   so that a sum counts each just once, and from where the machine's matrix
 *   counts.
 *   A namespace's counters are freed a grace period after pre_exit took them
 *   away (net/core/net_namespace.c:cleanup_net waits between pre_exit and
 *   exit); what TCP does in it after that goes to stats_late.
 */
#include "stats.h"

#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "flow.h"
#include "hook.h"
#include "ring.h"
#include "stats_net.h"
#include "text.h"
#include "wake.h"

unsigned int stats_net_id __read_mostly;
static struct stats __percpu *stats_late __read_mostly;

static DEFINE_MUTEX(stats_sum_lock);	/* the three below */
static LIST_HEAD(stats_nets);
static struct stats stats_gone;
static struct stats stats_restart;	/* the sum when the matrix was restarted */

struct stats __percpu *stats_held(const struct net *net)
{
	const struct stats_net *sn = net_generic(net, stats_net_id);

	return sn->owned;
}

unsigned int stats_share(const struct net *net)
{
	const struct stats_net *sn = net_generic(net, stats_net_id);

	return sn->share;
}

u64 stats_net_born(const struct net *net)
{
	const struct stats_net *sn = net_generic(net, stats_net_id);

	return sn->born_ns;
}

/* All members are u64, struct stats is an array of them. */
static void stats_add(struct stats *sum, const struct stats *add)
{
	const u64 *from = (const u64 *)add;
	u64 *to = (u64 *)sum;
	size_t i;

	for (i = 0; i < sizeof(*sum) / sizeof(u64); i++)
		to[i] += READ_ONCE(from[i]);
}

static void stats_add_cpus(struct stats *sum, const struct stats __percpu *add)
{
	int cpu;

	for_each_possible_cpu(cpu)
		stats_add(sum, per_cpu_ptr(add, cpu));
}

/* Those of the whole machine. */
static void stats_add_all(struct stats *sum)
{
	const struct stats_net *sn;

	lockdep_assert_held(&stats_sum_lock);
	stats_add(sum, &stats_gone);
	stats_add_cpus(sum, stats_late);
	list_for_each_entry(sn, &stats_nets, list) {
		stats_add_cpus(sum, sn->owned);
		cond_resched();
	}
}

void stats_matrix_restart(void)
{
	mutex_lock(&stats_sum_lock);
	memset(&stats_restart, 0, sizeof(stats_restart));
	stats_add_all(&stats_restart);
	mutex_unlock(&stats_sum_lock);
}

/* From where the machine's matrix counts. */
static void stats_since_restart(struct stats *sum)
{
	size_t i, j;

	lockdep_assert_held(&stats_sum_lock);
	for (i = 0; i < STATS_STATES; i++)
		for (j = 0; j < STATS_STATES; j++)
			sum->matrix[i][j] -= stats_restart.matrix[i][j];
}

/*
 * @net's counters; for the initial namespace, those of the whole machine, and the
 * matrix as it is shown if it is to be @shown.
 */
static struct stats *stats_sum(const struct net *net, bool shown)
{
	struct stats *sum = kzalloc(sizeof(*sum), GFP_KERNEL);

	if (!sum)
		return NULL;
	if (!net_eq(net, &init_net)) {
		stats_add_cpus(sum, stats_held(net));
		return sum;
	}
	mutex_lock(&stats_sum_lock);
	stats_add_all(sum);
	if (shown)
		stats_since_restart(sum);
	mutex_unlock(&stats_sum_lock);
	return sum;
}

/* Transitions with numbers outside the state machine, of what @sum counts. */
static u64 stats_odd_states(const struct stats *sum)
{
	unsigned int i, j;
	u64 odd = 0;

	for (i = 0; i < STATS_STATES; i++)
		for (j = 0; j < STATS_STATES; j++)
			if (!i || !j || i >= TCPFSM_NR_STATES || j >= TCPFSM_NR_STATES)
				odd += sum->matrix[i][j];
	return odd;
}

int stats_show(struct seq_file *m, const struct net *net)
{
	struct stats *sum = stats_sum(net, false);
	struct flow_counts counts;
	unsigned int class;
	u64 recorded = 0;

	if (!sum)
		return -ENOMEM;
	for (class = 0; class < RING_CLASSES; class++)
		recorded += sum->seq[class];
	seq_printf(m, "version %s\n", TCPFSM_VERSION_STRING);
	seq_printf(m, "recorded %llu\n", recorded);
#define X(name) seq_printf(m, #name " %llu\n", sum->name);
	STATS_COUNTERS(X)
#undef X
	seq_printf(m, "odd_states %llu\n", stats_odd_states(sum));
	kfree(sum);
	if (net_eq(net, &init_net)) {
		seq_printf(m, "records_per_cpu %u\n", ring_records());
		seq_printf(m, "overwritten %llu\n", ring_overwritten(false));
		seq_printf(m, "overwritten_half_open %llu\n",
			   ring_overwritten(true));
		seq_printf(m, "wake_ups %llu\n", wake_count());
		flow_count(&counts);
		seq_printf(m, "flows_max %u\n", counts.max);
		seq_printf(m, "flows_live %u\n", counts.live);
		seq_printf(m, "flows_half_open %u\n", counts.half_open);
		seq_printf(m, "flows_evicted %llu\n", counts.evicted);
		seq_printf(m, "flows_half_open_evicted %llu\n",
			   counts.half_open_evicted);
		hook_show(m);
	}
	return 0;
}

/* In the order of a connection's life, not of the kernel's numbers. */
static const u8 stats_matrix_order[] = {
	TCPFSM_CLOSED, TCPFSM_LISTEN, TCPFSM_SYN_SENT, TCPFSM_SYN_RCVD,
	TCPFSM_ESTABLISHED, TCPFSM_FIN_WAIT_1, TCPFSM_FIN_WAIT_2,
	TCPFSM_CLOSE_WAIT, TCPFSM_CLOSING, TCPFSM_LAST_ACK, TCPFSM_TIME_WAIT,
};

int stats_matrix_show(struct seq_file *m, const struct net *net)
{
	struct stats *sum = stats_sum(net, true);
	size_t i, j;

	if (!sum)
		return -ENOMEM;
	seq_printf(m, "%-11s", "OLD\\NEW");
	for (j = 0; j < ARRAY_SIZE(stats_matrix_order); j++)
		seq_printf(m, " %11s", text_state_names[stats_matrix_order[j]]);
	seq_putc(m, '\n');
	for (i = 0; i < ARRAY_SIZE(stats_matrix_order); i++) {
		const u64 *row = sum->matrix[stats_matrix_order[i]];

		seq_printf(m, "%-11s", text_state_names[stats_matrix_order[i]]);
		for (j = 0; j < ARRAY_SIZE(stats_matrix_order); j++)
			seq_printf(m, " %11llu", row[stats_matrix_order[j]]);
		seq_putc(m, '\n');
	}
	kfree(sum);
	return 0;
}

/*
 * The shares that are not the initial namespace's are dealt out in turn. Where
 * there is no memory for another one, one is used that has it.
 */
static unsigned int stats_next_share(const struct net *net)
{
	static unsigned int dealt;
	unsigned int share, tries;

	if (net_eq(net, &init_net))
		return 0;
	for (tries = 1; tries < RING_SHARES; tries++) {
		share = 1 + dealt++ % (RING_SHARES - 1);
		if (!ring_share_ready(share))
			return share;
		pr_warn_once("no memory for the rings of another share: namespaces have fewer to themselves\n");
	}
	return 0;
}

static int __net_init stats_net_init(struct net *net)
{
	struct stats_net *sn = net_generic(net, stats_net_id);

	sn->owned = alloc_percpu(struct stats);
	if (!sn->owned)
		return -ENOMEM;
	sn->born_ns = ktime_get_ns();
	mutex_lock(&stats_sum_lock);
	sn->share = stats_next_share(net);
	sn->rings = &ring_cpu.classes[ring_class(sn->share, false)];
	list_add_tail(&sn->list, &stats_nets);
	mutex_unlock(&stats_sum_lock);
	smp_store_release(&sn->stats, sn->owned);	/* pairs with stats_of() */
	return 0;
}

static void __net_exit stats_net_pre_exit(struct net *net)
{
	struct stats_net *sn = net_generic(net, stats_net_id);

	WRITE_ONCE(sn->stats, stats_late);
}

static void __net_exit stats_net_exit(struct net *net)
{
	struct stats_net *sn = net_generic(net, stats_net_id);

	mutex_lock(&stats_sum_lock);
	list_del(&sn->list);
	stats_add_cpus(&stats_gone, sn->owned);
	mutex_unlock(&stats_sum_lock);
	free_percpu(sn->owned);
}

static struct pernet_operations stats_net_ops = {
	.init = stats_net_init,
	.pre_exit = stats_net_pre_exit,
	.exit = stats_net_exit,
	.id = &stats_net_id,
	.size = sizeof(struct stats_net),
};

int stats_init(void)
{
	int err;

	BUILD_BUG_ON(sizeof(struct stats) % sizeof(u64));
	stats_late = alloc_percpu(struct stats);
	if (!stats_late)
		return -ENOMEM;
	err = register_pernet_subsys(&stats_net_ops);
	if (err)
		free_percpu(stats_late);
	return err;
}

void stats_exit(void)
{
	unregister_pernet_subsys(&stats_net_ops);
	free_percpu(stats_late);
}
