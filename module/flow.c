// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table: hash chains over two arrays, one for half-open connections
 * and one for all others. A bitmap tells which places of an array are taken.
 *
 * Context: the probes, with interrupts off; flow_copy(), flow_sweep() and
 *   flow_count() in process context.
 * Locking: one bit per bucket, spun for with interrupts off, since a softirq may
 *   come to the same bucket. It guards the chain and the flows in it. A second
 *   bucket is only ever tried, never waited for: whoever evicts holds one
 *   already. Places are claimed by their bit, without a lock.
 */
#include "flow.h"

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/log2.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define NO_FLOW		U32_MAX

/* How many places are looked at for one that is free. */
#define CLAIM_LOOKS	4096U

/* How many places are looked at for one to evict. */
#define EVICT_LOOKS	16
#define EVICT_TRIES	4

/* How many places are walked over before others may run. */
#define FLOW_BREATH	1024U

/* An array of places; the two share one index space and one allocation. */
struct flow_pool {
	u32 first;		/* index of its first place */
	u32 size;
	unsigned long *used;	/* a bit for each place */
	u32 __percpu *hand;	/* where this CPU looks next */
	atomic_t live;
	atomic64_t evicted;
};

struct flow_table flow_table __read_mostly;

static u32 flow_max;
static struct flow_pool pool_half_open, pool_rest;

static struct flow_pool *pool_of(enum flow_kind kind)
{
	return kind == FLOW_REQUEST ? &pool_half_open : &pool_rest;
}

static struct flow_pool *pool_at(u32 index)
{
	return index < pool_rest.first ? &pool_half_open : &pool_rest;
}

static u32 index_of(const struct flow *flow)
{
	return flow - flow_table.flows;
}

/* Under the bucket's lock, whose bit stays as it is. */
static void chain_set_first(struct flow_bucket *bucket, u32 first)
{
	WRITE_ONCE(bucket->word, (unsigned long)first << 1 | BIT(FLOW_LOCK_BIT));
}

static void chain_remove(struct flow_bucket *bucket, struct flow *flow)
{
	u32 nth = index_of(flow) + 1, first = bucket->word >> 1;
	struct flow *before;

	if (likely(first == nth)) {
		chain_set_first(bucket, flow->next);
		return;
	}
	before = &flow_table.flows[first - 1];
	while (before->next != nth)
		before = &flow_table.flows[before->next - 1];
	before->next = flow->next;
}

static void chain_add(struct flow_bucket *bucket, struct flow *flow)
{
	flow->next = bucket->word >> 1;
	chain_set_first(bucket, index_of(flow) + 1);
}

static u32 pool_step(const struct flow_pool *pool, u32 place)
{
	return place + 1 < pool->size ? place + 1 : 0;
}

/*
 * Return: a place at @hand or behind, that is free, or NO_FLOW. Where hardly any
 * is, not all of a large table is searched for it: one that is taken does as well.
 */
static u32 pool_look(const struct flow_pool *pool, u32 hand)
{
	u32 looks = min(pool->size, CLAIM_LOOKS), end, place;

	end = min(pool->size, hand + looks);
	place = find_next_zero_bit(pool->used, end, hand);
	if (place < end)
		return place;
	looks -= end - hand;
	place = find_first_zero_bit(pool->used, looks);
	return place < looks ? place : NO_FLOW;
}

/* Return: a place that was free, now taken, or NO_FLOW. */
static u32 pool_claim(struct flow_pool *pool)
{
	u32 place = this_cpu_read(*pool->hand);

	if (atomic_read(&pool->live) >= pool->size)
		return NO_FLOW;
	/* Mostly the one at hand is free. */
	while (test_and_set_bit(place, pool->used)) {
		place = pool_look(pool, place);
		if (place == NO_FLOW)
			return NO_FLOW;
	}
	atomic_inc(&pool->live);
	this_cpu_write(*pool->hand, pool_step(pool, place));
	return pool->first + place;
}

static void pool_release(struct flow_pool *pool, u32 index)
{
	atomic_dec(&pool->live);
	clear_bit_unlock(index - pool->first, pool->used);
}

/*
 * One whose socket is not closed yet, or whose first step is not told yet, is
 * needed right away, and a listener by all its children.
 */
static bool hardly_evict(const struct flow *flow)
{
	return READ_ONCE(flow->flags) & (FLOW_HANDOVER | FLOW_UNTOLD) ||
	       READ_ONCE(flow->state) == TCPFSM_LISTEN;
}

/* Without a lock, a guess: what is chosen is looked at again. */
static bool rather_evict(const struct flow *this, const struct flow *that)
{
	u8 this_kind = READ_ONCE(this->kind), that_kind = READ_ONCE(that->kind);
	bool this_hardly = hardly_evict(this);

	if (this_hardly != hardly_evict(that))
		return !this_hardly;
	if (this_kind != that_kind)
		return this_kind == FLOW_TIMEWAIT;
	return READ_ONCE(this->since_ns) < READ_ONCE(that->since_ns);
}

/* The namespace that most of them are of: who fills the table makes room. */
static u32 most_frequent_netns(struct flow *const *seen, int n)
{
	int i, j, count, most = 0;
	u32 netns = 0;

	for (i = 0; i < n; i++) {
		u32 this = READ_ONCE(seen[i]->netns);

		for (count = 0, j = i; j < n; j++)
			count += READ_ONCE(seen[j]->netns) == this;
		if (count > most) {
			most = count;
			netns = this;
		}
		/* None can have more. */
		if (2 * most >= n)
			break;
	}
	return netns;
}

/*
 * Of the flows at hand one of the namespace that has most of them, of these one in
 * TIME_WAIT, which has only its end left to tell, and among equals the one longest
 * in its state; those of hardly_evict() where there is no other.
 */
static struct flow *pool_victim(struct flow_pool *pool)
{
	struct flow *seen[EVICT_LOOKS], *victim = NULL;
	u32 hand = this_cpu_read(*pool->hand), netns;
	int looks, i, n = 0;

	for (looks = 0; looks < EVICT_LOOKS; looks++) {
		struct flow *flow = &flow_table.flows[pool->first + hand];

		if (READ_ONCE(flow->key))
			seen[n++] = flow;
		hand = pool_step(pool, hand);
	}
	this_cpu_write(*pool->hand, hand);
	netns = most_frequent_netns(seen, n);
	for (i = 0; i < n; i++)
		if (READ_ONCE(seen[i]->netns) == netns &&
		    (!victim || rather_evict(seen[i], victim)))
			victim = seen[i];
	return victim;
}

/* Under its bucket's lock, a flow that has a key is in the chain. */
static bool chain_evict(struct flow_bucket *bucket, struct flow *flow, u64 key)
{
	if (flow->key != key)
		return false;
	chain_remove(bucket, flow);
	WRITE_ONCE(flow->key, 0);
	return true;
}

static bool flow_evict(struct flow *flow, struct flow_lock *lock)
{
	u64 key = READ_ONCE(flow->key);
	struct flow_bucket *bucket = flow_bucket_of(key);
	bool evicted;

	if (!key)
		return false;
	if (bucket == lock->bucket)
		return chain_evict(bucket, flow, key);
	if (test_and_set_bit_lock(FLOW_LOCK_BIT, &bucket->word))
		return false;
	evicted = chain_evict(bucket, flow, key);
	clear_bit_unlock(FLOW_LOCK_BIT, &bucket->word);
	return evicted;
}

/* Return: a place that was another flow's, or NO_FLOW. */
static u32 pool_evict(struct flow_pool *pool, struct flow_lock *lock)
{
	int tries;

	for (tries = 0; tries < EVICT_TRIES; tries++) {
		struct flow *flow = pool_victim(pool);

		if (flow && flow_evict(flow, lock)) {
			atomic64_inc(&pool->evicted);
			return index_of(flow);
		}
	}
	/* Its own place is the one that is taken. */
	atomic64_inc(&pool->evicted);
	return NO_FLOW;
}

static struct flow *flow_place(struct flow_lock *lock, enum flow_kind kind)
{
	struct flow_pool *pool = pool_of(kind);
	u32 index = pool_claim(pool);

	if (index == NO_FLOW)
		index = pool_evict(pool, lock);
	return index == NO_FLOW ? NULL : &flow_table.flows[index];
}

struct flow *flow_add(struct flow_lock *lock, enum flow_kind kind, u32 netns)
{
	struct flow *flow = flow_place(lock, kind);

	if (!flow)
		return NULL;
	/* @owner and the addresses mean nothing before @flags and @known say so. */
	flow->key = lock->key;
	flow->id = 0;
	flow->since_ns = 0;
	flow->born_ns = 0;
	flow->opening_ns = 0;
	flow->handshake_ns = 0;
	flow->path = 0;
	flow->segment = 0;
	flow->lport = 0;
	flow->rport = 0;
	flow->netns = netns;
	flow->known = 0;
	flow->flags = 0;
	flow->state = 0;
	flow->kind = kind;
	flow->open_role = 0;
	flow->close_role = 0;
	chain_add(lock->bucket, flow);
	return flow;
}

struct flow *flow_promote(struct flow_lock *lock, struct flow *flow)
{
	struct flow *to;

	if (flow->kind != FLOW_REQUEST)
		return flow;
	to = flow_place(lock, FLOW_SOCKET);
	if (to) {
		*to = *flow;
		to->kind = FLOW_SOCKET;
		chain_add(lock->bucket, to);
	}
	flow_remove(lock, flow);
	return to;
}

void flow_remove(struct flow_lock *lock, struct flow *flow)
{
	chain_remove(lock->bucket, flow);
	WRITE_ONCE(flow->key, 0);
	pool_release(pool_at(index_of(flow)), index_of(flow));
}

void flow_take(struct flow_lock *lock, struct flow *flow)
{
	chain_remove(lock->bucket, flow);
	WRITE_ONCE(flow->key, 0);
}

void flow_put(struct flow_lock *lock, struct flow *flow)
{
	WRITE_ONCE(flow->key, lock->key);
	chain_add(lock->bucket, flow);
}

bool flow_copy(u32 *at, struct flow *to)
{
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	bool found;
	u64 key;

	for (; *at < flow_max; ++*at) {
		if (!(*at % FLOW_BREATH))
			cond_resched();
		key = READ_ONCE(flow_table.flows[*at].key);
		if (!key)
			continue;
		/* It may have moved or gone since: only what is here counts. */
		local_irq_save(irq_flags);
		flow = flow_lock(&lock, key);
		found = flow == &flow_table.flows[*at];
		if (found)
			*to = *flow;
		flow_unlock(&lock);
		local_irq_restore(irq_flags);
		if (found)
			return true;
	}
	return false;
}

void flow_sweep(bool (*dead)(const struct flow *flow))
{
	struct flow_lock lock;
	unsigned long irq_flags;
	struct flow *flow;
	u32 at;
	u64 key;

	for (at = 0; at < flow_max; at++) {
		if (!(at % FLOW_BREATH))
			cond_resched();
		key = READ_ONCE(flow_table.flows[at].key);
		if (!key)
			continue;
		local_irq_save(irq_flags);
		flow = flow_lock(&lock, key);
		if (flow && dead(flow))
			flow_remove(&lock, flow);
		flow_unlock(&lock);
		local_irq_restore(irq_flags);
	}
}

void flow_count(struct flow_counts *counts)
{
	counts->max = flow_max;
	counts->half_open = atomic_read(&pool_half_open.live);
	counts->live = counts->half_open + atomic_read(&pool_rest.live);
	counts->half_open_evicted = atomic64_read(&pool_half_open.evicted);
	counts->evicted = atomic64_read(&pool_rest.evicted);
}

static int pool_init(struct flow_pool *pool, u32 first, u32 size)
{
	int cpu;

	memset(pool, 0, sizeof(*pool));
	pool->first = first;
	pool->size = size;
	pool->used = vzalloc(BITS_TO_LONGS(size) * sizeof(long));
	pool->hand = alloc_percpu(u32);
	if (!pool->used || !pool->hand)
		return -ENOMEM;
	/* CPUs begin apart, so that they seldom want the same place. */
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(pool->hand, cpu) = (u64)size * cpu / nr_cpu_ids;
	return 0;
}

int flow_init(u32 max)
{
	u32 buckets = roundup_pow_of_two(max);
	u32 half_open = max / 4;

	flow_max = max;
	flow_table.shift = 64 - ilog2(buckets);
	/*
	 * Anybody can read ids: which of them share a bucket must be a secret, or
	 * sockets by the thousand could be made that do. The high bits spread what is
	 * counted one by one, the low ones tell apart what is far from each other.
	 */
	flow_table.factor = GOLDEN_RATIO_64 ^ (get_random_u64() >> 24 << 1);
	flow_table.flows = vzalloc(array_size(max, sizeof(*flow_table.flows)));
	flow_table.buckets = vzalloc(array_size(buckets, sizeof(*flow_table.buckets)));
	if (!flow_table.flows || !flow_table.buckets)
		goto err_free;
	if (pool_init(&pool_half_open, 0, half_open) ||
	    pool_init(&pool_rest, half_open, max - half_open))
		goto err_free;
	return 0;

err_free:
	flow_exit();
	return -ENOMEM;
}

void flow_exit(void)
{
	free_percpu(pool_rest.hand);
	vfree(pool_rest.used);
	free_percpu(pool_half_open.hand);
	vfree(pool_half_open.used);
	vfree(flow_table.buckets);
	vfree(flow_table.flows);
}
