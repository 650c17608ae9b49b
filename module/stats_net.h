/* SPDX-License-Identifier: GPL-2.0 */
/* What a network namespace has of ours, and how the probes find it. */
#ifndef TCPFSM_STATS_NET_H
#define TCPFSM_STATS_NET_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "stats.h"

/* stats.c's own but for stats_of(). */
struct stats_net {
	struct stats __percpu *stats;	/* stats_late once the namespace is going */
	struct ring __percpu *rings;	/* its share's, the half-open ones' second */
	struct stats __percpu *owned;	/* @stats at first, to be freed */
	struct list_head list;		/* of all namespaces */
	u64 born_ns;
	unsigned int share;		/* of the rings */
};

extern unsigned int stats_net_id;

/*
 * The counters of @net, for this_cpu_inc(stats->name), and the rings its records
 * go to. As net_generic(), but interrupts that are off protect enough.
 * Context: interrupts off from here to the last use.
 */
static __always_inline struct stats __percpu *
stats_of(const struct net *net, struct ring __percpu **rings)
{
	const struct net_generic *gen = rcu_dereference_sched(net->gen);
	const struct stats_net *sn = gen->ptr[stats_net_id];
	/* Pairs with stats_net_init(): its share's rings have their memory. */
	struct stats __percpu *stats = smp_load_acquire(&sn->stats);

	*rings = sn->rings;
	return stats;
}

#endif /* TCPFSM_STATS_NET_H */
