/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's objects to what cause.c decides from.
 *
 * Context: the probes. None of it locks anything, so call it before flow_lock():
 * a walk up the stack takes a while, and others may want the bucket.
 */
#ifndef TCPFSM_FACTS_H
#define TCPFSM_FACTS_H

#include <linux/preempt.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "cause.h"

struct request_sock;

/* Of a step that has a process, or an end. */
void facts_look(struct cause_facts *facts, const struct sock *sk);

/* A step of @sk, which current or softirq has locked; @saw: what is known of it. */
static __always_inline void facts_socket(struct cause_facts *facts,
					 const struct sock *sk, int old, int new,
					 u32 saw)
{
	facts->old = old;
	facts->new = new;
	facts->of = CAUSE_OF_SOCKET;
	facts->site = SITE_NONE;
	facts->error = 0;
	facts->saw = saw;
	if (unlikely(tcp_sk(sk)->repair))
		facts->saw |= CAUSE_REPAIR;
	/* Of what a segment does, most has but one cause; be it read in a process. */
	if (new == TCP_CLOSE || (in_task() && cause_may_be_ours(facts)))
		facts_look(facts, sk);
}

/* @req is dropped; @unhashed: it has been a child that must not live. */
void facts_request(struct cause_facts *facts, const struct request_sock *req,
		   bool unhashed);

/* A timewait socket goes from @old to CLOSED; @caller is where it is ended. */
void facts_timewait(struct cause_facts *facts, int old, unsigned long caller);

#endif /* TCPFSM_FACTS_H */
