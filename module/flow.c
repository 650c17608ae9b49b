// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table: hash chains over one array of places. A bitmap has a bit for each
 * place that is taken, a second one for each of these that is half-open. Two quotas
 * bound the number of half-open flows and of all others.
 *
 * Context: the probes, with interrupts off; flow_copy(), flow_count() and
 *   the tombstones' begin and end in process context.
 * Locking: one bit per bucket guards the chain and the flows in it. Interrupts are
 *   off while it is held, since a softirq may want the same bucket. An eviction holds
 *   one bucket and needs another: that one is tried, never waited for. Places are
 *   claimed by their bit in the bitmap. CPUs take from a quota in batches, so that they
 *   seldom write to a shared cache line.
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
#include <linux/processor.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define NO_PLACE	U32_MAX

/*
 * Places looked at, 64 at a time, in one search for a free one. Where the quota has one
 * left, the table has one free: a table up to this size is searched completely, in a
 * larger one the next search goes on from where this one ended.
 */
#define CLAIM_PLACES	65536U

/*
 * In one search for a flow to evict: flows compared, places looked at, 64 at a time,
 * and tries.
 */
#define EVICT_FLOWS	16
#define EVICT_PLACES	4096U
#define EVICT_TRIES	4

/* Places walked over before cond_resched(). */
#define FLOW_BREATH	1024U

/* Flows that a CPU takes from a quota or returns to it at once; fewer of a small one. */
#define QUOTA_BATCH	32U

/* The bound on half-open flows, or on all others. */
struct flow_quota {
	u32 max;
	u32 batch;
	atomic_t taken;		/* with what the CPUs have in hand */
	atomic64_t evicted;
} ____cacheline_aligned;

struct flow_cpu {
	u32 claim;		/* place where the next search for a free one begins */
	u32 evict[2];		/* the same for a flow to evict, by quota */
	u32 in_hand[2];		/* taken from each quota and not used */
	struct flow spare;
};

struct flow_table flow_table __read_mostly;

static u32 flow_max __read_mostly;
static unsigned long *flow_used __read_mostly;		/* a bit for each place */
static unsigned long *flow_half_open __read_mostly;	/* the same; half-open ones */
static struct flow_quota flow_quotas[2];		/* [true]: half-open flows */
static DEFINE_PER_CPU(struct flow_cpu, flow_cpu);

static bool is_half_open(const struct flow *flow)
{
	return READ_ONCE(flow->flags) & FLOW_REQUEST;
}

/* The inverse of flow_at(). */
static u32 flow_where(const struct flow *flow)
{
	return (void *)flow - (void *)flow_table.base;
}

static struct flow *flow_in(u32 place)
{
	return flow_table.base + 1 + place;
}

static u32 place_of(const struct flow *flow)
{
	return flow - flow_table.base - 1;
}

void flow_spin(struct flow_bucket *bucket)
{
	do {
		while (READ_ONCE(bucket->word) & BIT(FLOW_LOCK_BIT))
			cpu_relax();
	} while (test_and_set_bit_lock(FLOW_LOCK_BIT, &bucket->word));
}

/* Under the bucket's lock, whose bit stays set. */
static void chain_set_first(struct flow_bucket *bucket, u32 first)
{
	WRITE_ONCE(bucket->word, first | BIT(FLOW_LOCK_BIT));
}

static void chain_remove(struct flow_bucket *bucket, struct flow *flow)
{
	struct flow *before = flow_at(bucket->word & ~BIT(FLOW_LOCK_BIT));

	if (likely(before == flow)) {
		chain_set_first(bucket, flow->next);
		return;
	}
	while (before->next != flow_where(flow))
		before = flow_at(before->next);
	before->next = flow->next;
}

static void chain_add(struct flow_bucket *bucket, struct flow *flow)
{
	flow->next = bucket->word & ~BIT(FLOW_LOCK_BIT);
	chain_set_first(bucket, flow_where(flow));
}

static __always_inline bool quota_take(bool half_open)
{
	struct flow_quota *quota = &flow_quotas[half_open];

	if (unlikely(!this_cpu_read(flow_cpu.in_hand[half_open]))) {
		if (atomic_add_return(quota->batch, &quota->taken) > quota->max) {
			atomic_sub(quota->batch, &quota->taken);
			return false;
		}
		this_cpu_write(flow_cpu.in_hand[half_open], quota->batch);
	}
	this_cpu_dec(flow_cpu.in_hand[half_open]);
	return true;
}

static __always_inline void quota_give(bool half_open)
{
	struct flow_quota *quota = &flow_quotas[half_open];

	this_cpu_inc(flow_cpu.in_hand[half_open]);
	/* Up to two batches stay in hand. Batches of 1 are returned at once: exact. */
	if (likely(this_cpu_read(flow_cpu.in_hand[half_open]) <= 2 * (quota->batch - 1)))
		return;
	this_cpu_sub(flow_cpu.in_hand[half_open], quota->batch);
	atomic_sub(quota->batch, &quota->taken);
}

static u32 place_behind(u32 place, u32 by)
{
	return place + by < flow_max ? place + by : place + by - flow_max;
}

/* Return: the first free place from @hand on, or NO_PLACE. */
static u32 place_look(u32 hand)
{
	u32 looks = min(flow_max, CLAIM_PLACES), end, place;

	end = min(flow_max, hand + looks);
	place = find_next_zero_bit(flow_used, end, hand);
	if (place < end)
		return place;
	looks -= end - hand;
	place = find_first_zero_bit(flow_used, looks);
	return place < looks ? place : NO_PLACE;
}

/* Return: a place that was free, now taken, or NO_PLACE. */
static u32 place_claim(bool half_open)
{
	u32 hand = this_cpu_read(flow_cpu.claim), place = hand;

	/* Mostly the first one is free. */
	while (test_and_set_bit(place, flow_used)) {
		place = place_look(place);
		if (unlikely(place == NO_PLACE)) {
			this_cpu_write(flow_cpu.claim,
				       place_behind(hand, min(flow_max, CLAIM_PLACES)));
			return NO_PLACE;
		}
	}
	this_cpu_write(flow_cpu.claim, place_behind(place, 1));
	if (half_open)
		set_bit(place, flow_half_open);
	return place;
}

static void place_release(u32 place, bool half_open)
{
	if (half_open)
		clear_bit(place, flow_half_open);
	clear_bit_unlock(place, flow_used);
}

/* Return: the first place of that quota from @place on and below @end, or @end. */
static u32 place_next(bool half_open, u32 place, u32 end)
{
	for (; place < end; place = round_down(place, BITS_PER_LONG) + BITS_PER_LONG) {
		unsigned long word = READ_ONCE(flow_half_open[BIT_WORD(place)]);

		if (!half_open)
			word = READ_ONCE(flow_used[BIT_WORD(place)]) & ~word;
		word &= BITMAP_FIRST_WORD_MASK(place);
		if (word)
			return min_t(u32, end, round_down(place, BITS_PER_LONG) + __ffs(word));
	}
	return end;
}

/*
 * A flow that is needed within microseconds (its socket is being closed, or connect() is
 * running), and a listener, whose owner all its children get.
 */
static bool hardly_evict(const struct flow *flow)
{
	return READ_ONCE(flow->flags) & (FLOW_HANDOVER | FLOW_UNREPORTED) ||
	       READ_ONCE(flow->state) == TCPFSM_LISTEN;
}

/* Without a lock, so only a guess: chain_evict() checks the chosen one again. */
static bool rather_evict(const struct flow *this, const struct flow *that)
{
	bool this_waits = READ_ONCE(this->flags) & FLOW_TIMEWAIT;
	bool that_waits = READ_ONCE(that->flags) & FLOW_TIMEWAIT;
	bool this_hardly = hardly_evict(this);

	if (this_hardly != hardly_evict(that))
		return !this_hardly;
	if (this_waits != that_waits)
		return this_waits;
	return READ_ONCE(this->since_ns) < READ_ONCE(that->since_ns);
}

/* The namespace of most of them: the one that fills the table makes room. */
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
		/* No other one can have more. */
		if (2 * most >= n)
			break;
	}
	return netns;
}

/* The next flows of that quota, from where this CPU's last search ended. Return: how many. */
static int evict_candidates(bool half_open, struct flow *seen[EVICT_FLOWS])
{
	u32 at = this_cpu_read(flow_cpu.evict[half_open]);
	u32 left = min(flow_max, EVICT_PLACES);
	int n = 0;

	while (left && n < EVICT_FLOWS) {
		u32 end = min(flow_max, at + left);
		u32 place = place_next(half_open, at, end);
		u32 behind = min(place + 1, end);

		/* A place that was just claimed has no key yet. */
		if (place < end && READ_ONCE(flow_in(place)->key))
			seen[n++] = flow_in(place);
		left -= behind - at;
		at = behind < flow_max ? behind : 0;
	}
	this_cpu_write(flow_cpu.evict[half_open], at);
	return n;
}

/*
 * Of the candidates, those of the namespace that has most of them; of these, one in
 * TIME_WAIT, which has only its end left to report; of equals, the one longest in its
 * state. One of hardly_evict() only if there is no other.
 */
static struct flow *evict_victim(bool half_open)
{
	struct flow *seen[EVICT_FLOWS], *victim = NULL;
	int i, n = evict_candidates(half_open, seen);
	u32 netns = most_frequent_netns(seen, n);

	for (i = 0; i < n; i++)
		if (READ_ONCE(seen[i]->netns) == netns &&
		    (!victim || rather_evict(seen[i], victim)))
			victim = seen[i];
	return victim;
}

/* Under the bucket's lock a flow with @key is in its chain. */
static bool chain_evict(struct flow_bucket *bucket, struct flow *flow, u64 key,
			bool half_open)
{
	if (flow->key != key || is_half_open(flow) != half_open)
		return false;
	chain_remove(bucket, flow);
	WRITE_ONCE(flow->key, 0);
	return true;
}

/* @locked: the bucket that the caller holds. */
static bool flow_evict(struct flow *flow, struct flow_bucket *locked, bool half_open)
{
	u64 key = READ_ONCE(flow->key);
	struct flow_bucket *bucket = flow_bucket_of(key);
	bool evicted;

	if (!key)
		return false;
	if (bucket == locked)
		return chain_evict(bucket, flow, key, half_open);
	if (test_and_set_bit_lock(FLOW_LOCK_BIT, &bucket->word))
		return false;
	evicted = chain_evict(bucket, flow, key, half_open);
	__clear_bit_unlock(FLOW_LOCK_BIT, &bucket->word);
	return evicted;
}

/* Evict a flow of the same quota. Return: its place, or NO_PLACE. */
static noinline u32 place_evict(struct flow_lock lock, bool half_open)
{
	int tries;

	atomic64_inc(&flow_quotas[half_open].evicted);
	for (tries = 0; tries < EVICT_TRIES; tries++) {
		struct flow *flow = evict_victim(half_open);

		if (flow && flow_evict(flow, lock.bucket, half_open))
			return place_of(flow);
	}
	return NO_PLACE;
}

/* Clear all but @ends and @owner, which the caller sets. */
static void flow_reset(struct flow *flow, u32 kind)
{
	flow->since_ns = 0;
	flow->born_ns = 0;
	flow->opening_ns = 0;
	flow->path = 0;
	WRITE_ONCE(flow->flags, kind);
	flow->known = 0;
	flow->segment = 0;
	flow->state = 0;
	flow->open_role = 0;
	flow->close_role = 0;
}

struct flow *flow_spare(u32 kind)
{
	struct flow *flow = this_cpu_ptr(&flow_cpu.spare);

	flow_reset(flow, kind | FLOW_SPARE);
	return flow;
}

struct flow *flow_add(struct flow_lock lock, u64 key, u32 kind)
{
	bool half_open = kind & FLOW_REQUEST;
	u32 place = NO_PLACE;
	struct flow *flow;

	if (likely(quota_take(half_open))) {
		place = place_claim(half_open);
		if (unlikely(place == NO_PLACE))
			quota_give(half_open);
	}
	if (unlikely(place == NO_PLACE))
		place = place_evict(lock, half_open);
	if (unlikely(place == NO_PLACE))
		return flow_spare(kind);
	flow = flow_in(place);
	flow_reset(flow, kind);
	WRITE_ONCE(flow->key, key);
	chain_add(lock.bucket, flow);
	return flow;
}

/* Room in the other quota for a flow that is no longer half-open. Return: is there any? */
static bool flow_move_quota(struct flow_lock lock)
{
	u32 place;

	if (likely(quota_take(false)))
		return true;
	place = place_evict(lock, false);
	if (place == NO_PLACE)
		return false;
	place_release(place, false);
	return true;
}

struct flow *flow_promote(struct flow_lock lock, struct flow *flow)
{
	struct flow *spare;

	if (unlikely(!flow_move_quota(lock))) {
		spare = this_cpu_ptr(&flow_cpu.spare);
		*spare = *flow;
		spare->flags = (flow->flags & ~FLOW_REQUEST) | FLOW_SPARE;
		spare->segment = 0;
		flow_remove(lock, flow);
		return spare;
	}
	WRITE_ONCE(flow->flags, flow->flags & ~FLOW_REQUEST);
	flow->segment = 0;
	clear_bit(place_of(flow), flow_half_open);
	quota_give(true);
	return flow;
}

void flow_to_timewait(struct flow_lock lock, struct flow *flow)
{
	struct flow *older;

	if (unlikely(flow->flags & FLOW_SPARE))
		return;
	older = flow_find(lock, flow_key_timewait(flow->key));
	if (unlikely(older))
		flow_remove(lock, older);
	WRITE_ONCE(flow->flags, flow->flags | FLOW_TIMEWAIT);
	WRITE_ONCE(flow->key, flow_key_timewait(flow->key));
}

void flow_remove(struct flow_lock lock, struct flow *flow)
{
	bool half_open = is_half_open(flow);

	if (unlikely(flow->flags & FLOW_SPARE))
		return;
	chain_remove(lock.bucket, flow);
	WRITE_ONCE(flow->key, 0);
	place_release(place_of(flow), half_open);
	quota_give(half_open);
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
		key = READ_ONCE(flow_in(*at)->key);
		if (!key)
			continue;
		/* It may have been removed meanwhile, and another flow have its key. */
		local_irq_save(irq_flags);
		flow = flow_lock(&lock, key);
		found = flow == flow_in(*at);
		if (found)
			*to = *flow;
		flow_unlock(lock);
		local_irq_restore(irq_flags);
		if (found)
			return true;
	}
	return false;
}

static void flow_sweep(bool (*dead)(const struct flow *flow))
{
	unsigned long irq_flags;
	struct flow_lock lock;
	struct flow *flow;
	u32 at;
	u64 key;

	for (at = 0; at < flow_max; at++) {
		if (!(at % FLOW_BREATH))
			cond_resched();
		key = READ_ONCE(flow_in(at)->key);
		if (!key)
			continue;
		local_irq_save(irq_flags);
		flow = flow_lock(&lock, key);
		if (flow && dead(flow))
			flow_remove(lock, flow);
		flow_unlock(lock);
		local_irq_restore(irq_flags);
	}
}

bool flow_tombstones;

void flow_tombstones_begin(void)
{
	WRITE_ONCE(flow_tombstones, true);
}

/* A minisocket's flow ends with its CLOSED, unless its socket is yet to be closed. */
static bool flow_is_tombstone(const struct flow *flow)
{
	return flow->state == TCPFSM_CLOSED &&
	       (flow->flags & (FLOW_REQUEST | FLOW_TIMEWAIT)) &&
	       !(flow->flags & FLOW_HANDOVER);
}

void flow_bury_now(struct flow_lock lock, u64 key, u32 kind)
{
	struct flow *flow = flow_add(lock, key, kind);

	flow->state = TCPFSM_CLOSED;
	flow->netns = 0;
	flow->ends = (struct flow_ends){ };
	flow->owner = (struct flow_owner){ };
}

void flow_forget_now(u64 id)
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

void flow_tombstones_end(void)
{
	WRITE_ONCE(flow_tombstones, false);
	/* The probes that saw it true run with interrupts off. */
	synchronize_rcu();
	flow_sweep(flow_is_tombstone);
}

static u32 quota_live(bool half_open)
{
	int cpu, live = atomic_read(&flow_quotas[half_open].taken);

	for_each_possible_cpu(cpu)
		live -= READ_ONCE(per_cpu_ptr(&flow_cpu, cpu)->in_hand[half_open]);
	return max(live, 0);
}

void flow_count(struct flow_counts *counts)
{
	counts->max = flow_max;
	counts->half_open = quota_live(true);
	counts->live = counts->half_open + quota_live(false);
	counts->half_open_evicted = atomic64_read(&flow_quotas[true].evicted);
	counts->evicted = atomic64_read(&flow_quotas[false].evicted);
}

static void quota_init(bool half_open, u32 max)
{
	flow_quotas[half_open] = (struct flow_quota){
		.max = max,
		.batch = clamp(max / (64 * num_possible_cpus()), 1U, QUOTA_BATCH),
	};
}

/* CPUs begin at different places, so that they seldom try the same one. */
static void hands_init(int cpu)
{
	u32 place = (u64)flow_max * cpu / nr_cpu_ids;

	*per_cpu_ptr(&flow_cpu, cpu) = (struct flow_cpu){
		.claim = place,
		.evict = { place, place },
	};
}

int flow_init(u32 max)
{
	u32 buckets = roundup_pow_of_two(max);
	struct flow *flows;
	int cpu;

	flow_max = max;
	flow_table.shift = 64 - ilog2(buckets);
	/*
	 * Any user can read ids, and could keep sockets whose ids share a bucket if the
	 * factor were known. Its high bits are the golden ratio's, which spread ids that
	 * follow each other; its low bits are random.
	 */
	flow_table.factor = (GOLDEN_RATIO_64 ^ (get_random_u64() >> 24 << 1)) << 2;
	flows = vzalloc(array_size(max, sizeof(*flows)));
	flow_table.base = flows ? flows - 1 : NULL;
	flow_table.buckets = vzalloc(array_size(buckets, sizeof(*flow_table.buckets)));
	flow_used = vzalloc(BITS_TO_LONGS(max) * sizeof(long));
	flow_half_open = vzalloc(BITS_TO_LONGS(max) * sizeof(long));
	if (!flows || !flow_table.buckets || !flow_used || !flow_half_open) {
		flow_exit();
		return -ENOMEM;
	}
	quota_init(true, max / 4);
	quota_init(false, max - max / 4);
	for_each_possible_cpu(cpu)
		hands_init(cpu);
	return 0;
}

void flow_exit(void)
{
	vfree(flow_half_open);
	vfree(flow_used);
	vfree(flow_table.buckets);
	vfree(flow_table.base ? flow_table.base + 1 : NULL);
}
