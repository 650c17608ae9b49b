/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A step: what the kernel's object and the flow know of it goes into a record,
 * and what the record says goes into the flow. One the filter does not want goes
 * into the flow only.
 *
 * Inlined where most steps come from (story.c), since calls would be a quarter of
 * what it takes.
 *
 * Context: the probes, interrupts off.
 * Locking: the caller's flow_lock().
 */
#ifndef TCPFSM_STEP_INLINE_H
#define TCPFSM_STEP_INLINE_H

#include <linux/ktime.h>
#include <linux/string.h>

#include "fill.h"
#include "filter.h"
#include "ring.h"
#include "stats_net.h"
#include "step.h"
#include "wake.h"

/* Bits of a flow that mark its lines, or take away from what they tell. */
#define FLOW_SELDOM	(FLOW_PREEXISTING | FLOW_SYNCOOKIE | FLOW_TFO | FLOW_REUSED)

/* What such a flow makes of a line that begins in @old. Return: TCPFSM_F_* */
u32 step_seldom(const struct flow *flow, int old);

/*
 * Does the filter let it on the record? If not, its flow goes on as if it were
 * recorded: a step that passes later has its true dwell, and misses nothing.
 */
bool step_passes(const struct step *step, struct flow *flow);

/* Whose step it is. Return: TCPFSM_KNOWN_* */
static __always_inline u32 step_whose(struct tcpfsm_record *rec,
				      const struct step *step, u8 of, u32 about)
{
	u32 known;

	if (of == CAUSE_OF_REQUEST)
		return fill_request(rec, step->req);
	if (of == CAUSE_OF_TIMEWAIT)
		return fill_timewait(rec, step->tw);
	if (about & STEP_COPY)
		return fill_copy(rec, step->sk);
	known = fill_sock(rec, step->sk, step->facts.old);
	if (about & STEP_NO_PORT) {
		rec->lport = 0;
		known &= ~TCPFSM_KNOWN_LPORT;
	}
	return known;
}

/*
 * A record of ring_claim()'s, of which every member is assigned that is not the
 * ring's. @flow may be NULL.
 */
static __always_inline u32 step_fill(struct tcpfsm_record *rec,
				     const struct step *step,
				     const struct flow *flow, u8 of, u32 about)
{
	const struct cause_facts *facts = &step->facts;
	u32 flags = step->flags, known = about & STEP_COPY ? 0 : TCPFSM_KNOWN_ID;
	u8 cause = cause_rule(facts);
	u64 dwell_ns = 0;
	u16 error = 0;

	/* Whose. */
	rec->id = step->id;
	known |= step_whose(rec, step, of, about);
	if (of == CAUSE_OF_SOCKET && !(about & STEP_COPY))
		known |= fill_progress(rec, step->sk);
	else
		known |= fill_no_progress(rec);
	if (flow && (flow->flags & FLOW_OWNER)) {
		rec->owner_pid = flow->owner.pid;
		rec->owner_uid = flow->owner.uid;
		memcpy(rec->owner_comm, flow->owner.comm, sizeof(rec->owner_comm));
		known |= TCPFSM_KNOWN_OWNER;
	} else {
		rec->owner_pid = 0;
		rec->owner_uid = 0;
		memset(rec->owner_comm, 0, sizeof(rec->owner_comm));
	}

	/* What, after what. */
	rec->old_state = facts->old;
	rec->new_state = facts->new;
	if (flow) {
		if (unlikely(flow->state != facts->old || (flow->flags & FLOW_GAP))) {
			flags |= TCPFSM_F_GAP;
		} else if (likely(flow->flags & FLOW_SINCE_KNOWN)) {
			dwell_ns = rec->mono_ns - flow->since_ns;
			known |= TCPFSM_KNOWN_DWELL;
			if (unlikely(flow->flags & FLOW_SINCE_MIN))
				flags |= TCPFSM_F_DWELL_MIN;
		}
		if (unlikely(flow->flags & FLOW_SELDOM))
			flags |= step_seldom(flow, facts->old);
	}
	rec->dwell_ns = dwell_ns;
	rec->open_role = flow ? flow->open_role : 0;
	rec->close_role = flow ? flow->close_role : 0;

	/* Why, and by whom. */
	if (!cause || cause >= TCPFSM_NR_CAUSES)
		cause = cause_decide(facts);
	rec->cause = cause;
	if (unlikely(facts->error) && cause_has_error(facts, cause)) {
		error = facts->error;
		known |= TCPFSM_KNOWN_ERRNO;
	}
	rec->error = error;
	if (facts->saw & CAUSE_BY_CURRENT) {
		owner_actor(rec, flow && (flow->flags & FLOW_OWNER) ?
			    &flow->owner : NULL);
		known |= TCPFSM_KNOWN_ACTOR;
		if (facts->saw & CAUSE_EXITING)
			flags |= TCPFSM_F_EXIT;
	} else {
		rec->actor_pid = 0;
		memset(rec->actor_comm, 0, sizeof(rec->actor_comm));
	}

	/* Its first RTT is measured from a time stamp that carries options. */
	if (unlikely(flags & TCPFSM_F_SYNCOOKIE) &&
	    facts->new == TCPFSM_ESTABLISHED) {
		known &= ~(TCPFSM_KNOWN_SRTT | TCPFSM_KNOWN_MIN_RTT);
		rec->srtt_us = 0;
		rec->min_rtt_us = 0;
	}
	rec->flags = flags;
	rec->known = known;
	return known;
}

/*
 * What the state that begins tells of the connection. In a simultaneous open, and
 * in a simultaneous close, ours was the first.
 */
static __always_inline void flow_learn(struct flow *flow, int new, u64 now)
{
	switch (new) {
	case TCPFSM_SYN_SENT:
	case TCPFSM_SYN_RCVD:
		if (!flow->open_role)
			flow->open_role = new == TCPFSM_SYN_SENT ?
				TCPFSM_ROLE_ACTIVE : TCPFSM_ROLE_PASSIVE;
		if (!flow->opening_ns)
			flow->opening_ns = now;
		break;
	case TCPFSM_ESTABLISHED:
		if (flow->opening_ns && !(flow->flags & FLOW_SYNCOOKIE)) {
			flow->handshake_ns = now - flow->opening_ns;
			flow->flags |= FLOW_HANDSHAKE;
		}
		break;
	case TCPFSM_FIN_WAIT_1:
	case TCPFSM_CLOSE_WAIT:
		if (!flow->close_role)
			flow->close_role = new == TCPFSM_FIN_WAIT_1 ?
				TCPFSM_ROLE_ACTIVE : TCPFSM_ROLE_PASSIVE;
		break;
	}
}

/* The flow goes on to the state that begins. */
static __always_inline void flow_step(struct flow *flow, const struct step *step,
				      const struct tcpfsm_record *rec, u32 known,
				      u64 now)
{
	if (unlikely(!flow->born_ns))
		flow->born_ns = now;
	/* A connection's ends are what they were, once they are known. */
	if (unlikely((flow->known ^ known) & (TCPFSM_KNOWN_LADDR |
					      TCPFSM_KNOWN_LPORT |
					      TCPFSM_KNOWN_PEER)))
		step_identify(flow, rec, known);
	flow->state = step->facts.new;
	flow->since_ns = now;
	flow->flags = (flow->flags & ~(FLOW_SINCE_MIN | FLOW_GAP)) |
		      FLOW_SINCE_KNOWN;
	if (unlikely(step->flags & TCPFSM_F_SAME_SEGMENT))
		flow->path = (flow->path & ~0xfull) | step->facts.new;
	else
		flow->path = flow->path << 4 | step->facts.new;
}

/*
 * step_tell(). @of and @about are the step's, given apart since where they are
 * constants most of this is not there.
 */
static __always_inline void step_tell_inline(const struct step *step,
					     struct flow *flow, u8 of, u32 about)
{
	unsigned int share, class;
	struct stats __percpu *stats = stats_of(step->net, &share);
	unsigned int old = step->facts.old, new = step->facts.new;
	struct tcpfsm_record *rec;
	struct ring *ring;
	u32 known;

	if (unlikely((old | new) >= STATS_STATES))
		old = new = 0;
	this_cpu_inc(stats->matrix[old][new]);
	if (filter_on() && !step_passes(step, flow)) {
		this_cpu_inc(stats->filtered);
		return;
	}
	class = ring_class(share, about & STEP_HALF_OPEN);
	ring = ring_of(class);
	rec = ring_claim(ring, &this_cpu_ptr(stats)->seq[class]);
	if (flow)
		flow_learn(flow, step->facts.new, rec->mono_ns);
	known = step_fill(rec, step, flow, of, about);
	if (flow)
		flow_step(flow, step, rec, known, rec->mono_ns);
	if (unlikely(rec->cause == TCPFSM_CAUSE_UNKNOWN))
		this_cpu_inc(stats->cause_unknown);
	ring_commit(ring);
	wake_readers();
}

#endif /* TCPFSM_STEP_INLINE_H */
