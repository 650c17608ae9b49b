// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoint inet_sock_set_state: every state change of a full TCP socket,
 * just before it is stored (net/ipv4/af_inet.c:inet_sk_set_state).
 *
 * Context: process context under lock_sock(), or softirq (a thread on -rt)
 *   under the socket's spinlock. Up to 6.18 the tracepoint disables preemption
 *   around us, in 7.2 it does not, so we do it.
 * Locking: none of its own.
 */
#include "probe.h"

#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <trace/events/sock.h>

#include "stats.h"
#include "story.h"

static void skip(const struct sock *sk, struct stats __percpu *stats)
{
	switch (sk->sk_protocol) {
	case IPPROTO_MPTCP:
		this_cpu_inc(stats->skipped_mptcp);
		break;
	case IPPROTO_SCTP:
		this_cpu_inc(stats->skipped_sctp);
		break;
	case IPPROTO_DCCP:
		this_cpu_inc(stats->skipped_dccp);
		break;
	default:
		this_cpu_inc(stats->skipped_other);
	}
}

static void probe_set_state(void *data, const struct sock *sk, int old, int new)
{
	struct stats __percpu *stats;

	preempt_disable_notrace();
	stats = stats_of(sock_net(sk));
	if (unlikely(sk->sk_protocol != IPPROTO_TCP))
		skip(sk, stats);
	else if (unlikely(old == new))
		this_cpu_inc(stats->self_loops);
	else
		story_state(sk, old, new);
	preempt_enable_notrace();
}

static struct tracepoint *probe_tracepoint;

static void probe_find(struct tracepoint *tp, void *name)
{
	if (!strcmp(tp->name, name))
		probe_tracepoint = tp;
}

/* The tracepoint is not exported to modules; its name is its interface. */
int probe_attach(void)
{
	int err;

	check_trace_callback_type_inet_sock_set_state(probe_set_state);
	for_each_kernel_tracepoint(probe_find, "inet_sock_set_state");
	if (!probe_tracepoint) {
		pr_err("this kernel has no tracepoint inet_sock_set_state\n");
		return -ENOENT;
	}
	err = tracepoint_probe_register(probe_tracepoint, probe_set_state, NULL);
	if (err)
		pr_err("cannot attach to inet_sock_set_state: error %d\n", err);
	return err;
}

void probe_detach(void)
{
	tracepoint_probe_unregister(probe_tracepoint, probe_set_state, NULL);
	tracepoint_synchronize_unregister();
}
