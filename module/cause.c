// SPDX-License-Identifier: GPL-2.0
/*
 * The table of causes: each transition that the kernel can make has a cell, which
 * names its cause or the rule that finds it. RFC 9293, 3.3.2 has the state diagram;
 * what Linux adds is in net/ipv4/tcp.c, tcp_input.c, tcp_timer.c and tcp_minisocks.c.
 */
#include "cause.h"

const u8 cause_table[CAUSE_STATES][CAUSE_STATES] = {
	[TCPFSM_CLOSED] = {
		/* connect() only; it sends the SYN next. */
		[TCPFSM_SYN_SENT] = TCPFSM_CAUSE_CONNECT,
		/* listen() only. */
		[TCPFSM_LISTEN] = TCPFSM_CAUSE_LISTEN,
	},
	[TCPFSM_LISTEN] = {
		/* A SYN; the ACK of the handshake where a SYN cookie is used. */
		[TCPFSM_SYN_RCVD] = RULE_CHILD,
		/* close(), ss -K, or a listen() that failed half-way. */
		[TCPFSM_CLOSED] = RULE_END,
	},
	[TCPFSM_SYN_SENT] = {
		/* The peer's SYN crossed ours: simultaneous open. */
		[TCPFSM_SYN_RCVD] = TCPFSM_CAUSE_RCV_SYN,
		/* The SYN-ACK; under TCP_REPAIR, connect() itself. */
		[TCPFSM_ESTABLISHED] = RULE_OPEN,
		/* Refused, unreachable, timed out, or closed by us. */
		[TCPFSM_CLOSED] = RULE_END,
	},
	[TCPFSM_SYN_RCVD] = {
		/* The ACK of our SYN. */
		[TCPFSM_ESTABLISHED] = TCPFSM_CAUSE_RCV_ACK,
		/* Fast Open: the process closes before that ACK. */
		[TCPFSM_FIN_WAIT_1] = RULE_OURS,
		/* Fast Open: data and FIN come before that ACK. */
		[TCPFSM_CLOSE_WAIT] = TCPFSM_CAUSE_RCV_FIN,
		/* A half-open connection, or a Fast Open socket. */
		[TCPFSM_CLOSED] = RULE_END,
	},
	[TCPFSM_ESTABLISHED] = {
		/* We send the first FIN. */
		[TCPFSM_FIN_WAIT_1] = RULE_OURS,
		/* The peer sends the first FIN. */
		[TCPFSM_CLOSE_WAIT] = TCPFSM_CAUSE_RCV_FIN,
		/* Reset by one of the two, or timed out. */
		[TCPFSM_CLOSED] = RULE_END,
	},
	[TCPFSM_FIN_WAIT_1] = {
		/* The ACK of our FIN. */
		[TCPFSM_FIN_WAIT_2] = TCPFSM_CAUSE_RCV_ACK,
		/* The peer's FIN crossed ours: simultaneous close. */
		[TCPFSM_CLOSING] = TCPFSM_CAUSE_RCV_FIN,
		/* Reset by one of the two, or timed out. */
		[TCPFSM_CLOSED] = RULE_END,
	},
	[TCPFSM_FIN_WAIT_2] = {
		/* The peer's FIN. */
		[TCPFSM_TIME_WAIT] = TCPFSM_CAUSE_RCV_FIN,
		/* The peer's FIN did not come in time. */
		[TCPFSM_CLOSED] = RULE_END,
	},
	[TCPFSM_CLOSE_WAIT] = {
		/* We close, too. */
		[TCPFSM_LAST_ACK] = RULE_OURS,
		/* Reset by one of the two, or timed out. */
		[TCPFSM_CLOSED] = RULE_END,
	},
	[TCPFSM_CLOSING] = {
		/* The ACK of our FIN. */
		[TCPFSM_TIME_WAIT] = TCPFSM_CAUSE_RCV_ACK,
		/* Reset by one of the two, or timed out. */
		[TCPFSM_CLOSED] = RULE_END,
	},
	[TCPFSM_LAST_ACK] = {
		/* Mostly the ACK of our FIN. */
		[TCPFSM_CLOSED] = RULE_END,
	},
	[TCPFSM_TIME_WAIT] = {
		/* Mostly the timer, after 60 s. */
		[TCPFSM_CLOSED] = RULE_END,
	},
};

static enum tcpfsm_cause closed_by_task(const struct cause_facts *facts)
{
	return cause_by_task(facts->saw);
}

/* MPTCP shuts its subflows down for close() and for shutdown(), with or without lock_sock(). */
static enum tcpfsm_cause decide_subflow(const struct cause_facts *facts)
{
	switch (facts->site) {
	case SITE_CLOSE:
	case SITE_MPTCP_CLOSE:
		return closed_by_task(facts);
	case SITE_SHUTDOWN:
		return cause_saw(facts, CAUSE_RELEASED) ? closed_by_task(facts) :
		       TCPFSM_CAUSE_SHUTDOWN;
	default:
		return TCPFSM_CAUSE_UNKNOWN;
	}
}

static enum tcpfsm_cause decide_ours(const struct cause_facts *facts)
{
	if (cause_saw(facts, CAUSE_MPTCP))
		return decide_subflow(facts);
	/*
	 * In softirq, at the ACK of our SYN: shutdown() came before. A child that no
	 * process has is shut down as the copy of a listener that is being closed.
	 */
	if (!cause_saw(facts, CAUSE_OWNED))
		return cause_saw(facts, CAUSE_NOT_ACCEPTED) ?
		       TCPFSM_CAUSE_LISTENER_CLOSED : TCPFSM_CAUSE_SHUTDOWN;
	if (!cause_saw(facts, CAUSE_NO_FILE))
		return cause_by_file(facts->saw);
	if (facts->site == SITE_CLOSE)
		return closed_by_task(facts);
	return facts->site == SITE_SHUTDOWN ? TCPFSM_CAUSE_SHUTDOWN :
	       TCPFSM_CAUSE_UNKNOWN;
}

/* net/ipv4/tcp.c:tcp_check_oom, tcp_timer.c:tcp_out_of_resources */
static enum tcpfsm_cause out_of_resources(const struct cause_facts *facts)
{
	if (cause_saw(facts, CAUSE_TCP_MEM))
		return TCPFSM_CAUSE_NO_MEMORY;
	return cause_saw(facts, CAUSE_NETNS_GONE) ? TCPFSM_CAUSE_NETNS_EXIT :
	       TCPFSM_CAUSE_ORPHAN_LIMIT;
}

/* net/ipv4/tcp.c:__tcp_close */
static enum tcpfsm_cause end_by_close(const struct cause_facts *facts)
{
	if (facts->old == TCPFSM_LISTEN || facts->old == TCPFSM_SYN_SENT ||
	    cause_saw(facts, CAUSE_REPAIR))
		return closed_by_task(facts);
	if (cause_saw(facts, CAUSE_IN_DISCONNECT))
		return TCPFSM_CAUSE_LINGER0;
	if (!cause_saw(facts, CAUSE_ORPHAN))
		return TCPFSM_CAUSE_UNREAD_DATA;
	if (facts->old != TCPFSM_FIN_WAIT_2)
		return out_of_resources(facts);
	if (cause_saw(facts, CAUSE_NO_LINGER2))
		return TCPFSM_CAUSE_ABORT;
	if (cause_saw(facts, CAUSE_LONG_FW2))
		return out_of_resources(facts);
	return cause_saw(facts, CAUSE_NO_TW_HOOK) ? closed_by_task(facts) :
	       TCPFSM_CAUSE_OVERFLOW;
}

/*
 * net/mptcp/protocol.c:__mptcp_close resets the subflows for these two reasons only. With
 * both of them it is SO_LINGER, which would have reset them in any case.
 */
static enum tcpfsm_cause end_by_mptcp_close(const struct cause_facts *facts)
{
	if (facts->old == TCPFSM_LISTEN || facts->old == TCPFSM_SYN_SENT)
		return closed_by_task(facts);
	return cause_saw(facts, CAUSE_LINGER_0) ? TCPFSM_CAUSE_LINGER0 :
	       TCPFSM_CAUSE_UNREAD_DATA;
}

/*
 * FIN_WAIT_2 or CLOSING ended, and no timewait socket was seen to take over. @seen:
 * the cause where the hook on the hand-over is missing, so that one may have.
 */
static enum tcpfsm_cause no_timewait(const struct cause_facts *facts,
				     enum tcpfsm_cause seen)
{
	return cause_saw(facts, CAUSE_NO_TW_HOOK) ? seen : TCPFSM_CAUSE_OVERFLOW;
}

/* FIN_WAIT_2 of an orphan, ended by the ACK of its FIN or a later segment. */
static enum tcpfsm_cause fw2_by_segment(const struct cause_facts *facts)
{
	/* MPTCP refuses the segment. */
	if (facts->error && !cause_saw(facts, CAUSE_RCV_SHUTDOWN))
		return TCPFSM_CAUSE_ABORT;
	if (cause_saw(facts, CAUSE_FIN_RCVD))
		return no_timewait(facts, TCPFSM_CAUSE_RCV_FIN);
	/* tcp_reset(): data came after close(). */
	if (facts->error == ECONNRESET)
		return TCPFSM_CAUSE_UNREAD_DATA;
	if (cause_saw(facts, CAUSE_NO_LINGER2))
		return TCPFSM_CAUSE_ABORT;
	if (cause_saw(facts, CAUSE_NO_TW_HOOK))
		return TCPFSM_CAUSE_RCV_ACK;
	return cause_saw(facts, CAUSE_TW_FULL) && !cause_saw(facts, CAUSE_LONG_FW2) ?
	       TCPFSM_CAUSE_OVERFLOW : TCPFSM_CAUSE_UNREAD_DATA;
}

/*
 * net/ipv4/tcp_input.c:tcp_rcv_state_process. Of the peer's RSTs only one that
 * refuses our SYN ends a connection here, all others are SITE_VALIDATE. Else it is
 * us who reset: for MPTCP, or since data came after the peer's FIN.
 */
static enum tcpfsm_cause end_by_segment(const struct cause_facts *facts)
{
	switch (facts->old) {
	case TCPFSM_SYN_SENT:
		return facts->error == ECONNREFUSED ? TCPFSM_CAUSE_RCV_RST :
		       TCPFSM_CAUSE_ABORT;
	case TCPFSM_FIN_WAIT_1:
		return cause_saw(facts, CAUSE_RCV_SHUTDOWN) ?
		       TCPFSM_CAUSE_UNREAD_DATA : TCPFSM_CAUSE_ABORT;
	case TCPFSM_FIN_WAIT_2:
		return fw2_by_segment(facts);
	case TCPFSM_CLOSING:
		return cause_saw(facts, CAUSE_ALL_ACKED) ?
		       no_timewait(facts, TCPFSM_CAUSE_RCV_ACK) :
		       TCPFSM_CAUSE_ABORT;
	case TCPFSM_ESTABLISHED:
	case TCPFSM_CLOSE_WAIT:
	case TCPFSM_LAST_ACK:
		return TCPFSM_CAUSE_ABORT;
	default:
		/* For one, a child that could not be completed. */
		return TCPFSM_CAUSE_UNKNOWN;
	}
}

/* net/ipv4/tcp_timer.c:tcp_write_timeout, tcp_probe_timer, tcp_out_of_resources */
static enum tcpfsm_cause end_by_write_timer(const struct cause_facts *facts)
{
	if (cause_saw(facts, CAUSE_ORPHAN) && !facts->error)
		return out_of_resources(facts);
	if (facts->old == TCPFSM_SYN_RCVD || cause_saw(facts, CAUSE_TFO_UNACKED))
		return TCPFSM_CAUSE_SYNACK_TIMEOUT;
	if (cause_saw(facts, CAUSE_USER_TIMEOUT))
		return TCPFSM_CAUSE_USER_TIMEOUT;
	return facts->old == TCPFSM_SYN_SENT ? TCPFSM_CAUSE_TIMEOUT :
	       TCPFSM_CAUSE_RETRANS_TIMEOUT;
}

/* net/ipv4/tcp_timer.c:tcp_keepalive_timer */
static enum tcpfsm_cause end_by_keepalive(const struct cause_facts *facts)
{
	if (facts->old == TCPFSM_FIN_WAIT_2 && cause_saw(facts, CAUSE_ORPHAN))
		/* Beyond 60 s, a timewait socket takes over. */
		return cause_saw(facts, CAUSE_LONG_FW2) && !cause_saw(facts, CAUSE_NO_LINGER2) ?
		       no_timewait(facts, TCPFSM_CAUSE_FW2_TIMEOUT) :
		       TCPFSM_CAUSE_FW2_TIMEOUT;
	return cause_saw(facts, CAUSE_USER_TIMEOUT) ? TCPFSM_CAUSE_USER_TIMEOUT :
	       TCPFSM_CAUSE_KEEPALIVE;
}

static enum tcpfsm_cause end_of_socket(const struct cause_facts *facts)
{
	if (cause_last_ack(facts))
		return TCPFSM_CAUSE_RCV_ACK;
	if (cause_last_fin(facts))
		return TCPFSM_CAUSE_RCV_FIN;
	if (cause_reset(facts))
		return TCPFSM_CAUSE_RCV_RST;
	/* Its listener closed meanwhile: inet_csk_reqsk_queue_add(). */
	if (cause_saw(facts, CAUSE_IN_DISCONNECT) && facts->site &&
	    !cause_site_is_a_task(facts->site))
		return TCPFSM_CAUSE_LISTENER_CLOSED;

	switch (facts->site) {
	case SITE_SEGMENT:
		return end_by_segment(facts);
	case SITE_VALIDATE:
		return TCPFSM_CAUSE_RCV_RST;
	case SITE_CHECK_REQ:
		/* A child that could not be completed has no error. */
		return facts->error ? TCPFSM_CAUSE_RCV_RST : TCPFSM_CAUSE_UNKNOWN;
	case SITE_ICMP:
		return TCPFSM_CAUSE_ICMP;
	case SITE_WRITE_TIMER:
		return end_by_write_timer(facts);
	case SITE_KEEPALIVE:
		return end_by_keepalive(facts);
	case SITE_CLOSE:
		return end_by_close(facts);
	case SITE_MPTCP_CLOSE:
		return end_by_mptcp_close(facts);
	case SITE_MPTCP_WORKER:
		/* The peer did not close in time, or has reset another subflow. */
		return TCPFSM_CAUSE_ABORT;
	case SITE_SHUTDOWN:
		return TCPFSM_CAUSE_SHUTDOWN;
	case SITE_CONNECT:
		return facts->old == TCPFSM_SYN_SENT &&
		       !cause_saw(facts, CAUSE_IN_DISCONNECT) ?
		       TCPFSM_CAUSE_CONNECT : TCPFSM_CAUSE_DISCONNECT;
	case SITE_LISTEN:
		return TCPFSM_CAUSE_LISTEN;
	case SITE_LISTEN_STOP:
		return TCPFSM_CAUSE_LISTENER_CLOSED;
	case SITE_ABORT:
		return TCPFSM_CAUSE_KILLED;
	default:
		return TCPFSM_CAUSE_UNKNOWN;
	}
}

/* net/ipv4/tcp_minisocks.c:tcp_check_req, inet_connection_sock.c:reqsk_timer_handler */
static enum tcpfsm_cause end_of_request(const struct cause_facts *facts)
{
	switch (facts->site) {
	case SITE_PURGE:
		return TCPFSM_CAUSE_NETNS_EXIT;
	case SITE_ABORT:
		return TCPFSM_CAUSE_KILLED;
	case SITE_ICMP:
		return TCPFSM_CAUSE_ICMP;
	case SITE_CHECK_REQ:
		if (cause_saw(facts, CAUSE_CHILD_DIED) || cause_saw(facts, CAUSE_RESET_SYN))
			return TCPFSM_CAUSE_ABORT;
		if (cause_saw(facts, CAUSE_RESET_ACK))
			return TCPFSM_CAUSE_OVERFLOW;
		return cause_saw(facts, CAUSE_NO_RESET_PROBE) ? TCPFSM_CAUSE_UNKNOWN :
		       TCPFSM_CAUSE_RCV_RST;
	case SITE_REQ_TIMER:
		if (cause_saw(facts, CAUSE_LISTENER_GONE))
			return TCPFSM_CAUSE_LISTENER_CLOSED;
		return cause_saw(facts, CAUSE_ACK_DROPPED) ? TCPFSM_CAUSE_OVERFLOW :
		       TCPFSM_CAUSE_SYNACK_TIMEOUT;
	default:
		return cause_saw(facts, CAUSE_LISTENER_GONE) ?
		       TCPFSM_CAUSE_LISTENER_CLOSED : TCPFSM_CAUSE_UNKNOWN;
	}
}

/* net/ipv4/inet_timewait_sock.c:inet_twsk_deschedule_put, and its callers */
static enum tcpfsm_cause end_of_timewait(const struct cause_facts *facts)
{
	bool fw2 = facts->old == TCPFSM_FIN_WAIT_2;

	if (cause_saw(facts, CAUSE_DUE))
		return fw2 ? TCPFSM_CAUSE_FW2_TIMEOUT : TCPFSM_CAUSE_TW_EXPIRED;

	switch (facts->site) {
	case SITE_TIMEWAIT:
		return TCPFSM_CAUSE_RCV_RST;
	case SITE_SEGMENT:
		if (!fw2)
			return TCPFSM_CAUSE_TW_REUSED;
		/* A SYN, or data after close(), was answered by a RST. */
		if (cause_saw(facts, CAUSE_RESET_SYN))
			return TCPFSM_CAUSE_ABORT;
		return cause_saw(facts, CAUSE_RESET_ACK) ?
		       TCPFSM_CAUSE_UNREAD_DATA : TCPFSM_CAUSE_UNKNOWN;
	case SITE_CONNECT:
		return TCPFSM_CAUSE_TW_RECYCLED;
	case SITE_ABORT:
		return TCPFSM_CAUSE_KILLED;
	case SITE_PURGE:
		return TCPFSM_CAUSE_NETNS_EXIT;
	default:
		return TCPFSM_CAUSE_UNKNOWN;
	}
}

static enum tcpfsm_cause decide_end(const struct cause_facts *facts)
{
	switch (facts->of) {
	case CAUSE_OF_REQUEST:
		return end_of_request(facts);
	case CAUSE_OF_TIMEWAIT:
		return end_of_timewait(facts);
	default:
		return end_of_socket(facts);
	}
}

enum tcpfsm_cause cause_decide(const struct cause_facts *facts)
{
	u8 rule = cause_rule(facts);

	switch (rule) {
	case 0:
		return TCPFSM_CAUSE_UNKNOWN;
	case RULE_OPEN:
		return cause_saw(facts, CAUSE_REPAIR) ? TCPFSM_CAUSE_CONNECT :
		       TCPFSM_CAUSE_RCV_SYNACK;
	case RULE_CHILD:
		return cause_saw(facts, CAUSE_COOKIE) ? TCPFSM_CAUSE_RCV_ACK :
		       TCPFSM_CAUSE_RCV_SYN;
	case RULE_OURS:
		return decide_ours(facts);
	case RULE_END:
		return decide_end(facts);
	default:
		return rule;
	}
}

bool cause_has_error(const struct cause_facts *facts, enum tcpfsm_cause cause)
{
	if (facts->new != TCPFSM_CLOSED || !facts->error)
		return false;

	switch (cause) {
	case TCPFSM_CAUSE_RCV_RST:
	case TCPFSM_CAUSE_ICMP:
	case TCPFSM_CAUSE_TIMEOUT:
	case TCPFSM_CAUSE_RETRANS_TIMEOUT:
	case TCPFSM_CAUSE_KEEPALIVE:
	case TCPFSM_CAUSE_USER_TIMEOUT:
	case TCPFSM_CAUSE_SYNACK_TIMEOUT:
	case TCPFSM_CAUSE_KILLED:
		return true;
	case TCPFSM_CAUSE_UNREAD_DATA:
	case TCPFSM_CAUSE_ABORT:
		return facts->site == SITE_SEGMENT;
	default:
		return false;
	}
}

struct transition cause_conclude(const struct cause_facts *facts)
{
	const u32 uses = CAUSE_OWNED | CAUSE_BY_CURRENT;
	struct transition transition = {
		.old = facts->old,
		.new = facts->new,
		.cause = cause_decide(facts),
	};

	if (cause_has_error(facts, transition.cause))
		transition.error = facts->error;
	if (cause_saw(facts, CAUSE_BY_CURRENT))
		transition.by |= TRANSITION_BY_CURRENT;
	/* The task that kills a connection does not use it. */
	if (cause_saw(facts, uses) && facts->site != SITE_ABORT)
		transition.by |= TRANSITION_BY_USER;
	return transition;
}
