// SPDX-License-Identifier: GPL-2.0
/*
 * Attaches socket_set_state() to the tracepoint inet_sock_set_state.
 *
 * Context of the probe: process context under lock_sock(), or softirq (a thread on
 *   -rt) under the socket's spinlock. Up to 6.18 the tracepoint disables preemption
 *   around a probe, in 7.2 it does not: socket_set_state() turns interrupts off
 *   (socket.h).
 * Locking: none of its own.
 */
#include "tracepoint.h"

#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/sock.h>
#include <trace/events/sock.h>

#include "socket.h"

static const char tracepoint_name[] = "inet_sock_set_state";
static struct tracepoint *tracepoint_found;
static bool tracepoint_attached;

/* It is found by name: it is not exported. */
static void tracepoint_find(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, tracepoint_name))
		tracepoint_found = tp;
}

void tracepoint_detach(void)
{
	if (tracepoint_attached)
		tracepoint_probe_unregister(tracepoint_found, socket_set_state, NULL);
	tracepoint_attached = false;
	tracepoint_synchronize_unregister();
}

int tracepoint_attach(void)
{
	int err;

	check_trace_callback_type_inet_sock_set_state(socket_set_state);
	for_each_kernel_tracepoint(tracepoint_find, NULL);
	if (!tracepoint_found) {
		pr_err("this kernel has no tracepoint %s\n", tracepoint_name);
		return -ENOENT;
	}
	err = tracepoint_probe_register(tracepoint_found, socket_set_state, NULL);
	if (err)
		pr_err("cannot attach to %s: error %d\n", tracepoint_name, err);
	else
		tracepoint_attached = true;
	return err;
}
