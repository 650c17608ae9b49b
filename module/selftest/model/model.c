// SPDX-License-Identifier: GPL-2.0
/*
 * Checks the barriers of ring.h and cursor.c in every order that a weakly ordered machine
 * allows.
 *
 * A scenario is what two CPUs write, with the writes of interrupts in between, and the
 * namespace of the reader. For each moment at which an interrupt may come and the clock
 * may tick, ring.h writes. Then cursor.c reads, and every value that any of its loads
 * may return is tried (weak.c), until no new state is found. In each state:
 *
 *   - A delivered record is a record as it was written; none is delivered twice.
 *   - Records are delivered in time order: every older one was delivered or reported
 *     lost before, so the horizon holds back all that it must. Records of the same time
 *     have the same order for all readers.
 *   - A reader that then reads to the end has received and lost exactly what was
 *     produced, in the view of the machine and in that of a namespace.
 *
 * Then each barrier is removed in turn, by the letter in the comment on its line: a check
 * must fail, or the barrier is not needed. README.md says what this does not show.
 */
#include <time.h>

#include "weak.h"
/* Included for struct cursor, which is part of a state. */
#include "../../cursor.c"
#undef memcpy

#include "machine.h"

#define NETS		3	/* the second and the third have the same share */
#define WRITES_MAX	12
#define LANES		(SHIM_CPUS * RING_CLASSES)
#define CURSOR_MAX	(sizeof(struct cursor) + LANES * (sizeof(struct lane) + sizeof(void *)))
#define BATCH		2	/* most records a reader asks for at once */

__thread int shim_cpu;
unsigned long shim_online = BIT(SHIM_CPUS) - 1;
int (*shim_cpu_up)(unsigned int cpu);

struct net init_net = { { 1 } };
static struct net net_a = { { 2 } }, net_b = { { 3 } };
static struct net *const nets[NETS] = { &init_net, &net_a, &net_b };
static struct netns_counters *net_stats[NETS];

static int net_index(const struct net *net)
{
	return net == &init_net ? 0 : net == &net_a ? 1 : 2;
}

struct netns_counters __percpu *netns_counters_held(const struct net *net)
{
	return net_stats[net_index(net)];
}

u64 netns_born(const struct net *net)
{
	return 0;
}

unsigned int netns_share(const struct net *net)
{
	return net != &init_net;
}

static struct { void *at; size_t size; } slots[4 * SHIM_CPUS];
static unsigned int nr_slots;

struct scenario {
	const char *name;
	void (*write)(void);
	int reader;		/* its namespace, an index in nets */
	int batch;		/* records it asks for at once; 0 for 1 */
	int interrupts;		/* at most */
	int nested_net;		/* that they write to */
	bool share_comes_late;
	int more;		/* added to @interrupts in a thorough run */
};

static const struct scenario *scenario;

/* ---- writers ---- */

struct written {
	int net;
	u64 time;
	struct tcpfsm_record rec;	/* as a reader must receive it */
};

static struct written written[WRITES_MAX];
static int nr_written;
static int interrupts, nested_net;
static bool coarse;

static void write_record(int net, bool half_open)
{
	unsigned int class = ring_class(netns_share(nets[net]), half_open);
	struct ring *ring = ring_of(class);
	u64 pos = ring->state / 2;
	struct tcpfsm_record *rec;
	struct written *w;
	u64 now;

	rec = ring_claim(ring, &this_cpu_ptr(net_stats[net])->seq[class], &now);
	if (nr_written == WRITES_MAX)
		abort();
	w = &written[nr_written++];
	rec->id = nr_written * 0x9e3779b97f4a7c15ull;
	rec->netns = nets[net]->ns.inum;
	rec->bytes_in = ~rec->id;
	w->net = net;
	w->time = rec->mono_ns;
	w->rec = *rec;
	w->rec.seq = net && scenario->reader ? rec->ns_seq + 1 : pos + 1;
	w->rec.cpu = shim_cpu;
	w->rec.ring = class;
	ring_commit(ring);
}

/* An interrupt may come before, and write a record of either kind. */
static void write_one(int net, bool half_open)
{
	if (interrupts && choose(&weak_schedule, 2)) {
		interrupts--;
		write_record(nested_net, choose(&weak_schedule, 2));
	}
	write_record(net, half_open);
}

bool weak_is_plain(const void *at)
{
	unsigned int i;

	for (i = 0; i < nr_slots; i++)
		if (at >= slots[i].at && at < slots[i].at + slots[i].size)
			return true;
	return false;
}

void *weak_slots(size_t size)
{
	if (nr_slots == ARRAY_SIZE(slots))
		abort();
	slots[nr_slots].size = size;
	slots[nr_slots].at = weak_shared(size);
	return slots[nr_slots++].at;
}

/*
 * CPU 0's clock ticks at each reading, or may stand still if it is coarse. Another CPU's
 * reading is anywhere from its last one to just after the greatest of all.
 */
u64 weak_write_time(int writer, u64 last)
{
	if (!writer)
		return last && coarse ? last + 2 * choose(&weak_schedule, 2) : last + 2;
	last = max(last, 1);
	return last + choose(&weak_schedule, max(weak_greatest_time + 2, last + 1) - last);
}

static void cpu(int nr, int knows)
{
	weak_write(nr, knows);
	shim_cpu = nr;
}

/* ---- scenarios ---- */

static void two_records(void)
{
	cpu(0, -1);
	write_one(0, false);
	write_one(0, false);
}

static void three_records(void)
{
	two_records();
	write_one(0, false);
}

static void two_cpus(void)
{
	two_records();
	cpu(1, -1);
	write_one(0, false);
}

static void two_cpus_each_kind(void)
{
	cpu(0, -1);
	write_one(0, true);
	write_one(0, false);
	cpu(1, -1);
	write_one(0, true);
}

static void namespaces(void)
{
	cpu(0, -1);
	write_one(1, false);
	write_one(2, false);
	write_one(1, false);
}

static void namespace_on_two(void)
{
	cpu(0, -1);
	write_one(1, false);
	write_one(2, false);
	cpu(1, -1);
	write_one(1, false);
}

static void namespace_alone(void)
{
	cpu(0, -1);
	write_one(1, false);
	write_one(1, false);
	write_one(1, false);
}

static void namespace_pair(void)
{
	cpu(0, -1);
	write_one(1, false);
	write_one(1, false);
}

/* CPU 2 allocates the share, and CPU 0, which writes to it, has seen that. */
static void late_share(void)
{
	cpu(2, -1);
	if (ring_share_ready(1))
		abort();
	cpu(0, 2);
	write_one(1, false);
	write_one(1, false);
}

static const struct scenario scenarios[] = {
	{ .name = "3 records in a ring of 2", .write = three_records, .more = 1 },
	{ .name = "3 records in a ring of 2, read in pairs", .write = three_records, .batch = 2,
	  .more = 1 },
	{ .name = "2 records and one of an interrupt", .write = two_records, .interrupts = 1,
	  .more = 1 },
	{ .name = "two CPUs, 3 records", .write = two_cpus, .more = 1 },
	{ .name = "two CPUs, 3 records, read in pairs", .write = two_cpus, .batch = 2, .more = 1 },
	{ .name = "two CPUs, half-open and other records", .write = two_cpus_each_kind },
	{ .name = "a namespace's view, with records of another one",
	  .write = namespaces, .reader = 1, .nested_net = 1, .more = 1 },
	{ .name = "a namespace's view, 3 records in a ring of 2",
	  .write = namespace_alone, .reader = 1, .nested_net = 1, .more = 1 },
	{ .name = "a namespace's view, with an interrupt of another one",
	  .write = namespace_pair, .reader = 1, .nested_net = 2, .interrupts = 1 },
	{ .name = "a namespace's view of two CPUs", .write = namespace_on_two, .reader = 1,
	  .nested_net = 1 },
	{ .name = "a share that is allocated during a read", .write = late_share, .nested_net = 1,
	  .share_comes_late = true, .more = 1 },
};

/* ---- the reader, and its checks ---- */

static unsigned char cursor_bytes[CURSOR_MAX];
static size_t cursor_size;

void *weak_cursor(size_t size)
{
	if (size > CURSOR_MAX)
		abort();
	cursor_size = size;
	memset(cursor_bytes, 0, size);
	return cursor_bytes;
}

struct reader {
	u64 time;		/* of the last record */
	u64 rank;		/* of its ring */
	u64 taken;		/* a bit for each of @written that was delivered */
	u64 got, lost;
};

struct state {
	struct weak_view view;
	struct reader reader;
	unsigned char cursor[CURSOR_MAX];
};

static struct reader reader;
static bool exact;			/* weak_canonical() forgets nothing */
static struct tcpfsm_record recs[BATCH];
static unsigned int nr_recs;
static enum cursor_got got;

static bool is_shown(const struct written *w)
{
	return !scenario->reader || w->net == scenario->reader;
}

static bool to_settle;

/*
 * cursor_read() up to its next reading of the clock, or cursor_settle(), which does
 * that reading: the two halves of its loop, with a state between them.
 */
static void call(void)
{
	struct cursor *cur = (struct cursor *)cursor_bytes;

	if (to_settle)
		cursor_settle(cur);
	else
		got = cursor_read(cur, recs, max(scenario->batch, 1), &nr_recs);
}

/* Not with a record in hand, and not in check_sum(). */
bool weak_may_pause(void)
{
	return !to_settle && !weak_view.latest && !recs[0].seq;
}

/* The order of records of the same time: half-open ones first, then by ring. */
static u64 rank(const struct tcpfsm_record *rec)
{
	return (rec->ring & 1 ? 0 : LANES) + rec->cpu * RING_CLASSES + rec->ring;
}

/* Return: NULL, or the violation. */
static const char *check_record(const struct tcpfsm_record *rec)
{
	u32 missing = 0;
	int i, found = -1;

	if (rec->kind == TCPFSM_LOST) {
		reader.lost += rec->lost;
		return rec->lost ? NULL : "a loss of 0 records is reported";
	}
	for (i = 0; i < nr_written; i++)
		if (written[i].rec.id == rec->id)
			found = i;
	if (found < 0)
		return "a record that was never written";
	if (memcmp(rec, &written[found].rec, sizeof(*rec)))
		return "a torn record";
	if (!is_shown(&written[found]))
		return "another namespace's record";
	if (reader.taken & 1ull << found)
		return "a record is delivered twice";
	if (rec->mono_ns < reader.time)
		return "a record is older than the one before it";
	if (rec->mono_ns == reader.time && rank(rec) < reader.rank)
		return "records of the same time are in the wrong order";
	reader.taken |= 1ull << found;
	reader.time = rec->mono_ns;
	reader.rank = rank(rec);
	reader.got++;
	for (i = 0; i < nr_written; i++)
		missing += is_shown(&written[i]) && !(reader.taken & 1ull << i) &&
			   written[i].time < rec->mono_ns;
	return missing > reader.lost ? "a record is skipped and not reported lost" : NULL;
}

/* One call(), and its checks. @nothing: set if no record is left. */
static const char *advance(bool *nothing)
{
	const char *fault = NULL;
	unsigned int i;
	int left;

	memset(recs, 0, sizeof(recs));
	left = weak_run(call);
	*nothing = false;
	if (weak_fault)
		return weak_fault;
	if (left || to_settle)
		return NULL;
	if (got == CURSOR_RECORD && (!nr_recs || nr_recs > max(scenario->batch, 1)))
		return "more records than asked for, or none";
	for (i = 0; got == CURSOR_RECORD && i < nr_recs && !fault; i++)
		fault = check_record(&recs[i]);
	*nothing = got == CURSOR_NONE;
	return got == CURSOR_END ? "the cursor ends" : fault;
}

static void put(const struct state *state)
{
	weak_view = state->view;
	reader = state->reader;
	memcpy(cursor_bytes, state->cursor, cursor_size);
}

static void get(struct state *state)
{
	weak_canonical(!exact);
	state->view = weak_view;
	state->reader = reader;
	memcpy(state->cursor, cursor_bytes, cursor_size);
}

/* From here on the reader sees all stores and reads to the end: is the sum right? */
static const char *check_sum(void)
{
	u32 produced = 0;
	const char *fault;
	bool nothing;
	int i;

	to_settle = false;
	weak_view.latest = true;
	for (i = 0; i < WEAK_WRITERS; i++)
		weak_view.knows[i] = weak_view.later[i] = 1 << 20;
	for (i = 0; i < 64; i++) {
		fault = advance(&nothing);
		if (fault)
			return fault;
		if (nothing)
			break;
	}
	if (i == 64)
		return "the reader never comes to the end";
	for (i = 0; i < nr_written; i++)
		produced += is_shown(&written[i]);
	return reader.got + reader.lost == produced ? NULL :
	       reader.got + reader.lost > produced ? "more records are reported lost than were" :
						     "records are lost and not reported";
}

/* ---- exploration of all states ---- */

struct hash { u64 a, b; };

static struct hash *seen;
static size_t seen_size, seen_count;
static struct state *stack;
static size_t stack_size, stack_count;
static u64 total_states, total_schedules;

/*
 * The cursor without what makes no difference: the order of its heap, and members of a
 * lane that are set again before they are used.
 */
static const unsigned char *alike(const unsigned char *bytes)
{
	static union {
		struct cursor cursor;
		unsigned char bytes[CURSOR_MAX];
	} to;
	struct cursor *cur = &to.cursor;
	struct lane *lane;

	memcpy(to.bytes, bytes, cursor_size);
	memset(&cur->lanes[ring_count()], 0, ring_count() * sizeof(*cur->heap));
	for (lane = cur->lanes; lane < cur->lanes + cur->nr_lanes; lane++) {
		if (lane->state != LANE_READY)
			lane->time = 0;
		if (lane->state != LANE_EMPTY)
			continue;
		lane->end = 0;
		lane->due = 0;
		lane->ns_end = 0;
	}
	return to.bytes;
}

static struct hash hash_of(const struct state *state)
{
	struct hash h = { 0xcbf29ce484222325ull, 0x9e3779b97f4a7c15ull };
	const unsigned char *from[] = {
		(const unsigned char *)&state->view, (const unsigned char *)&state->reader,
		alike(state->cursor),
	};
	size_t len[] = {
		offsetof(struct weak_view, seen) + weak_words(), sizeof(struct reader),
		cursor_size,
	};
	size_t i, j;
	u64 word;

	/* All are whole words, or padded with zeroes. */
	for (i = 0; i < 3; i++)
		for (j = 0; j < len[i]; j += 8) {
			memcpy(&word, from[i] + j, 8);
			h.a = (h.a ^ word) * 0x9fb21c651e98df25ull;
			h.a ^= h.a >> 32;
			h.b = (h.b + word) * 0xff51afd7ed558ccdull;
			h.b ^= h.b >> 29;
		}
	return h;
}

/* Return: is it new? */
static bool note(struct hash h)
{
	size_t at;

	if (2 * seen_count >= seen_size) {
		struct hash *old = seen;
		size_t i, old_size = seen_size;

		seen_size = old_size ? 2 * old_size : 1 << 12;
		seen = calloc(seen_size, sizeof(*seen));
		seen_count = 0;
		if (!seen)
			abort();
		for (i = 0; i < old_size; i++)
			if (old[i].a)
				note(old[i]);
		free(old);
	}
	h.a |= 1;
	for (at = h.b & (seen_size - 1); seen[at].a; at = (at + 1) & (seen_size - 1))
		if (seen[at].a == h.a && seen[at].b == h.b)
			return false;
	seen[at] = h;
	seen_count++;
	return true;
}

static void push(const struct state *state)
{
	if (stack_count == stack_size) {
		stack_size = stack_size ? 2 * stack_size : 256;
		stack = realloc(stack, stack_size * sizeof(*stack));
		if (!stack)
			abort();
	}
	stack[stack_count++] = *state;
}

static const char *explore(void)
{
	static struct state from, to;
	const char *fault = NULL;
	bool nothing;
	int settle;

	memset(seen, 0, seen_size * sizeof(*seen));
	seen_count = 0;
	stack_count = 0;
	memset(&from, 0, sizeof(from));
	weak_view = from.view;
	memset(&reader, 0, sizeof(reader));
	get(&from);
	push(&from);
	note(hash_of(&from));
	while (stack_count && !fault) {
		from = stack[--stack_count];
		total_states++;
		put(&from);
		fault = check_sum();
		for (settle = 0; settle < 2 && !fault; settle++) {
			weak_choices.known = 0;
			weak_choices.depth = 0;
			do {
				put(&from);
				to_settle = settle;
				fault = advance(&nothing);
				get(&to);
				if (!fault && note(hash_of(&to)))
					push(&to);
			} while (!fault && choose_next(&weak_choices));
		}
	}
	return fault;
}

static void setup(void)
{
	int i;

	weak_setup();
	nr_slots = 0;
	shim_cpu = 0;
	memset(written, 0, sizeof(written));
	nr_written = 0;
	for (i = 0; i < NETS; i++)
		net_stats[i] = alloc_percpu(struct netns_counters);
	if (ring_init(2) || (!scenario->share_comes_late && ring_share_ready(1)))
		abort();
	cursor_new(nets[scenario->reader], CURSOR_OLDEST);
}

/* Every schedule of the writers. Return: NULL, or the violation. */
static const char *run_scenario(const struct scenario *s, int more, bool ticks)
{
	const char *fault;

	scenario = s;
	weak_schedule.known = 0;
	weak_schedule.depth = 0;
	do {
		setup();
		interrupts = s->interrupts + more;
		nested_net = s->nested_net;
		coarse = !ticks;
		s->write();
		weak_read();
		fault = explore();
		ring_exit();
		total_schedules++;
	} while (!fault && choose_next(&weak_schedule));
	return fault;
}

/* ---- with all barriers, and without each of them ---- */

static int passed, failed;

static void verdict(bool ok, const char *what, const char *detail)
{
	printf("%s - order: %s%s%s\n", ok ? "ok" : "not ok", what, detail ? ": " : "",
	       detail ?: "");
	ok ? passed++ : failed++;
}

static void test_scenario(const struct scenario *s, int more, bool ticks, const char *where)
{
	u64 states = total_states, schedules = total_schedules;
	const char *fault = run_scenario(s, more, ticks);
	char what[256];

	snprintf(what, sizeof(what),
		 "%s: %s%s: every order reads correctly (%llu schedules, %llu states)", where,
		 s->name, more ? ", 1 more interrupt" : "", total_schedules - schedules,
		 total_states - states);
	verdict(!fault, what, fault);
}

/*
 * Interrupts take the most time. Without @interrupted their scenarios are left out;
 * without @thorough the clock stands still only in scenarios without interrupts.
 */
static void test_scenarios(bool thorough, bool interrupted, const char *where)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scenarios); i++) {
		const struct scenario *s = &scenarios[i];

		if (!s->interrupts || interrupted)
			test_scenario(s, 0, s->interrupts && !thorough, where);
		if (s->more && thorough)
			test_scenario(s, s->more, true, where);
	}
}

/* Some scenario must fail without the barriers of these letters, and not by @forget. */
static void test_breaks(const char *letter, const char *where)
{
	const char *fault = NULL;
	char what[256];
	size_t i;

	weak_without = letter;
	exact = true;
	for (i = 0; i < ARRAY_SIZE(scenarios) && !fault; i++)
		fault = run_scenario(&scenarios[i], 0, scenarios[i].interrupts);
	exact = false;
	weak_without = "";
	snprintf(what, sizeof(what), "%s: without %s: a check fails", where, letter);
	verdict(fault, what, fault);
}

int main(int argc, char **argv)
{
	static const char *const needed[] = { "A", "B", "C", "D", "E", "F", "K" };
	bool thorough = argc > 1 && !strcmp(argv[1], "thorough");
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	test_scenarios(thorough, true, "weakly ordered");
	for (i = 0; i < ARRAY_SIZE(needed); i++)
		test_breaks(needed[i], "weakly ordered");
	weak_tso = true;
	weak_without = "BCDEFK";
	test_scenarios(thorough, thorough, "x86, with barrier A only");
	test_breaks("ABCDEFK", "x86");
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
