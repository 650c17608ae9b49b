/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What we keep for a network namespace: its counters, which the probes increment and
 * netns_sum() adds up, its share of the rings, and its readers. When a namespace ends,
 * its counts are added to the machine's.
 */
#ifndef TCPFSM_NETNS_H
#define TCPFSM_NETNS_H

#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "ring.h"
#include "uapi/tcpfsm.h"
#include "wake.h"

/* The counters of a namespace: a member's name is the name in `stats`. */
#define NETNS_COUNTERS(X)						\
	X(filtered)		/* transitions the filter left out */	\
	X(self_loops)		/* OLD == NEW: counted, not recorded */	\
	X(skipped_mptcp)	/* events of other protocols */		\
	X(skipped_sctp)							\
	X(skipped_dccp)							\
	X(skipped_other)						\
	X(cause_unknown)	/* recorded with cause unknown */ \
	X(reader_lost)		/* records readers were too slow for */

/* A power of two above the number of states. */
#define NETNS_STATES	16
static_assert(NETNS_STATES >= TCPFSM_NR_STATES);

struct netns_counters {
	/* Records written, and those of RING_NOWHERE; counted by ring_claim(). */
	u64 seq[RING_CLASSES + 1];
#define X(name) u64 name;
	NETNS_COUNTERS(X)
#undef X
	u64 tw_overflows;	/* TCPTIMEWAITOVERFLOW, as cause_facts.c has last seen it */
	/* [old][new]; numbers beyond the table are counted in [0][0] */
	u64 matrix[NETNS_STATES][NETNS_STATES];
};

/* What a namespace has of ours. netns.c's own but for netns_counters_of(). */
struct netns {
	/* netns_late once the namespace is going, or if it has none. */
	struct netns_counters __percpu *counters;
	struct ring __percpu *rings;	/* its share's, the half-open ones' second */
	struct netns_counters __percpu *owned;	/* to be freed; NULL: there was no memory */
	struct list_head list;		/* of all namespaces with @owned */
	u64 born_ns;
	unsigned int share;		/* of the rings */
	struct wake wake;		/* its readers */
};

extern unsigned int netns_id;
extern struct netns netns_early;	/* a namespace that is being set up */

/*
 * The counters of @net, for this_cpu_inc(counters->name), and the rings its records
 * go to. It is net_generic() without rcu_read_lock(): interrupts are off.
 * Context: interrupts off from here to the last use.
 */
static __always_inline struct netns_counters __percpu *
netns_counters_of(const struct net *net, struct ring __percpu **rings)
{
	const struct net_generic *gen = rcu_dereference_sched(net->gen);
	const struct netns *own = gen->ptr[netns_id] ?: &netns_early;
	/* Pairs with netns_set_up(): its share's rings have their memory. */
	struct netns_counters __percpu *counters = smp_load_acquire(&own->counters);

	if (unlikely(!counters)) {
		own = &netns_early;
		counters = own->counters;
	}
	*rings = own->rings;
	return counters;
}

/*
 * The counters of @net; NULL: it was made without memory for them or for a share, and its
 * files cannot be opened. Context: process; the caller holds a reference to @net.
 */
struct netns_counters __percpu *netns_counters_held(const struct net *net);

/*
 * The sum of @net's counters over all CPUs; of the initial namespace, the whole
 * machine's. @since_restart: its matrix from netns_matrix_restart() on.
 * Context: process. Return: to be kfree()d; NULL: no memory.
 */
struct netns_counters *netns_sum(const struct net *net, bool since_restart);

/* Which share of the rings its records go to. Context: process. */
unsigned int netns_share(const struct net *net);

/* Its readers. Context: any in which @net is held. */
struct wake *netns_wake(const struct net *net);

/* When @net was set up: an older record of its inode number was another's. */
u64 netns_born(const struct net *net);

/* From now on the machine's matrix counts from 0; that of a namespace goes on. */
void netns_matrix_restart(void);

/* Context: process. netns_exit() once no probe can run any more. */
int netns_init(void);	/* Return: 0 or -ENOMEM */
void netns_exit(void);

#endif /* TCPFSM_NETNS_H */
