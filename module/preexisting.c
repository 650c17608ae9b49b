// SPDX-License-Identifier: GPL-2.0
/*
 * Walks TCP's hash tables at load: those of established connections, which hold
 * the minisockets as well, and those of listeners.
 *
 * Context: process.
 * Locking: a bucket's own lock, as in net/ipv4/inet_diag.c:inet_diag_dump_icsk.
 *   A socket in a bucket whose lock is held has not been told CLOSED yet: TCP
 *   unhashes it first. A minisocket may have been; seed_bury() sees to it.
 */
#include "preexisting.h"

#include <linux/ktime.h>
#include <linux/rcupdate.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat.h"
#include "flow.h"
#include "record.h"
#include "socket.h"

bool seed_running;

/*
 * A minisocket that ends while the tables are walked may still be in its bucket
 * behind us, waiting for its lock: leave a mark, so that it is not taken for
 * one that lives. seed_flows() takes the mark away.
 */
void seed_bury_now(struct flow_lock lock, u64 key, u32 kind)
{
	struct flow *flow = flow_add(lock, key, kind);

	flow->state = TCPFSM_CLOSED;
	flow->netns = 0;
}

void seed_forget_now(u64 id)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;

	local_irq_save(irq_flags);
	flow = flow_lock(&lock, flow_key(id));
	if (flow)
		flow_remove(lock, flow);
	flow_unlock(lock);
	local_irq_restore(irq_flags);
}

static void seed_one(struct sock *sk)
{
	u32 kind = 0;
	int state = inet_sk_state_load(sk);
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	u64 key;

	/* Where its end will not be seen, it would be shown for ever. */
	if ((state == TCP_TIME_WAIT && !story_has(STORY_TIMEWAIT)) ||
	    (state == TCP_NEW_SYN_RECV && !story_has(STORY_REQUESTS)))
		return;
	key = flow_key(record_id(sk));
	if (state == TCP_TIME_WAIT) {
		kind = FLOW_TIMEWAIT;
		key = flow_key_timewait(key);
		state = READ_ONCE(inet_twsk(sk)->tw_substate);
	} else if (state == TCP_NEW_SYN_RECV) {
		kind = FLOW_REQUEST;
		state = TCPFSM_SYN_RCVD;
	}
	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	/* What the hooks have met since they were attached, they know better. */
	if (!flow) {
		flow = flow_add(lock, key, kind);
		flow->owner = (struct owner){ };
		record_ends(flow, sk, record_lport(sk));
		flow->state = state;
		flow->path = state;
		flow->born_ns = ktime_get_ns();
		flow->since_ns = flow->born_ns;
		flow->flags |= FLOW_PREEXISTING | FLOW_SINCE_MIN;
	}
	flow_unlock(lock);
	local_irq_restore(irq_flags);
}

static bool seed_buried(const struct flow *flow)
{
	return flow->state == TCPFSM_CLOSED && (flow->flags & (FLOW_REQUEST | FLOW_TIMEWAIT)) &&
	       !(flow->flags & FLOW_HANDOVER);
}

static void seed_established(struct inet_hashinfo *hashinfo)
{
	unsigned int i;

	for (i = 0; i <= hashinfo->ehash_mask; i++) {
		struct inet_ehash_bucket *head = &hashinfo->ehash[i];
		spinlock_t *lock = inet_ehash_lockp(hashinfo, i);
		struct hlist_nulls_node *node;
		struct sock *sk;

		cond_resched();
		if (hlist_nulls_empty(&head->chain))
			continue;
		spin_lock_bh(lock);
		sk_nulls_for_each(sk, node, &head->chain)
			seed_one(sk);
		spin_unlock_bh(lock);
	}
}

static void seed_listeners(struct inet_hashinfo *hashinfo)
{
	unsigned int i;

	for (i = 0; i < seed_listen_buckets(hashinfo); i++) {
		struct inet_listen_hashbucket *head = seed_listen_bucket(hashinfo, i);
		struct hlist_nulls_node *node;
		struct sock *sk;

		cond_resched();
		if (hlist_nulls_empty(&head->nulls_head))
			continue;
		spin_lock_bh(&head->lock);
		sk_nulls_for_each(sk, node, &head->nulls_head)
			seed_one(sk);
		spin_unlock_bh(&head->lock);
	}
}

/* A namespace may have a table of established connections of its own. */
void seed_flows(void)
{
	struct inet_hashinfo *common = init_net.ipv4.tcp_death_row.hashinfo;
	struct net *net;

	WRITE_ONCE(seed_running, true);
	/*
	 * A minisocket whose end was met earlier than that is out of its bucket
	 * now: it leaves it before softirqs are on again.
	 */
	synchronize_rcu();
	seed_listeners(common);
	seed_established(common);
	down_read(&net_rwsem);
	for_each_net(net) {
		struct inet_hashinfo *own = net->ipv4.tcp_death_row.hashinfo;

		if (own && own->ehash != common->ehash)
			seed_established(own);
	}
	up_read(&net_rwsem);
	WRITE_ONCE(seed_running, false);
	/* The hooks that saw it true run with interrupts off. */
	synchronize_rcu();
	flow_sweep(seed_buried);
}
