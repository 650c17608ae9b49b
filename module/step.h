/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One step of one connection, put on the record and into its flow.
 *
 * Context: the probes, interrupts off. Who calls step_tell() with a flow of
 * the table holds its flow_lock(), so that the steps of one id are in the same
 * order in the flow and in time.
 */
#ifndef TCPFSM_STEP_H
#define TCPFSM_STEP_H

#include <linux/types.h>

#include "cause.h"
#include "flow.h"
#include "uapi/tcpfsm.h"

struct inet_timewait_sock;
struct net;
struct request_sock;
struct sock;

/* One step to tell, and whose. */
struct step {
	u64 id;			/* 0 of STEP_COPY, where it is not known yet */
	const struct net *net;
	union {			/* as @facts.of says */
		const struct sock *sk;
		const struct request_sock *req;
		const struct inet_timewait_sock *tw;
	};
	struct cause_facts facts;	/* from which state to which, and why */
	u32 flags;		/* TCPFSM_F_* */
	u32 about;		/* STEP_* */
};

/* Bits of @about. */
#define STEP_HALF_OPEN	(1U << 0)	/* @req begins, or ends without becoming a socket */
#define STEP_COPY	(1U << 1)	/* @sk is still its listener's copy */
#define STEP_NO_PORT	(1U << 2)	/* @sk never got a port of its own */

/* Tell it. @flow may be NULL: then nothing is remembered. */
void step_tell(const struct step *step, struct flow *flow);

/*
 * Make a flow for a connection that is met in the middle, in @state: the step
 * that comes is its first. Return: NULL where there is no place.
 */
struct flow *step_meet(struct flow_lock *lock, const struct net *net, int state);

/* Whose flow it is, as @rec has it, of which @known is known. */
void step_identify(struct flow *flow, const struct tcpfsm_record *rec, u32 known);

#endif /* TCPFSM_STEP_H */
