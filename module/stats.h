/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters: per network namespace and CPU, stepped in the probes, summed when
 * somebody reads. A namespace that goes leaves its counts to the machine's sum.
 */
#ifndef TCPFSM_STATS_H
#define TCPFSM_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "ring.h"
#include "uapi/tcpfsm.h"

struct net;
struct seq_file;

/* What is counted per namespace: the member's name is the name in `stats`. */
#define STATS_COUNTERS(X)						\
	X(filtered)		/* transitions the filter left out */	\
	X(self_loops)		/* OLD == NEW: counted, not recorded */	\
	X(skipped_mptcp)	/* events of other protocols */		\
	X(skipped_sctp)							\
	X(skipped_dccp)							\
	X(skipped_other)						\
	X(cause_unknown)	/* recorded without a cause that is known */ \
	X(reader_lost)		/* records readers were too slow for */

/* A power of two, so that a state is an index, and the states with room to spare. */
#define STATS_STATES	16
static_assert(STATS_STATES >= TCPFSM_NR_STATES);

struct stats {
	u64 seq[RING_CLASSES];	/* transitions put on the record; stepped by ring_claim() */
#define X(name) u64 name;
	STATS_COUNTERS(X)
#undef X
	/* [old][new], whatever the numbers; what is beyond them is in [0][0] */
	u64 matrix[STATS_STATES][STATS_STATES];
};

/* @net's; stats_net.h has it for the probes. The caller holds a reference. Context: process. */
struct stats __percpu *stats_held(const struct net *net);

/* Which share of the rings its records go to. Context: process. */
unsigned int stats_share(const struct net *net);

/* When @net was set up: an older record of its inode number was another's. */
u64 stats_net_born(const struct net *net);

/* Return: 0 or -ENOMEM. */
int stats_show(struct seq_file *m, const struct net *net);
int stats_matrix_show(struct seq_file *m, const struct net *net);

/* From now on the machine's matrix counts from 0; that of a namespace goes on. */
void stats_matrix_restart(void);

/* Context: process. stats_exit() once no probe can run any more. */
int stats_init(void);
void stats_exit(void);

#endif /* TCPFSM_STATS_H */
