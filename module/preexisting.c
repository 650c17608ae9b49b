// SPDX-License-Identifier: GPL-2.0
/*
 * Walks TCP's hash tables once, at load: the tables of established connections, which
 * hold the minisockets too, and the tables of listeners.
 *
 * Context: process.
 * Locking: a bucket's own lock, as in net/ipv4/inet_diag.c:inet_diag_dump_icsk.
 *   TCP unhashes a socket before it reports CLOSED, so a socket found in a locked
 *   bucket has not been reported CLOSED. A minisocket may have been: flow_bury().
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
#include "transition.h"

static void preexisting_add(struct sock *sk)
{
	u32 kind = 0;
	int state = inet_sk_state_load(sk);
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	u64 key;

	/* Without the hook on its end, it would stay in flows for ever. */
	if ((state == TCP_TIME_WAIT && !transition_has(SOURCE_TIMEWAIT)) ||
	    (state == TCP_NEW_SYN_RECV && !transition_has(SOURCE_REQUESTS)))
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
	/* A flow that a hook has made since it was attached knows more. */
	if (!flow) {
		flow = flow_add(lock, key, kind);
		flow->owner = (struct flow_owner){ };
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

static void preexisting_established(struct inet_hashinfo *hashinfo)
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
			preexisting_add(sk);
		spin_unlock_bh(lock);
	}
}

static void preexisting_listeners(struct inet_hashinfo *hashinfo)
{
	unsigned int i;

	for (i = 0; i < preexisting_listen_buckets(hashinfo); i++) {
		struct inet_listen_hashbucket *head = preexisting_listen_bucket(hashinfo, i);
		struct hlist_nulls_node *node;
		struct sock *sk;

		cond_resched();
		if (hlist_nulls_empty(&head->nulls_head))
			continue;
		spin_lock_bh(&head->lock);
		sk_nulls_for_each(sk, node, &head->nulls_head)
			preexisting_add(sk);
		spin_unlock_bh(&head->lock);
	}
}

/* A namespace may have its own table of established connections. */
void preexisting_walk(void)
{
	struct inet_hashinfo *common = preexisting_hashinfo(&init_net);
	struct net *net;

	/*
	 * A minisocket that ended before that has left its bucket now: it does so
	 * before softirqs are on again.
	 */
	synchronize_rcu();
	preexisting_listeners(common);
	preexisting_established(common);
	down_read(&net_rwsem);
	for_each_net(net) {
		struct inet_hashinfo *own = preexisting_hashinfo(net);

		if (own && own->ehash != common->ehash)
			preexisting_established(own);
	}
	up_read(&net_rwsem);
	flow_tombstones_end();
}
