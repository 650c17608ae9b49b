/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's tracepoints: attach to them, and call socket.c and request.c. */
#ifndef TCPFSM_TRACEPOINT_H
#define TCPFSM_TRACEPOINT_H

/*
 * Attach to inet_sock_set_state, and to tcp_send_reset: without the second, resets of
 * half-open connections have no cause of their own. @sources: SOURCE_RESETS is added.
 * Context: process. Return: 0; -ENOENT where the kernel has no inet_sock_set_state;
 * another error of tracepoint_probe_register().
 */
int tracepoint_attach(unsigned int *sources);

/* Return when no probe runs any more. */
void tracepoint_detach(void);

#endif /* TCPFSM_TRACEPOINT_H */
