/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cause of a transition, decided from the facts in struct cause_facts and from
 * nothing else.
 *
 * Context: any; no state, no locks. cause.c is also compiled on the host, for
 *   selftest/cause.c.
 */
#ifndef TCPFSM_CAUSE_H
#define TCPFSM_CAUSE_H

#ifdef __KERNEL__
#include <linux/errno.h>
#else
#include <errno.h>
#endif
#include <linux/types.h>

#include "uapi/tcpfsm.h"

/* Which part of TCP is running; cause_stack.c finds it on the stack. */
enum site {
	SITE_NONE,		/* not looked for, or not found */
	SITE_SEGMENT,		/* a segment is processed */
	SITE_VALIDATE,		/* a segment is checked; its RST bit, too */
	SITE_CHECK_REQ,		/* a segment of a half-open connection */
	SITE_TIMEWAIT,		/* a segment of a timewait socket */
	SITE_ICMP,		/* an ICMP error is processed */
	SITE_WRITE_TIMER,	/* retransmission, window probe, SYN */
	SITE_KEEPALIVE,		/* keepalive, and the FIN_WAIT_2 of an orphan */
	SITE_REQ_TIMER,		/* SYN-ACK */
	SITE_CLOSE,		/* close() */
	SITE_MPTCP_CLOSE,	/* close() of an MPTCP socket closes a subflow */
	SITE_MPTCP_WORKER,	/* MPTCP's worker resets a subflow */
	SITE_SHUTDOWN,		/* shutdown() */
	SITE_CONNECT,		/* connect() */
	SITE_LISTEN,		/* listen() */
	SITE_LISTEN_STOP,	/* a closing listener drops its children */
	SITE_ABORT,		/* SOCK_DESTROY */
	SITE_PURGE,		/* a network namespace goes, and its minisockets */
	NR_SITES
};

enum cause_of {
	CAUSE_OF_SOCKET,
	CAUSE_OF_REQUEST,
	CAUSE_OF_TIMEWAIT,
};

/* Bits of @saw. */
#define CAUSE_IN_TASK		(1U << 0)	/* not in softirq */
#define CAUSE_OWNED		(1U << 1)	/* current holds lock_sock() */
#define CAUSE_EXITING		(1U << 2)	/* current is exiting, or owner_fate() says so */
#define CAUSE_RELEASED		(1U << 3)	/* the last reference to its file is gone */
#define CAUSE_NO_FILE		(1U << 4)	/* it has no file of its own to look at */
#define CAUSE_IN_DISCONNECT	(1U << 5)	/* inside tcp_disconnect() */
#define CAUSE_ORPHAN		(1U << 6)	/* close() is past sock_orphan() */
#define CAUSE_FIN_RCVD		(1U << 7)	/* the peer's FIN was received */
#define CAUSE_ALL_ACKED		(1U << 8)	/* all we sent is acked, the FIN included */
#define CAUSE_RCV_SHUTDOWN	(1U << 9)	/* RCV_SHUTDOWN: nobody reads any more */
#define CAUSE_REPAIR		(1U << 10)	/* TCP_REPAIR */
#define CAUSE_USER_TIMEOUT	(1U << 11)	/* TCP_USER_TIMEOUT has expired */
#define CAUSE_NO_LINGER2	(1U << 12)	/* TCP_LINGER2 is negative */
#define CAUSE_LONG_FW2		(1U << 13)	/* FIN_WAIT_2 may last over 60 s */
#define CAUSE_TCP_MEM		(1U << 14)	/* TCP is over its memory limit */
#define CAUSE_NETNS_GONE	(1U << 15)	/* its namespace is going */
#define CAUSE_NO_TW_HOOK	(1U << 16)	/* a hand-over to a timewait socket is not seen */
#define CAUSE_COOKIE		(1U << 17)	/* made from a SYN cookie */
#define CAUSE_LISTENER_GONE	(1U << 18)	/* request: its listener is closed */
#define CAUSE_CHILD_DIED	(1U << 19)	/* request: its child was dropped */
#define CAUSE_RESET_SYN		(1U << 20)	/* minisocket: we answered a SYN in its window by a RST */
#define CAUSE_RESET_ACK		(1U << 21)	/* minisocket: we answered another segment by a RST */
#define CAUSE_DUE		(1U << 22)	/* timewait: its timer has fired */
#define CAUSE_TW_FULL		(1U << 23)	/* no timewait socket could be made for it */
#define CAUSE_TFO_UNACKED	(1U << 24)	/* the SYN-ACK of Fast Open is not acked */
#define CAUSE_NO_RESET_PROBE	(1U << 25)	/* request: our own RSTs are not seen */
#define CAUSE_BY_CURRENT	(1U << 26)	/* what cause_by_current() returned */
#define CAUSE_ACK_DROPPED	(1U << 27)	/* request: the accept queue was full at its ACK */
#define CAUSE_NOT_ACCEPTED	(1U << 28)	/* a child that no process has */
#define CAUSE_MPTCP		(1U << 29)	/* a subflow of MPTCP, in process context */
#define CAUSE_LINGER_0		(1U << 30)	/* SO_LINGER is 0 */
#define CAUSE_OWNER_UNKNOWN	(1U << 31)	/* owner_fate() cannot say */

/* All that a cause is decided from. */
struct cause_facts {
	u8 old, new;		/* enum tcpfsm_state */
	u8 of;			/* enum cause_of */
	u8 site;		/* enum site */
	u16 error;		/* sk_err, positive */
	u32 saw;		/* CAUSE_* */
};

/* A transition, and what was decided about it. It fits into a register. */
struct transition {
	u8 old, new;		/* enum tcpfsm_state */
	u8 cause;		/* enum tcpfsm_cause */
	u8 flags;		/* TCPFSM_F_* that do not come from its flow */
	u16 error;		/* errno, positive; 0: none of this transition */
	u8 by;			/* TRANSITION_BY_* */
};

#define TRANSITION_BY_CURRENT	(1U << 0)	/* current is the actor */
#define TRANSITION_BY_USER	(1U << 1)	/* current uses the socket */
#define TRANSITION_BY_OWNER	(TRANSITION_BY_CURRENT | TRANSITION_BY_USER)

/* How the cause is found where a transition can have several. */
enum cause_rule {
	RULE_OPEN = TCPFSM_NR_CAUSES,	/* the SYN-ACK, or connect() under TCP_REPAIR */
	RULE_CHILD,			/* a SYN, or the ACK that brings a SYN cookie back */
	RULE_OURS,			/* close() or shutdown() */
	RULE_END,
};

/* A power of two, with room for numbers that no state has. */
#define CAUSE_STATES	16

extern const u8 cause_table[CAUSE_STATES][CAUSE_STATES];

/*
 * Return: the only cause that this transition can have, or enum cause_rule where it
 * can have several; 0: the kernel has no such transition.
 */
static inline u8 cause_of_states(unsigned int old, unsigned int new)
{
	return (old | new) < CAUSE_STATES ? cause_table[old][new] : 0;
}

static inline u8 cause_rule(const struct cause_facts *facts)
{
	return cause_of_states(facts->old, facts->new);
}

static inline bool cause_saw(const struct cause_facts *facts, u32 bits)
{
	return (facts->saw & bits) == bits;
}

static inline bool cause_site_is_a_task(u8 site)
{
	switch (site) {
	case SITE_CLOSE:
	case SITE_MPTCP_CLOSE:
	case SITE_MPTCP_WORKER:
	case SITE_SHUTDOWN:
	case SITE_CONNECT:
	case SITE_LISTEN:
	case SITE_LISTEN_STOP:
	case SITE_ABORT:
	case SITE_PURGE:
		return true;
	default:
		return false;
	}
}

/* Only the ACK of our FIN ends LAST_ACK with all data acknowledged. */
static inline bool cause_last_ack(const struct cause_facts *facts)
{
	return facts->old == TCPFSM_LAST_ACK && cause_saw(facts, CAUSE_ALL_ACKED);
}

/*
 * The peer's FIN ends FIN_WAIT_2, so a socket that has received one is ending by it.
 * Where the hand-over to a timewait socket is not seen, most connections end so.
 */
static inline bool cause_last_fin(const struct cause_facts *facts)
{
	return facts->of == CAUSE_OF_SOCKET && facts->old == TCPFSM_FIN_WAIT_2 &&
	       cause_saw(facts, CAUSE_FIN_RCVD | CAUSE_NO_TW_HOOK) &&
	       !cause_saw(facts, CAUSE_IN_TASK) && !facts->error;
}

/*
 * In softirq only tcp_reset() sets this error. With RCV_SHUTDOWN it may have been
 * called for data that nobody reads any more, and not for a RST.
 */
static inline bool cause_reset(const struct cause_facts *facts)
{
	return facts->error == ECONNRESET && !cause_saw(facts, CAUSE_IN_TASK) &&
	       !cause_saw(facts, CAUSE_RCV_SHUTDOWN);
}

/* Does the decision need @facts->site, which costs a walk up the stack? */
static inline bool cause_needs_site(const struct cause_facts *facts)
{
	switch (cause_rule(facts)) {
	case RULE_OURS:
		return cause_saw(facts, CAUSE_OWNED | CAUSE_NO_FILE) ||
		       cause_saw(facts, CAUSE_MPTCP);
	case RULE_END:
		break;
	default:
		return false;
	}
	if (facts->of == CAUSE_OF_TIMEWAIT)
		return !cause_saw(facts, CAUSE_DUE);
	return facts->of == CAUSE_OF_REQUEST ||
	       !(cause_last_ack(facts) || cause_last_fin(facts) || cause_reset(facts));
}

/* Did current make this transition? Else a segment or a timer did, or another task. */
static inline bool cause_by_current(const struct cause_facts *facts)
{
	if (!cause_saw(facts, CAUSE_IN_TASK))
		return false;
	if (facts->site != SITE_NONE)
		return cause_site_is_a_task(facts->site);

	switch (cause_rule(facts)) {
	case TCPFSM_CAUSE_CONNECT:
	case TCPFSM_CAUSE_LISTEN:
	case RULE_OURS:
		return cause_saw(facts, CAUSE_OWNED);
	case RULE_OPEN:
		return cause_saw(facts, CAUSE_OWNED | CAUSE_REPAIR);
	default:
		return false;
	}
}

/* The last reference to a socket is gone. */
static inline u8 cause_by_task(u32 saw)
{
	if (saw & CAUSE_OWNER_UNKNOWN)
		return TCPFSM_CAUSE_UNKNOWN;
	return saw & CAUSE_EXITING ? TCPFSM_CAUSE_EXIT : TCPFSM_CAUSE_CLOSE;
}

/*
 * RULE_OURS, where current holds lock_sock(): close() is called once the last
 * reference to the file is gone, shutdown() before.
 * Return: the cause; 0: there is no file to look at.
 */
static inline u8 cause_by_file(u32 saw)
{
	if (saw & CAUSE_NO_FILE)
		return 0;
	if (!(saw & CAUSE_RELEASED))
		return TCPFSM_CAUSE_SHUTDOWN;
	return cause_by_task(saw);
}

/* Is it a cause that cause_by_file() returns? */
static inline bool cause_is_ours(u8 cause)
{
	return cause >= TCPFSM_CAUSE_CLOSE && cause <= TCPFSM_CAUSE_EXIT;
}

/* Return: TCPFSM_CAUSE_UNKNOWN where the facts do not decide; never 0. */
enum tcpfsm_cause cause_decide(const struct cause_facts *facts);

/*
 * Does @facts->error belong to this end of a connection, of cause @cause? Else it is
 * an older one, left by IP_RECVERR or by the connect() before.
 */
bool cause_has_error(const struct cause_facts *facts, enum tcpfsm_cause cause);

/* The transition of @facts, with its cause, its error, and the part current had in it. */
struct transition cause_conclude(const struct cause_facts *facts);

#endif /* TCPFSM_CAUSE_H */
