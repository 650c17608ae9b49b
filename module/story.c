// SPDX-License-Identifier: GPL-2.0
/*
 * One story per connection: the steps of its socket.
 *
 * The tracepoint is the first source and leaves out the most interesting parts:
 *  - LISTEN->SYN_RCVD comes with the last ACK. We tell it when the SYN makes a
 *    request, and pass over the tracepoint's;
 *  - a SYN cookie leaves no request: both steps are told at the ACK;
 *  - CLOSED->SYN_SENT comes before the local port is chosen. It is told a few
 *    microseconds later, when the port is known, or with the next step if that
 *    never happens;
 *  - a socket goes to CLOSED when a timewait socket takes over, be it for
 *    TIME_WAIT or for FIN_WAIT_2. That CLOSED is not one of the connection, and
 *    passed over; what happens to the timewait socket is told instead.
 *
 * Context: the probes, interrupts off.
 * Locking: flow_lock() from looking a flow up to having told the step.
 */
#include "story.h"

#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat.h"
#include "facts.h"
#include "fill.h"
#include "flow.h"
#include "owner.h"
#include "request.h"
#include "seed.h"
#include "step_inline.h"
#include "timewait.h"

unsigned int story_hooks __read_mostly;

void story_begin(unsigned int hooks)
{
	WRITE_ONCE(story_hooks, hooks | STORY_BEGUN);
}

/*
 * Had this socket a connection before? connect() gives it a first sequence
 * number, tcp_disconnect() another one, a new socket has none.
 */
static bool sock_reused(const struct sock *sk)
{
	return !tcp_sk(sk)->repair && READ_ONCE(tcp_sk(sk)->write_seq);
}

static void socket_step(struct step *step, const struct sock *sk)
{
	*step = (struct step){
		.id = fill_id(sk),
		.net = sock_net(sk),
		.sk = sk,
	};
}

/*
 * Whose connection is it? Who called connect() or listen(); a child's is who
 * accepted it, or, where that was not seen, who first used it.
 */
static __always_inline void owner_seen(struct flow *flow,
				       const struct step *step)
{
	const u32 saw = CAUSE_OWNED | CAUSE_BY_CURRENT;

	if ((flow->flags & FLOW_OWNER_SEEN) || (step->facts.saw & saw) != saw ||
	    step->facts.site == SITE_ABORT)
		return;
	owner_current(&flow->owner, step->sk);
	flow->flags |= FLOW_OWNER | FLOW_OWNER_SEEN;
}

static noinline void untold_tell(const struct step *step, struct flow *flow)
{
	struct step first = *step;

	first.facts = (struct cause_facts){
		.old = TCP_CLOSE,
		.new = TCP_SYN_SENT,
		.saw = step->facts.saw & (CAUSE_IN_TASK | CAUSE_OWNED),
	};
	if (cause_by_current(&first.facts))
		first.facts.saw |= CAUSE_BY_CURRENT;
	flow->flags &= ~FLOW_UNTOLD;
	step_tell(&first, flow);
}

/* LISTEN->SYN_RCVD of a child: a listener's own is never but to CLOSED. */
static noinline void state_child(const struct sock *sk, int new)
{
	struct step step = {
		.net = sock_net(sk),
		.sk = sk,
		.facts.old = TCP_LISTEN,
		.facts.new = new,
	};
	struct flow_lock lock;
	struct flow *flow;

	if (new == TCP_SYN_RECV && story_has(STORY_REQUESTS)) {
		request_child_born(sk);
		return;
	}
	/* Where the requests are not seen themselves. */
	if (fill_is_copy(sk)) {
		step.about = STEP_COPY;
		/* Its cookie is its listener's: who it is, is not known yet. */
		step_tell(&step, NULL);
		return;
	}
	step.id = fill_id(sk);
	flow = flow_lock(&lock, flow_key(step.id));
	step_tell(&step, flow ?: step_meet(&lock, step.net, TCPFSM_LISTEN));
	flow_unlock(&lock);
}

/*
 * Another CPU's child came first: inet_ehash_nolisten() is alone in closing one
 * before its port is given back.
 */
static bool child_lost_race(const struct sock *sk)
{
	return inet_csk(sk)->icsk_bind_hash &&
	       !(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
}

/*
 * A child that was never let live: that one, or tcp_v4_syn_recv_sock() met a
 * failure half-way. It is not the connection, which its request or its sibling
 * goes on with. Return: is this CLOSED not one of the connection?
 */
static bool child_dies(const struct sock *sk, struct flow *flow)
{
	if (!story_has(STORY_REQUESTS))
		return false;
	/* Each of theirs has a request, and so an id, of its own. */
	if (flow && (flow->flags & (FLOW_SYNCOOKIE | FLOW_TFO)))
		return false;
	if (flow && flow->kind == FLOW_REQUEST) {
		if (!child_lost_race(sk))
			flow->flags |= FLOW_CHILD_DIED;
		return true;
	}
	return child_lost_race(sk) || sock_flag(sk, SOCK_DEAD);
}

/* Not a step of TCP: counted, and that is all. */
static noinline void state_skip(const struct sock *sk)
{
	unsigned int share;
	struct stats __percpu *stats = stats_of(sock_net(sk), &share);

	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
		this_cpu_inc(stats->self_loops);
		break;
	case IPPROTO_MPTCP:
		this_cpu_inc(stats->skipped_mptcp);
		break;
	case IPPROTO_SCTP:
		this_cpu_inc(stats->skipped_sctp);
		break;
	case IPPROTO_DCCP:
		this_cpu_inc(stats->skipped_dccp);
		break;
	default:
		this_cpu_inc(stats->skipped_other);
	}
}

/* CLOSED->SYN_SENT or CLOSED->LISTEN: whatever the id stood for before is over. */
static noinline void state_begins(const struct sock *sk, int new)
{
	bool reused = sock_reused(sk);
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	socket_step(&step, sk);
	facts_socket(&step.facts, sk, TCP_CLOSE, new, 0);
	flow = flow_lock(&lock, flow_key(step.id));
	if (flow)
		flow_remove(&lock, flow);
	flow = step_meet(&lock, step.net, TCPFSM_CLOSED);
	if (flow && reused)
		flow->flags |= FLOW_REUSED;
	else if (reused)
		step.flags |= TCPFSM_F_REUSED;
	if (flow)
		owner_seen(flow, &step);
	if (new == TCP_LISTEN)
		request_listen();
	if (flow && new == TCP_SYN_SENT && story_has(STORY_CONNECT) &&
	    !inet_sk(sk)->inet_num)
		flow->flags |= FLOW_UNTOLD;
	else
		step_tell(&step, flow);
	flow_unlock(&lock);
}

/*
 * A step of a socket whose flow is not as it mostly is: it has none, or one that
 * is still a request's, or was never told to begin. Return: its flow, or NULL.
 */
static noinline struct flow *state_odd(struct flow_lock *lock, struct step *step,
				       struct flow *flow)
{
	const struct cause_facts *facts = &step->facts;

	if (flow) {
		if (flow->flags & FLOW_UNTOLD) {
			untold_tell(step, flow);
			/* connect() failed before, and what is there is of the one before. */
			if (facts->new == TCP_CLOSE)
				step->about = STEP_NO_PORT;
		}
		return flow_promote(lock, flow);
	}
	/* What came before it was missed; or, unhooked, not knowable. */
	if (facts->old != TCP_SYN_RECV || story_has(STORY_REQUESTS))
		step->flags |= TCPFSM_F_GAP;
	return facts->new == TCP_CLOSE ? NULL :
	       step_meet(lock, step->net, facts->old);
}

static __always_inline bool flow_is_odd(const struct flow *flow)
{
	return unlikely(!flow || (flow->flags & FLOW_UNTOLD) ||
			flow->kind != FLOW_SOCKET);
}

static noinline void state_ends(const struct sock *sk, int old)
{
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	socket_step(&step, sk);
	if (story_has(STORY_TIMEWAIT) &&
	    (old == TCP_FIN_WAIT2 || old == TCP_CLOSING) &&
	    timewait_handed_over(step.id)) {
		seed_forget(step.id);
		return;
	}
	facts_socket(&step.facts, sk, old, TCP_CLOSE,
		     story_has(STORY_TIMEWAIT) ? 0 : CAUSE_NO_TW_HOOK);
	flow = flow_lock(&lock, flow_key(step.id));
	if (old == TCP_SYN_RECV && child_dies(sk, flow))
		goto unlock;
	/* Where the table had no place, what was handed over is not seen either. */
	if (!flow)
		step.facts.saw |= CAUSE_NO_TW_HOOK;
	if (flow_is_odd(flow))
		flow = state_odd(&lock, &step, flow);
	if (flow)
		owner_seen(flow, &step);
	step_tell(&step, flow);
	if (flow)
		flow_remove(&lock, flow);
unlock:
	flow_unlock(&lock);
}

/* From one state of a connection to the next: most steps are. */
static __always_inline void state_goes_on(const struct sock *sk, int old, int new)
{
	/* All of it is assigned; to clear it first would take as long. */
	struct step step __uninitialized;
	struct flow_lock lock __uninitialized;
	struct flow *flow;

	step.id = fill_id(sk);
	step.net = sock_net(sk);
	step.sk = sk;
	step.flags = 0;
	step.about = 0;
	facts_socket(&step.facts, sk, old, new, 0);
	flow = flow_lock(&lock, flow_key(step.id));
	if (flow_is_odd(flow)) {
		flow = state_odd(&lock, &step, flow);
		if (!flow) {
			step_tell(&step, NULL);
			goto unlock;
		}
	}
	owner_seen(flow, &step);
	step_tell_inline(&step, flow, CAUSE_OF_SOCKET, 0);
	if (new == TCP_FIN_WAIT2)
		flow->segment = tcp_sk(sk)->tcp_clock_cache;
unlock:
	flow_unlock(&lock);
}

void story_state(void *unused, const struct sock *sk, int old, int new)
{
	unsigned long irq_flags;

	if (!story_begun())
		return;
	local_irq_save(irq_flags);
	if (unlikely(sk->sk_protocol != IPPROTO_TCP || old == new))
		state_skip(sk);
	else if (new == TCP_CLOSE)
		state_ends(sk, old);
	else if (old == TCP_CLOSE)
		state_begins(sk, new);
	else if (old == TCP_LISTEN)
		state_child(sk, new);
	else
		state_goes_on(sk, old, new);
	local_irq_restore(irq_flags);
}

void story_connect(const struct sock *sk)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	local_irq_save(irq_flags);
	socket_step(&step, sk);
	flow = flow_lock(&lock, flow_key(step.id));
	if (flow && (flow->flags & FLOW_UNTOLD)) {
		step.facts.old = TCP_CLOSE;
		step.facts.new = TCP_SYN_SENT;
		step.facts.saw = CAUSE_IN_TASK | CAUSE_OWNED | CAUSE_BY_CURRENT;
		flow->flags &= ~FLOW_UNTOLD;
		step_tell(&step, flow);
	}
	flow_unlock(&lock);
	local_irq_restore(irq_flags);
}

void story_accept(const struct sock *sk)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, flow_key(fill_id(sk)));
	if (flow) {
		owner_current(&flow->owner, sk);
		flow->flags |= FLOW_OWNER | FLOW_OWNER_SEEN;
	}
	flow_unlock(&lock);
	local_irq_restore(irq_flags);
}
