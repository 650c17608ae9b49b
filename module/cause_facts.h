/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's objects to what cause.c decides from.
 *
 * Context: the probes. None of it locks anything, so call it before flow_lock():
 * a walk up the stack takes a while, and others may want the bucket.
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
 * @sk, which current or softirq has locked, goes from @old to @new. @saw: what is
 * known of it already.
 */
void cause_facts_socket(struct cause_facts *facts, const struct sock *sk, int old, int new,
		  u32 saw);

/* @req is dropped; @unhashed: it has been a child that must not live. */
void cause_facts_request(struct cause_facts *facts, const struct request_sock *req,
		   bool unhashed);

/* A timewait socket goes from @old to CLOSED; @caller is where it is ended. */
void cause_facts_timewait(struct cause_facts *facts, int old, unsigned long caller);

/* With its file, the task has let go of the last reference to it before it closes. */
static __always_inline u32 cause_facts_file(const struct sock *sk)
{
	const struct socket *socket = sk->sk_socket;

	/* MPTCP lends its socket to those it is made of. */
	if (!socket || !socket->file || (socket->sk && socket->sk != sk))
		return CAUSE_NO_FILE;
	return file_count(socket->file) ? 0 : CAUSE_RELEASED;
}

static __always_inline u32 cause_facts_exiting(void)
{
	return current->flags & PF_EXITING ? CAUSE_EXITING : 0;
}

/* Has a process locked @sk? Else it is a softirq that is at work. */
static __always_inline bool cause_facts_owned(const struct sock *sk)
{
	return in_task() && sk->sk_lock.owned;
}

/* Unhooked: does the peer's FIN end it? */
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
 * The cause of a transition of @sk from one state of a connection to the next, where
 * the states decide, or a look at the file, or at the last ACK: the same that
 * cause_conclude() finds the long way. Return: 0: it takes the long way
 */
static __always_inline u8 cause_facts_usual_cause(const struct sock *sk, unsigned int old,
					    unsigned int new)
{
	u8 rule = cause_of_states(old, new);

	static_assert(TCPFSM_CAUSE_CONNECT < TCPFSM_CAUSE_LISTEN);
	/* connect() and listen() begin a connection, the others go on with one. */
	if (likely(rule > TCPFSM_CAUSE_LISTEN && rule < TCPFSM_NR_CAUSES))
		return rule;
	switch (rule) {
	case RULE_OURS:
		return cause_facts_owned(sk) ? cause_by_file(cause_facts_file(sk) | cause_facts_exiting()) : 0;
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
