// SPDX-License-Identifier: GPL-2.0
/*
 * Timewait sockets. The flow of the connection moves to a key of its own when
 * one takes over; until its socket's CLOSED has been passed over, it stays, even
 * if the timewait socket comes to its end first.
 *
 * Context: the hooks, in process or softirq context, interrupts off.
 * Locking: flow_lock() from looking a flow up to having told the step; between
 *   its two keys nobody else has the flow.
 */
#include "timewait.h"

#include <linux/ktime.h>
#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "facts.h"
#include "fill.h"
#include "flow.h"
#include "seed.h"
#include "step.h"

/* Some other protocol's timewait socket? DCCP has them too. */
static bool timewait_is_tcp(const struct inet_timewait_sock *tw)
{
	return tw->tw_prot->name[0] == 'T';
}

/*
 * The flow of @sk, which was not met before, or is another's by now. Return: NULL
 * where there is no place.
 */
static noinline struct flow *timewait_missed(struct flow_lock *lock,
					     const struct inet_timewait_sock *tw,
					     const struct sock *sk)
{
	struct flow *flow = step_meet(lock, sock_net(sk), sk->sk_state);
	struct tcpfsm_record rec;

	if (!flow)
		return NULL;
	flow->flags = FLOW_GAP;
	flow->born_ns = ktime_get_ns();
	step_identify(flow, &rec, fill_timewait(&rec, tw));
	return flow;
}

void timewait_begin(const struct inet_timewait_sock *tw, const struct sock *sk)
{
	struct flow *flow, *older;
	unsigned long irq_flags;
	struct flow_lock lock;
	struct step step = {
		.net = sock_net(sk),
		.sk = sk,
		.facts.old = sk->sk_state,
		.facts.new = TCP_TIME_WAIT,
	};

	if (!timewait_is_tcp(tw))
		return;
	local_irq_save(irq_flags);
	step.id = fill_id((const struct sock *)tw);
	flow = flow_lock(&lock, flow_key(step.id));
	if (flow && unlikely(flow->kind == FLOW_REQUEST))
		flow = flow_promote(&lock, flow);
	if (unlikely(!flow))
		flow = timewait_missed(&lock, tw, sk);
	if (flow)
		flow_take(&lock, flow);
	flow_unlock(&lock);
	if (READ_ONCE(tw->tw_substate) == TCP_TIME_WAIT) {
		/* One segment is one call of tcp_mstamp_refresh(). */
		if (sk->sk_state == TCP_FIN_WAIT2 && flow && flow->segment &&
		    flow->segment == tcp_sk(sk)->tcp_clock_cache)
			step.flags |= TCPFSM_F_SAME_SEGMENT;
		if (!flow)
			step.flags |= TCPFSM_F_GAP;
		step_tell(&step, flow);
	}
	if (!flow)
		goto out;
	flow->kind = FLOW_TIMEWAIT;
	flow->flags |= FLOW_HANDOVER;
	older = flow_lock(&lock, flow_key_timewait(step.id));
	if (older)
		flow_remove(&lock, older);
	flow_put(&lock, flow);
	flow_unlock(&lock);
out:
	local_irq_restore(irq_flags);
}

static void timewait_step(struct step *step, const struct inet_timewait_sock *tw)
{
	*step = (struct step){
		.id = fill_id((const struct sock *)tw),
		.net = twsk_net(tw),
		.tw = tw,
		.facts.of = CAUSE_OF_TIMEWAIT,
	};
}

void timewait_again(const struct inet_timewait_sock *tw)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	if (READ_ONCE(tw->tw_substate) != TCP_TIME_WAIT || !timewait_is_tcp(tw))
		return;
	local_irq_save(irq_flags);
	timewait_step(&step, tw);
	step.facts.old = TCP_FIN_WAIT2;
	step.facts.new = TCP_TIME_WAIT;
	flow = flow_lock(&lock, flow_key_timewait(step.id));
	if (flow && flow->state == TCPFSM_FIN_WAIT_2)
		step_tell(&step, flow);
	flow_unlock(&lock);
	local_irq_restore(irq_flags);
}

void timewait_end(const struct inet_timewait_sock *tw, unsigned long caller)
{
	int old = READ_ONCE(tw->tw_substate);
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	if (!timewait_is_tcp(tw))
		return;
	local_irq_save(irq_flags);
	timewait_step(&step, tw);
	facts_timewait(&step.facts, old, caller);
	flow = flow_lock(&lock, flow_key_timewait(step.id));
	/* Its FIN came unseen, where __inet_twsk_schedule() is not hooked. */
	if (flow && flow->state == TCPFSM_FIN_WAIT_2 && old == TCP_TIME_WAIT) {
		struct step fin = step;

		fin.facts.old = TCP_FIN_WAIT2;
		fin.facts.new = TCP_TIME_WAIT;
		fin.facts.site = SITE_NONE;
		fin.facts.saw &= ~CAUSE_BY_CURRENT;
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
	local_irq_restore(irq_flags);
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
