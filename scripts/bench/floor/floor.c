// SPDX-License-Identifier: GPL-2.0
/*
 * The least that tcpfsm's record can cost: a probe that does but a part of what the
 * module does, and with the module's own code, so that what the rest of it costs
 * is what tcpfsm costs more.
 *
 *   work=0	is called, and that is all
 *   work=1	copies the socket into a record of the ring, every member assigned
 *   work=2	and finds the socket's flow, makes it, removes it
 *
 * No cause, owner, dwell or count, and no hook: half-open connections and TIME_WAIT
 * are not seen.
 *
 * Context: the probe, as story_state(); interrupts off.
 * Locking: flow_lock(), where there is a flow.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/tracepoint.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "fill.c"
#include "flow.c"
#include "ring.c"

static uint work;
module_param(work, uint, 0444);

static DEFINE_PER_CPU(u64, records);

static int records_get(char *to, const struct kernel_param *param)
{
	unsigned long long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(records, cpu);
	return sysfs_emit(to, "%llu\n", sum);
}

static const struct kernel_param_ops records_ops = { .get = records_get };
module_param_cb(records, &records_ops, NULL, 0444);

static __always_inline void record(const struct sock *sk, int old, int new)
{
	struct ring *ring = ring_of(ring_class(0, false));
	struct tcpfsm_record *rec = ring_claim(ring, this_cpu_ptr(&records));

	rec->id = fill_id(sk);
	rec->known = fill_sock(rec, sk, old) | fill_progress(rec, sk);
	rec->old_state = old;
	rec->new_state = new;
	rec->dwell_ns = 0;
	rec->flags = 0;
	rec->cause = 0;
	rec->error = 0;
	rec->open_role = 0;
	rec->close_role = 0;
	rec->owner_pid = 0;
	rec->owner_uid = 0;
	memset(rec->owner_comm, 0, sizeof(rec->owner_comm));
	rec->actor_pid = 0;
	memset(rec->actor_comm, 0, sizeof(rec->actor_comm));
	ring_commit(ring);
}

static __always_inline void record_flow(const struct sock *sk, int old, int new)
{
	struct flow_lock lock;
	struct flow *flow = flow_lock(&lock, flow_key(fill_id(sk)));

	if (!flow && new != TCP_CLOSE)
		flow = flow_add(&lock, FLOW_SOCKET, sock_net(sk)->ns.inum);
	record(sk, old, new);
	if (flow && new == TCP_CLOSE)
		flow_remove(&lock, flow);
	flow_unlock(&lock);
}

static void probe(void *unused, const struct sock *sk, int old, int new)
{
	unsigned long irq_flags;

	if (!work || sk->sk_protocol != IPPROTO_TCP)
		return;
	local_irq_save(irq_flags);
	if (work == 1)
		record(sk, old, new);
	else
		record_flow(sk, old, new);
	local_irq_restore(irq_flags);
}

static struct tracepoint *tracepoint;

static void find(struct tracepoint *tp, void *unused)
{
	if (!strcmp(tp->name, "inet_sock_set_state"))
		tracepoint = tp;
}

static int __init floor_init(void)
{
	int err = ring_init(8192);

	if (err)
		return err;
	err = flow_init(65536);
	if (err)
		goto err_ring;
	for_each_kernel_tracepoint(find, NULL);
	err = tracepoint ? tracepoint_probe_register(tracepoint, probe, NULL) : -ENOENT;
	if (!err)
		return 0;
	flow_exit();
err_ring:
	ring_exit();
	return err;
}

static void __exit floor_exit(void)
{
	tracepoint_probe_unregister(tracepoint, probe, NULL);
	tracepoint_synchronize_unregister();
	flow_exit();
	ring_exit();
}
module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("The least that a record of tcpfsm can cost");
MODULE_LICENSE("GPL");
