// SPDX-License-Identifier: GPL-2.0
/*
 * Half-open connections. A request that a SYN made is told at once, and has a
 * flow; the tracepoint's LISTEN->SYN_RCVD for the child is passed over. One out
 * of a SYN cookie or of Fast Open is first heard of when its child is made.
 *
 * Context: the hooks, in softirq or with BH off; preemption disabled.
 * Locking: flow_lock() from looking a flow up to having told the step.
 */
#include "request.h"

#include <linux/percpu.h>
#include <net/inet_sock.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

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
		.old = TCP_LISTEN,
		.new = TCP_SYN_RECV,
	};
}

void request_made(const struct request_sock *req)
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

void request_done(const struct request_sock *req, const struct sock *child)
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

void request_drop(const struct request_sock *req, bool hashed)
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

/* Whose child is being made on this CPU, with BH off, and is to be told. */
static DEFINE_PER_CPU(const struct request_sock *, request_cloned);

/*
 * Mostly a SYN made the request, and it is told already: that kind has an id by
 * now, and is hashed. One out of a SYN cookie or of Fast Open never was. It gets
 * its id here, since some kernels copy it to the child before they tell of the
 * child, some after.
 */
void request_child(const struct request_sock *req)
{
	struct sock *sk = req_to_sk((struct request_sock *)req);

	if (atomic64_read(&sk->sk_cookie) || sk_hashed(sk))
		req = NULL;
	else
		fill_id(sk);
	this_cpu_write(request_cloned, req);
}

/*
 * LISTEN->SYN_RCVD of the child that request_child() has announced. A request out
 * of a SYN cookie has no listener: tcp_conn_request() asks inet_reqsk_alloc()
 * for it, cookie_tcp_reqsk_alloc() does not.
 */
void request_child_born(void)
{
	const struct request_sock *req = this_cpu_read(request_cloned);
	struct flow_lock lock;
	struct flow *flow;
	struct step step;
	bool cookie;

	if (!req)
		return;
	this_cpu_write(request_cloned, NULL);
	cookie = !req->rsk_listener;
	request_step(&step, req);
	flow = flow_lock(&lock, flow_key(step.id));
	if (!flow)
		flow = step_meet(&lock, TCPFSM_LISTEN);
	if (flow)
		flow->flags |= cookie ? FLOW_SYNCOOKIE : FLOW_TFO;
	else
		step.flags |= cookie ? TCPFSM_F_SYNCOOKIE : TCPFSM_F_TFO;
	step_tell(&step, flow);
	if (flow && cookie)
		flow->flags &= ~FLOW_SINCE_KNOWN;
	flow_unlock(&lock);
}
