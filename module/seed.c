// SPDX-License-Identifier: GPL-2.0
/*
 * Walks TCP's hash tables at load: those of established connections, which hold
 * the minisockets as well, and those of listeners.
 *
 * Context: process.
 * Locking: a bucket's own lock, as in net/ipv4/inet_diag.c:inet_diag_dump_icsk.
 *   A socket in a bucket whose lock is held has not been told CLOSED yet: TCP
 *   unhashes it first. A minisocket may have been; story_seed_end() sees to it.
 */
#include "seed.h"

#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "compat.h"
#include "story.h"

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
			story_seed(sk);
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
			story_seed(sk);
		spin_unlock_bh(&head->lock);
	}
}

/* A namespace may have a table of established connections of its own. */
void seed_flows(void)
{
	struct inet_hashinfo *common = init_net.ipv4.tcp_death_row.hashinfo;
	struct net *net;

	story_seed_begin();
	seed_listeners(common);
	seed_established(common);
	down_read(&net_rwsem);
	for_each_net(net) {
		struct inet_hashinfo *own = net->ipv4.tcp_death_row.hashinfo;

		if (own && own->ehash != common->ehash)
			seed_established(own);
	}
	up_read(&net_rwsem);
	story_seed_end();
}
