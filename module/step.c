// SPDX-License-Identifier: GPL-2.0
/*
 * Steps that are told from where it need not be inlined, and what of telling one
 * is seldom needed.
 *
 * Context: the probes, interrupts off.
 * Locking: the caller's flow_lock().
 */
#include "step_inline.h"

#include <net/net_namespace.h>
#include <net/tcp_states.h>

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

u32 step_seldom(const struct flow *flow, int old)
{
	u32 flags = 0;

	if (flow->flags & FLOW_PREEXISTING)
		flags |= TCPFSM_F_PREEXISTING;
	if (flow->flags & FLOW_SYNCOOKIE)
		flags |= TCPFSM_F_SYNCOOKIE;
	if (flow->flags & FLOW_TFO)
		flags |= TCPFSM_F_TFO;
	if ((flow->flags & FLOW_REUSED) && old == TCPFSM_CLOSED)
		flags |= TCPFSM_F_REUSED;
	return flags;
}

void step_identify(struct flow *flow, const struct tcpfsm_record *rec, u32 known)
{
	memcpy(flow->laddr, rec->laddr, sizeof(flow->laddr));
	memcpy(flow->raddr, rec->raddr, sizeof(flow->raddr));
	flow->lport = rec->lport;
	flow->rport = rec->rport;
	flow->netns = rec->netns;
	flow->known = known;
}

bool step_passes(const struct step *step, struct flow *flow)
{
	struct tcpfsm_record rec = {
		.old_state = step->facts.old,
		.new_state = step->facts.new,
	};

	rec.known = step_whose(&rec, step, step->facts.of, step->about);
	if (filter_passes(&rec))
		return true;
	if (flow) {
		u64 now = ktime_get_ns();	/* the clock of ring_claim() */

		flow_learn(flow, step->facts.new, now);
		flow_step(flow, step, &rec, rec.known, now);
	}
	return false;
}

void step_tell(const struct step *step, struct flow *flow)
{
	step_tell_inline(step, flow, step->facts.of, step->about);
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
