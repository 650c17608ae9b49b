/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of TCP's functions is closing a socket, read from the stack.
 *
 * tcp_done() and tcp_set_state() have a dozen callers, and no tracepoint names the
 * caller. Hooks on all callers would make every connection dearer; a walk up the
 * stack costs only the connections whose cause is not known without it.
 */
#ifndef TCPFSM_CAUSE_STACK_H
#define TCPFSM_CAUSE_STACK_H

#include "cause.h"

/*
 * Set @facts->site, and CAUSE_IN_DISCONNECT.
 * Context: the probes; any but NMI. Takes no lock.
 */
void cause_stack_find(struct cause_facts *facts);

/* Is current in accept()? Context: the same. */
bool cause_stack_accepts(void);

/*
 * inet_twsk_kill() was called from @caller. Return: true if a timewait socket is ended
 * early, false if its timer has fired. Context: the same.
 */
bool cause_stack_ends_early(unsigned long caller);

/* Context: process. Return: 0 or -ENOMEM. */
int cause_stack_init(void);

#endif /* TCPFSM_CAUSE_STACK_H */
