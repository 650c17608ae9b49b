// SPDX-License-Identifier: GPL-2.0
/*
 * Parameters, and the order in which things come and go: what is used first,
 * then its users, the probes last; and back.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "probe.h"
#include "proc.h"
#include "ring.h"
#include "stats.h"
#include "wake.h"

static uint records = 8192;
module_param(records, uint, 0444);
MODULE_PARM_DESC(records, "records held per CPU, rounded up to a power of two (192 bytes each)");

static uint uid;
module_param(uid, uint, 0444);
MODULE_PARM_DESC(uid, "user who owns /proc/net/tcpfsm/* of the initial namespace");

static uint gid;
module_param(gid, uint, 0444);
MODULE_PARM_DESC(gid, "group that may read them");

static int __init tcpfsm_check_parameters(void)
{
	if (records < RING_RECORDS_MIN || records > RING_RECORDS_MAX) {
		pr_err("records=%u: must be from %u to %u\n", records,
		       RING_RECORDS_MIN, RING_RECORDS_MAX);
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
	return 0;
}

static int __init tcpfsm_init(void)
{
	int err;

	err = tcpfsm_check_parameters();
	if (err)
		return err;
	err = ring_init(records);
	if (err) {
		pr_err("no memory for records=%u per CPU\n", records);
		return err;
	}
	wake_init();
	err = stats_init();
	if (err) {
		pr_err("no memory for counters\n");
		goto err_wake;
	}
	err = proc_init(make_kuid(&init_user_ns, uid), make_kgid(&init_user_ns, gid));
	if (err) {
		pr_err("cannot create /proc/net/tcpfsm: error %d\n", err);
		goto err_stats;
	}
	err = probe_attach();
	if (err)
		goto err_proc;
	return 0;

err_proc:
	proc_exit();
err_stats:
	stats_exit();
err_wake:
	wake_exit();
	ring_exit();
	return err;
}

static void __exit tcpfsm_exit(void)
{
	probe_detach();
	proc_exit();
	stats_exit();
	wake_exit();
	ring_exit();
}

module_init(tcpfsm_init);
module_exit(tcpfsm_exit);

MODULE_DESCRIPTION("TCP state transitions on the record, in /proc/net/tcpfsm");
MODULE_LICENSE("GPL");
MODULE_VERSION(TCPFSM_VERSION_STRING);
