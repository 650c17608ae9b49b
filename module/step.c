// SPDX-License-Identifier: GPL-2.0
/*
 * A step: what the kernel's object and the flow know of it goes into a record,
 * and what the record says goes into the flow. One the filter does not want goes
 * into the flow only.
 *
 * Context: the probes; preemption disabled.
 * Locking: the caller's flow_lock().
 */
#include "step.h"

#include <linux/ktime.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/tcp_states.h>

#include "fill.h"
#include "filter.h"
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
	const struct cause_facts *facts = &step->facts;

	rec->old_state = facts->old;
	rec->new_state = facts->new;
	rec->flags = step->flags;
	rec->cause = cause_decide(facts);
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
	if (step->no_port) {
		rec->lport = 0;
		rec->known &= ~TCPFSM_KNOWN_LPORT;
	}
	if (facts->error && cause_has_error(facts, rec->cause)) {
		rec->error = facts->error;
		rec->known |= TCPFSM_KNOWN_ERRNO;
	}
	if ((facts->saw & CAUSE_IN_TASK) && cause_by_current(facts)) {
		owner_actor(rec);
		if (facts->saw & CAUSE_EXITING)
			rec->flags |= TCPFSM_F_EXIT;
	}
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
	rec->open_role = flow_open_role(flow);
	rec->close_role = flow_close_role(flow);
	if (flow->flags & FLOW_OWNER) {
		rec->owner_pid = flow->owner.pid;
		rec->owner_uid = flow->owner.uid;
		memcpy(rec->owner_comm, flow->owner.comm, sizeof(rec->owner_comm));
		rec->known |= TCPFSM_KNOWN_OWNER;
	}
}

/* In a simultaneous open, and in a simultaneous close, ours was the first. */
static void step_roles(struct flow *flow, int new)
{
	if (!flow_open_role(flow)) {
		if (new == TCPFSM_SYN_SENT)
			flow->flags |= FLOW_ACTIVE;
		else if (new == TCPFSM_SYN_RCVD)
			flow->flags |= FLOW_PASSIVE;
	}
	if (!flow_close_role(flow)) {
		if (new == TCPFSM_FIN_WAIT_1)
			flow->flags |= FLOW_CLOSES;
		else if (new == TCPFSM_CLOSE_WAIT)
			flow->flags |= FLOW_IS_CLOSED;
	}
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
		if (!flow->opening_ns)
			flow->opening_ns = rec->mono_ns;
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

/*
 * Does the filter let it on the record? If not, its flow goes on as if it were
 * recorded: a step that passes later has its true dwell, and misses nothing.
 * Apart from step_tell(), whose stack need not hold a record while there is no
 * filter.
 */
static noinline bool step_passes(const struct step *step, struct flow *flow)
{
	struct tcpfsm_record rec = { 0 };

	step_fill(&rec, step);
	if (filter_passes(&rec))
		return true;
	rec.mono_ns = ktime_get_ns();	/* the clock of ring_claim() */
	if (flow)
		flow_step(flow, &rec);
	return false;
}

void step_tell(const struct step *step, struct flow *flow)
{
	unsigned int share;
	struct stats __percpu *stats = stats_of(step->net, &share);
	unsigned int i = matrix_index(step->facts.old);
	unsigned int j = matrix_index(step->facts.new);
	struct tcpfsm_record *rec;
	struct ring_write w;

	if (unlikely(!i || !j))
		this_cpu_inc(stats->odd_states);
	this_cpu_inc(stats->matrix[i][j]);
	if (flow)
		step_roles(flow, step->facts.new);
	if (filter_on() && !step_passes(step, flow)) {
		this_cpu_inc(stats->filtered);
		return;
	}
	rec = ring_claim(&w, ring_class(share, step->half_open), stats->seq);
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
	if (unlikely(rec->cause == TCPFSM_CAUSE_UNKNOWN))
		this_cpu_inc(stats->cause_unknown);
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

struct flow *step_meet(struct flow_lock *lock, const struct net *net, int state)
{
	struct flow *flow = flow_add(lock, FLOW_SOCKET, net->ns.inum);

	if (flow) {
		flow->id = lock->key;
		flow->state = state;
		flow->path = state;
	}
	return flow;
}
