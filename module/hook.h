/* SPDX-License-Identifier: GPL-2.0 */
/* Hooks on functions of the kernel, for what no tracepoint tells. */
#ifndef TCPFSM_HOOK_H
#define TCPFSM_HOOK_H

struct seq_file;

/*
 * Attach what this kernel has. What is missing is reported once in the kernel
 * log and is no error: the lines that need it are missing.
 * Context: process. Return: SOURCE_* that it attached.
 */
unsigned int hook_attach(void);

/* Return when none runs any more. */
void hook_detach(void);

/* "hook_NAME 1" where attached, 0 where not. */
void hook_show(struct seq_file *m);

#endif /* TCPFSM_HOOK_H */
