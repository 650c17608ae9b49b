/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which of TCP's functions is closing a socket: read from the stack.
 *
 * tcp_done() and tcp_set_state() have a dozen callers and tell no tracepoint
 * which of them it was. Hooks on the callers would cost every connection; the
 * stack costs only those that end in a way that needs to be asked for.
 */
#ifndef TCPFSM_CAUSE_STACK_H
#define TCPFSM_CAUSE_STACK_H

#include "cause.h"

/*
 * Set @facts->site, and CAUSE_IN_DISCONNECT.
 * Context: the probes; any but NMI. Locks nothing, also on -rt.
 */
void cause_stack_find(struct cause_facts *facts);

/*
 * inet_twsk_kill() was called from @caller. Return: was it for another reason
 * than that the timer had fired? Context: the same.
 */
bool cause_stack_ends_early(unsigned long caller);

/* Context: process. Return: 0 or -ENOMEM. */
int cause_stack_init(void);

#endif /* TCPFSM_CAUSE_STACK_H */
