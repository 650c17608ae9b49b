/* SPDX-License-Identifier: GPL-2.0 */
/* Hooks on functions of the kernel, for events that have no tracepoint. */
#ifndef TCPFSM_HOOK_H
#define TCPFSM_HOOK_H

struct seq_file;

/*
 * Attach the hooks. One that this kernel does not have is reported in the kernel log,
 * and is no error: the lines that need it are missing.
 * Context: process. Return: SOURCE_* that it attached.
 */
unsigned int hook_attach(void);

/* Return when no hook runs any more. */
void hook_detach(void);

/*
 * A line "hook_NAME 1" for each hook, or 0 where it is not attached, and for those that
 * are a line "hits_NAME N": how often the kernel has called it since load.
 */
void hook_show(struct seq_file *m);

#endif /* TCPFSM_HOOK_H */
