// SPDX-License-Identifier: GPL-2.0
/*
 * Timewait sockets. When one takes over from a socket, the connection's flow changes to
 * the timewait socket's key. It stays until the CLOSED of its socket was dropped, even
 * if the timewait socket ends before that.
 *
 * Context: the hooks, in process or softirq context.
 * Locking: flow_lock(), from the lookup to transition_report(), which unlocks.
 */
#include "timewait.h"

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "cause_facts.h"
#include "flow.h"
#include "record.h"
#include "reset.h"
#include "transition.h"

/* DCCP has timewait sockets, too. */
static bool timewait_is_tcp(const struct inet_timewait_sock *tw)
{
	return tw->tw_prot->name[0] == 'T';
}

static const struct sock *timewait_sk(const struct inet_timewait_sock *tw)
{
	return (const struct sock *)tw;
}

/* A flow for @sk, which has none: the module did not see it, or it was evicted. */
static noinline struct flow *timewait_missed(struct flow_lock lock, u64 key,
					     const struct inet_timewait_sock *tw,
					     const struct sock *sk)
{
	struct flow *flow = transition_meet(lock, key, timewait_sk(tw), sk->sk_state);

	transition_unseen(flow);
	flow->born_ns = ktime_get_ns();
	return flow;
}

/*
 * Sockets that are being handed over and have no place in the flow table. Each is
 * closed right after that, by the same task or softirq: few at once. Only compared.
 */
static const struct sock *timewait_unplaced[8];

static void timewait_note_unplaced(const struct sock *sk)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(timewait_unplaced); i++)
		if (!cmpxchg(&timewait_unplaced[i], NULL, sk))
			return;
}

static bool timewait_was_unplaced(const struct sock *sk)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(timewait_unplaced); i++)
		if (READ_ONCE(timewait_unplaced[i]) == sk) {
			WRITE_ONCE(timewait_unplaced[i], NULL);
			return true;
		}
	return false;
}

/* The flow is not a usual one, or FIN_WAIT_2 goes on: nothing to report yet. */
static noinline void timewait_begin_seldom(const struct inet_timewait_sock *tw,
					   const struct sock *sk)
{
	const struct transition transition = {
		.old = sk->sk_state,
		.new = TCP_TIME_WAIT,
		.cause = cause_of_states(sk->sk_state, TCP_TIME_WAIT) ?: TCPFSM_CAUSE_UNKNOWN,
	};
	u64 key = flow_key(record_id(timewait_sk(tw)));
	struct flow_lock lock;
	struct flow *flow = flow_lock(&lock, key);

	if (!flow)
		flow = timewait_missed(lock, key, tw, sk);
	else if (flow->flags & FLOW_REQUEST)
		flow = flow_promote(lock, flow);
	if (flow->flags & FLOW_SPARE)
		timewait_note_unplaced(sk);
	if (READ_ONCE(tw->tw_substate) != TCP_TIME_WAIT) {
		transition_hand_over(lock, flow);
		flow_unlock(lock);
		return;
	}
	transition_report(lock, flow, sk, &transition);
}

void timewait_begin(const struct inet_timewait_sock *tw, const struct sock *sk)
{
	u8 cause = cause_of_states(sk->sk_state, TCP_TIME_WAIT);
	unsigned long irq_flags;

	if (!timewait_is_tcp(tw))
		return;
	/* The socket had no cookie to be copied. Nobody else can see @tw yet. */
	if (unlikely(!atomic64_read(&timewait_sk(tw)->sk_cookie)))
		atomic64_set(&((struct sock *)tw)->sk_cookie, record_id(sk));
	local_irq_save(irq_flags);
	if (READ_ONCE(tw->tw_substate) != TCP_TIME_WAIT || unlikely(!cause) ||
	    !transition_next(sk, sk->sk_state, TCP_TIME_WAIT, cause))
		timewait_begin_seldom(tw, sk);
	local_irq_restore(irq_flags);
}

void timewait_again(const struct inet_timewait_sock *tw)
{
	static const struct transition transition = {
		.old = TCP_FIN_WAIT2,
		.new = TCP_TIME_WAIT,
		.cause = TCPFSM_CAUSE_RCV_FIN,
	};
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	if (READ_ONCE(tw->tw_substate) != TCP_TIME_WAIT || !timewait_is_tcp(tw))
		return;
	local_irq_save(irq_flags);
	flow = flow_lock(&lock, flow_key_timewait(record_id(timewait_sk(tw))));
	if (flow && flow->state == TCPFSM_FIN_WAIT_2)
		transition_report(lock, flow, timewait_sk(tw), &transition);
	else
		flow_unlock(lock);
	local_irq_restore(irq_flags);
}

void timewait_end(const struct inet_timewait_sock *tw, unsigned long caller)
{
	struct transition transition;
	struct cause_facts facts;
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	u64 key;

	if (!timewait_is_tcp(tw))
		return;
	/* Where __inet_twsk_schedule() is not hooked, the FIN has not been reported. */
	timewait_again(tw);
	cause_facts_timewait(&facts, READ_ONCE(tw->tw_substate), caller);
	key = flow_key_timewait(record_id(timewait_sk(tw)));
	local_irq_save(irq_flags);
	if (facts.site == SITE_SEGMENT)
		facts.saw |= reset_of_timewait(timewait_sk(tw));
	flow = flow_lock(&lock, key);
	if (unlikely(!flow)) {
		flow_bury(lock, key, FLOW_TIMEWAIT);
		flow = transition_meet_last(timewait_sk(tw), facts.old);
		transition_unseen(flow);
		transition = cause_conclude(&facts);
	} else {
		/* The FIN may have been reported meanwhile, on another CPU. */
		facts.old = flow->state;
		transition = cause_conclude(&facts);
	}
	/* If its socket's CLOSED is yet to come, that removes the flow. */
	transition_report(lock, flow, timewait_sk(tw), &transition);
	/* It may still be in its bucket, before the walk. */
	if (unlikely(flow_burying())) {
		if (!flow_lock(&lock, key))
			flow_bury(lock, key, FLOW_TIMEWAIT);
		flow_unlock(lock);
	}
	local_irq_restore(irq_flags);
}

bool timewait_handed_over(const struct sock *sk)
{
	u64 id = record_id(sk);
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	bool handover;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, flow_key_timewait(id));
	handover = flow && (flow->flags & FLOW_HANDOVER);
	if (handover)
		flow->flags &= ~FLOW_HANDOVER;
	/* The timewait socket has ended already. */
	if (handover && flow->state == TCPFSM_CLOSED)
		flow_remove(lock, flow);
	flow_unlock(lock);
	local_irq_restore(irq_flags);
	if (handover)
		flow_forget(id);
	return handover || timewait_was_unplaced(sk);
}
