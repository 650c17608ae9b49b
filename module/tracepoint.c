// SPDX-License-Identifier: GPL-2.0
/*
 * Attaches to the tracepoints: inet_sock_set_state calls socket_set_state(),
 * tcp_send_reset calls request_reset().
 *
 * Context of the probes: process context under lock_sock(), or softirq (a thread on
 *   -rt) under the socket's spinlock. Up to 6.18 the tracepoint disables preemption
 *   around a probe, in 7.2 it does not: the functions called from here turn
 *   interrupts off (socket.h).
 * Locking: none of its own.
 */
#include "tracepoint.h"

#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/sock.h>
#include <trace/events/sock.h>
#include <trace/events/tcp.h>

#include "compat.h"
#include "request.h"
#include "socket.h"
#include "transition.h"

static void tracepoint_send_reset(void *data, const struct sock *sk,
			     const struct sk_buff *skb TRACEPOINT_RESET_REASON)
{
	if (transition_begun())
		request_reset(sk, skb);
}

/* Tracepoints are found by name: not all of them are exported. */
static struct probe {
	const char *name;
	void *function;
	struct tracepoint *tracepoint;
	bool attached;
} probes[] = {
	{ "inet_sock_set_state", socket_set_state },
	{ "tcp_send_reset", tracepoint_send_reset },
};

static void tracepoint_find(struct tracepoint *tp, void *unused)
{
	struct probe *probe;

	for (probe = probes; probe < probes + ARRAY_SIZE(probes); probe++)
		if (!strcmp(tp->name, probe->name))
			probe->tracepoint = tp;
}

static int tracepoint_attach_one(struct probe *probe)
{
	int err;

	if (!probe->tracepoint) {
		pr_err("this kernel has no tracepoint %s\n", probe->name);
		return -ENOENT;
	}
	err = tracepoint_probe_register(probe->tracepoint, probe->function, NULL);
	if (err)
		pr_err("cannot attach to %s: error %d\n", probe->name, err);
	else
		probe->attached = true;
	return err;
}

void tracepoint_detach(void)
{
	struct probe *probe;

	for (probe = probes; probe < probes + ARRAY_SIZE(probes); probe++) {
		if (probe->attached)
			tracepoint_probe_unregister(probe->tracepoint,
						    probe->function, NULL);
		probe->attached = false;
	}
	tracepoint_synchronize_unregister();
}

int tracepoint_attach(unsigned int *sources)
{
	int err;

	check_trace_callback_type_inet_sock_set_state(socket_set_state);
	check_trace_callback_type_tcp_send_reset(tracepoint_send_reset);
	for_each_kernel_tracepoint(tracepoint_find, NULL);
	if (!tracepoint_attach_one(&probes[1]))
		*sources |= SOURCE_RESETS;
	err = tracepoint_attach_one(&probes[0]);
	if (err)
		tracepoint_detach();
	return err;
}
