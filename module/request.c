// SPDX-License-Identifier: GPL-2.0
/*
 * Half-open connections. A request that a SYN made is told at once, and has a
 * flow; the tracepoint's LISTEN->SYN_RCVD for the child is passed over. One out
 * of a SYN cookie or of Fast Open is first heard of when its child is made.
 *
 * Context: the hooks, in softirq or with BH off.
 * Locking: flow_lock() from looking a flow up to transition_report(), which unlocks;
 *   interrupts are off where something of this CPU's own is used.
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

#include "cause_facts.h"
#include "flow.h"
#include "record.h"
#include "transition.h"

static const struct sock *request_sk(const struct request_sock *req)
{
	return req_to_sk((struct request_sock *)req);
}

/*
 * The listener this CPU saw a SYN for last, and whose it is: of a flood from all
 * CPUs at one listener none but the first takes the lock of that one's flow.
 */
struct request_listener {
	u64 id;
	int listens;		/* request_listens, when it was looked up */
	bool known;
	struct flow_owner owner;
};

static DEFINE_PER_CPU(struct request_listener, request_listener);

/* Stepped by every listen(): only that can give an id another owner. */
static atomic_t request_listens;

void request_listen(void)
{
	atomic_inc(&request_listens);
}

static noinline void listener_look_up(struct request_listener *last, u64 id)
{
	int listens = atomic_read_acquire(&request_listens);
	struct flow_lock lock;
	const struct flow *flow = flow_lock(&lock, flow_key(id));

	last->known = flow && (flow->known & TCPFSM_KNOWN_OWNER);
	if (last->known)
		last->owner = flow->owner;
	flow_unlock(lock);
	last->id = id;
	last->listens = listens;
}

/*
 * A child is its listener's owner's until the process that uses it is seen.
 * Before the request's own flow is locked: one at a time. Return: NULL if nobody
 * is known; what it returns is the CPU's own, while interrupts are off.
 */
static const struct flow_owner *listener_owner(const struct sock *listener)
{
	struct request_listener *last = this_cpu_ptr(&request_listener);
	u64 id = record_id(listener);

	if (last->id != id || last->listens != atomic_read(&request_listens))
		listener_look_up(last, id);
	return last->known ? &last->owner : NULL;
}

/* The flow of what was just made for a listener. */
static void flow_inherit(struct flow *flow, const struct flow_owner *owner)
{
	if (!owner) {
		flow->owner = (struct flow_owner){ };
		return;
	}
	flow->owner = *owner;
	flow->known |= TCPFSM_KNOWN_OWNER;
}

void request_made(const struct request_sock *req, const struct sock *listener)
{
	const struct sock *sk = request_sk(req);
	u64 key = flow_key(record_id(sk));
	const struct flow_owner *owner;
	struct flow_lock lock;
	struct flow *flow;
	unsigned long irq_flags;

	local_irq_save(irq_flags);
	owner = listener_owner(listener);
	flow = flow_lock(&lock, key);
	/* Of Fast Open, where making the child failed: now it is an ordinary one. */
	if (unlikely(flow))
		flow_remove(lock, flow);
	flow = flow_add(lock, key, FLOW_REQUEST);
	record_ends(flow, sk, inet_rsk(req)->ir_num);
	flow->state = TCPFSM_LISTEN;
	flow->path = TCPFSM_LISTEN;
	flow_inherit(flow, owner);
	transition_requested(lock, flow, sk);
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

	if (!transition_has(SOURCE_RESETS))
		return CAUSE_NO_RESET_PROBE;
	if (reset->acks && reset->ack != tcp_rsk(req)->snt_isn + 1)
		return 0;
	if (reset->ns < flow->since_ns || reset->listener != listener ||
	    reset->port != flow->ends.lport ||
	    reset->peer_port != inet_rsk(req)->ir_rmt_port ||
	    memcmp(&reset->peer, flow->ends.raddr, sizeof(reset->peer)))
		return 0;
	return reset->syn ? CAUSE_RESET_SYN : CAUSE_RESET_ACK;
}

DEFINE_PER_CPU(struct request_clone, request_cloned);

/* The request of @flow has become the child that was made here. */
static void request_is_done(struct flow_lock lock, struct flow *flow)
{
	/* Older than us, and copied before the seeding gave the request an id. */
	if (this_cpu_read(request_cloned.early))
		flow_remove(lock, flow);
	else if (flow->flags & FLOW_REQUEST)
		flow_promote(lock, flow);
}

/*
 * A request that its child has unhashed: it is done, unless MPTCP drops it since
 * the child must not live (net/ipv4/tcp_minisocks.c:tcp_check_req). A CPU that did
 * not make the child found it in vain. Return: must it be reported?
 */
static bool request_died(const struct request_sock *req)
{
	u64 key = flow_key(record_id(request_sk(req)));
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	bool died = false;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (flow && (flow->flags & FLOW_REQUEST)) {
		died = (flow->flags & FLOW_CHILD_DIED) && rsk_drop_req(req);
		if (!died && this_cpu_read(request_cloned.made) == req)
			request_is_done(lock, flow);
	}
	flow_unlock(lock);
	local_irq_restore(irq_flags);
	return died;
}

void request_done(const struct request_sock *req)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, flow_key(record_id(request_sk(req))));
	if (flow && this_cpu_read(request_cloned.made) == req)
		request_is_done(lock, flow);
	flow_unlock(lock);
	local_irq_restore(irq_flags);
}

/* Can it be found by its address? Others may be unhashing it. */
static bool request_is_hashed(const struct request_sock *req)
{
	return !hlist_nulls_unhashed_lockless(&request_sk(req)->sk_nulls_node);
}

static noinline void request_drop_one(const struct request_sock *req,
				      const struct sock *listener, bool hashed,
				      enum request_drop how)
{
	u64 key = flow_key(record_id(request_sk(req)));
	bool died = !hashed;
	struct transition transition;
	struct cause_facts facts;
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	cause_facts_request(&facts, req, !hashed);
	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	/* Its child may have come first, while we looked. */
	hashed = hashed && (how != REQUEST_DROP_ASKED || request_is_hashed(req));
	/* Of two that drop it at once, the first one has reported or buried it. */
	if (flow && (flow->flags & FLOW_REQUEST) && flow->state != TCPFSM_CLOSED &&
	    (hashed || died)) {
		facts.saw |= request_was_reset(req, listener, flow);
		transition = cause_conclude(&facts);
		transition_report(lock, flow, request_sk(req), &transition);
	} else {
		if (!flow && hashed)
			flow_bury(lock, key, FLOW_REQUEST);
		flow_unlock(lock);
	}
	local_irq_restore(irq_flags);
}

void request_drop(const struct request_sock *req, const struct sock *listener,
		  enum request_drop how)
{
	bool hashed = how == REQUEST_DROP_UNLINKED || request_is_hashed(req);

	if (unlikely(hashed || request_died(req)))
		request_drop_one(req, listener, hashed, how);
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
			record_id(sk);
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
	struct transition transition = { .old = TCP_LISTEN, .new = TCP_SYN_RECV };
	const struct request_sock *req;
	const struct flow_owner *owner;
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	bool cookie;
	u64 key;

	local_irq_save(irq_flags);
	req = this_cpu_read(request_cloned.req);
	/* Where BH off leaves a task preemptible, it may be another one's (7.2-rt). */
	if (!req || (!record_is_copy(child) &&
		     inet_sk(child)->inet_dport != inet_rsk(req)->ir_rmt_port))
		goto out;
	this_cpu_write(request_cloned.req, NULL);
	cookie = !req->rsk_listener;
	transition.cause = cookie ? TCPFSM_CAUSE_RCV_ACK : TCPFSM_CAUSE_RCV_SYN;
	key = flow_key(record_id(request_sk(req)));
	owner = listener_owner(this_cpu_read(request_cloned.listener));
	flow = flow_lock(&lock, key);
	if (!flow)
		flow = transition_meet(lock, key, request_sk(req), TCP_LISTEN);
	flow->flags |= cookie ? FLOW_SYNCOOKIE : FLOW_TFO;
	flow_inherit(flow, owner);
	transition_report(lock, flow, request_sk(req), &transition);
out:
	local_irq_restore(irq_flags);
}
