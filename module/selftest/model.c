// SPDX-License-Identifier: GPL-2.0
/*
 * The rings and the merge, on CPUs that reorder, in every way there is.
 *
 * A scenario is what two CPUs write, nested as interrupts may nest it, and who
 * reads. For each way in which the interrupts may come and the clock may tick,
 * ring.c writes; then cursor.c reads, and every value that any of its loads may
 * return is tried (weak.c), until no new state comes of it. In each:
 *
 *   - what is delivered is a record as it was written, and none twice
 *   - in time order: what is older than a record delivered has been delivered
 *     or told lost before it; so the horizon holds back all it must
 *     what is of one time comes in the same order for all
 *   - who then reads on until there is nothing has got and lost what was
 *     produced, exactly, in the whole machine's view and in a namespace's
 *
 * Then each barrier is taken away in turn, by the letter that stands behind it
 * in ring.c and cursor.c: something of the above must break, or it is not needed.
 *
 * What this does not show: more than the scenarios have, in writes (up to 4),
 * depth (2) and rings (2 records); what a compiler may do; stores that overtake
 * loads before them. States are told apart by 128 bits of hash.
 */
#include <time.h>

#include "weak.h"
/* To tell its states apart. */
#include "../cursor.c"
#undef memcpy
#undef memset

#include "machine.h"

#define NETS		3	/* the second and third share a share */
#define WRITES_MAX	12
#define WORDS		(sizeof(struct tcpfsm_record) / 8)
#define CURSOR_MAX	(sizeof(struct cursor) + SHIM_CPUS * RING_CLASSES * sizeof(struct lane))

__thread int shim_cpu;
__thread void (*shim_interrupt)(void);

struct net init_net = { { 1 } };
static struct net net_a = { { 2 } }, net_b = { { 3 } };
static struct net *const nets[NETS] = { &init_net, &net_a, &net_b };
static struct stats *net_stats[NETS];

static int net_index(const struct net *net)
{
	return net == &init_net ? 0 : net == &net_a ? 1 : 2;
}

struct stats __percpu *stats_held(const struct net *net)
{
	return net_stats[net_index(net)];
}

u64 stats_net_born(const struct net *net)
{
	return 0;
}

unsigned int stats_share(const struct net *net)
{
	return net != &init_net;
}

static struct { void *at; size_t size; } slots[4 * SHIM_CPUS];
static unsigned int nr_slots;

/* ---- what is written ---- */

struct written {
	int net;
	u64 time, pos;
	u64 words[WORDS];
};

static struct written written[WRITES_MAX];
static int nr_written, nr_refused[NETS];
static int interrupts, depth, nested_net, deepest;
static bool same_ring, coarse;

static void write_one(int net, bool half_open)
{
	unsigned int class = ring_class(stats_share(nets[net]), half_open);
	struct tcpfsm_record *rec;
	struct written *w;
	struct ring_write rw;

	depth++;
	rec = ring_claim(&rw, class, net_stats[net]->seq);
	if (!rec) {
		nr_refused[net]++;
		depth--;
		return;
	}
	if (nr_written == WRITES_MAX)
		abort();
	w = &written[nr_written++];
	rec->id = nr_written * 0x9e3779b97f4a7c15ull;
	rec->netns = nets[net]->ns.inum;
	weak_point();
	rec->bytes_in = ~rec->id;
	w->net = net;
	w->time = rec->mono_ns;
	w->pos = rw.pos;
	memcpy(w->words, rec, sizeof(w->words));
	w->words[0] = rw.pos + 1;
	ring_commit(&rw);
	depth--;
}

/* An interrupt: a whole write, to the same ring or to that of half-open ones. */
void weak_interrupted(void)
{
	if (!interrupts || !depth || depth > deepest || !choose(&weak_schedule, 2))
		return;
	interrupts--;
	write_one(nested_net, !same_ring && choose(&weak_schedule, 2));
}

/* In memory that ring.c has for records, but for what numbers one. */
bool weak_is_plain(const void *at)
{
	unsigned int i;

	for (i = 0; i < nr_slots; i++)
		if (at >= slots[i].at && at < slots[i].at + slots[i].size)
			return (at - slots[i].at) % sizeof(struct tcpfsm_record);
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

/* The first CPU's clock ticks, or not if it is coarse; the other's is anywhere beside it. */
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

static void refused(void)
{
	cpu(0, -1);
	write_one(1, false);
}

static void namespace_pair(void)
{
	cpu(0, -1);
	write_one(1, false);
	write_one(1, false);
}

/* Somebody makes the share, and tells the CPU that writes to it. */
static void late_share(void)
{
	cpu(2, -1);
	if (ring_share_ready(1))
		abort();
	cpu(0, 2);
	write_one(1, false);
	write_one(1, false);
}

static const struct scenario {
	const char *name;
	void (*write)(void);
	int reader;		/* whose view */
	int interrupts, nested_net;
	int deepest;		/* that are interrupted themselves */
	bool same_ring;		/* they write to, too */
	bool share_comes_late;
	int more;		/* interrupts, if there is time */
} scenarios[] = {
	{ .name = "3 records in a ring of 2", .write = three_records, .more = 1 },
	{ .name = "2 records and an interrupt's", .write = two_records, .interrupts = 1, .more = 1 },
	{ .name = "two CPUs, 3 records", .write = two_cpus, .more = 1 },
	{ .name = "two CPUs, half-open and other records", .write = two_cpus_each_kind },
	{ .name = "a namespace's view, another's records between",
	  .write = namespaces, .reader = 1, .nested_net = 1, .more = 1 },
	{ .name = "a namespace's view, another's interrupt", .write = namespace_pair, .reader = 1,
	  .nested_net = 2, .interrupts = 1 },
	{ .name = "a namespace's view of two CPUs", .write = namespace_on_two, .reader = 1,
	  .nested_net = 1 },
	{ .name = "interrupts that fill a ring are refused, and all are told", .write = refused,
	  .nested_net = 1, .interrupts = 2, .deepest = 1, .same_ring = true },
	{ .name = "interrupts that fill a ring are refused, and the namespace is told",
	  .write = refused, .reader = 1, .nested_net = 1, .interrupts = 2, .deepest = 1, .same_ring = true },
	{ .name = "a share that is made while it is read", .write = late_share, .nested_net = 1,
	  .share_comes_late = true, .more = 1 },
};

/* ---- the reader, and what it may get ---- */

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
	u64 time;
	u64 rank;		/* of the ring it came from */
	u64 taken, got, lost;
};

struct state {
	struct weak_view view;
	struct reader reader;
	unsigned char cursor[CURSOR_MAX];
};

static const struct scenario *scenario;
static struct reader reader;
static bool exact;			/* what breaks must really break */
static struct tcpfsm_record rec;
static enum cursor_got got;

static bool is_shown(const struct written *w)
{
	return !scenario->reader || w->net == scenario->reader;
}

static bool to_settle;

/*
 * cursor_next() up to where it would look at the clock again, or that look: one
 * after the other, as in its loop, but with a state between them. There is one
 * too wherever it has read one place of a ring; then lanes that were held are
 * looked at once more than they would be, as by a reader that comes again.
 */
static void call(void)
{
	struct cursor *cur = (struct cursor *)cursor_bytes;

	if (to_settle)
		cursor_settle(cur);
	else
		got = cursor_next(cur, &rec);
}

/* Which goes first of one time: half-open ones, then the lower ring. */
static u64 rank(void)
{
	return (rec.ring & 1 ? 0 : SHIM_CPUS * RING_CLASSES) +
	       rec.cpu * RING_CLASSES + rec.ring;
}

/* Return: NULL, or what should not be. */
static const char *check_record(void)
{
	u64 words[WORDS];
	u32 missing = 0;
	int i, found = -1;

	if (rec.kind == TCPFSM_LOST) {
		reader.lost += rec.lost;
		return rec.lost ? NULL : "a loss of nothing";
	}
	memcpy(words, &rec, sizeof(words));
	for (i = 0; i < nr_written; i++)
		if (written[i].words[2] == rec.id)
			found = i;
	if (found < 0)
		return "a record that nobody wrote";
	if (scenario->reader)
		words[0] = written[found].words[0];
	if (memcmp(words, written[found].words, sizeof(words)))
		return "a torn record";
	if (!is_shown(&written[found]))
		return "another namespace's record";
	if (reader.taken & 1ull << found)
		return "a record twice";
	if (rec.mono_ns < reader.time)
		return "a record older than the one before";
	if (rec.mono_ns == reader.time && rank() < reader.rank)
		return "of one time, in another order for this reader";
	reader.taken |= 1ull << found;
	reader.time = rec.mono_ns;
	reader.rank = rank();
	reader.got++;
	for (i = 0; i < nr_written; i++)
		missing += is_shown(&written[i]) && !(reader.taken & 1ull << i) &&
			   written[i].time < rec.mono_ns;
	return missing > reader.lost ? "a record is passed over, and not told lost" : NULL;
}

/* One such call. */
static const char *step(bool *nothing)
{
	int left = weak_run(call);

	*nothing = false;
	if (weak_fault)
		return weak_fault;
	if (left || to_settle)
		return NULL;
	if (got == CURSOR_RECORD)
		return check_record();
	*nothing = got == CURSOR_NONE;
	return got == CURSOR_END ? "an end" : NULL;
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

/* From here on it sees all there is: does it add up? */
static const char *check_sum(void)
{
	u32 produced = 0;
	const char *fault;
	bool nothing;
	int i, net;

	to_settle = false;
	weak_view.latest = true;
	for (i = 0; i < WEAK_WRITERS; i++)
		weak_view.knows[i] = weak_view.later[i] = 1 << 20;
	for (i = 0; i < 64; i++) {
		fault = step(&nothing);
		if (fault)
			return fault;
		if (nothing)
			break;
	}
	if (i == 64)
		return "there is no end of it";
	for (i = 0; i < nr_written; i++)
		produced += is_shown(&written[i]);
	for (net = 0; net < NETS; net++)
		if (!scenario->reader || net == scenario->reader)
			produced += nr_refused[net];
	return reader.got + reader.lost == produced ? NULL :
	       reader.got + reader.lost > produced ? "more is told lost than was" :
						     "records are gone, and not told lost";
}

/* ---- all states ---- */

struct hash { u64 a, b; };

static struct hash *seen;
static size_t seen_size, seen_count;
static struct state *stack;
static size_t stack_size, stack_count;
static u64 total_states, total_steps, total_schedules;

/*
 * A cursor as far as it matters: which lane is looked at first does not, nor
 * what a lane will find out anew before it is used.
 */
static const unsigned char *alike(const unsigned char *bytes)
{
	static union {
		struct cursor cursor;
		unsigned char bytes[CURSOR_MAX];
	} to;
	struct lane lanes[SHIM_CPUS * RING_CLASSES], *lane;
	struct cursor *cur = &to.cursor;
	unsigned int i, j = 0, ring;

	memcpy(to.bytes, bytes, cursor_size);
	memcpy(lanes, cur->lanes, cur->nr_lanes * sizeof(*lanes));
	memset(cur->lanes, 0, cur->nr_lanes * sizeof(*lanes));
	for (ring = 0; ring < ring_count(); ring++)
		for (i = 0; i < cur->nr_lanes; i++) {
			if (lanes[i].ring != ring)
				continue;
			lane = &cur->lanes[j++];
			lane->ring = ring;
			lane->pos = lanes[i].pos;
			lane->state = i < cur->nr_live ? lanes[i].state : LANE_EMPTY;
			lane->dropped = lanes[i].dropped;
			lane->ns_known = lanes[i].ns_known;
			lane->ns_next = lanes[i].ns_next;
			lane->settled = lanes[i].settled;
			if (lane->settled) {
				lane->end = lanes[i].end;
				lane->ns_end = lanes[i].ns_end;
			}
			if (lane->state == LANE_READY) {
				lane->time = lanes[i].time;
				lane->ns_seq = lanes[i].ns_seq;
			}
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

	/* All are whole words, or zero up to the next. */
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

/* Return: whether it is new. */
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
				fault = step(&nothing);
				total_steps++;
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
	memset(nr_refused, 0, sizeof(nr_refused));
	for (i = 0; i < NETS; i++)
		net_stats[i] = alloc_percpu(struct stats);
	if (ring_init(2) || (!scenario->share_comes_late && ring_share_ready(1)))
		abort();
	cursor_new(nets[scenario->reader], CURSOR_OLDEST);
}

/* Every schedule of the writers. Return: NULL, or what should not be. */
static const char *run_scenario(const struct scenario *s, int more, bool ticks)
{
	const char *fault;

	scenario = s;
	weak_schedule.known = 0;
	weak_schedule.depth = 0;
	do {
		setup();
		interrupts = s->interrupts + more;
		deepest = 1 + s->deepest;
		nested_net = s->nested_net;
		same_ring = s->same_ring;
		coarse = !ticks;
		depth = 0;
		s->write();
		weak_read();
		fault = explore();
		ring_exit();
		total_schedules++;
	} while (!fault && choose_next(&weak_schedule));
	return fault;
}

/* ---- with all barriers, and without each ---- */

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

	snprintf(what, sizeof(what), "%s: %s%s (%llu schedules, %llu states)", where, s->name,
		 more ? ", and one more interrupt" : "", total_schedules - schedules,
		 total_states - states);
	verdict(!fault, what, fault);
}

/*
 * With little time, interrupts come in one of the three runs only, and the clock
 * stands still only where none come.
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
	snprintf(what, sizeof(what), "%s: without %s it breaks", where, letter);
	verdict(fault, what, fault);
}

/*
 * C and E could be weaker: whoever sees the head sees what A, before it, makes
 * seen, and who sees that a write has ended sees what H does. They stay: they say
 * what is meant, cost nothing on x86, and A and H might get lighter.
 */
int main(int argc, char **argv)
{
	static const char *const needed[] = { "A", "B", "D", "F", "G", "H", "I", "J", "K" };
	bool thorough = argc > 1 && !strcmp(argv[1], "thorough");
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	test_scenarios(thorough, true, "out of order");
	for (i = 0; i < ARRAY_SIZE(needed); i++)
		test_breaks(needed[i], "out of order");
	weak_without = "CE";
	test_scenarios(false, thorough, "out of order without C and E");
	weak_tso = true;
	weak_without = "BCDEFGHIJK";
	test_scenarios(thorough, thorough, "store buffers, with A alone");
	test_breaks("ABCDEFGHIJK", "store buffers");
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
