// SPDX-License-Identifier: GPL-2.0
/*
 * The rings and the merge, tested in two ways.
 *
 * Reference: one thread plays three CPUs and several readers, in an order drawn from a
 * seed. Writes are committed late, while others begin and end. A plain list of all
 * records ever claimed says what each reader may receive.
 *
 * Storm: three threads write while fast and slow readers read. The contents of a record
 * follow from its CPU and number, so a torn one is noticed.
 *
 * In both, each reader must end with received + lost == produced, in time order.
 */
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cursor.h"
#include "ring.h"
#include "netns.h"

#define RECORDS		64	/* in each ring, so few that loss is common */
#define HALF_OPEN	16	/* the same for half-open ones: a quarter */
#define NETS		2

__thread int shim_cpu;
unsigned long shim_online = BIT(SHIM_CPUS) - 1;
int (*shim_cpu_up)(unsigned int cpu);

static struct net other_net = { { 4242 } };
struct net init_net = { { 1111 } };
static struct net *const nets[NETS] = { &init_net, &other_net };
static struct netns_counters *net_stats[NETS];

static int passed, failed;

struct netns_counters __percpu *netns_counters_held(const struct net *net)
{
	return net_stats[net == &other_net];
}

u64 netns_born(const struct net *net)
{
	return 0;
}

unsigned int netns_share(const struct net *net)
{
	return net == &other_net;
}

/* The reference's clock stands still as often as it moves. */
static bool fake_clock;
static u64 fake_now = 1;
static u64 random_state;

static u32 draw(u32 below)
{
	/* The low bits of an LCG have a short period. */
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (random_state >> 33) % below;
}

u64 ktime_get_ns(void)
{
	struct timespec ts;

	if (fake_clock)
		return fake_now += draw(2);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void verdict(const char *what, bool ok)
{
	ok ? passed++ : failed++;
	printf("%s - ring: %s\n", ok ? "ok" : "not ok", what);
}

static void setup_first_share(void)
{
	int i;

	for (i = 0; i < NETS; i++)
		net_stats[i] = alloc_percpu(struct netns_counters);
	if (ring_init(RECORDS))
		abort();
}

static void ready(unsigned int share)
{
	if (ring_share_ready(share))
		abort();
}

static void setup(void)
{
	setup_first_share();
	ready(1);
}

static u64 ring_length(unsigned int class)
{
	return class ? RING_RECORDS_MIN : RECORDS;
}

static void teardown(void)
{
	int i;

	ring_exit();
	for (i = 0; i < NETS; i++)
		free_percpu(net_stats[i]);
}

/* ---- Reference ---- */

#define OPS		4000
#define READERS		4
#define BATCH		9	/* most records asked for at once */

struct ref_record {
	u64 time;
	int net;
	bool committed;
};

struct ref_ring {
	struct ref_record all[OPS];
	u64 count;
};

struct ref_cpu {
	struct ref_ring rings[RING_CLASSES];
	struct ref_record *open;	/* being written, or NULL */
	unsigned int class;		/* of @open */
};

struct ref_reader {
	struct cursor *cursor;
	int net;		/* 0: shows all */
	/* It reads the records from here on. */
	u64 since[SHIM_CPUS][RING_CLASSES];
	u64 next[SHIM_CPUS][RING_CLASSES];	/* the first it may receive next */
	u64 until[SHIM_CPUS][RING_CLASSES];	/* and up to here, not included */
	bool ends;
	u64 got, lost, time;
	u64 rank;		/* of the last record's ring */
};

static struct ref_cpu ref_cpus[SHIM_CPUS];
static struct ref_reader readers[READERS];
static bool ref_shared;	/* the other namespace's share has memory */
static const char *complaint;
static u64 complaint_args[3];

#define expect(cond, ...) expect_(cond, #cond, (u64[3]){ __VA_ARGS__ })

static void expect_(bool ok, const char *what, const u64 args[3])
{
	if (ok || complaint)
		return;
	complaint = what;
	memcpy(complaint_args, args, sizeof(complaint_args));
}

static u64 payload(int cpu, unsigned int class, u64 nth)
{
	return (nth << 16 | class << 8 | cpu) * 0x9e3779b97f4a7c15ull;
}

static struct tcpfsm_record *claim(unsigned int class, int net)
{
	struct tcpfsm_record *rec;
	u64 now;

	rec = ring_claim(ring_of(class), &this_cpu_ptr(net_stats[net])->seq[class], &now);
	rec->netns = nets[net]->ns.inum;
	return rec;
}

static void commit(unsigned int class)
{
	ring_commit(ring_of(class));
}

/* One of the CPUs that were offline comes online now and then, and then writes. */
static bool ref_online(int cpu)
{
	if (shim_online & BIT(cpu))
		return true;
	if (draw(64))
		return false;
	if (shim_cpu_up(cpu))
		abort();
	shim_online |= BIT(cpu);
	return true;
}

static void ref_claim(int cpu)
{
	struct ref_cpu *own = &ref_cpus[cpu];
	struct tcpfsm_record *rec;
	struct ref_ring *ring;
	int net = draw(NETS);

	/* Allocated for its first record; cursors are open by then. */
	if (net && !ref_shared)
		ready(1);
	ref_shared |= net;
	shim_cpu = cpu;
	own->class = ring_class(net, draw(2));
	ring = &own->rings[own->class];
	rec = claim(own->class, net);
	own->open = &ring->all[ring->count];
	own->open->time = rec->mono_ns;
	own->open->net = net;
	rec->id = payload(cpu, own->class, ring->count);
	rec->bytes_in = ~rec->id;
	ring->count++;
}

static void ref_commit(int cpu)
{
	struct ref_cpu *own = &ref_cpus[cpu];

	shim_cpu = cpu;
	own->open->committed = true;
	own->open = NULL;
	commit(own->class);
}

#define for_each_ref_ring(cpu, class)			\
	for (cpu = 0; cpu < SHIM_CPUS; cpu++)		\
		for (class = 0; class < RING_CLASSES; class++)

static void ref_open(struct ref_reader *r)
{
	static const enum cursor_from froms[] = {
		CURSOR_OLDEST, CURSOR_NOW, CURSOR_HELD,
	};
	enum cursor_from from = froms[draw(3)];
	unsigned int class;
	int cpu;

	*r = (struct ref_reader){ .net = draw(NETS), .ends = from == CURSOR_HELD };
	/* A log may have the records of the nanosecond at which it is opened, or not. */
	fake_now += r->ends;
	for_each_ref_ring(cpu, class) {
		u64 count = ref_cpus[cpu].rings[class].count;
		u64 length = ring_length(class);

		r->since[cpu][class] = from == CURSOR_NOW ? count :
				       count > length ? count - length : 0;
		r->next[cpu][class] = r->since[cpu][class];
		r->until[cpu][class] = r->ends ? count : UINT64_MAX;
	}
	r->cursor = cursor_new(nets[r->net], from);
}

static bool ref_reads(const struct ref_reader *r, unsigned int class)
{
	return !r->net || ring_share(class) == r->net;
}

/* Is a write in progress that it may have to show? */
static bool ref_writing(const struct ref_reader *r)
{
	int cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		if (ref_cpus[cpu].open && ref_reads(r, ref_cpus[cpu].class))
			return true;
	return false;
}

/* The order of records of the same time: half-open ones first, then by ring. */
static u64 ref_rank(const struct tcpfsm_record *rec)
{
	return (rec->ring & 1 ? 0 : 1000) + rec->cpu * RING_CLASSES + rec->ring;
}

static void ref_check(struct ref_reader *r, const struct tcpfsm_record *rec)
{
	struct ref_record *was;
	struct ref_ring *ring;
	int cpu = rec->cpu;
	u64 pos;

	if (rec->kind == TCPFSM_LOST) {
		expect(rec->lost > 0, 0);
		r->lost += rec->lost;
		return;
	}
	expect(rec->ring < RING_CLASSES, cpu, rec->ring);
	ring = &ref_cpus[cpu].rings[rec->ring % RING_CLASSES];
	for (pos = r->next[cpu][rec->ring]; pos < ring->count; pos++)
		if (payload(cpu, rec->ring, pos) == rec->id)
			break;
	expect(pos < ring->count, cpu, rec->seq);
	if (complaint)
		return;
	was = &ring->all[pos];
	expect(pos < r->until[cpu][rec->ring], cpu, pos);
	expect(was->committed && was->time == rec->mono_ns, cpu, pos);
	expect(rec->bytes_in == ~rec->id, cpu, pos);
	expect(!r->net || was->net == r->net, cpu, pos);
	expect(rec->seq == (r->net ? rec->ns_seq : pos) + 1, cpu, pos);
	expect(rec->mono_ns >= r->time, cpu, pos);
	r->next[cpu][rec->ring] = pos + 1;
	expect(rec->mono_ns > r->time || ref_rank(rec) >= r->rank, cpu, pos);
	r->time = rec->mono_ns;
	r->rank = ref_rank(rec);
	r->got++;
	/* No older record that it shows is still being written: it would come late. */
	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		expect(!ref_cpus[cpu].open || ref_cpus[cpu].open->time >= rec->mono_ns ||
		       !ref_reads(r, ref_cpus[cpu].class), cpu);
}

/* One call. Return: false when there was no record. */
static bool ref_read(struct ref_reader *r)
{
	struct tcpfsm_record recs[BATCH];
	unsigned int n, max = 1 + draw(BATCH), i;
	enum cursor_got got = cursor_read(r->cursor, recs, max, &n);

	if (got != CURSOR_RECORD) {
		bool writing = ref_writing(r);

		expect(got == (r->ends ? CURSOR_END : writing ? CURSOR_SOON : CURSOR_NONE),
		       got, writing, r->ends);
		return false;
	}
	expect(n && n <= max, n, max);
	for (i = 0; i < n && !complaint; i++)
		ref_check(r, &recs[i]);
	return true;
}

/* Read to the end, and compare the sums. */
static void ref_close(struct ref_reader *r)
{
	u64 produced = 0, pos;
	unsigned int class;
	int cpu;

	while (!complaint && ref_read(r))
		;
	for_each_ref_ring(cpu, class) {
		const struct ref_ring *ring = &ref_cpus[cpu].rings[class];

		for (pos = r->since[cpu][class];
		     pos < ring->count && pos < r->until[cpu][class]; pos++)
			produced += !r->net || ring->all[pos].net == r->net;
	}
	expect(r->got + r->lost == produced, r->got, r->lost, produced);
	cursor_free(r->cursor);
	r->cursor = NULL;
}

static void ref_commit_all(void)
{
	int cpu;

	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		if (ref_cpus[cpu].open)
			ref_commit(cpu);
}

static void ref_run(u32 seed)
{
	int op, i, cpu;

	random_state = seed;
	memset(ref_cpus, 0, sizeof(ref_cpus));
	ref_shared = false;
	shim_online = draw(BIT(SHIM_CPUS));
	setup_first_share();
	for (op = 0; op < OPS && !complaint; op++) {
		struct ref_reader *r = &readers[draw(READERS)];

		cpu = draw(SHIM_CPUS);
		switch (draw(8)) {
		case 0: case 1: case 2: case 3: case 4: case 5:
			if (ref_cpus[cpu].open)
				ref_commit(cpu);
			else if (ref_online(cpu))
				ref_claim(cpu);
			break;
		case 6:
			if (r->cursor)
				ref_read(r);
			break;
		case 7:
			if (draw(16))
				break;
			ref_commit_all();
			if (r->cursor)
				ref_close(r);
			else
				ref_open(r);
		}
	}
	ref_commit_all();
	for (i = 0; i < READERS; i++)
		if (readers[i].cursor && !complaint)
			ref_close(&readers[i]);
	for (i = 0; i < READERS; i++)
		if (readers[i].cursor)
			cursor_free(readers[i].cursor);
	memset(readers, 0, sizeof(readers));
	teardown();
}

static void test_reference(void)
{
	u32 seed;

	fake_clock = true;
	for (seed = 1; seed <= 499 && !complaint; seed++)
		ref_run(seed);
	if (complaint)
		printf("# seed %u: %s (%llu %llu %llu)\n", seed - 1, complaint,
		       complaint_args[0], complaint_args[1], complaint_args[2]);
	verdict("499 random schedules of writers and readers match the reference",
		!complaint);
	fake_clock = false;
	shim_online = BIT(SHIM_CPUS) - 1;
}

static void write_one(unsigned int class, int net)
{
	claim(class, net);
	commit(class);
}

static u64 read_all(struct cursor *cur)
{
	struct tcpfsm_record recs[BATCH];
	unsigned int n;
	u64 all = 0;

	while (cursor_read(cur, recs, BATCH, &n) == CURSOR_RECORD)
		all += n;
	return all;
}

static enum cursor_got read_one(struct cursor *cur)
{
	struct tcpfsm_record rec;
	unsigned int n;

	return cursor_read(cur, &rec, 1, &n);
}

/* A log ends with the records that were there when it was opened. */
static void test_held(void)
{
	unsigned int class = ring_class(0, false);
	struct cursor *cur;
	u64 n;
	int i;

	setup();
	for (i = 0; i < 5; i++) {
		shim_cpu = i % SHIM_CPUS;
		write_one(class, 0);
	}
	shim_cpu = 1;
	claim(class, 0);
	cur = cursor_new(&init_net, CURSOR_HELD);
	n = read_all(cur);
	shim_cpu = 2;
	write_one(class, 0);
	shim_cpu = 1;
	verdict("a log opened during a write waits for that write to end",
		n == 5 && read_one(cur) == CURSOR_SOON && read_one(cur) == CURSOR_SOON);
	commit(class);
	for (i = 0; i < 3; i++)
		write_one(class, 0);
	n += read_all(cur);
	verdict("the log then has that record, none of the 4 later ones, and ends",
		n == 6 && read_one(cur) == CURSOR_END);
	cursor_free(cur);
	teardown();
}

/* A share may get its memory at any time: open cursors are not notified. */
static void test_late_share(void)
{
	struct cursor *all, *own, *log;
	int i;

	setup_first_share();
	shim_cpu = 2;
	write_one(ring_class(0, false), 0);
	all = cursor_new(&init_net, CURSOR_NOW);
	own = cursor_new(&other_net, CURSOR_OLDEST);
	log = cursor_new(&init_net, CURSOR_HELD);
	verdict("a namespace whose share has no memory has no records", read_all(own) == 0);
	ready(1);
	for (i = 0; i < 5; i++)
		write_one(ring_class(1, i & 1), 1);
	verdict("a cursor opened before the share was allocated reads its 5 records",
		read_all(all) == 5 && read_one(all) == CURSOR_NONE);
	verdict("a cursor of that namespace, opened before too, reads the 5 records",
		read_all(own) == 5 && read_one(own) == CURSOR_NONE);
	verdict("a log opened before has none of the 5 records",
		read_all(log) == 1 && read_one(log) == CURSOR_END);
	cursor_free(all);
	cursor_free(own);
	cursor_free(log);
	teardown();
}

/* All rings but the first have a quarter of the records, and RING_RECORDS_MIN at least. */
static void test_lengths(void)
{
	struct cursor *cur;
	int i;

	setup();
	shim_cpu = 1;
	for (i = 0; i < RECORDS + 7; i++) {
		write_one(ring_class(0, false), 0);
		write_one(ring_class(0, true), 0);
	}
	verdict("71 records overwrite 7 in a ring of 64, 55 in a half-open ring of 16",
		ring_overwritten(false) == 7 && ring_overwritten(true) == 55);
	cur = cursor_new(&init_net, CURSOR_HELD);
	verdict("a log then has 64 + 16 records", read_all(cur) == RECORDS + HALF_OPEN);
	cursor_free(cur);
	teardown();
}

/* ---- Storm ---- */

#define STORM_WRITES	2000000	/* per CPU */

static volatile bool storm_over;

struct storm_reader {
	pthread_t thread;
	struct cursor *cursor;
	int net;
	unsigned int pause_every;
	u64 got, lost;
	u64 torn, disorder;
};

static void storm_write(int net, bool half_open)
{
	unsigned int class = ring_class(net, half_open);
	u64 pos = ring_of(class)->state / 2;
	struct tcpfsm_record *rec = claim(class, net);

	rec->id = payload(shim_cpu, class, pos);
	rec->bytes_in = ~rec->id;
	commit(class);
}

static void *storm_writer(void *arg)
{
	int i;

	shim_cpu = (int)(intptr_t)arg;
	for (i = 0; i < STORM_WRITES; i++)
		storm_write(i % 7 == 0, i % 3 == 0);
	return NULL;
}

static void storm_check(struct storm_reader *r, const struct tcpfsm_record *rec, u64 *time)
{
	if (rec->kind == TCPFSM_LOST) {
		r->lost += rec->lost;
		return;
	}
	r->got++;
	r->disorder += rec->mono_ns < *time;
	*time = rec->mono_ns;
	r->torn += rec->bytes_in != ~rec->id ||
		   (!r->net && rec->id != payload(rec->cpu, rec->ring, rec->seq - 1));
	if (r->pause_every && r->got % r->pause_every == 0)
		usleep(200);
}

static void *storm_reader(void *arg)
{
	struct storm_reader *r = arg;
	struct tcpfsm_record recs[RECORDS];
	unsigned int n, i;
	u64 time = 0;
	bool last = false;

	for (;;) {
		switch (cursor_read(r->cursor, recs, RECORDS, &n)) {
		case CURSOR_RECORD:
			for (i = 0; i < n; i++)
				storm_check(r, &recs[i], &time);
			break;
		case CURSOR_NONE:
			if (last)
				return NULL;
			last = storm_over;
			break;
		default:
			break;
		}
	}
}

static u64 storm_produced(int first_net, int last_net)
{
	unsigned int class;
	u64 sum = 0;
	int net, cpu;

	for (net = first_net; net <= last_net; net++)
		for_each_ref_ring(cpu, class)
			sum += per_cpu_ptr(net_stats[net], cpu)->seq[class];
	return sum;
}

static void test_storm(void)
{
	struct storm_reader r[] = {
		{ .net = 0 }, { .net = 0, .pause_every = 23 }, { .net = 1 },
	};
	pthread_t writers[SHIM_CPUS];
	const size_t nr = sizeof(r) / sizeof(r[0]);
	char what[96];
	size_t i;
	int cpu;

	setup();
	storm_over = false;
	/* Readers are opened before the first write, and so must receive or lose all. */
	for (i = 0; i < nr; i++) {
		r[i].cursor = cursor_new(nets[r[i].net], CURSOR_OLDEST);
		pthread_create(&r[i].thread, NULL, storm_reader, &r[i]);
	}
	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		pthread_create(&writers[cpu], NULL, storm_writer,
			       (void *)(intptr_t)cpu);
	for (cpu = 0; cpu < SHIM_CPUS; cpu++)
		pthread_join(writers[cpu], NULL);
	storm_over = true;
	for (i = 0; i < nr; i++) {
		u64 produced = storm_produced(r[i].net, 1);

		pthread_join(r[i].thread, NULL);
		cursor_free(r[i].cursor);
		snprintf(what, sizeof(what),
			 "storm, reader %zu: received + lost == produced, none torn or misordered",
			 i);
		if (r[i].got + r[i].lost != produced || r[i].torn || r[i].disorder)
			printf("# got %llu lost %llu produced %llu torn %llu disorder %llu\n",
			       r[i].got, r[i].lost, produced, r[i].torn, r[i].disorder);
		verdict(what, r[i].got + r[i].lost == produced && r[i].got &&
			!r[i].torn && !r[i].disorder);
	}
	teardown();
}

int main(void)
{
	test_held();
	test_lengths();
	test_late_share();
	test_reference();
	test_storm();
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
