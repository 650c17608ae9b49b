/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One transition of one connection: its record, its flow and its counters.
 *
 * Context: the probes, interrupts off.
 */
#ifndef TCPFSM_TRANSITION_H
#define TCPFSM_TRANSITION_H

#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/sched.h>

#include "cause.h"
#include "flow.h"
#include "owner.h"

struct sock;

/* What is attached beside inet_sock_set_state. Without a source less is known. */
enum transition_source {
	SOURCE_CONNECT	= 1 << 0,	/* socket_connect() is called */
	SOURCE_REQUESTS	= 1 << 1,	/* the functions of request.h are */
	SOURCE_TIMEWAIT	= 1 << 2,	/* the functions of timewait.h are */
	SOURCE_ACCEPT	= 1 << 3,	/* socket_accept() is */
	SOURCE_RESETS	= 1 << 4,	/* reset_sent() is */
	SOURCE_DROPS	= 1 << 5,	/* request_drop() is */
};

/*
 * Nothing is reported before this: sources are attached one after another, and would
 * report half of a connection. @sources: those that are attached, all by now.
 */
void transition_begin(unsigned int sources);

extern unsigned int transition_sources;		/* transition.c's own */
DECLARE_STATIC_KEY_FALSE(transition_key);	/* the same */

static inline bool transition_has(enum transition_source source)
{
	return READ_ONCE(transition_sources) & source;
}

static __always_inline bool transition_begun(void)
{
	return static_branch_likely(&transition_key);
}

/**
 * transition_next() - report the next transition of a connection, if it is a usual one
 * @sk: the socket, which goes from @old to @new
 * @cause: enum tcpfsm_cause; where cause_is_ours(), current makes the transition
 *
 * It is usual if the connection's flow is in @old and has no mark of FLOW_ODD.
 * Return: true; false: it is not usual, and nothing was done.
 */
bool transition_next(const struct sock *sk, unsigned int old, unsigned int new,
		     u8 cause);

/**
 * transition_report() - report any transition, and unlock its flow
 * @lock: flow_lock() of the connection's key; unlocked on return
 * @flow: the connection's flow, or flow_spare()
 * @sk: the connection's socket, request or timewait socket
 * @transition: the transition, with its cause
 *
 * At TIME_WAIT the flow becomes the timewait socket's. At CLOSED it is removed, unless
 * FLOW_HANDOVER says that its socket is yet to be closed. A transition that the filter
 * leaves out is not recorded, but changes the flow in the same way: the next one has
 * its true dwell.
 */
void transition_report(struct flow_lock lock, struct flow *flow,
		       const struct sock *sk, const struct transition *transition);

/* CLOSED->SYN_SENT, made by connect(). */
extern const struct transition transition_connect;

/* Report the first transition of a new flow: connect()'s, or that of a SYN. */
void transition_connected(struct flow_lock lock, struct flow *flow, const struct sock *sk);
void transition_requested(struct flow_lock lock, struct flow *flow, const struct sock *sk);

/*
 * Make a flow for a connection that is first seen in @state. Under flow_lock() of @key,
 * which has no flow.
 */
struct flow *transition_meet(struct flow_lock lock, u64 key, const struct sock *sk,
			     int state);

/* The same for the connection's last transition: the flow is not kept. */
struct flow *transition_meet_last(const struct sock *sk, int state);

/* The same for LISTEN->SYN_RCVD of a child that only has its port: record_is_copy(). */
struct flow *transition_meet_copy(const struct sock *sk);

/*
 * No transition of the connection was seen before this one: it is older than the module if
 * the walk over these is not over, else some were missed.
 */
void transition_unseen(struct flow *flow);

/* record_ends(), and FLOW_VAGUE if an end may change before the next transition. */
void transition_ends(struct flow *flow, const struct sock *sk, u16 lport);

/* Under flow_lock(): the flow becomes the timewait socket's. */
void transition_hand_over(struct flow_lock lock, struct flow *flow);

/* accept() returns @sk, a child, to current. */
void transition_accept(const struct sock *sk);

/*
 * Under flow_lock(): current uses @sk, and becomes the owner. A thread of the kernel,
 * which may work for a process, does not take the place of one.
 */
static inline void transition_owner(struct flow *flow, const struct sock *sk)
{
	if (unlikely(current->flags & PF_KTHREAD) && (flow->known & TCPFSM_KNOWN_OWNER))
		return;
	owner_current(&flow->owner, sk);
	flow->known |= TCPFSM_KNOWN_OWNER;
	flow->flags |= FLOW_OWNER_SEEN;
}

#endif /* TCPFSM_TRANSITION_H */
