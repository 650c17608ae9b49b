// SPDX-License-Identifier: GPL-2.0
/*
 * Timewait sockets. The flow of the connection moves to a key of its own when
 * one takes over; until its socket's CLOSED has been passed over, it stays, even
 * if the timewait socket comes to its end first.
 *
 * Context: the hooks, in process or softirq context; preemption disabled.
 * Locking: flow_lock() from looking a flow up to having told the step; what a
 *   flow is between its two keys nobody else has.
 */
#include "timewait.h"

#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "facts.h"
#include "fill.h"
#include "flow.h"
#include "seed.h"
#include "step.h"

static void timewait_identify(struct flow *flow,
			      const struct inet_timewait_sock *tw)
{
	struct tcpfsm_record rec = { 0 };

	fill_timewait(&rec, tw);
	step_identify(flow, &rec);
}

/* Some other protocol's timewait socket? DCCP has them too. */
static bool timewait_is_tcp(const struct inet_timewait_sock *tw)
{
	return tw->tw_prot->name[0] == 'T';
}

/* The flow of @tw is what its socket's was; its socket is yet to be closed. */
static void timewait_takes_over(u64 id, const struct flow *from)
{
	struct flow_lock lock;
	struct flow *flow = flow_lock(&lock, flow_key_timewait(id));
	u64 key = flow_key_timewait(id);
	u32 next;

	if (!flow)
		flow = flow_add(&lock, FLOW_TIMEWAIT, from->netns);
	if (flow) {
		next = flow->next;
		*flow = *from;
		flow->key = key;
		flow->next = next;
		flow->kind = FLOW_TIMEWAIT;
		flow->flags |= FLOW_HANDOVER;
	}
	flow_unlock(&lock);
}

void timewait_begin(const struct inet_timewait_sock *tw, const struct sock *sk)
{
	struct step step = {
		.sk = sk,
		.net = sock_net(sk),
		.facts.old = sk->sk_state,
		.facts.new = TCP_TIME_WAIT,
	};
	struct flow_lock lock;
	struct flow *flow, was;

	if (!timewait_is_tcp(tw))
		return;
	step.id = fill_id((const struct sock *)tw);
	was = (struct flow){
		.id = step.id,
		.state = sk->sk_state,
		.path = sk->sk_state,
		.flags = FLOW_GAP,
	};
	flow = flow_lock(&lock, flow_key(step.id));
	if (flow) {
		was = *flow;
		flow_remove(&lock, flow);
	}
	flow_unlock(&lock);
	if (tw->tw_substate == TCP_TIME_WAIT) {
		/* One segment is one call of tcp_mstamp_refresh(). */
		if (sk->sk_state == TCP_FIN_WAIT2 && was.segment &&
		    was.segment == tcp_sk(sk)->tcp_clock_cache)
			step.flags |= TCPFSM_F_SAME_SEGMENT;
		step_tell(&step, &was);
	} else if (!was.known) {
		timewait_identify(&was, tw);
	}
	timewait_takes_over(step.id, &was);
}

static void timewait_step(struct step *step, const struct inet_timewait_sock *tw)
{
	*step = (struct step){
		.tw = tw,
		.net = twsk_net(tw),
		.id = fill_id((const struct sock *)tw),
	};
}

void timewait_again(const struct inet_timewait_sock *tw)
{
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	if (tw->tw_substate != TCP_TIME_WAIT || !timewait_is_tcp(tw))
		return;
	timewait_step(&step, tw);
	step.facts.old = TCP_FIN_WAIT2;
	step.facts.new = TCP_TIME_WAIT;
	flow = flow_lock(&lock, flow_key_timewait(step.id));
	if (flow && flow->state == TCPFSM_FIN_WAIT_2)
		step_tell(&step, flow);
	flow_unlock(&lock);
}

void timewait_end(const struct inet_timewait_sock *tw, unsigned long caller)
{
	int old = tw->tw_substate;
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	if (!timewait_is_tcp(tw))
		return;
	timewait_step(&step, tw);
	facts_timewait(&step.facts, old, caller);
	flow = flow_lock(&lock, flow_key_timewait(step.id));
	/* Its FIN came unseen, where __inet_twsk_schedule() is not hooked. */
	if (flow && flow->state == TCPFSM_FIN_WAIT_2 && old == TCP_TIME_WAIT) {
		struct step fin = step;

		fin.facts.old = TCP_FIN_WAIT2;
		fin.facts.new = TCP_TIME_WAIT;
		fin.facts.site = SITE_NONE;
		step_tell(&fin, flow);
	}
	if (!flow)
		step.flags |= TCPFSM_F_GAP;
	step_tell(&step, flow);
	/* Its socket's CLOSED, if that is still to come, finds it and removes it. */
	if (flow && !(flow->flags & FLOW_HANDOVER))
		flow_remove(&lock, flow);
	else if (!flow)
		seed_bury(&lock, FLOW_TIMEWAIT);
	flow_unlock(&lock);
}

bool timewait_handed_over(u64 id)
{
	struct flow_lock lock;
	struct flow *flow = flow_lock(&lock, flow_key_timewait(id));
	bool handover = flow && (flow->flags & FLOW_HANDOVER);

	if (handover)
		flow->flags &= ~FLOW_HANDOVER;
	/* It has come to its end already. */
	if (handover && flow->state == TCPFSM_CLOSED)
		flow_remove(&lock, flow);
	flow_unlock(&lock);
	return handover;
}
