// SPDX-License-Identifier: GPL-2.0
/*
 * The transitions of a connection's socket: which are reported, and when.
 *
 * The tracepoint is the first source. Four of its events are delayed, dropped, or reported
 * as two transitions:
 *  - LISTEN->SYN_RCVD comes with the last ACK of the handshake. The transition was
 *    reported when the SYN made a request (request.c), so the event is dropped.
 *  - After a SYN cookie there was no request: both transitions are reported at the ACK.
 *  - CLOSED->SYN_SENT comes before the local port is chosen. It is reported
 *    microseconds later, when the port is known, or with the next transition if
 *    connect() fails before.
 *  - A socket goes to CLOSED when a timewait socket takes over, for TIME_WAIT or for
 *    FIN_WAIT_2. The connection goes on, so the event is dropped; timewait.c reports
 *    the rest.
 *
 * The usual transition takes one way: socket_set_state(), state_goes_on(),
 * transition_next(). Where a connection goes on otherwise, state_seldom() reports it.
 *
 * Context: the probes.
 * Locking: flow_lock(), from the lookup to transition_report(), which unlocks.
 */
#include "socket.h"

#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "cause_facts.h"
#include "flow.h"
#include "netns.h"
#include "owner.h"
#include "record.h"
#include "request.h"
#include "timewait.h"
#include "transition.h"

/*
 * Has this socket had a connection before? connect() sets write_seq to the initial
 * sequence number, tcp_disconnect() to another one; in a new socket it is 0.
 */
static bool sock_reused(const struct sock *sk)
{
	return !tcp_sk(sk)->repair && READ_ONCE(tcp_sk(sk)->write_seq);
}

/*
 * A socket without a cookie has no flow. Where connect() is hooked, socket_connect()
 * reports all of its beginning.
 */
static bool sock_is_new(const struct sock *sk)
{
	return !atomic64_read(&sk->sk_cookie) && !sock_reused(sk);
}

/*
 * The owner is the process that called connect() or listen(); of a child, the process
 * that accepted it, or, where accept() is not hooked, the first one that uses it.
 */
static void owner_seen(struct flow *flow, const struct sock *sk,
		       const struct transition transition)
{
	if ((transition.by & TRANSITION_BY_USER) && !(flow->flags & FLOW_OWNER_SEEN))
		transition_owner(flow, sk);
}

/* LISTEN->SYN_RCVD of a child, where requests are not hooked. */
static void state_child_alone(const struct sock *sk)
{
	const struct transition transition = {
		.old = TCP_LISTEN,
		.new = TCP_SYN_RECV,
		.cause = TCPFSM_CAUSE_RCV_SYN,
	};
	u64 key = flow_key(record_id(sk));
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (record_is_copy(sk)) {
		/* The cookie is still the listener's. */
		flow = transition_meet_copy(sk);
	} else if (!flow) {
		flow = transition_meet(lock, key, sk, TCP_LISTEN);
	}
	transition_report(lock, flow, sk, &transition);
	local_irq_restore(irq_flags);
}

/*
 * LISTEN->SYN_RCVD of a child; a listener itself only goes to CLOSED. A child is a copy
 * of its listener: if that is being closed on another CPU, the tracepoint says
 * CLOSED->SYN_RCVD.
 */
static noinline void state_child(const struct sock *sk)
{
	if (transition_has(SOURCE_REQUESTS))
		request_child_born(sk);
	else
		state_child_alone(sk);
}

/*
 * Has another CPU's child come first? Only inet_ehash_nolisten() closes a socket that
 * still has its port.
 */
static bool child_lost_race(const struct sock *sk)
{
	return inet_csk(sk)->icsk_bind_hash &&
	       !(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
}

/*
 * Did tcp_v4_syn_recv_sock() fail half-way? It makes the child an orphan. One that is a
 * copy of a closed listener is an orphan, too, and shut down.
 */
static bool child_incomplete(const struct sock *sk)
{
	return sock_flag(sk, SOCK_DEAD) && !sk->sk_shutdown;
}

/*
 * A child that lost the race, or is incomplete, is closed. Its connection goes on, with its
 * request or with the other child. Return: true if this CLOSED must not be reported.
 */
static bool child_dies(const struct sock *sk, struct flow *flow)
{
	if (!transition_has(SOURCE_REQUESTS))
		return false;
	/* These have no request that would go on. */
	if (flow && (flow->flags & (FLOW_SYNCOOKIE | FLOW_TFO)))
		return false;
	if (flow && (flow->flags & FLOW_REQUEST)) {
		if (!child_lost_race(sk))
			request_child_died();
		return true;
	}
	return child_lost_race(sk) || child_incomplete(sk);
}

/* Not a transition of TCP: only counted. */
static noinline void state_skip(const struct sock *sk)
{
	struct ring __percpu *rings;
	struct netns_counters __percpu *counters;
	unsigned long irq_flags;

	local_irq_save(irq_flags);
	counters = netns_counters_of(sock_net(sk), &rings);
	switch (sk->sk_protocol) {
	case IPPROTO_TCP:
		this_cpu_inc(counters->self_loops);
		break;
	case IPPROTO_MPTCP:
		this_cpu_inc(counters->skipped_mptcp);
		break;
	case IPPROTO_SCTP:
		this_cpu_inc(counters->skipped_sctp);
		break;
	case IPPROTO_DCCP:
		this_cpu_inc(counters->skipped_dccp);
		break;
	default:
		this_cpu_inc(counters->skipped_other);
	}
	local_irq_restore(irq_flags);
}

/* CLOSED->SYN_SENT or CLOSED->LISTEN: an older connection of this id is over. */
static noinline void state_begins(const struct sock *sk, int new)
{
	const struct transition transition = {
		.old = TCP_CLOSE,
		.new = new,
		.cause = cause_of_states(TCP_CLOSE, new) ?: TCPFSM_CAUSE_UNKNOWN,
		.by = cause_facts_owned(sk) ? TRANSITION_BY_OWNER : 0,
	};
	bool reused = sock_reused(sk);
	u64 key = flow_key(record_id(sk));
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (flow)
		flow_remove(lock, flow);
	flow = transition_meet(lock, key, sk, TCP_CLOSE);
	if (reused)
		flow->flags |= FLOW_REUSED;
	owner_seen(flow, sk, transition);
	if (new == TCP_LISTEN)
		request_listen();
	if (new == TCP_SYN_SENT && transition_has(SOURCE_CONNECT)) {
		flow->flags |= FLOW_UNREPORTED;
		flow_unlock(lock);
	} else {
		transition_report(lock, flow, sk, &transition);
	}
	local_irq_restore(irq_flags);
}

/* CLOSED->SYN_SENT of a flow that state_begins() has made. */
static void connect_report(struct flow_lock lock, struct flow *flow,
			   const struct sock *sk)
{
	flow->flags &= ~FLOW_UNREPORTED;
	owner_seen(flow, sk, transition_connect);
	transition_report(lock, flow, sk, &transition_connect);
}

/* CLOSED->SYN_SENT of a socket that has no flow. */
static void connect_report_unmet(struct flow_lock lock, u64 key, const struct sock *sk)
{
	connect_report(lock, transition_meet(lock, key, sk, TCP_CLOSE), sk);
}

/*
 * Did connect() fail before its hook? Then it failed before it chose the initial
 * sequence number, too (net/ipv4/tcp_ipv4.c:tcp_v4_connect).
 */
static bool connect_failed_early(const struct sock *sk)
{
	return transition_has(SOURCE_CONNECT) && !tcp_sk(sk)->repair && !sock_reused(sk);
}

/* For a socket without a flow. With one, state_seldom() reports CLOSED->SYN_SENT. */
static noinline void connect_catch_up(const struct sock *sk)
{
	u64 key = flow_key(record_id(sk));
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (flow)
		flow_unlock(lock);
	else
		connect_report_unmet(lock, key, sk);
	local_irq_restore(irq_flags);
}

/*
 * Any transition that is not a usual one: its cause was not found at once; or it has no
 * flow, or the flow is still a request's, or does not know both ends yet.
 */
static noinline void state_seldom(const struct sock *sk, struct transition transition)
{
	u64 key = flow_key(record_id(sk));
	int old = transition.old;
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (old == TCP_SYN_RECV && transition.new == TCP_CLOSE && child_dies(sk, flow)) {
		flow_unlock(lock);
		goto out;
	}
	if (flow && (flow->flags & FLOW_UNREPORTED)) {
		connect_report(lock, flow, sk);
		flow = flow_lock(&lock, key);
	} else if (flow && (flow->flags & FLOW_VAGUE)) {
		transition_ends(flow, sk, record_lport(sk));
	}
	if (flow && (flow->flags & FLOW_REQUEST))
		flow = flow_promote(lock, flow);
	if (!flow) {
		flow = transition.new == TCP_CLOSE ? transition_meet_last(sk, old) :
						     transition_meet(lock, key, sk, old);
		/* Without hooks, the transition to SYN_RCVD could not be seen. */
		if (old != TCP_SYN_RECV || transition_has(SOURCE_REQUESTS))
			transition_unseen(flow);
	}
	owner_seen(flow, sk, transition);
	transition_report(lock, flow, sk, &transition);
out:
	local_irq_restore(irq_flags);
}

static bool flow_exists(u64 key)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	bool exists;

	local_irq_save(irq_flags);
	exists = flow_lock(&lock, key);
	flow_unlock(lock);
	local_irq_restore(irq_flags);
	return exists;
}

static noinline void state_unusual(const struct sock *sk, int old, int new, u8 cause)
{
	state_seldom(sk, (struct transition){
			.old = old, .new = new, .cause = cause,
			.by = cause_is_ours(cause) ? TRANSITION_BY_OWNER : 0 });
}

/* Report a transition of a known cause. */
static __always_inline void state_caused(const struct sock *sk, int old, int new, u8 cause)
{
	unsigned long irq_flags;
	bool usual;

	local_irq_save(irq_flags);
	usual = transition_next(sk, old, new, cause);
	local_irq_restore(irq_flags);
	if (unlikely(!usual))
		state_unusual(sk, old, new, cause);
}

static u32 state_owner_fate(const struct sock *sk)
{
	struct flow_owner owner = { };
	u64 seen_ns = 0, key = flow_key(record_id(sk));
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (flow && (flow->flags & FLOW_OWNER_SEEN)) {
		owner = flow->owner;
		seen_ns = flow->born_ns;
	}
	flow_unlock(lock);
	local_irq_restore(irq_flags);
	return seen_ns ? owner_fate(&owner, seen_ns) : CAUSE_OWNER_UNKNOWN;
}

static noinline void state_look(const struct sock *sk, int old, int new, u32 saw)
{
	struct cause_facts facts;

	if (unlikely(cause_facts_closed_late(sk)))
		saw |= state_owner_fate(sk);
	cause_facts_socket(&facts, sk, old, new, saw);
	state_seldom(sk, cause_conclude(&facts));
}

/* From one state of a connection to the next: most transitions. */
static noinline void state_goes_on(const struct sock *sk, int old, int new)
{
	u8 cause = cause_facts_usual_cause(sk, old, new);

	if (likely(cause))
		state_caused(sk, old, new, cause);
	else
		state_look(sk, old, new, 0);
}

/*
 * From FIN_WAIT_2 or CLOSING to CLOSED. Mostly a timewait socket has taken over, and
 * the connection goes on. That is not seen without the hook, or where the flow was
 * evicted.
 */
static void state_ends_late(const struct sock *sk, int old)
{
	bool hooked = transition_has(SOURCE_TIMEWAIT);

	if (hooked && timewait_handed_over(sk))
		return;
	if (!hooked && cause_facts_last_fin(sk, old))
		state_caused(sk, old, TCP_CLOSE, TCPFSM_CAUSE_RCV_FIN);
	else
		state_look(sk, old, TCP_CLOSE,
			   hooked && flow_exists(flow_key(record_id(sk))) ?
			   0 : CAUSE_NO_TW_HOOK);
}

static noinline void state_ends(const struct sock *sk, int old)
{
	if (old == TCP_FIN_WAIT2 || old == TCP_CLOSING) {
		state_ends_late(sk, old);
		return;
	}
	if (old == TCP_SYN_SENT && connect_failed_early(sk))
		connect_catch_up(sk);
	state_goes_on(sk, old, TCP_CLOSE);
}

/* Was LISTEN->SYN_RCVD reported when the SYN came? Mostly it was. */
static bool child_is_reported(void)
{
	return transition_has(SOURCE_REQUESTS) && !request_child_is_due();
}

void socket_set_state(void *unused, const struct sock *sk, int old, int new)
{
	if (!transition_begun())
		return;
	if (unlikely(sk->sk_protocol != IPPROTO_TCP || old == new)) {
		state_skip(sk);
	} else if (new == TCP_CLOSE) {
		state_ends(sk, old);
	} else if (old == TCP_CLOSE) {
		if (unlikely(new == TCP_SYN_RECV))
			state_child(sk);
		else if (new != TCP_SYN_SENT || !transition_has(SOURCE_CONNECT) ||
			 !sock_is_new(sk))
			state_begins(sk, new);
	} else if (old == TCP_LISTEN) {
		if (!child_is_reported())
			state_child(sk);
	} else {
		state_goes_on(sk, old, new);
	}
}

/*
 * A socket that has a cookie or a flow, or may get another address. A flow that is
 * PREEXISTING was made by the walk while connect() was running.
 */
static noinline void connect_seldom(struct flow_lock lock, u64 key, struct flow *flow,
				    const struct sock *sk)
{
	if (flow && (flow->flags & FLOW_PREEXISTING)) {
		flow_remove(lock, flow);
		flow = NULL;
	}
	if (!flow) {
		connect_report_unmet(lock, key, sk);
	} else if (flow->flags & FLOW_UNREPORTED) {
		transition_ends(flow, sk, record_lport(sk));
		connect_report(lock, flow, sk);
	} else {
		flow_unlock(lock);
	}
}

void socket_connect(const struct sock *sk)
{
	bool is_new = !atomic64_read(&sk->sk_cookie);
	u64 key = flow_key(record_id(sk));
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (likely(is_new && !flow && !record_may_move(sk))) {
		flow = flow_add(lock, key, 0);
		record_ends(flow, sk, sk->sk_num);
		flow->state = TCPFSM_CLOSED;
		flow->path = TCPFSM_CLOSED;
		transition_owner(flow, sk);
		transition_connected(lock, flow, sk);
	} else {
		connect_seldom(lock, key, flow, sk);
	}
	local_irq_restore(irq_flags);
}
