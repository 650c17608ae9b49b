/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's objects to the facts that cause.c decides from.
 *
 * Context: the probes. Nothing is locked. Call it before flow_lock(): a walk up the
 *   stack takes microseconds, and another CPU may be spinning for the bucket.
 */
#ifndef TCPFSM_CAUSE_FACTS_H
#define TCPFSM_CAUSE_FACTS_H

#include <linux/fs.h>
#include <linux/net.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "cause.h"

struct request_sock;
struct sock;

/*
 * @sk, locked by current or by this softirq, goes from @old to @new. @saw: CAUSE_* that
 * the caller knows already.
 */
void cause_facts_socket(struct cause_facts *facts, const struct sock *sk, int old, int new,
		  u32 saw);

/* @req is dropped; @unhashed: it has become a child, which is dropped with it. */
void cause_facts_request(struct cause_facts *facts, const struct request_sock *req,
		   bool unhashed);

/* A timewait socket goes from @old to CLOSED; @caller is where it is ended. */
void cause_facts_timewait(struct cause_facts *facts, int old, unsigned long caller);

/* The last reference to a file is gone before its socket is closed. */
static __always_inline u32 cause_facts_file(const struct sock *sk)
{
	const struct socket *socket = sk->sk_socket;

	/* MPTCP lends its struct socket to its subflows. */
	if (!socket || !socket->file || (socket->sk && socket->sk != sk))
		return CAUSE_NO_FILE;
	return file_count(socket->file) ? 0 : CAUSE_RELEASED;
}

static __always_inline u32 cause_facts_exiting(void)
{
	return current->flags & PF_EXITING ? CAUSE_EXITING : 0;
}

/*
 * Does a thread of the kernel drop the last reference to the file of @sk? It does for a
 * socket that only an io_uring had.
 */
static __always_inline bool cause_facts_closed_late(const struct sock *sk)
{
	return in_task() && (current->flags & PF_KTHREAD) && sk->sk_lock.owned &&
	       cause_facts_file(sk) == CAUSE_RELEASED;
}

/* Has a task locked @sk? Else a softirq is running. */
static __always_inline bool cause_facts_owned(const struct sock *sk)
{
	return in_task() && sk->sk_lock.owned;
}

/* Without the hook on timewait sockets: does the peer's FIN end @sk? */
static __always_inline bool cause_facts_last_fin(const struct sock *sk, int old)
{
	const struct cause_facts facts = {
		.old = old,
		.new = TCP_CLOSE,
		.saw = CAUSE_NO_TW_HOOK | (in_task() ? CAUSE_IN_TASK : 0) |
		       (sock_flag(sk, SOCK_DONE) ? CAUSE_FIN_RCVD : 0),
		.error = READ_ONCE(sk->sk_err),
	};

	return cause_last_fin(&facts);
}

/*
 * The cause of a transition of @sk, where the states decide it, or one look at the
 * file or at the last ACK does. It is the cause that cause_conclude() finds from all
 * facts. Return: 0: all facts are needed.
 */
static __always_inline u8 cause_facts_usual_cause(const struct sock *sk, unsigned int old,
					    unsigned int new)
{
	u8 rule = cause_of_states(old, new);

	static_assert(TCPFSM_CAUSE_CONNECT < TCPFSM_CAUSE_LISTEN);
	/* connect() and listen() begin a connection and are not reported here. */
	if (likely(rule > TCPFSM_CAUSE_LISTEN && rule < TCPFSM_NR_CAUSES))
		return rule;
	switch (rule) {
	case RULE_OURS:
		return cause_facts_owned(sk) && likely(!(current->flags & PF_KTHREAD)) ?
		       cause_by_file(cause_facts_file(sk) | cause_facts_exiting()) : 0;
	case RULE_OPEN:
		return tcp_sk(sk)->repair ? 0 : TCPFSM_CAUSE_RCV_SYNACK;
	case RULE_END:
		return old == TCP_LAST_ACK && tcp_sk(sk)->snd_una == tcp_sk(sk)->write_seq ?
		       TCPFSM_CAUSE_RCV_ACK : 0;
	default:
		return 0;
	}
}

#endif /* TCPFSM_CAUSE_FACTS_H */
