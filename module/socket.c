// SPDX-License-Identifier: GPL-2.0
/*
 * The transitions of a connection's socket: which are reported, and when.
 *
 * The tracepoint is the first source and leaves out the most interesting parts:
 *  - LISTEN->SYN_RCVD comes with the last ACK. It is reported when the SYN makes a
 *    request, and passed over here;
 *  - a SYN cookie leaves no request: both transitions are reported at the ACK;
 *  - CLOSED->SYN_SENT comes before the local port is chosen. It is reported a few
 *    microseconds later, when the port is known, or with the next transition if
 *    that never happens;
 *  - a socket goes to CLOSED when a timewait socket takes over, be it for
 *    TIME_WAIT or for FIN_WAIT_2. That CLOSED is not one of the connection, and
 *    passed over; what happens to the timewait socket is reported instead.
 *
 * The usual transition takes one way: socket_set_state(), state_goes_on(),
 * transition_next(). All others leave it for state_seldom().
 *
 * Context: the probes.
 * Locking: flow_lock() from looking a flow up to transition_report(), which unlocks.
 */
#include "socket.h"

#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat.h"
#include "cause_facts.h"
#include "flow.h"
#include "owner.h"
#include "record.h"
#include "request.h"
#include "netns.h"
#include "timewait.h"
#include "transition.h"

/*
 * Had this socket a connection before? connect() gives it a first sequence
 * number, tcp_disconnect() another one, a new socket has none.
 */
static bool sock_reused(const struct sock *sk)
{
	return !tcp_sk(sk)->repair && READ_ONCE(tcp_sk(sk)->write_seq);
}

/*
 * No connection of it can have a flow, since nobody has asked for its cookie: where
 * connect() is hooked, socket_connect() has all there is to report of its begin.
 */
static bool sock_is_new(const struct sock *sk)
{
	return !atomic64_read(&sk->sk_cookie) && !sock_reused(sk);
}

/*
 * Whose connection is it? The process that called connect() or listen(); a child's
 * is the one that accepted it, or, where that was not seen, that first used it.
 */
static void owner_seen(struct flow *flow, const struct sock *sk,
		       const struct transition transition)
{
	if ((transition.by & TRANSITION_BY_USER) && !(flow->flags & FLOW_OWNER_SEEN))
		transition_owner(flow, sk);
}

/* A child where requests are not hooked. */
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
		/* The cookie is its listener's: the connection's is not known yet. */
		flow = transition_meet_copy(sk);
	} else if (!flow) {
		flow = transition_meet(lock, key, sk, TCP_LISTEN);
	}
	transition_report(lock, flow, sk, &transition);
	local_irq_restore(irq_flags);
}

/* LISTEN->SYN_RCVD of a child; a listener itself only goes to CLOSED. */
static noinline void state_child(const struct sock *sk)
{
	if (transition_has(SOURCE_REQUESTS))
		request_child_born(sk);
	else
		state_child_alone(sk);
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
	if (!transition_has(SOURCE_REQUESTS))
		return false;
	/* Each of theirs has a request, and so an id, of its own. */
	if (flow && (flow->flags & (FLOW_SYNCOOKIE | FLOW_TFO)))
		return false;
	if (flow && (flow->flags & FLOW_REQUEST)) {
		if (!child_lost_race(sk))
			flow->flags |= FLOW_CHILD_DIED;
		return true;
	}
	return child_lost_race(sk) || sock_flag(sk, SOCK_DEAD);
}

/* Not a transition of TCP: counted, and that is all. */
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

/* CLOSED->SYN_SENT or CLOSED->LISTEN: whatever the id stood for before is over. */
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

/* CLOSED->SYN_SENT of a flow that state_begins() has made, with the ends it has now. */
static void connect_report(struct flow_lock lock, struct flow *flow,
			   const struct sock *sk)
{
	flow->flags &= ~FLOW_UNREPORTED;
	owner_seen(flow, sk, transition_connect);
	transition_report(lock, flow, sk, &transition_connect);
}

/* The same of one that has no flow. */
static void connect_report_unmet(struct flow_lock lock, u64 key, const struct sock *sk)
{
	connect_report(lock, transition_meet(lock, key, sk, TCP_CLOSE), sk);
}

/*
 * connect() failed before it chose the first sequence number, and so before its hook:
 * net/ipv4/tcp_ipv4.c:tcp_v4_connect.
 */
static bool connect_failed_early(const struct sock *sk)
{
	return transition_has(SOURCE_CONNECT) && !tcp_sk(sk)->repair && !sock_reused(sk);
}

/* A flow that is there is state_seldom()'s: its begin is reported, or UNREPORTED. */
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
 * A transition of which not all is as it mostly is: its cause, or its flow. There may
 * be none, or it is still a request's, or does not have the connection's ends yet.
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
		/* What came before it was missed; or, unhooked, not knowable. */
		if (old != TCP_SYN_RECV || transition_has(SOURCE_REQUESTS))
			transition.flags |= TCPFSM_F_GAP;
		flow = transition.new == TCP_CLOSE ? transition_meet_last(sk, old) :
						     transition_meet(lock, key, sk, old);
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

/* Report it, now that its cause is known. */
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

static noinline void state_look(const struct sock *sk, int old, int new, u32 saw)
{
	struct cause_facts facts;

	cause_facts_socket(&facts, sk, old, new, saw);
	state_seldom(sk, cause_conclude(&facts));
}

/* From one state of a connection to the next: most transitions are of this kind. */
static noinline void state_goes_on(const struct sock *sk, int old, int new)
{
	u8 cause = cause_facts_usual_cause(sk, old, new);

	if (likely(cause))
		state_caused(sk, old, new, cause);
	else
		state_look(sk, old, new, 0);
}

/*
 * From FIN_WAIT_2 or CLOSING to CLOSED. Mostly a timewait socket takes over, and this
 * is none of the connection's transitions. Unhooked, that is not seen; nor is it
 * where the table had no place for the connection.
 */
static void state_ends_late(const struct sock *sk, int old)
{
	bool hooked = transition_has(SOURCE_TIMEWAIT);
	u64 id = record_id(sk);

	if (hooked && timewait_handed_over(id))
		return;
	if (!hooked && cause_facts_last_fin(sk, old))
		state_caused(sk, old, TCP_CLOSE, TCPFSM_CAUSE_RCV_FIN);
	else
		state_look(sk, old, TCP_CLOSE,
			   hooked && flow_exists(flow_key(id)) ? 0 : CAUSE_NO_TW_HOOK);
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

/* Mostly LISTEN->SYN_RCVD was reported when the SYN came. */
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
		if (new != TCP_SYN_SENT || !transition_has(SOURCE_CONNECT) || !sock_is_new(sk))
			state_begins(sk, new);
	} else if (old == TCP_LISTEN) {
		if (!child_is_reported())
			state_child(sk);
	} else {
		state_goes_on(sk, old, new);
	}
}

/*
 * The socket has a cookie, or may get another address. It is connecting at this
 * moment: a flow older than the module was made of it while it did.
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

void socket_accept(const struct sock *sk)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, flow_key(record_id(sk)));
	if (flow)
		transition_owner(flow, sk);
	flow_unlock(lock);
	local_irq_restore(irq_flags);
}
