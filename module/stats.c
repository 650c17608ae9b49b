// SPDX-License-Identifier: GPL-2.0
/*
 * The two pages of counters: stats and matrix.
 *
 * Context: process. Locking: none of its own.
 */
#include "stats.h"

#include <linux/seq_file.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "flow.h"
#include "netns.h"
#include "ring.h"
#include "text.h"
#include "wake.h"

static void (*stats_hooks)(struct seq_file *m);

void stats_init(void (*hooks)(struct seq_file *m))
{
	stats_hooks = hooks;
}

/* Transitions in @sum from or to a number that is no state. */
static u64 stats_odd_states(const struct netns_counters *sum)
{
	unsigned int i, j;
	u64 odd = 0;

	for (i = 0; i < NETNS_STATES; i++)
		for (j = 0; j < NETNS_STATES; j++)
			if (!i || !j || i >= TCPFSM_NR_STATES || j >= TCPFSM_NR_STATES)
				odd += sum->matrix[i][j];
	return odd;
}

int stats_show(struct seq_file *m, const struct net *net)
{
	struct netns_counters *sum = netns_sum(net, false);
	struct flow_counts counts;
	unsigned int class;
	u64 recorded = 0, not_recorded;

	if (!sum)
		return -ENOMEM;
	for (class = 0; class < RING_CLASSES; class++)
		recorded += sum->seq[class];
	not_recorded = sum->seq[RING_NOWHERE];
	seq_printf(m, "version %s\n", TCPFSM_VERSION_STRING);
	seq_printf(m, "recorded %llu\n", recorded);
#define X(name) seq_printf(m, #name " %llu\n", sum->name);
	NETNS_COUNTERS(X)
#undef X
	seq_printf(m, "odd_states %llu\n", stats_odd_states(sum));
	kfree(sum);
	if (net_eq(net, &init_net)) {
		seq_printf(m, "not_recorded %llu\n", not_recorded);
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
		stats_hooks(m);
	}
	return 0;
}

/* In the order of a connection's life. */
static const u8 stats_matrix_order[] = {
	TCPFSM_CLOSED, TCPFSM_LISTEN, TCPFSM_SYN_SENT, TCPFSM_SYN_RCVD,
	TCPFSM_ESTABLISHED, TCPFSM_FIN_WAIT_1, TCPFSM_FIN_WAIT_2,
	TCPFSM_CLOSE_WAIT, TCPFSM_CLOSING, TCPFSM_LAST_ACK, TCPFSM_TIME_WAIT,
};

int stats_matrix_show(struct seq_file *m, const struct net *net)
{
	struct netns_counters *sum = netns_sum(net, true);
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
