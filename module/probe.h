/* SPDX-License-Identifier: GPL-2.0 */
/* The hooks in the kernel: attach, and turn what they see into records. */
#ifndef TCPFSM_PROBE_H
#define TCPFSM_PROBE_H

/*
 * Context: process. probe_attach() comes after all else is set up, and
 * probe_detach() returns when no probe runs any more.
 * Return: 0, -ENOENT where the kernel lacks the hook, or what it answered.
 */
int probe_attach(void);
void probe_detach(void);

#endif /* TCPFSM_PROBE_H */
