// SPDX-License-Identifier: GPL-2.0
/*
 * A record is mostly a copy: of its flow, which keeps all that does not change in the
 * record's own layout, and of the socket's counters. Rare marks are added in one
 * place, transition_amend().
 *
 * Context: the probes, interrupts off.
 * Locking: the caller's flow_lock(), so that the transitions of one id are in the
 *   same order in the flow and in time.
 */
#include "transition.h"

#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <net/mptcp.h>
#include <net/net_namespace.h>
#include <net/tcp_states.h>

#include "filter.h"
#include "record.h"
#include "ring.h"
#include "netns.h"
#include "wake.h"

static_assert((int)TCPFSM_ESTABLISHED == (int)TCP_ESTABLISHED);
static_assert((int)TCPFSM_SYN_SENT == (int)TCP_SYN_SENT);
static_assert((int)TCPFSM_SYN_RCVD == (int)TCP_SYN_RECV);
static_assert((int)TCPFSM_FIN_WAIT_1 == (int)TCP_FIN_WAIT1);
static_assert((int)TCPFSM_FIN_WAIT_2 == (int)TCP_FIN_WAIT2);
static_assert((int)TCPFSM_TIME_WAIT == (int)TCP_TIME_WAIT);
static_assert((int)TCPFSM_CLOSED == (int)TCP_CLOSE);
static_assert((int)TCPFSM_CLOSE_WAIT == (int)TCP_CLOSE_WAIT);
static_assert((int)TCPFSM_LAST_ACK == (int)TCP_LAST_ACK);
static_assert((int)TCPFSM_LISTEN == (int)TCP_LISTEN);
static_assert((int)TCPFSM_CLOSING == (int)TCP_CLOSING);

unsigned int transition_sources __read_mostly;
DEFINE_STATIC_KEY_FALSE(transition_key);

void transition_begin(unsigned int sources)
{
	WRITE_ONCE(transition_sources, sources);
	static_branch_enable(&transition_key);
}

/* Members that are copied together have the same order in flow and record. */
#define SAME_ORDER(member, there, from_member, from_there)			\
	static_assert(offsetof(struct tcpfsm_record, there) -			\
		      offsetof(struct tcpfsm_record, from_there) ==		\
		      offsetof(struct flow, member) - offsetof(struct flow, from_member))
SAME_ORDER(ends.raddr, raddr, ends.laddr, laddr);
SAME_ORDER(ends.lport, lport, ends.laddr, laddr);
SAME_ORDER(ends.rport, rport, ends.laddr, laddr);
SAME_ORDER(ends.accept_wait_us, cpu, ends.laddr, laddr);
SAME_ORDER(state, old_state, family, family);
SAME_ORDER(open_role, open_role, family, family);
SAME_ORDER(close_role, close_role, family, family);
SAME_ORDER(known, kind, family, family);
SAME_ORDER(owner.uid, owner_uid, owner.pid, owner_pid);

/* memcpy() from member @from on to member @to on. */
#define copy_members(to_struct, to, from_struct, from, size)			\
	memcpy((u8 *)(to_struct) + offsetof(typeof(*(to_struct)), to),		\
	       (const u8 *)(from_struct) + offsetof(typeof(*(from_struct)), from), size)

/* Each segment is one call of tcp_mstamp_refresh(). */
static __always_inline u32 segment_of(const struct sock *sk)
{
	return tcp_sk(sk)->tcp_clock_cache;
}

/* Of MPTCP, a subflow that joins is never accepted, and looks like one that will be. */
static __always_inline bool transition_sees_accept(const struct sock *sk)
{
	return transition_has(SOURCE_ACCEPT) && !sk_is_mptcp(sk);
}

/*
 * Our SYN carried data. With TCP_FASTOPEN_CONNECT it left long after connect(): when, is
 * known from the round-trip time, if it was not sent again. Return: TCPFSM_F_* of the
 * record.
 */
static noinline u32 flow_learn_tfo(struct flow *flow, const struct tcp_sock *tp, u64 now)
{
	flow->flags |= FLOW_TFO;
	flow->opening_ns = 0;
	if (!tp->total_retrans && tp->srtt_us)
		flow->opening_ns = now - (u64)(tp->srtt_us >> 3) * NSEC_PER_USEC;
	return TCPFSM_F_TFO;
}

/*
 * Note in the flow what @new says of the connection. In a simultaneous open or close,
 * our own SYN or FIN counts as the first. Return: TCPFSM_F_* of the record.
 */
static __always_inline u32 flow_learn(struct flow *flow, const struct sock *sk,
				      unsigned int new, u64 now)
{
	u32 flags = 0;

	switch (new) {
	case TCPFSM_SYN_SENT:
		/* A socket that is restored: who opened it, and when, is not known. */
		if (unlikely(tcp_sk(sk)->repair))
			break;
		fallthrough;
	case TCPFSM_SYN_RCVD:
		if (flow->open_role)
			break;
		flow->open_role = new == TCPFSM_SYN_SENT ? TCPFSM_ROLE_ACTIVE :
							   TCPFSM_ROLE_PASSIVE;
		flow->opening_ns = now;
		break;
	case TCPFSM_ESTABLISHED:
		if (flow->open_role == TCPFSM_ROLE_PASSIVE &&
		    !(flow->flags & FLOW_OWNER_SEEN) && transition_sees_accept(sk))
			flow->flags |= FLOW_UNACCEPTED;
		/* syn_data alone may be of the socket's connection before. */
		if (unlikely(tcp_sk(sk)->syn_data && tcp_sk(sk)->data_segs_out))
			flags = flow_learn_tfo(flow, tcp_sk(sk), now);
		/* A SYN cookie does not keep the time of the SYN. */
		if (!flow->opening_ns || (flow->flags & (FLOW_SYNCOOKIE | FLOW_HANDSHAKE)))
			break;
		flow->handshake_ns = now - flow->opening_ns;
		flow->flags |= FLOW_HANDSHAKE;
		break;
	case TCPFSM_FIN_WAIT_1:
	case TCPFSM_CLOSE_WAIT:
		if (!flow->close_role)
			flow->close_role = new == TCPFSM_FIN_WAIT_1 ?
				TCPFSM_ROLE_ACTIVE : TCPFSM_ROLE_PASSIVE;
		break;
	case TCPFSM_FIN_WAIT_2:
		flow->segment = segment_of(sk);
		break;
	case TCPFSM_TIME_WAIT:
		/* The peer's ACK of our FIN, and its FIN. */
		if (sk->sk_state == TCP_FIN_WAIT2 && flow->segment &&
		    flow->segment == segment_of(sk))
			flags = TCPFSM_F_SAME_SEGMENT;
		break;
	}
	return flags;
}

/* Add the flow's marks to @rec, and remove the values that they make unknown. */
static noinline void transition_amend(struct tcpfsm_record *rec, struct flow *flow,
				      const struct transition *transition)
{
	if (flow->flags & FLOW_PREEXISTING)
		rec->flags |= TCPFSM_F_PREEXISTING;
	if (flow->flags & FLOW_SYNCOOKIE)
		rec->flags |= TCPFSM_F_SYNCOOKIE;
	if (flow->flags & FLOW_TFO)
		rec->flags |= TCPFSM_F_TFO;
	if ((flow->flags & FLOW_REUSED) && transition->old == TCPFSM_CLOSED)
		rec->flags |= TCPFSM_F_REUSED;
	/* Of the transition to ESTABLISHED this goes without saying. */
	if ((flow->flags & FLOW_UNACCEPTED) && transition->old != TCPFSM_SYN_RCVD)
		rec->flags |= TCPFSM_F_UNACCEPTED;
	if ((flow->flags & FLOW_ACK_DROPPED) && transition->new == TCPFSM_ESTABLISHED)
		rec->flags |= TCPFSM_F_ACK_DROPPED;

	rec->old_state = transition->old;
	if (flow->state != transition->old || (flow->flags & FLOW_GAP)) {
		rec->flags |= TCPFSM_F_GAP;
		rec->known &= ~TCPFSM_KNOWN_DWELL;
	} else if ((flow->flags & FLOW_SYNCOOKIE) && transition->old == TCPFSM_SYN_RCVD) {
		/* The time of the SYN is not known, nor the RTT measured from it. */
		rec->known &= ~(TCPFSM_KNOWN_DWELL | TCPFSM_KNOWN_SRTT | TCPFSM_KNOWN_MIN_RTT);
		rec->srtt_us = 0;
		rec->min_rtt_us = 0;
	} else if ((flow->flags & FLOW_SINCE_MIN) && (rec->known & TCPFSM_KNOWN_DWELL)) {
		rec->flags |= TCPFSM_F_DWELL_MIN;
	}
	if (!(rec->known & TCPFSM_KNOWN_DWELL))
		rec->dwell_ns = 0;

	if (flow->flags & FLOW_NAMELESS) {
		rec->id = 0;
		rec->ifindex = 0;
		rec->mark = 0;
		record_no_progress(rec);
		rec->known &= TCPFSM_KNOWN_LPORT;
	}
}

/* A constant wherever it is passed: the compiler leaves out what the kind does not need. */
enum transition_kind {
	ANY,
	USUAL,			/* transition_next() has checked it */
	FIRST_OF_SOCKET,	/* of a new flow */
	FIRST_OF_REQUEST,
};

/*
 * Assign every member of the record, but for those that ring_claim() lists.
 * transition_amend() corrects the record of a flow with marks.
 */
static __always_inline void transition_record(struct tcpfsm_record *rec, u64 now,
					      const struct flow *flow,
					      const struct sock *sk,
					      const struct transition *transition, u32 flags,
					      const enum transition_kind kind)
{
	u32 known = TCPFSM_KNOWN_ID | TCPFSM_KNOWN_ROUTE | flow->known;

	rec->id = atomic64_read(&sk->sk_cookie);
	if (kind == USUAL || (kind == ANY && flow->since_ns)) {
		rec->dwell_ns = now - flow->since_ns;
		known |= TCPFSM_KNOWN_DWELL;
	} else {
		rec->dwell_ns = 0;
	}
	copy_members(rec, laddr, flow, ends, sizeof(flow->ends));
	rec->accept_wait_us = flow->ends.accept_wait_us;
	rec->error = kind == ANY ? transition->error : 0;
	rec->netns = flow->netns;
	rec->ifindex = sk->sk_bound_dev_if;
	if (kind != FIRST_OF_REQUEST && (kind != ANY || sk_fullsock(sk))) {
		rec->mark = READ_ONCE(sk->sk_mark);
		known |= record_progress(rec, sk);
	} else {
		rec->mark = record_minisock_mark(sk);
		if (sk->sk_state == TCP_NEW_SYN_RECV)
			known |= record_request_progress(rec, sk);
		else
			record_no_progress(rec);
	}

	copy_members(rec, owner_pid, flow, owner.pid, 2 * sizeof(u32));
	memcpy(rec->owner_comm, flow->owner.comm, sizeof(rec->owner_comm));
	if (transition->by & TRANSITION_BY_CURRENT) {
		owner_actor(rec, &flow->owner);
		known |= TCPFSM_KNOWN_ACTOR;
		if (current->flags & PF_EXITING)
			flags |= TCPFSM_F_EXIT;
	} else {
		rec->actor_pid = 0;
		memset(rec->actor_comm, 0, sizeof(rec->actor_comm));
	}
	if (kind == ANY && unlikely(transition->error))
		known |= TCPFSM_KNOWN_ERRNO;

	copy_members(rec, family, flow, family, FLOW_TAIL);
	rec->new_state = transition->new;
	rec->cause = transition->cause;
	rec->flags = flags;
	rec->known = known;
}

/* The flow enters @new. */
static __always_inline void flow_go_on(struct flow_lock lock, struct flow *flow,
				       unsigned int new, bool same_segment, u64 now)
{
	flow->since_ns = now;
	flow->state = new;
	flow->path = (unlikely(same_segment) ? flow->path & ~0xfull : flow->path << 4) | new;
	if (new == TCPFSM_CLOSED) {
		if (!(flow->flags & FLOW_HANDOVER))
			flow_remove(lock, flow);
	} else if (new == TCPFSM_TIME_WAIT && !(flow->flags & FLOW_TIMEWAIT)) {
		transition_hand_over(lock, flow);
	}
}

static __always_inline void transition_put(struct flow_lock lock, struct flow *flow,
					   const struct sock *sk,
					   const struct transition *transition,
					   const enum transition_kind kind)
{
	unsigned int old = transition->old, new = transition->new;
	u32 flags = kind == ANY ? transition->flags : 0;
	struct ring __percpu *rings;
	struct netns_counters __percpu *counters = netns_counters_of(sock_net(sk), &rings);
	u64 now;

	if (kind == ANY && unlikely((old | new) >= NETNS_STATES))
		old = new = 0;
	this_cpu_inc(counters->matrix[old][new]);
	if (!filter_on() || filter_passes(flow, transition->new)) {
		struct ring *ring = this_cpu_ptr(rings);
		struct tcpfsm_record *rec;

		if (kind == FIRST_OF_REQUEST || (kind == ANY && (flow->flags & FLOW_REQUEST)))
			ring++;
		rec = ring_claim(ring, &this_cpu_ptr(counters)->seq[ring->class], &now);
		flags |= flow_learn(flow, sk, transition->new, now);
		transition_record(rec, now, flow, sk, transition, flags, kind);
		if (kind == ANY && unlikely((flow->flags & FLOW_MARKS) ||
				       flow->state != transition->old ||
				       transition->cause == TCPFSM_CAUSE_UNKNOWN)) {
			transition_amend(rec, flow, transition);
			if (transition->cause == TCPFSM_CAUSE_UNKNOWN)
				this_cpu_inc(counters->cause_unknown);
		}
		ring_commit(ring);
		if (wake_wanted())
			wake_readers(netns_wake(sock_net(sk)));
	} else {
		this_cpu_inc(counters->filtered);
		now = ktime_get_ns();	/* the clock of ring_claim() */
		flags |= flow_learn(flow, sk, transition->new, now);
	}
	if (kind == ANY)
		flow->flags &= ~(FLOW_SINCE_MIN | FLOW_GAP);
	if (kind != USUAL && !flow->born_ns)
		flow->born_ns = now;
	flow_go_on(lock, flow, transition->new, flags & TCPFSM_F_SAME_SEGMENT, now);
	flow_unlock(lock);
}

void transition_hand_over(struct flow_lock lock, struct flow *flow)
{
	flow->flags |= FLOW_HANDOVER;
	flow_to_timewait(lock, flow);
}

bool transition_next(const struct sock *sk, unsigned int old, unsigned int new,
		     u8 cause)
{
	const struct transition transition = {
		.old = old,
		.new = new,
		.cause = cause,
		.by = cause_is_ours(cause) ? TRANSITION_BY_OWNER : 0,
	};
	struct flow_lock lock;
	struct flow *flow = flow_lock(&lock, flow_key(record_id(sk)));

	if (unlikely(!flow || (flow->flags & FLOW_ODD) || flow->state != old)) {
		flow_unlock(lock);
		return false;
	}
	if (transition.by && unlikely(!(flow->flags & FLOW_OWNER_SEEN)))
		transition_owner(flow, sk);
	transition_put(lock, flow, sk, &transition, USUAL);
	return true;
}

void transition_report(struct flow_lock lock, struct flow *flow,
		       const struct sock *sk, const struct transition *transition)
{
	transition_put(lock, flow, sk, transition, ANY);
}

const struct transition transition_connect = {
	.old = TCP_CLOSE,
	.new = TCP_SYN_SENT,
	.cause = TCPFSM_CAUSE_CONNECT,
	.by = TRANSITION_BY_OWNER,
};

void transition_connected(struct flow_lock lock, struct flow *flow, const struct sock *sk)
{
	transition_put(lock, flow, sk, &transition_connect, FIRST_OF_SOCKET);
}

void transition_requested(struct flow_lock lock, struct flow *flow, const struct sock *sk)
{
	static const struct transition made = {
		.old = TCP_LISTEN,
		.new = TCP_SYN_RECV,
		.cause = TCPFSM_CAUSE_RCV_SYN,
	};

	transition_put(lock, flow, sk, &made, FIRST_OF_REQUEST);
}

static void transition_accepted(struct flow *flow, const struct sock *sk)
{
	u64 established;

	transition_owner(flow, sk);
	if (!(flow->flags & FLOW_UNACCEPTED))
		return;
	flow->flags &= ~FLOW_UNACCEPTED;
	/* Before the module, or by a SYN cookie, there was no SYN to be seen. */
	established = flow->born_ns + (flow->flags & FLOW_HANDSHAKE ? flow->handshake_ns : 0);
	flow->ends.accept_wait_us = min_t(u64, div_u64(ktime_get_ns() - established, NSEC_PER_USEC),
					  U32_MAX);
	flow->known |= TCPFSM_KNOWN_ACCEPT;
}

void transition_accept(const struct sock *sk)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, flow_key(record_id(sk)));
	if (flow)
		transition_accepted(flow, sk);
	flow_unlock(lock);
	local_irq_restore(irq_flags);
}

void transition_ends(struct flow *flow, const struct sock *sk, u16 lport)
{
	record_ends(flow, sk, lport);
	if (!lport || record_may_move(sk))
		flow->flags |= FLOW_VAGUE;
	else
		flow->flags &= ~FLOW_VAGUE;
}

static struct flow *flow_met(struct flow *flow, const struct sock *sk, int state)
{
	/* Before connect() has chosen a port, it is the older connection's. */
	bool has_port = state != TCPFSM_CLOSED || sk->sk_num;

	flow->owner = (struct flow_owner){ };
	transition_ends(flow, sk, has_port ? record_lport(sk) : 0);
	flow->state = state;
	flow->path = state;
	return flow;
}

struct flow *transition_meet(struct flow_lock lock, u64 key, const struct sock *sk,
			     int state)
{
	return flow_met(flow_add(lock, key, 0), sk, state);
}

struct flow *transition_meet_last(const struct sock *sk, int state)
{
	return flow_met(flow_spare(0), sk, state);
}

void transition_unseen(struct flow *flow)
{
	flow->flags |= flow_burying() ? FLOW_PREEXISTING : FLOW_GAP;
}

struct flow *transition_meet_copy(const struct sock *sk)
{
	struct flow *flow = flow_spare(0);

	flow->flags |= FLOW_NAMELESS;
	flow->family = sk->sk_family;
	flow->netns = sock_net(sk)->ns.inum;
	flow->ends = (struct flow_ends){ .lport = record_lport(sk) };
	flow->owner = (struct flow_owner){ };
	flow->known = TCPFSM_KNOWN_LPORT;
	flow->state = TCPFSM_LISTEN;
	return flow;
}
