/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's tracepoint: attach to it, and call socket.c. */
#ifndef TCPFSM_TRACEPOINT_H
#define TCPFSM_TRACEPOINT_H

/*
 * Attach to inet_sock_set_state. Context: process. Return: 0; -ENOENT where the kernel
 * has no such tracepoint; another error of tracepoint_probe_register().
 */
int tracepoint_attach(void);

/* Return when no probe runs any more. */
void tracepoint_detach(void);

#endif /* TCPFSM_TRACEPOINT_H */
