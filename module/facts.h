/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's objects to what cause.c decides from.
 *
 * Context: the probes. None of it locks anything, so call it before flow_lock():
 * interrupts are off behind that, and a walk up the stack takes a while.
 */
#ifndef TCPFSM_FACTS_H
#define TCPFSM_FACTS_H

#include "cause.h"

struct request_sock;
struct sock;

/* A step of @sk, which current or softirq has locked. */
void facts_socket(struct cause_facts *facts, const struct sock *sk, int old,
		  int new);

/* @req is dropped; @unhashed: it has been a child that must not live. */
void facts_request(struct cause_facts *facts, const struct request_sock *req,
		   bool unhashed);

/* A timewait socket goes from @old to CLOSED; @caller is where it is ended. */
void facts_timewait(struct cause_facts *facts, int old, unsigned long caller);

#endif /* TCPFSM_FACTS_H */
