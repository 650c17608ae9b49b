// SPDX-License-Identifier: GPL-2.0
/*
 * One story per connection.
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
 * Context: the probes; preemption disabled.
 * Locking: flow_lock() is held from looking a flow up to having told the step,
 *   so that the steps of one id are in the same order in the flow and in time.
 */
#include "story.h"

#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "fill.h"
#include "flow.h"
#include "ring.h"
#include "stats.h"
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

static unsigned int story_hooks __read_mostly;

void story_begin(unsigned int hooks)
{
	WRITE_ONCE(story_hooks, hooks | STORY_BEGUN);
}

static bool story_has(enum story_hook hook)
{
	return READ_ONCE(story_hooks) & hook;
}

bool story_begun(void)
{
	return story_has(STORY_BEGUN);
}

/* One step to tell, and whose: one of @sk, @req, @tw. */
struct step {
	u64 id;
	const struct sock *sk;
	const struct request_sock *req;
	const struct inet_timewait_sock *tw;
	const struct net *net;
	int old, new;
	u32 flags;		/* TCPFSM_F_* */
	bool copy;		/* @sk is still its listener's copy */
};

static void step_fill(struct tcpfsm_record *rec, const struct step *step)
{
	rec->old_state = step->old;
	rec->new_state = step->new;
	rec->flags = step->flags;
	if (step->id) {
		rec->id = step->id;
		rec->known |= TCPFSM_KNOWN_ID;
	}
	if (step->copy)
		fill_copy(rec, step->sk);
	else if (step->sk)
		fill_sock(rec, step->sk);
	else if (step->req)
		fill_request(rec, step->req);
	else
		fill_timewait(rec, step->tw);
}

/* What the flow knows of the state that ends. */
static void step_from_flow(struct tcpfsm_record *rec, const struct flow *flow)
{
	if (flow->state != rec->old_state || (flow->flags & FLOW_GAP))
		rec->flags |= TCPFSM_F_GAP;
	else if (flow->flags & FLOW_SINCE_KNOWN) {
		rec->dwell_ns = rec->mono_ns - flow->since_ns;
		rec->known |= TCPFSM_KNOWN_DWELL;
		if (flow->flags & FLOW_SINCE_MIN)
			rec->flags |= TCPFSM_F_DWELL_MIN;
	}
	if (flow->flags & FLOW_PREEXISTING)
		rec->flags |= TCPFSM_F_PREEXISTING;
	if (flow->flags & FLOW_SYNCOOKIE)
		rec->flags |= TCPFSM_F_SYNCOOKIE;
	if (flow->flags & FLOW_TFO)
		rec->flags |= TCPFSM_F_TFO;
	if ((flow->flags & FLOW_REUSED) && rec->old_state == TCPFSM_CLOSED)
		rec->flags |= TCPFSM_F_REUSED;
	if (flow->flags & FLOW_ACTIVE)
		rec->open_role = TCPFSM_ROLE_ACTIVE;
	else if (flow->flags & FLOW_PASSIVE)
		rec->open_role = TCPFSM_ROLE_PASSIVE;
}

static void flow_identify(struct flow *flow, const struct tcpfsm_record *rec)
{
	memcpy(flow->laddr, rec->laddr, sizeof(flow->laddr));
	memcpy(flow->raddr, rec->raddr, sizeof(flow->raddr));
	flow->lport = rec->lport;
	flow->rport = rec->rport;
	flow->netns = rec->netns;
	flow->known = rec->known;
}

/* The flow goes on to the state that begins. */
static void flow_step(struct flow *flow, const struct tcpfsm_record *rec)
{
	if (!flow->born_ns)
		flow->born_ns = rec->mono_ns;
	if (rec->new_state == TCPFSM_SYN_SENT || rec->new_state == TCPFSM_SYN_RCVD) {
		/* In a simultaneous open, ours was the first. */
		if (!flow->opening_ns)
			flow->opening_ns = rec->mono_ns;
		if (!(flow->flags & (FLOW_ACTIVE | FLOW_PASSIVE)))
			flow->flags |= rec->new_state == TCPFSM_SYN_SENT ?
				       FLOW_ACTIVE : FLOW_PASSIVE;
	} else if (rec->new_state == TCPFSM_ESTABLISHED && flow->opening_ns &&
		   !(flow->flags & FLOW_SYNCOOKIE)) {
		flow->handshake_ns = rec->mono_ns - flow->opening_ns;
		flow->flags |= FLOW_HANDSHAKE;
	}
	flow_identify(flow, rec);
	flow->state = rec->new_state;
	flow->since_ns = rec->mono_ns;
	flow->flags &= ~(FLOW_SINCE_MIN | FLOW_GAP);
	flow->flags |= FLOW_SINCE_KNOWN;
	if (rec->flags & TCPFSM_F_SAME_SEGMENT)
		flow->path = (flow->path & ~0xfull) | rec->new_state;
	else
		flow->path = flow->path << 4 | rec->new_state;
}

static unsigned int matrix_index(int state)
{
	return state > 0 && state < TCPFSM_NR_STATES ? state : 0;
}

/* Put the step on the record. @flow may be NULL: then nothing is remembered. */
static void step_tell(const struct step *step, struct flow *flow)
{
	struct stats __percpu *stats = stats_of(step->net);
	unsigned int i = matrix_index(step->old), j = matrix_index(step->new);
	struct tcpfsm_record *rec;
	struct ring_write w;

	if (unlikely(!i || !j))
		this_cpu_inc(stats->odd_states);
	this_cpu_inc(stats->matrix[i][j]);
	rec = ring_claim(&w, &stats->seq);
	if (unlikely(!rec)) {
		if (flow)
			flow->flags |= FLOW_GAP;
		return;
	}
	step_fill(rec, step);
	if (flow) {
		step_from_flow(rec, flow);
		flow_step(flow, rec);
	}
	/* Its first RTT is measured from a time stamp that carries options. */
	if ((rec->flags & TCPFSM_F_SYNCOOKIE) &&
	    rec->new_state == TCPFSM_ESTABLISHED) {
		rec->known &= ~(TCPFSM_KNOWN_SRTT | TCPFSM_KNOWN_MIN_RTT);
		rec->srtt_us = 0;
		rec->min_rtt_us = 0;
	}
	ring_commit(&w);
	this_cpu_inc(stats->recorded);
	wake_readers();
}

/* A connection that is met in the middle: the step that comes is its first. */
static struct flow *flow_met(struct flow_lock *lock, int state)
{
	struct flow *flow = flow_add(lock, FLOW_SOCKET);

	if (flow) {
		flow->id = lock->key;
		flow->state = state;
		flow->path = state;
	}
	return flow;
}

/*
 * Had this socket a connection before? connect() gives it a first sequence
 * number, tcp_disconnect() another one, a new socket has none.
 */
static bool sock_reused(const struct sock *sk)
{
	return !tcp_sk(sk)->repair && READ_ONCE(tcp_sk(sk)->write_seq);
}

/* CLOSED->SYN_SENT or CLOSED->LISTEN: whatever the id stood for before is over. */
static void state_begins(struct flow_lock *lock, struct flow *flow,
			 struct step *step)
{
	bool reused = sock_reused(step->sk);

	if (flow)
		flow_remove(lock, flow);
	flow = flow_met(lock, TCPFSM_CLOSED);
	if (flow && reused)
		flow->flags |= FLOW_REUSED;
	else if (reused)
		step->flags |= TCPFSM_F_REUSED;
	if (flow && step->new == TCP_SYN_SENT && story_has(STORY_CONNECT) &&
	    !inet_sk(step->sk)->inet_num)
		flow->flags |= FLOW_UNTOLD;
	else
		step_tell(step, flow);
}

static void untold_tell(const struct step *step, struct flow *flow)
{
	struct step first = *step;

	first.old = TCP_CLOSE;
	first.new = TCP_SYN_SENT;
	flow->flags &= ~FLOW_UNTOLD;
	step_tell(&first, flow);
}

static void request_step(struct step *step, const struct request_sock *req)
{
	*step = (struct step){
		.req = req,
		.net = read_pnet(&inet_rsk(req)->ireq_net),
		.id = fill_id(req_to_sk((struct request_sock *)req)),
		.old = TCP_LISTEN,
		.new = TCP_SYN_RECV,
	};
}

/* Whose child is being made on this CPU, with BH off, and is to be told. */
static DEFINE_PER_CPU(const struct request_sock *, story_cloned);

/*
 * Mostly a SYN made the request, and it is told already: that kind has an id by
 * now, and is hashed. One out of a SYN cookie or of Fast Open never was. It gets
 * its id here, since some kernels copy it to the child before they tell of the
 * child, some after.
 */
void story_child(const struct request_sock *req)
{
	struct sock *sk = req_to_sk((struct request_sock *)req);

	if (atomic64_read(&sk->sk_cookie) || sk_hashed(sk))
		req = NULL;
	else
		fill_id(sk);
	this_cpu_write(story_cloned, req);
}

/*
 * LISTEN->SYN_RCVD of the child that story_child() has announced. A request out
 * of a SYN cookie has no listener: tcp_conn_request() asks inet_reqsk_alloc()
 * for it, cookie_tcp_reqsk_alloc() does not.
 */
static void child_tell(void)
{
	const struct request_sock *req = this_cpu_read(story_cloned);
	struct flow_lock lock;
	struct flow *flow;
	struct step step;
	bool cookie;

	if (!req)
		return;
	this_cpu_write(story_cloned, NULL);
	cookie = !req->rsk_listener;
	request_step(&step, req);
	flow = flow_lock(&lock, flow_key(step.id));
	if (!flow)
		flow = flow_met(&lock, TCPFSM_LISTEN);
	if (flow)
		flow->flags |= cookie ? FLOW_SYNCOOKIE : FLOW_TFO;
	else
		step.flags |= cookie ? TCPFSM_F_SYNCOOKIE : TCPFSM_F_TFO;
	step_tell(&step, flow);
	if (flow && cookie)
		flow->flags &= ~FLOW_SINCE_KNOWN;
	flow_unlock(&lock);
}

/* LISTEN->SYN_RCVD of a child, where the requests are not seen themselves. */
static void state_child(struct step *step)
{
	struct flow_lock lock;
	struct flow *flow;

	step->copy = fill_is_copy(step->sk);
	if (step->copy) {
		/* Its cookie is its listener's: who it is, is not known yet. */
		step_tell(step, NULL);
		return;
	}
	step->id = fill_id(step->sk);
	flow = flow_lock(&lock, flow_key(step->id));
	step_tell(step, flow ?: flow_met(&lock, TCPFSM_LISTEN));
	flow_unlock(&lock);
}

/*
 * A child that was never let live: another CPU's came first, and this one still
 * has its port (inet_ehash_nolisten() is alone in closing before the port is
 * given back), or tcp_v4_syn_recv_sock() met a failure half-way. It is not the
 * connection, which its request or its sibling goes on with.
 */
static bool child_stillborn(const struct sock *sk)
{
	return (inet_csk(sk)->icsk_bind_hash &&
		!(sk->sk_userlocks & SOCK_BINDPORT_LOCK)) ||
	       sock_flag(sk, SOCK_DEAD);
}

/* Return: is this CLOSED not one of the connection? */
static bool child_dies(const struct sock *sk, struct flow *flow)
{
	if (!story_has(STORY_REQUESTS))
		return false;
	/* Each of theirs has a request, and so an id, of its own. */
	if (flow && (flow->flags & (FLOW_SYNCOOKIE | FLOW_TFO)))
		return false;
	if (flow && flow->kind == FLOW_REQUEST) {
		flow->flags |= FLOW_CHILD_DIED;
		return true;
	}
	return child_stillborn(sk);
}

/* Return: has a timewait socket taken over from this one, which is CLOSED now? */
static bool handed_over(u64 id)
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

void story_state(const struct sock *sk, int old, int new)
{
	struct step step = { .sk = sk, .net = sock_net(sk), .old = old, .new = new };
	struct flow_lock lock;
	struct flow *flow;

	if (!story_begun())
		return;
	if (old == TCP_LISTEN && new == TCP_SYN_RECV) {
		if (story_has(STORY_REQUESTS))
			child_tell();
		else
			state_child(&step);
		return;
	}
	step.id = fill_id(sk);
	if (new == TCP_CLOSE && (old == TCP_FIN_WAIT2 || old == TCP_CLOSING) &&
	    handed_over(step.id))
		return;
	flow = flow_lock(&lock, flow_key(step.id));
	if (old == TCP_CLOSE) {
		state_begins(&lock, flow, &step);
		goto unlock;
	}
	if (old == TCP_SYN_RECV && new == TCP_CLOSE && child_dies(sk, flow))
		goto unlock;
	if (flow && (flow->flags & FLOW_UNTOLD))
		untold_tell(&step, flow);
	if (flow) {
		flow = flow_promote(&lock, flow);
	} else {
		/* What came before it was missed; or, unhooked, not knowable. */
		if (old != TCP_SYN_RECV || story_has(STORY_REQUESTS))
			step.flags |= TCPFSM_F_GAP;
		if (new != TCP_CLOSE)
			flow = flow_met(&lock, old);
	}
	step_tell(&step, flow);
	if (flow && new == TCP_CLOSE)
		flow_remove(&lock, flow);
	else if (flow && new == TCP_FIN_WAIT2)
		flow->segment = tcp_sk(sk)->tcp_clock_cache;
unlock:
	flow_unlock(&lock);
}

void story_connect(const struct sock *sk)
{
	struct step step = { .sk = sk, .net = sock_net(sk) };
	struct flow_lock lock;
	struct flow *flow;

	step.id = fill_id(sk);
	flow = flow_lock(&lock, flow_key(step.id));
	if (flow && (flow->flags & FLOW_UNTOLD))
		untold_tell(&step, flow);
	flow_unlock(&lock);
}

static bool story_seeding;

/*
 * A minisocket that ends while the tables are walked may still be in its bucket
 * behind us, waiting for its lock: leave a mark, so that it is not taken for
 * one that lives. story_seed_end() takes the mark away.
 */
static void seed_bury(struct flow_lock *lock, enum flow_kind kind)
{
	struct flow *flow;

	if (likely(!READ_ONCE(story_seeding)))
		return;
	flow = flow_add(lock, kind);
	if (flow)
		flow->state = TCPFSM_CLOSED;
}

void story_request(const struct request_sock *req)
{
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	request_step(&step, req);
	flow = flow_lock(&lock, flow_key(step.id));
	/* Of Fast Open, where making the child failed: now it is an ordinary one. */
	if (flow)
		flow_remove(&lock, flow);
	flow = flow_add(&lock, FLOW_REQUEST);
	if (flow) {
		flow->id = step.id;
		flow->state = TCPFSM_LISTEN;
		flow->path = TCPFSM_LISTEN;
	}
	step_tell(&step, flow);
	flow_unlock(&lock);
}

void story_request_done(const struct request_sock *req, const struct sock *child)
{
	u64 id = fill_id(req_to_sk((struct request_sock *)req));
	struct flow_lock lock;
	struct flow *flow = flow_lock(&lock, flow_key(id));

	/* Older than us, and copied before the seeding gave the request an id. */
	if (flow && fill_id(child) != id)
		flow_remove(&lock, flow);
	else if (flow)
		flow_promote(&lock, flow);
	flow_unlock(&lock);
}

void story_request_drop(const struct request_sock *req, bool hashed)
{
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	request_step(&step, req);
	step.old = TCP_SYN_RECV;
	step.new = TCP_CLOSE;
	flow = flow_lock(&lock, flow_key(step.id));
	/*
	 * Whoever was first, of two who drop it at once, has told it. MPTCP drops
	 * one that its child has unhashed, if the child must not live
	 * (tcp_check_req(), rsk_drop_req).
	 */
	if (flow && flow->kind == FLOW_REQUEST &&
	    (hashed || (flow->flags & FLOW_CHILD_DIED))) {
		step_tell(&step, flow);
		flow_remove(&lock, flow);
	} else if (!flow && hashed) {
		seed_bury(&lock, FLOW_REQUEST);
	}
	flow_unlock(&lock);
}

static void flow_identify_timewait(struct flow *flow,
				   const struct inet_timewait_sock *tw)
{
	struct tcpfsm_record rec = { 0 };

	fill_timewait(&rec, tw);
	flow_identify(flow, &rec);
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
		flow = flow_add(&lock, FLOW_TIMEWAIT);
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

void story_timewait(const struct inet_timewait_sock *tw, const struct sock *sk)
{
	struct step step = {
		.sk = sk,
		.net = sock_net(sk),
		.old = sk->sk_state,
		.new = TCP_TIME_WAIT,
	};
	struct flow_lock lock;
	struct flow *flow, was;

	if (!timewait_is_tcp(tw))
		return;
	step.id = fill_id((const struct sock *)tw);
	was = (struct flow){
		.id = step.id,
		.state = step.old,
		.path = step.old,
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
		if (step.old == TCP_FIN_WAIT2 && was.segment &&
		    was.segment == tcp_sk(sk)->tcp_clock_cache)
			step.flags |= TCPFSM_F_SAME_SEGMENT;
		step_tell(&step, &was);
	} else if (!was.netns) {
		flow_identify_timewait(&was, tw);
	}
	timewait_takes_over(step.id, &was);
}

static void timewait_step(struct step *step, const struct inet_timewait_sock *tw,
			  int old, int new)
{
	*step = (struct step){
		.tw = tw,
		.net = twsk_net(tw),
		.id = fill_id((const struct sock *)tw),
		.old = old,
		.new = new,
	};
}

void story_timewait_again(const struct inet_timewait_sock *tw)
{
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	if (tw->tw_substate != TCP_TIME_WAIT || !timewait_is_tcp(tw))
		return;
	timewait_step(&step, tw, TCP_FIN_WAIT2, TCP_TIME_WAIT);
	flow = flow_lock(&lock, flow_key_timewait(step.id));
	if (flow && flow->state == TCPFSM_FIN_WAIT_2)
		step_tell(&step, flow);
	flow_unlock(&lock);
}

void story_timewait_end(const struct inet_timewait_sock *tw)
{
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	if (!timewait_is_tcp(tw))
		return;
	timewait_step(&step, tw, tw->tw_substate, TCP_CLOSE);
	flow = flow_lock(&lock, flow_key_timewait(step.id));
	/* Its FIN came unseen, where __inet_twsk_schedule() is not hooked. */
	if (flow && flow->state == TCPFSM_FIN_WAIT_2 && step.old == TCP_TIME_WAIT) {
		struct step fin = step;

		fin.old = TCP_FIN_WAIT2;
		fin.new = TCP_TIME_WAIT;
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

void story_seed_begin(void)
{
	WRITE_ONCE(story_seeding, true);
}

void story_seed(struct sock *sk)
{
	struct tcpfsm_record rec = { .old_state = sk->sk_state };
	enum flow_kind kind = FLOW_SOCKET;
	u64 id = fill_id(sk), key = flow_key(id);
	struct flow_lock lock;
	struct flow *flow;

	if (sk->sk_state == TCP_TIME_WAIT) {
		kind = FLOW_TIMEWAIT;
		key = flow_key_timewait(id);
		fill_timewait(&rec, inet_twsk(sk));
		rec.old_state = inet_twsk(sk)->tw_substate;
	} else if (sk->sk_state == TCP_NEW_SYN_RECV) {
		kind = FLOW_REQUEST;
		fill_request(&rec, inet_reqsk(sk));
		rec.old_state = TCPFSM_SYN_RCVD;
	} else {
		fill_sock(&rec, sk);
	}
	/* What the hooks have met since they were attached, they know better. */
	flow = flow_lock(&lock, key);
	if (!flow) {
		flow = flow_add(&lock, kind);
		if (flow) {
			flow->id = id;
			flow_identify(flow, &rec);
			flow->state = rec.old_state;
			flow->path = rec.old_state;
			flow->born_ns = ktime_get_ns();
			flow->since_ns = flow->born_ns;
			flow->flags = FLOW_PREEXISTING | FLOW_SINCE_KNOWN |
				      FLOW_SINCE_MIN;
		}
	}
	flow_unlock(&lock);
}

static bool seed_buried(const struct flow *flow)
{
	return flow->state == TCPFSM_CLOSED && flow->kind != FLOW_SOCKET &&
	       !(flow->flags & FLOW_HANDOVER);
}

void story_seed_end(void)
{
	WRITE_ONCE(story_seeding, false);
	/* The hooks that saw it true run with preemption disabled. */
	synchronize_rcu();
	flow_sweep(seed_buried);
}
