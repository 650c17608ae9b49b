/* SPDX-License-Identifier: GPL-2.0 */
/* The capture filter: all transitions, or those that a rule matches. */
#ifndef TCPFSM_FILTER_H
#define TCPFSM_FILTER_H

#include <linux/jump_label.h>
#include <linux/types.h>

struct flow;
struct seq_file;

/* Bytes of a filter's text, its newline included. */
#define FILTER_TEXT_MAX	1024

DECLARE_STATIC_KEY_FALSE(filter_key);

/* Is there a filter? A static key: without one it costs nothing. */
static inline bool filter_on(void)
{
	return static_branch_unlikely(&filter_key);
}

/*
 * Is the transition of @flow to the state @new captured? Context: the probes,
 * interrupts off.
 */
bool filter_passes(const struct flow *flow, u8 new);

/*
 * Replace the filter by the one in @text (rule.h). An empty line removes the filter; so
 * does "clear", which also restarts the machine's matrix.
 * Context: process. Return: 0; -EFAULT; -ENOMEM; -EINVAL: bad text, filter_show() shows
 * the reason. On an error the filter stays as it was.
 */
int filter_write(const char __user *text, size_t len);

/* Show the filter in normal form, and the reason if the last write was refused. */
void filter_show(struct seq_file *m);

/* Context: process, once no probe can run and no file is open any more. */
void filter_exit(void);

#endif /* TCPFSM_FILTER_H */
