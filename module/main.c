// SPDX-License-Identifier: GPL-2.0
/*
 * Parameters, and the order in which the parts are set up: each before its users.
 * Unloading is the same order backwards. The files come last, so that none can be
 * open while loading fails.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "cause_stack.h"
#include "filter.h"
#include "flow.h"
#include "hook.h"
#include "netns.h"
#include "preexisting.h"
#include "proc.h"
#include "ring.h"
#include "stats.h"
#include "tracepoint.h"
#include "transition.h"
#include "wake.h"

static uint records = 8192;
module_param(records, uint, 0444);
MODULE_PARM_DESC(records, "records held per CPU that is online, rounded up to a power of two (192 bytes each)");

static uint uid;
module_param(uid, uint, 0444);
MODULE_PARM_DESC(uid, "user who owns /proc/net/tcpfsm/* of the initial namespace");

static uint gid;
module_param(gid, uint, 0444);
MODULE_PARM_DESC(gid, "group that may read them");

static uint flows = 65536;
module_param(flows, uint, 0444);
MODULE_PARM_DESC(flows, "connections remembered at once (128 bytes each)");

static bool hooks = true;
module_param(hooks, bool, 0444);
MODULE_PARM_DESC(hooks, "0: only the tracepoint, no SYN_RCVD at the SYN and no TIME_WAIT");

/* Half of the memory is the limit: beyond it the OOM killer would run. */
static int __init tcpfsm_check_memory(void)
{
	u64 rings = ring_first_bytes(records) * num_online_cpus();
	u64 table = (u64)flows * sizeof(struct flow);
	u64 half = (u64)totalram_pages() * PAGE_SIZE / 2;

	if (rings + table <= half)
		return 0;
	pr_err("records=%u on %u CPUs and flows=%u take %llu MiB: more than half of the memory\n",
	       records, num_online_cpus(), flows, (rings + table) >> 20);
	return -ENOMEM;
}

static int __init tcpfsm_check_parameters(void)
{
	if (records < RING_RECORDS_MIN || records > RING_RECORDS_MAX) {
		pr_err("records=%u: must be from %u to %u\n", records,
		       RING_RECORDS_MIN, RING_RECORDS_MAX);
		return -EINVAL;
	}
	if (flows < FLOW_MIN || flows > FLOW_MAX) {
		pr_err("flows=%u: must be from %u to %u\n", flows, FLOW_MIN,
		       FLOW_MAX);
		return -EINVAL;
	}
	if (!uid_valid(make_kuid(&init_user_ns, uid))) {
		pr_err("uid=%u: no such user id\n", uid);
		return -EINVAL;
	}
	if (!gid_valid(make_kgid(&init_user_ns, gid))) {
		pr_err("gid=%u: no such group id\n", gid);
		return -EINVAL;
	}
	return tcpfsm_check_memory();
}

static int __init tcpfsm_init(void)
{
	unsigned int sources;
	int err;

	err = tcpfsm_check_parameters();
	if (err)
		return err;
	err = ring_init(records);
	if (err) {
		pr_err("no rings of records=%u per CPU: error %d\n", records, err);
		return err;
	}
	err = flow_init(flows);
	if (err) {
		pr_err("no memory for flows=%u\n", flows);
		goto err_ring;
	}
	err = wake_init();
	if (err) {
		pr_err("no memory to wake readers\n");
		goto err_flow;
	}
	err = netns_init();
	if (err) {
		pr_err("no memory for counters\n");
		goto err_wake;
	}
	err = cause_stack_init();
	if (err) {
		pr_err("no memory to look up functions\n");
		goto err_netns;
	}
	sources = hooks ? hook_attach() : 0;
	err = tracepoint_attach();
	if (err)
		goto err_hook;
	flow_tombstones_begin();
	transition_begin(sources);
	preexisting_walk();
	stats_init(hook_show);
	err = proc_init(make_kuid(&init_user_ns, uid), make_kgid(&init_user_ns, gid));
	if (err) {
		pr_err("cannot create /proc/net/tcpfsm: error %d\n", err);
		goto err_tracepoint;
	}
	return 0;

err_tracepoint:
	tracepoint_detach();
err_hook:
	hook_detach();
	filter_exit();
err_netns:
	netns_exit();
err_wake:
	wake_exit();
err_flow:
	flow_exit();
err_ring:
	ring_exit();
	return err;
}

static void __exit tcpfsm_exit(void)
{
	proc_exit();
	tracepoint_detach();
	hook_detach();
	filter_exit();
	netns_exit();
	wake_exit();
	flow_exit();
	ring_exit();
}

module_init(tcpfsm_init);
module_exit(tcpfsm_exit);

MODULE_DESCRIPTION("TCP state transitions on the record, in /proc/net/tcpfsm");
MODULE_AUTHOR("tcpfsm maintainers");
MODULE_LICENSE("GPL");
MODULE_VERSION(TCPFSM_VERSION_STRING);
