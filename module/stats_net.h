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
	struct stats __percpu *stats;	/* NULL once the namespace is going */
	struct stats __percpu *owned;	/* the same, for who frees it */
	struct list_head list;		/* of all namespaces */
	u64 born_ns;
	unsigned int share;		/* of the rings */
};

extern unsigned int stats_net_id;
extern struct stats __percpu *stats_late;

/*
 * The counters of @net, for this_cpu_inc(stats->name), and which share of the
 * rings its records go to: net_generic(), for whom interrupts off are protection
 * enough.
 * Context: interrupts off from here to the last use.
 */
static __always_inline struct stats __percpu *
stats_of(const struct net *net, unsigned int *share)
{
	const struct net_generic *gen = rcu_dereference_sched(net->gen);
	const struct stats_net *sn = gen->ptr[stats_net_id];
	/* Pairs with stats_net_init(): its share's rings have their memory. */
	struct stats __percpu *stats = smp_load_acquire(&sn->stats);

	*share = sn->share;
	return likely(stats) ? stats : stats_late;
}

#endif /* TCPFSM_STATS_NET_H */
