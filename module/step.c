// SPDX-License-Identifier: GPL-2.0
/*
 * A step: what the kernel's object and the flow know of it goes into a record,
 * and what the record says goes into the flow.
 *
 * Context: the probes; preemption disabled.
 * Locking: the caller's flow_lock().
 */
#include "step.h"

#include <linux/string.h>
#include <net/tcp_states.h>

#include "fill.h"
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

static void step_fill(struct tcpfsm_record *rec, const struct step *step)
{
	rec->old_state = step->old;
	rec->new_state = step->new;
	rec->flags = step->flags;
	rec->cause = step->cause;
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

void step_identify(struct flow *flow, const struct tcpfsm_record *rec)
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
	step_identify(flow, rec);
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

void step_tell(const struct step *step, struct flow *flow)
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

struct flow *step_meet(struct flow_lock *lock, int state)
{
	struct flow *flow = flow_add(lock, FLOW_SOCKET);

	if (flow) {
		flow->id = lock->key;
		flow->state = state;
		flow->path = state;
	}
	return flow;
}
