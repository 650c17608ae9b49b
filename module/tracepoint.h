/* SPDX-License-Identifier: GPL-2.0 */
/* The tracepoint inet_sock_set_state: attach to it, pass what is TCP to socket.c. */
#ifndef TCPFSM_TRACEPOINT_H
#define TCPFSM_TRACEPOINT_H

/*
 * Context: process. probe_detach() returns when no probe runs any more.
 * Return: 0, -ENOENT where the kernel lacks the hook, or what it answered.
 */
int probe_attach(void);
void probe_detach(void);

#endif /* TCPFSM_TRACEPOINT_H */
