// SPDX-License-Identifier: GPL-2.0
/*
 * The flow table on the host. First one CPU: quotas, evictions, and timewait sockets.
 * Then three CPUs add, promote, hand over and remove flows at random, in tables of
 * several sizes; afterwards chains, bitmaps and quotas must agree.
 *
 * ../flow.c is included, so that its static bitmaps can be compared.
 */
#include <pthread.h>

#include "../flow.c"

__thread int shim_cpu;

static int passed, failed;

static void verdict(const char *what, bool ok)
{
	printf("%s %s\n", ok ? "ok" : "not ok", what);
	if (ok)
		passed++;
	else
		failed++;
}

static struct flow *find(u64 key)
{
	struct flow_lock lock;
	struct flow *flow = flow_lock(&lock, key);

	flow_unlock(lock);
	return flow;
}

static struct flow *add(u64 id, u32 kind, u32 netns)
{
	struct flow_lock lock;
	struct flow *flow = flow_lock(&lock, flow_key(id));

	if (!flow)
		flow = flow_add(lock, flow_key(id), kind);
	flow->netns = netns;
	flow->since_ns = id;
	flow_unlock(lock);
	return flow;
}

static void add_many(u64 first, u64 last, u32 kind, u32 netns)
{
	for (; first <= last; first++)
		add(first, kind, netns);
}

static unsigned int found_of(u64 first, u64 last)
{
	unsigned int n = 0;

	for (; first <= last; first++)
		n += !!find(flow_key(first));
	return n;
}

static bool counts_are(u32 live, u32 half_open, u64 evicted, u64 half_open_evicted)
{
	struct flow_counts counts;

	flow_count(&counts);
	return counts.live == live && counts.half_open == half_open &&
	       counts.evicted == evicted && counts.half_open_evicted == half_open_evicted;
}

static void begin(u32 max)
{
	shim_cpu = 0;
	if (flow_init(max)) {
		fprintf(stderr, "no memory for %u flows\n", max);
		exit(1);
	}
}

static void test_quotas(void)
{
	begin(64);
	add_many(1, 16, FLOW_REQUEST, 1);
	add_many(101, 148, 0, 1);
	verdict("a table of 64 has places for 16 half-open flows and 48 others",
		counts_are(64, 16, 0, 0) && found_of(1, 16) == 16 && found_of(101, 148) == 48);
	add_many(17, 23, FLOW_REQUEST, 1);
	verdict("7 more half-open flows evict the 7 oldest half-open ones and no other flow",
		counts_are(64, 16, 0, 7) && found_of(1, 7) == 0 && found_of(8, 23) == 16 &&
		found_of(101, 148) == 48);
	add_many(149, 155, 0, 1);
	verdict("7 more flows that are not half-open evict 7 such flows, the oldest included",
		counts_are(64, 16, 7, 7) && !find(flow_key(101)) && found_of(101, 148) == 41 &&
		found_of(149, 155) == 7 && found_of(8, 23) == 16);
	flow_exit();
}

static void test_fairness(void)
{
	begin(64);
	add_many(1, 5, FLOW_REQUEST, 1);
	add_many(6, 16, FLOW_REQUEST, 2);
	add_many(17, 19, FLOW_REQUEST, 1);
	verdict("the namespace with the most half-open flows loses them first",
		counts_are(16, 16, 0, 3) && found_of(1, 5) == 5 && found_of(6, 16) == 8);
	flow_exit();
}

static void test_far_away(void)
{
	u32 max = 1U << 20;
	u64 id;

	/* Half-open flows are in the first quarter; CPU 2 begins at two thirds. */
	begin(max);
	add_many(1, max / 4, FLOW_REQUEST, 1);
	shim_cpu = SHIM_CPUS - 1;
	for (id = max; id < max + 300; id++)
		add(id, FLOW_REQUEST, 1);
	verdict("in a table of 1048576 a CPU finds half-open flows to evict wherever they are",
		found_of(max + 200, max + 299) > 90);
	flow_exit();
}

/* A connection that completes its handshake. Return: was there a place for it? */
static bool accept_one(u64 id)
{
	struct flow *flow = add(id, FLOW_REQUEST, 1);
	struct flow_lock lock;

	if (flow->flags & FLOW_SPARE)
		return false;
	flow_promote((flow_lock(&lock, flow_key(id)), lock), flow);
	flow_unlock(lock);
	return true;
}

static void close_one(u64 id)
{
	struct flow_lock lock;
	struct flow *flow = flow_lock(&lock, flow_key(id));

	if (flow)
		flow_remove(lock, flow);
	flow_unlock(lock);
}

/* Flows of connections older than the module, or of one CPU, are in adjacent places. */
static void test_adjacent(void)
{
	const u64 old = 20000, alive = 5003, all = 400000;
	bool placed = true;
	u64 id;

	begin(65536);
	add_many(1, old, 0, 1);
	shim_cpu = 1;
	for (id = old + 1; id <= old + all; id++) {
		placed &= accept_one(id);
		if (id > old + alive)
			close_one(id - alive);
	}
	verdict("beside 20000 flows in adjacent places each of 400000 connections finds a place",
		placed && counts_are(old + alive, 0, 0, 0) && found_of(1, old) == old);
	flow_exit();
}

static void test_promotion(void)
{
	struct flow_lock lock;
	struct flow *flow;

	begin(64);
	add_many(101, 148, 0, 1);
	add(1, FLOW_REQUEST, 1);
	flow = flow_lock(&lock, flow_key(1));
	flow = flow_promote(lock, flow);
	flow_unlock(lock);
	verdict("a half-open flow that is promoted into a full quota evicts one of the others",
		counts_are(48, 0, 1, 0) && flow == find(flow_key(1)) &&
		!(flow->flags & FLOW_REQUEST) && found_of(101, 148) == 47);
	flow_exit();
}

static void test_timewait(void)
{
	u64 big = ~0ull - 7;	/* gen_cookie_next() counts down from there in softirqs */
	struct flow *first, *second;
	struct flow_lock lock;

	begin(64);
	first = add(big, 0, 1);
	flow_lock(&lock, flow_key(big));
	flow_to_timewait(lock, first);
	flow_unlock(lock);
	verdict("the flow of a timewait socket has only the timewait key, and keeps its id",
		!find(flow_key(big)) && find(flow_key_timewait(big)) == first &&
		flow_id(first) == big);
	second = add(big, 0, 1);
	verdict("its socket can have another flow meanwhile, of the same id",
		second != first && find(flow_key(big)) == second);
	flow_lock(&lock, flow_key(big));
	flow_to_timewait(lock, second);
	flow_unlock(lock);
	verdict("when that one becomes a timewait socket's, too, the older flow is removed",
		find(flow_key_timewait(big)) == second && counts_are(1, 0, 0, 0));
	flow_exit();
}

static void test_spare(void)
{
	struct flow_lock lock;
	struct flow *flow, *other;

	begin(64);
	flow = flow_spare(FLOW_REQUEST);
	flow_lock(&lock, flow_key(7));
	flow_remove(lock, flow);
	flow_to_timewait(lock, flow);
	flow_unlock(lock);
	verdict("a spare flow stays out of chains and quotas, even if removed or handed over",
		!find(flow_key(7)) && counts_are(0, 0, 0, 0));
	shim_cpu = 1;
	other = flow_spare(0);
	verdict("each CPU has its own spare flow", other != flow);
	flow_exit();
}

/* ---- three CPUs ---- */

#define STORM_OPS	400000
#define STORM_IDS	4096ull

static bool storm_fault;

static u32 storm_mark(u64 key)
{
	return (key & ~BIT_ULL(FLOW_TIMEWAIT_BIT)) * 2654435761u;
}

static void storm_one(u64 random)
{
	u64 id = 1 + (random >> 16) % STORM_IDS;
	bool wait = random & 1;
	u64 key = wait ? flow_key_timewait(id) : flow_key(id);
	struct flow_lock lock;
	struct flow *flow = flow_lock(&lock, key);

	if (flow && (flow->key != key || flow->netns != storm_mark(key) ||
		     !!(flow->flags & FLOW_TIMEWAIT) != wait))
		storm_fault = true;
	if (flow && (random & 6) == 0) {
		flow_remove(lock, flow);
	} else if (flow && !wait && (random & 6) == 2) {
		if (flow->flags & FLOW_REQUEST)
			flow_promote(lock, flow);
	} else if (flow && !wait && (random & 6) == 4) {
		if (!(flow->flags & FLOW_REQUEST))
			flow_to_timewait(lock, flow);
	} else if (!flow && !wait) {
		flow = flow_add(lock, key, random & 8 ? FLOW_REQUEST : 0);
		flow->netns = storm_mark(key);
		flow->since_ns = random;
	}
	flow_unlock(lock);
}

static void *storm_cpu(void *cpu)
{
	u64 random = 88172645463325252ull + (uintptr_t)cpu;
	int i;

	shim_cpu = (uintptr_t)cpu;
	for (i = 0; i < STORM_OPS; i++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		storm_one(random);
	}
	return NULL;
}

/* Do chains, bitmaps and quotas agree? */
static bool table_agrees(u32 max)
{
	u32 live = 0, half_open = 0, chained = 0, place, bucket;
	struct flow_counts counts;
	unsigned long at;

	for (place = 0; place < max; place++) {
		const struct flow *flow = flow_in(place);
		bool used = flow_used[BIT_WORD(place)] & shim_bit(place);
		bool half = flow_half_open[BIT_WORD(place)] & shim_bit(place);

		if (used != !!flow->key || (half && !used) ||
		    (used && half != is_half_open(flow)) ||
		    (used && find(flow->key) != flow))
			return false;
		live += used;
		half_open += half;
	}
	for (bucket = 0; bucket < roundup_pow_of_two(max); bucket++)
		for (at = flow_table.buckets[bucket].word; at; at = flow_at(at)->next)
			if (++chained > live)
				return false;
	flow_count(&counts);
	return chained == live && counts.live == live && counts.half_open == half_open &&
	       half_open <= max / 4 && live <= max;
}

static bool is_any(const struct flow *flow)
{
	return true;
}

static void storm(u32 max)
{
	pthread_t threads[SHIM_CPUS];
	char what[128];
	uintptr_t cpu;

	begin(max);
	storm_fault = false;
	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		pthread_create(&threads[cpu], NULL, storm_cpu, (void *)cpu);
	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		pthread_join(threads[cpu], NULL);
	snprintf(what, sizeof(what),
		 "a table of %u: chains, bitmaps, quotas agree after %d operations on %d CPUs",
		 max, STORM_OPS, SHIM_CPUS);
	verdict(what, !storm_fault && table_agrees(max));
	flow_sweep(is_any);
	snprintf(what, sizeof(what),
		 "a table of %u: no flow is left after all are removed, nor taken from a quota",
		 max);
	verdict(what, table_agrees(max) && quota_live(true) + quota_live(false) == 0);
	flow_exit();
}

int main(void)
{
	test_quotas();
	test_fairness();
	test_far_away();
	test_adjacent();
	test_promotion();
	test_timewait();
	test_spare();
	storm(64);
	storm(1000);
	storm(65536);
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
