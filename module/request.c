// SPDX-License-Identifier: GPL-2.0
/*
 * Half-open connections. A request that a SYN makes is reported when its SYN-ACK is
 * sent: only then has it won against the same SYN on another CPU. It gets a flow; the
 * tracepoint's LISTEN->SYN_RCVD of its child is ignored later. A request made from a SYN
 * cookie or by Fast Open is reported when its child is made.
 *
 * A hooked function that drops a request has not decided yet whether it will: its child
 * may come first. So the cause is kept in the flow, and the end is reported when the
 * request is freed without having become a child. That is its time, too: mostly the
 * same microsecond, and later where a SYN-ACK in a queue still refers to the request.
 *
 * Context: the hooks, in softirq or with BH off.
 * Locking: flow_lock(), from the lookup to transition_report(), which unlocks.
 *   Interrupts are off while per-CPU data is used.
 */
#include "request.h"

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <net/inet_sock.h>
#include <net/mptcp.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>

#include "cause_facts.h"
#include "cause_stack.h"
#include "flow.h"
#include "record.h"
#include "reset.h"
#include "transition.h"

static const struct sock *request_sk(const struct request_sock *req)
{
	return req_to_sk((struct request_sock *)req);
}

/*
 * The listener of the last SYN on this CPU, and its owner: in a flood at one listener
 * each CPU locks the listener's flow once.
 */
struct request_listener {
	u64 id;
	int listens;		/* request_listens at the lookup */
	bool known;
	struct flow_owner owner;
};

static DEFINE_PER_CPU(struct request_listener, request_listener);

/* Counts calls of listen(): only listen() gives an id another owner. */
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
 * The owner of @listener, who owns its children until another process uses them.
 * Call it before flow_lock(): it locks the listener's flow.
 * Return: per-CPU data, valid while interrupts are off; NULL: not known.
 */
static const struct flow_owner *listener_owner(const struct sock *listener)
{
	struct request_listener *last = this_cpu_ptr(&request_listener);
	u64 id = record_id(listener);

	if (last->id != id || last->listens != atomic_read(&request_listens))
		listener_look_up(last, id);
	return last->known ? &last->owner : NULL;
}

/* The new flow of a connection to a listener of @owner. */
static void flow_inherit(struct flow *flow, const struct flow_owner *owner)
{
	if (!owner) {
		flow->owner = (struct flow_owner){ };
		return;
	}
	flow->owner = *owner;
	flow->known |= TCPFSM_KNOWN_OWNER;
}

static void request_made(const struct request_sock *req, const struct sock *listener)
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
	if (unlikely(flow)) {
		/* Another CPU was first: by a drop, or by the ACK of its own SYN-ACK. */
		if (!(flow->flags & FLOW_TFO)) {
			flow_unlock(lock);
			goto out;
		}
		/* Fast Open could not make the child, and goes on as with an ordinary SYN. */
		flow_remove(lock, flow);
	}
	flow = flow_add(lock, key, FLOW_REQUEST);
	record_ends(flow, sk, inet_rsk(req)->ir_num);
	flow->state = TCPFSM_LISTEN;
	flow->path = TCPFSM_LISTEN;
	flow_inherit(flow, owner);
	transition_requested(lock, flow, sk);
out:
	local_irq_restore(irq_flags);
}

/*
 * A request without an id was not reported yet, unless it is older than the module and
 * the walk of preexisting.c has not come to it.
 */
static bool request_is_new(const struct request_sock *req)
{
	return !atomic64_read(&request_sk(req)->sk_cookie) && !flow_burying();
}

void request_synack(const struct request_sock *req, const struct sock *listener, bool first)
{
	/* Sent again, for the same SYN on another CPU, it may be before the first one. */
	if (first || unlikely(request_is_new(req)))
		request_made(req, listener);
}

DEFINE_PER_CPU(struct request_clone, request_cloned);

void request_child_died(void)
{
	this_cpu_write(request_cloned.died, true);
}

/* Was the last child of this CPU that of @req? Another request may be at its address. */
static bool request_made_child(const struct request_sock *req, u64 id)
{
	const struct request_clone *cloned = this_cpu_ptr(&request_cloned);

	return cloned->made == req && (!cloned->id || cloned->id == id);
}

/* Has the child of @req died already, on this CPU? */
static bool request_child_is_dead(const struct request_sock *req, u64 id)
{
	bool dead;

	preempt_disable_notrace();
	dead = this_cpu_read(request_cloned.died) && request_made_child(req, id);
	preempt_enable_notrace();
	return dead;
}

/*
 * The request of @flow has become the child that was made on this CPU. Of one that is
 * older than the module, the child may be a copy from before the request had an id, or
 * the flow a tombstone.
 */
static void request_is_done(struct flow_lock lock, struct flow *flow)
{
	if (!this_cpu_read(request_cloned.id) || flow->state == TCPFSM_CLOSED)
		flow_remove(lock, flow);
	else if (flow->flags & FLOW_REQUEST)
		flow_promote(lock, flow);
	this_cpu_write(request_cloned.made, NULL);
}

/*
 * A request that its child has unhashed is done, unless the child has died and MPTCP
 * drops both (net/ipv4/tcp_minisocks.c:tcp_check_req). Only the CPU that made the child
 * ends the request's flow here. Return: must a drop be reported?
 */
static bool request_unhashed(const struct request_sock *req)
{
	u64 id = record_id(request_sk(req));
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	bool died = false;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, flow_key(id));
	if (flow && (flow->flags & FLOW_REQUEST) && request_made_child(req, id)) {
		died = request_child_is_dead(req, id) && rsk_drop_req(req);
		if (!died)
			request_is_done(lock, flow);
	}
	flow_unlock(lock);
	local_irq_restore(irq_flags);
	return died;
}

void request_done(const struct request_sock *req)
{
	request_unhashed(req);
}

/* Is it in the table of established connections? Another CPU may be unhashing it. */
static bool request_is_hashed(const struct request_sock *req)
{
	return !hlist_nulls_unhashed_lockless(&request_sk(req)->sk_nulls_node);
}

/* Store the cause of a drop in the flow. Of two drops at once, the first cause stays. */
static noinline void request_note_drop(const struct request_sock *req,
				       const struct sock *listener, bool unhashed)
{
	struct transition transition;
	struct cause_facts facts;
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	u64 key;

	/* Its SYN-ACK is yet to be sent, on another CPU. */
	if (!unhashed && request_is_new(req))
		request_made(req, listener);
	cause_facts_request(&facts, req, unhashed);
	key = flow_key(record_id(request_sk(req)));
	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (!flow && !unhashed) {
		flow_bury(lock, key, FLOW_REQUEST);
	} else if (flow && (flow->flags & FLOW_REQUEST) && !flow->drop.cause) {
		facts.saw |= transition_has(SOURCE_RESETS) ?
			     reset_of_request(req, listener, flow) : CAUSE_NO_RESET_PROBE;
		transition = cause_conclude(&facts);
		flow->drop.cause = transition.cause;
		flow->drop.by = transition.by;
		flow->drop.error = transition.error;
	}
	flow_unlock(lock);
	local_irq_restore(irq_flags);
}

void request_drop(const struct request_sock *req, const struct sock *listener,
		  enum request_drop how)
{
	bool unhashed = how == REQUEST_DROP_ASKED && !request_is_hashed(req);

	if (unlikely(!unhashed || request_unhashed(req)))
		request_note_drop(req, listener, unhashed);
}

static bool flow_is_half_open(const struct flow *flow)
{
	return flow && (flow->flags & FLOW_REQUEST) && flow->state != TCPFSM_CLOSED;
}

/* Return: is the connection still half-open? Then @drop is set. */
static bool request_drop_noted(u64 key, struct flow_drop *drop)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	const struct flow *flow;
	bool half_open;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	half_open = flow_is_half_open(flow);
	if (half_open)
		*drop = flow->drop;
	flow_unlock(lock);
	local_irq_restore(irq_flags);
	return half_open;
}

/*
 * A request is freed, and no drop was seen. Where its listener has closed and drops are
 * hooked, it was migrated to another listener, and goes on as a copy of the same id
 * (inet_reqsk_clone()). A subflow of MPTCP that joins goes on, too, and its request is
 * dropped (rsk_drop_req()). Else this kernel drops requests in a way that is not hooked,
 * and the stack may show the cause. Return: has it ended?
 */
static bool request_drop_unseen(const struct request_sock *req,
				struct transition *transition)
{
	struct cause_facts facts;

	if (rsk_drop_req(req) &&
	    !request_child_is_dead(req, atomic64_read(&request_sk(req)->sk_cookie)))
		return false;
	cause_facts_request(&facts, req, false);
	*transition = cause_conclude(&facts);
	return !transition_has(SOURCE_DROPS) || !cause_saw(&facts, CAUSE_LISTENER_GONE);
}

static noinline void request_end_half_open(const struct request_sock *req)
{
	struct transition transition = { .old = TCP_SYN_RECV, .new = TCP_CLOSE };
	const struct sock *sk = request_sk(req);
	u64 key = flow_key(record_id(sk));
	struct flow_drop drop;
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	if (!request_drop_noted(key, &drop))
		return;
	transition.cause = drop.cause;
	transition.by = drop.by;
	/* A segment may have had the last reference: it is not the task that dropped it. */
	if (!in_task())
		transition.by &= ~TRANSITION_BY_OWNER;
	transition.error = drop.error;
	if (!drop.cause && !request_drop_unseen(req, &transition))
		return;
	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (flow_is_half_open(flow))
		transition_report(lock, flow, sk, &transition);
	else
		flow_unlock(lock);
	local_irq_restore(irq_flags);
}

/*
 * accept() of an MPTCP socket grafts that one, not the subflow. But inet_csk_accept() frees
 * the request, whose child lives on; so may a task that frees its SYN-ACK, perhaps after
 * the child.
 */
static noinline void request_accepted(const struct request_sock *req)
{
	if (in_task() && !(current->flags & PF_KTHREAD) && cause_stack_accepts())
		transition_accept(req->sk);
}

void request_end(const struct request_sock *req)
{
	/* Mostly it has become a child. Without an id it was never reported. */
	if (likely(req->sk)) {
		if (unlikely(rsk_is_mptcp(req)))
			request_accepted(req);
	} else if (atomic64_read(&request_sk(req)->sk_cookie)) {
		request_end_half_open(req);
	}
}

/*
 * An ACK of the request's SYN-ACK was dropped: TCP_DEFER_ACCEPT waited for data, or the
 * accept queue was full (net/ipv4/tcp_minisocks.c:tcp_check_req).
 */
static noinline void request_acked_before(const struct request_sock *req)
{
	u64 key = flow_key(record_id(request_sk(req)));
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (flow_is_half_open(flow))
		flow->flags |= FLOW_ACK_DROPPED;
	flow_unlock(lock);
	local_irq_restore(irq_flags);
}

/*
 * Mostly a SYN made the request: it has an id by now, is hashed, and was reported. A
 * request made from a SYN cookie or by Fast Open never is hashed, and gets its id
 * here: some kernels copy the id to the child before the tracepoint, some after it.
 */
void request_child(const struct request_sock *req, const struct sock *listener)
{
	const struct sock *sk = request_sk(req);
	bool hashed = request_is_hashed(req);
	struct request_clone *cloned;
	unsigned long irq_flags;

	/* The SYN-ACK of the first SYN is yet to be sent, on another CPU. */
	if (unlikely(hashed && request_is_new(req)))
		request_made(req, listener);
	/* The function that makes a request from a SYN cookie leaves @acked undefined. */
	if (unlikely(hashed && inet_rsk(req)->acked))
		request_acked_before(req);
	local_irq_save(irq_flags);
	cloned = this_cpu_ptr(&request_cloned);
	*cloned = (struct request_clone){ .made = req, .listener = listener };
	if (unlikely(!hashed && !atomic64_read(&sk->sk_cookie))) {
		record_id(sk);
		cloned->req = req;
	}
	cloned->id = atomic64_read(&sk->sk_cookie);
	local_irq_restore(irq_flags);
}

/*
 * LISTEN->SYN_RCVD of the child that request_child() has announced. A request made from
 * a SYN cookie has no listener: tcp_conn_request() has inet_reqsk_alloc() attach one,
 * cookie_tcp_reqsk_alloc() does not.
 */
void request_child_born(const struct sock *child)
{
	struct cause_facts facts = {
		.of = CAUSE_OF_REQUEST, .old = TCP_LISTEN, .new = TCP_SYN_RECV,
	};
	struct transition transition = { .old = facts.old, .new = facts.new };
	const struct request_sock *req;
	const struct flow_owner *owner;
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	bool cookie;
	u64 key;

	local_irq_save(irq_flags);
	req = this_cpu_read(request_cloned.req);
	/* Where a task with BH off can be preempted (7.2-rt), it may be another task's. */
	if (!req || (!record_is_copy(child) &&
		     inet_sk(child)->inet_dport != inet_rsk(req)->ir_rmt_port))
		goto out;
	this_cpu_write(request_cloned.req, NULL);
	cookie = !req->rsk_listener;
	facts.saw = cookie ? CAUSE_COOKIE : 0;
	transition.cause = cause_decide(&facts);
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
