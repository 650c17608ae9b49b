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
#include "seed.h"

#include <linux/irqflags.h>
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
#include "fill.h"
#include "step.h"
#include "story.h"

static bool seeding;

/*
 * A minisocket that ends while the tables are walked may still be in its bucket
 * behind us, waiting for its lock: leave a mark, so that it is not taken for
 * one that lives. seed_flows() takes the mark away.
 */
void seed_bury(struct flow_lock *lock, enum flow_kind kind)
{
	struct flow *flow;

	if (likely(!READ_ONCE(seeding)))
		return;
	flow = flow_add(lock, kind, 0);
	if (flow)
		flow->state = TCPFSM_CLOSED;
}

void seed_forget(u64 id)
{
	struct flow_lock lock;
	struct flow *flow;

	if (likely(!READ_ONCE(seeding)))
		return;
	flow = flow_lock(&lock, flow_key(id));
	if (flow)
		flow_remove(&lock, flow);
	flow_unlock(&lock);
}

static void seed_one(struct sock *sk)
{
	struct tcpfsm_record rec;
	enum flow_kind kind = FLOW_SOCKET;
	int state = inet_sk_state_load(sk);
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	u64 id, key;
	u32 known;

	/* Whose end nobody will tell of would be shown for ever. */
	if ((state == TCP_TIME_WAIT && !story_has(STORY_TIMEWAIT)) ||
	    (state == TCP_NEW_SYN_RECV && !story_has(STORY_REQUESTS)))
		return;
	id = fill_id(sk);
	key = flow_key(id);
	if (state == TCP_TIME_WAIT) {
		kind = FLOW_TIMEWAIT;
		key = flow_key_timewait(id);
		known = fill_timewait(&rec, inet_twsk(sk));
		state = READ_ONCE(inet_twsk(sk)->tw_substate);
	} else if (state == TCP_NEW_SYN_RECV) {
		kind = FLOW_REQUEST;
		known = fill_request(&rec, inet_reqsk(sk));
		state = TCPFSM_SYN_RCVD;
	} else {
		known = fill_sock(&rec, sk, state);
	}
	/* What the hooks have met since they were attached, they know better. */
	local_irq_save(irq_flags);
	flow = flow_lock(&lock, key);
	if (!flow) {
		flow = flow_add(&lock, kind, rec.netns);
		if (flow) {
			flow->id = id;
			step_identify(flow, &rec, known);
			flow->state = state;
			flow->path = state;
			flow->born_ns = ktime_get_ns();
			flow->since_ns = flow->born_ns;
			flow->flags = FLOW_PREEXISTING | FLOW_SINCE_KNOWN |
				      FLOW_SINCE_MIN;
		}
	}
	flow_unlock(&lock);
	local_irq_restore(irq_flags);
}

static bool seed_buried(const struct flow *flow)
{
	return flow->state == TCPFSM_CLOSED && flow->kind != FLOW_SOCKET &&
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

	WRITE_ONCE(seeding, true);
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
	WRITE_ONCE(seeding, false);
	/* The hooks that saw it true run with interrupts off. */
	synchronize_rcu();
	flow_sweep(seed_buried);
}
