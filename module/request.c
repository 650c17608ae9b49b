// SPDX-License-Identifier: GPL-2.0
/*
 * Half-open connections. A request that a SYN made is told at once, and has a
 * flow; the tracepoint's LISTEN->SYN_RCVD for the child is passed over. One out
 * of a SYN cookie or of Fast Open is first heard of when its child is made.
 *
 * Context: the hooks, in softirq or with BH off; interrupts off.
 * Locking: flow_lock() from looking a flow up to having told the step.
 */
#include "request.h"

#include <linux/atomic.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/mptcp.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>

#include "facts.h"
#include "fill.h"
#include "flow.h"
#include "seed.h"
#include "step.h"

static void request_step(struct step *step, const struct request_sock *req)
{
	*step = (struct step){
		.req = req,
		.net = read_pnet(&inet_rsk(req)->ireq_net),
		.id = fill_id(req_to_sk((struct request_sock *)req)),
		.facts.of = CAUSE_OF_REQUEST,
		.facts.old = TCP_LISTEN,
		.facts.new = TCP_SYN_RECV,
	};
}

/*
 * The listener this CPU saw a SYN for last, and whose it is: of a flood from all
 * CPUs at one listener none but the first takes the lock of that one's flow.
 */
struct request_listener {
	u64 id;
	int listens;		/* request_listens, when it was looked up */
	bool known;
	struct owner owner;
};

static DEFINE_PER_CPU(struct request_listener, request_listener);

/* Stepped by every listen(): only that can give an id another owner. */
static atomic_t request_listens;

void request_listen(void)
{
	atomic_inc(&request_listens);
}

static void listener_look_up(struct request_listener *last, u64 id)
{
	int listens = atomic_read_acquire(&request_listens);
	struct flow_lock lock;
	const struct flow *flow = flow_lock(&lock, flow_key(id));

	last->known = flow && (flow->flags & FLOW_OWNER);
	if (last->known)
		last->owner = flow->owner;
	flow_unlock(&lock);
	last->id = id;
	last->listens = listens;
}

/*
 * A child is its listener's owner's until the process that uses it is seen.
 * Before the request's own flow is locked: one at a time. Return: NULL if nobody
 * is known; what it returns is the CPU's own, while interrupts are off.
 */
static const struct owner *listener_owner(const struct sock *listener)
{
	struct request_listener *last = this_cpu_ptr(&request_listener);
	u64 id = fill_id(listener);

	if (last->id != id || last->listens != atomic_read(&request_listens))
		listener_look_up(last, id);
	return last->known ? &last->owner : NULL;
}

/* The flow of what was just made for a listener. */
static void flow_inherit(struct flow *flow, const struct owner *owner)
{
	if (!flow || !owner)
		return;
	flow->owner = *owner;
	flow->flags |= FLOW_OWNER;
}

void request_made(const struct request_sock *req, const struct sock *listener)
{
	const struct owner *owner;
	struct flow_lock lock;
	struct flow *flow;
	unsigned long irq_flags;
	struct step step;

	local_irq_save(irq_flags);
	request_step(&step, req);
	step.about = STEP_HALF_OPEN;
	owner = listener_owner(listener);
	flow = flow_lock(&lock, flow_key(step.id));
	/* Of Fast Open, where making the child failed: now it is an ordinary one. */
	if (flow)
		flow_remove(&lock, flow);
	flow = flow_add(&lock, FLOW_REQUEST, step.net->ns.inum);
	if (flow) {
		flow->id = step.id;
		flow->state = TCPFSM_LISTEN;
		flow->path = TCPFSM_LISTEN;
	}
	flow_inherit(flow, owner);
	step_tell(&step, flow);
	flow_unlock(&lock);
	local_irq_restore(irq_flags);
}

/* The last RST that a listener answered with on this CPU, with BH off. */
struct request_reset {
	u64 ns;			/* CLOCK_MONOTONIC */
	const struct sock *listener;	/* only compared */
	u32 ack;		/* what it acknowledged; not of a SYN */
	struct in6_addr peer;	/* IPv4 as ::ffff:a.b.c.d */
	__be16 peer_port;
	u16 port;
	bool syn;		/* to a SYN */
	bool acks;		/* to an ACK */
};

static DEFINE_PER_CPU(struct request_reset, request_resets);
static bool request_sees_resets __read_mostly;

void request_resets_seen(void)
{
	request_sees_resets = true;
}

/* net/ipv4/tcp_minisocks.c:tcp_check_req resets first, and drops then. */
void request_reset(const struct sock *sk, const struct sk_buff *skb)
{
	struct request_reset *reset;
	unsigned long irq_flags;
	const struct tcphdr *th;

	if (!sk || !skb || sk->sk_state != TCP_LISTEN)
		return;
	local_irq_save(irq_flags);
	reset = this_cpu_ptr(&request_resets);
	th = tcp_hdr(skb);
	reset->ns = ktime_get_ns();
	reset->listener = sk;
	reset->ack = ntohl(th->ack_seq);
	reset->acks = th->ack;
	reset->peer_port = th->source;
	reset->port = ntohs(th->dest);
	reset->syn = th->syn;
	if (skb->protocol == htons(ETH_P_IPV6))
		reset->peer = ipv6_hdr(skb)->saddr;
	else
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &reset->peer);
	local_irq_restore(irq_flags);
}

/*
 * Has the listener just reset the peer of the request that @flow is of? What
 * acknowledges something else is reset too, but not by tcp_check_req().
 */
static u32 request_was_reset(const struct request_sock *req,
			     const struct sock *listener,
			     const struct flow *flow)
{
	const struct request_reset *reset = this_cpu_ptr(&request_resets);

	if (!request_sees_resets)
		return CAUSE_NO_RESET_PROBE;
	if (reset->acks && reset->ack != tcp_rsk(req)->snt_isn + 1)
		return 0;
	if (reset->ns < flow->since_ns || reset->listener != listener ||
	    reset->port != flow->lport ||
	    reset->peer_port != inet_rsk(req)->ir_rmt_port ||
	    memcmp(&reset->peer, flow->raddr, sizeof(reset->peer)))
		return 0;
	return reset->syn ? CAUSE_RESET_SYN : CAUSE_RESET_ACK;
}

/* Whose child is being made on this CPU, with BH off. */
struct request_clone {
	const struct request_sock *made;	/* only compared */
	const struct request_sock *req;	/* the same, if it is to be told */
	const struct sock *listener;
	bool early;			/* it had no id to be copied */
};

static DEFINE_PER_CPU(struct request_clone, request_cloned);

/* The request of @flow has become the child that was made here. */
static void request_is_done(struct flow_lock *lock, struct flow *flow)
{
	/* Older than us, and copied before the seeding gave the request an id. */
	if (this_cpu_read(request_cloned.early))
		flow_remove(lock, flow);
	else
		flow_promote(lock, flow);
}

/*
 * A request that its child has unhashed: it is done, unless MPTCP drops it since
 * the child must not live (net/ipv4/tcp_minisocks.c:tcp_check_req). Who did not
 * make a child found it in vain. Return: must it be told?
 */
static bool request_died(const struct request_sock *req)
{
	struct flow_lock lock;
	struct flow *flow;
	bool died = false;

	flow = flow_lock(&lock, flow_key(fill_id(req_to_sk((struct request_sock *)req))));
	if (flow && flow->kind == FLOW_REQUEST) {
		died = (flow->flags & FLOW_CHILD_DIED) && rsk_drop_req(req);
		if (!died && this_cpu_read(request_cloned.made) == req)
			request_is_done(&lock, flow);
	}
	flow_unlock(&lock);
	return died;
}

void request_done(const struct request_sock *req)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, flow_key(fill_id(req_to_sk((struct request_sock *)req))));
	if (flow && this_cpu_read(request_cloned.made) == req)
		request_is_done(&lock, flow);
	flow_unlock(&lock);
	local_irq_restore(irq_flags);
}

/* Can it be found by its address? Others may be unhashing it. */
static bool request_is_hashed(const struct request_sock *req)
{
	const struct sock *sk = req_to_sk((struct request_sock *)req);

	return !hlist_nulls_unhashed_lockless(&sk->sk_nulls_node);
}

static void request_drop_one(const struct request_sock *req,
			     const struct sock *listener, bool hashed,
			     enum request_drop how)
{
	struct flow_lock lock;
	struct flow *flow;
	struct step step;

	request_step(&step, req);
	step.about = STEP_HALF_OPEN;
	facts_request(&step.facts, req, !hashed);
	flow = flow_lock(&lock, flow_key(step.id));
	/* Its child came first, while we looked. */
	if (hashed && how == REQUEST_DROP_ASKED && !request_is_hashed(req))
		goto unlock;
	/* Whoever was first, of two who drop it at once, has told it. */
	if (flow && flow->kind == FLOW_REQUEST) {
		step.facts.saw |= request_was_reset(req, listener, flow);
		step_tell(&step, flow);
		flow_remove(&lock, flow);
	} else if (!flow && hashed) {
		seed_bury(&lock, FLOW_REQUEST);
	}
unlock:
	flow_unlock(&lock);
}

void request_drop(const struct request_sock *req, const struct sock *listener,
		  enum request_drop how)
{
	unsigned long irq_flags;
	bool hashed;

	local_irq_save(irq_flags);
	hashed = how == REQUEST_DROP_UNLINKED || request_is_hashed(req);
	if (unlikely(hashed || request_died(req)))
		request_drop_one(req, listener, hashed, how);
	local_irq_restore(irq_flags);
}

/*
 * Mostly a SYN made the request, and it is told already: that kind has an id by
 * now, and is hashed. One out of a SYN cookie or of Fast Open never was. It gets
 * its id here, since some kernels copy it to the child before they tell of the
 * child, some after.
 */
void request_child(const struct request_sock *req, const struct sock *listener)
{
	struct sock *sk = req_to_sk((struct request_sock *)req);
	struct request_clone *cloned;
	unsigned long irq_flags;

	local_irq_save(irq_flags);
	cloned = this_cpu_ptr(&request_cloned);
	*cloned = (struct request_clone){ .made = req, .listener = listener };
	if (unlikely(!atomic64_read(&sk->sk_cookie))) {
		if (request_is_hashed(req)) {
			cloned->early = true;
		} else {
			fill_id(sk);
			cloned->req = req;
		}
	}
	local_irq_restore(irq_flags);
}

/*
 * LISTEN->SYN_RCVD of the child that request_child() has announced. A request out
 * of a SYN cookie has no listener: tcp_conn_request() asks inet_reqsk_alloc()
 * for it, cookie_tcp_reqsk_alloc() does not.
 */
void request_child_born(const struct sock *child)
{
	const struct request_sock *req = this_cpu_read(request_cloned.req);
	const struct owner *owner;
	struct flow_lock lock;
	struct flow *flow;
	struct step step;
	bool cookie;

	/* Where BH off leaves a task preemptible, it may be another one's (7.2-rt). */
	if (!req || (!fill_is_copy(child) &&
		     inet_sk(child)->inet_dport != inet_rsk(req)->ir_rmt_port))
		return;
	this_cpu_write(request_cloned.req, NULL);
	cookie = !req->rsk_listener;
	request_step(&step, req);
	owner = listener_owner(this_cpu_read(request_cloned.listener));
	if (cookie)
		step.facts.saw |= CAUSE_COOKIE;
	flow = flow_lock(&lock, flow_key(step.id));
	if (!flow)
		flow = step_meet(&lock, step.net, TCPFSM_LISTEN);
	if (flow)
		flow->flags |= cookie ? FLOW_SYNCOOKIE : FLOW_TFO;
	else
		step.flags |= cookie ? TCPFSM_F_SYNCOOKIE : TCPFSM_F_TFO;
	flow_inherit(flow, owner);
	step_tell(&step, flow);
	if (flow && cookie)
		flow->flags &= ~FLOW_SINCE_KNOWN;
	flow_unlock(&lock);
}
