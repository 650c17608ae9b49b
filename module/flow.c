// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table: hash chains over one array of places. A bitmap says which places
 * are taken, a second one which of these are half-open connections'. Two quotas
 * bound how many there are of each kind.
 *
 * Context: the probes, with interrupts off; flow_copy(), flow_count() and
 *   the tombstones' begin and end in process context.
 * Locking: one bit per bucket, spun for with interrupts off, since a softirq may
 *   come to the same bucket. It guards the chain and the flows in it. A second
 *   bucket is only ever tried, never waited for: the one that evicts holds a
 *   bucket already. Places are claimed by their bit, without a lock. A quota is
 *   handed out to the CPUs in batches, so that mostly none of them writes to what
 *   another CPU reads.
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
 * How many places are looked at, 64 at a time, for one that is free. A quota that
 * has one to give says that there is one: up to this size the table is searched all
 * round, a larger one goes on where the last search ended.
 */
#define CLAIM_PLACES	65536U

/*
 * For one to evict: how many flows are compared, how many places are looked at, 64
 * at a time, to find these, and how often that is tried.
 */
#define EVICT_FLOWS	16
#define EVICT_PLACES	4096U
#define EVICT_TRIES	4

/* How many places are walked over before others may run. */
#define FLOW_BREATH	1024U

/* A CPU takes and returns so many of a quota at once, fewer of a small one. */
#define QUOTA_BATCH	32U

/* Of half-open connections, and of all others: how many there may be. */
struct flow_quota {
	u32 max;
	u32 batch;
	atomic_t taken;		/* what the CPUs have in hand included */
	atomic64_t evicted;
} ____cacheline_aligned;

struct flow_cpu {
	u32 claim;		/* where this CPU looks next for a free place */
	u32 evict[2];		/* and for a flow to evict, of each quota */
	u32 in_hand[2];		/* of each quota, taken and not used */
	struct flow spare;
};

struct flow_table flow_table __read_mostly;

static u32 flow_max __read_mostly;
static unsigned long *flow_used __read_mostly;		/* a bit for each place */
static unsigned long *flow_half_open __read_mostly;	/* the same */
static struct flow_quota flow_quotas[2];		/* by: is it half-open? */
static DEFINE_PER_CPU(struct flow_cpu, flow_cpu);

static bool is_half_open(const struct flow *flow)
{
	return READ_ONCE(flow->flags) & FLOW_REQUEST;
}

/* Of flow_at(). */
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

/* Under the bucket's lock, whose bit stays as it is. */
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
	/* A batch stays in hand, but for batches of 1: these are exact. */
	if (likely(this_cpu_read(flow_cpu.in_hand[half_open]) <= 2 * (quota->batch - 1)))
		return;
	this_cpu_sub(flow_cpu.in_hand[half_open], quota->batch);
	atomic_sub(quota->batch, &quota->taken);
}

static u32 place_behind(u32 place, u32 by)
{
	return place + by < flow_max ? place + by : place + by - flow_max;
}

/* Return: a place at @hand or behind that is free, or NO_PLACE. */
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

	/* Mostly the one at hand is free. */
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
 * One whose socket is not closed yet, or whose first transition is not reported
 * yet, is needed right away, and a listener by all its children.
 */
static bool hardly_evict(const struct flow *flow)
{
	return READ_ONCE(flow->flags) & (FLOW_HANDOVER | FLOW_UNREPORTED) ||
	       READ_ONCE(flow->state) == TCPFSM_LISTEN;
}

/* Without a lock, a guess: what is chosen is looked at again. */
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

/* The namespace that most of them are of: the one that fills the table makes room. */
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

/* The flows of that quota that this CPU comes to next. Return: how many. */
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
 * Of the flows at hand one of the namespace that has most of them, of these one in
 * TIME_WAIT, which has only its end left to report, and among equals the one longest
 * in its state; those of hardly_evict() where there is no other.
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

/* Under its bucket's lock, a flow that has a key is in the chain. */
static bool chain_evict(struct flow_bucket *bucket, struct flow *flow, u64 key,
			bool half_open)
{
	if (flow->key != key || is_half_open(flow) != half_open)
		return false;
	chain_remove(bucket, flow);
	WRITE_ONCE(flow->key, 0);
	return true;
}

/* @locked is the bucket that the caller has locked. */
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

/* Return: a place that was another flow's of the same quota, or NO_PLACE. */
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

/* But for @ends and @owner, which are the caller's. */
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

/* A place for @flow's quota, now that it is not half-open. Return: is there one? */
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
		flow_remove(lock, flow);
		return spare;
	}
	WRITE_ONCE(flow->flags, flow->flags & ~FLOW_REQUEST);
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
		/* It may have gone since: only what is here counts. */
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

/* CPUs begin apart, so that they seldom want the same place. */
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
	 * Anybody can read ids: which of them share a bucket must be a secret, or
	 * sockets by the thousand could be made that do. The high bits spread what is
	 * counted one by one, the low ones tell apart what is far from each other.
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
