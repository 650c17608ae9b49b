/* SPDX-License-Identifier: GPL-2.0 */
/* What is captured: everything, or what a rule matches. */
#ifndef TCPFSM_FILTER_H
#define TCPFSM_FILTER_H

#include <linux/jump_label.h>
#include <linux/types.h>

struct flow;
struct seq_file;

/* A filter's text is no longer, its newline included. */
#define FILTER_TEXT_MAX	1024

DECLARE_STATIC_KEY_FALSE(filter_key);

/* Off while everything is captured, so that it costs nothing then. */
static inline bool filter_on(void)
{
	return static_branch_unlikely(&filter_key);
}

/*
 * Is it captured that the connection of @flow goes to the state @new? Context: the
 * probes; preemption disabled.
 */
bool filter_passes(const struct flow *flow, u8 new);

/*
 * Replace the filter by what @text says (rule.h). An empty line captures
 * everything; so does "clear", which also starts the machine's matrix anew.
 * Return: 0, -EFAULT, -ENOMEM, or -EINVAL: then filter_show() tells why. Where
 * it is not 0, the filter is what it was. Context: process.
 */
int filter_write(const char __user *text, size_t len);

/* The filter, as it may be written back, and why the last write was refused. */
void filter_show(struct seq_file *m);

/* Context: process, once no probe can run and no file is open any more. */
void filter_exit(void);

#endif /* TCPFSM_FILTER_H */
