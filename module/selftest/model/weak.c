// SPDX-License-Identifier: GPL-2.0
/*
 * A machine whose CPUs see each other's stores late and out of order.
 *
 * Writers run first, one after the other: nothing they do depends on a reader,
 * or on each other but for the clock. Every store is kept. Then the reader runs,
 * and each of its loads may return any store to that word that what it knows
 * does not forbid; weak_choose() tries them all. What it knows is a view: for
 * each writer, how far its stores must be seen, and for each word the store
 * seen last.
 *
 *   store		carries what was behind the writer's last mb()
 *   store, release	carries all that the writer did before
 *   load, acquire	makes the reader know what the store carries
 *   load		the same, from the next rmb() or mb() on
 *   clock		its readings are in one order, and order nothing else
 *   mb()		of a reader that has read the clock: knows what was before
 *			the last mb() of a writer that read a lesser time after it,
 *			and what that one knew there
 *
 * That is the kernel's memory model (tools/memory-model), as far as its release,
 * acquire, fences and coherence go, but for stores that overtake loads before
 * them: writers here load nothing but their own. With @weak_tso every store is a
 * release and every load an acquire, as on x86, and a store may still be seen
 * after the clock is read that follows it: what a store buffer does.
 *
 * Where two stores of one value may be seen, only the older one is tried: who
 * knows less may do all that who knows more may do.
 */
#include <ctype.h>
#include <setjmp.h>

#include "weak.h"
#undef memcpy

#include "machine.h"

bool weak_tso;
const char *weak_without = "";	/* the letters of barriers that are not there */
const char *weak_fault;		/* what should never be */

enum mode { SETUP, WRITING, READING };
static enum mode mode;

/* ---- shared memory, in words of 8 bytes ---- */

#define ARENA	(1 << 19)

/* It begins with the per-CPU variable: see the Makefile. */
#define ARENA_PER_CPU	(SHIM_CPUS * SHIM_PERCPU)

unsigned char weak_arena[ARENA] __attribute__((aligned(64)));
#define arena	weak_arena
static unsigned char shadow[ARENA];	/* what is known of it to have been stored */
static size_t arena_used;

struct region { size_t begin, end; int maker; int made; } regions[64];
static unsigned int nr_regions;
static bool made_late;			/* any of them while somebody wrote */

struct store {
	u64 value;			/* of the word */
	int writer, nr;			/* which of whose events */
	int knows[WEAK_WRITERS];
};

struct word {
	bool plain;		/* a member of a record */
	struct store stores[WEAK_STORES];	/* 0: as it was before all */
	int count;
};

static struct word words[WEAK_WORDS];
static int nr_words;
static short word_at[ARENA / 8];	/* its number + 1 */

/* ---- writers ---- */

struct writer {
	int events;
	int knows[WEAK_WRITERS];	/* of others */
	int fenced[WEAK_WRITERS];	/* the same, and its own events, at the last mb() */
	struct { u64 time; int nr, fenced[WEAK_WRITERS]; } clock[WEAK_CLOCKS];
	int clocks;
};

static struct writer writers[WEAK_WRITERS];
static int writing;		/* which of them */

/* ---- the reader ---- */

struct weak_view weak_view;
static int relaxes;
static jmp_buf *give_up;

/* ---- which barrier is which ---- */

#define SITES 64

static struct { const char *file; int line; char letter; } sites[SITES];

/* The letter of the comment that stands behind it in the source. */
static char letter_at(const char *file, int line)
{
	char text[512], *at;
	FILE *source;
	int i, nr;

	for (i = 0; i < SITES && sites[i].file; i++)
		if (sites[i].line == line && !strcmp(sites[i].file, file))
			return sites[i].letter;
	if (i == SITES)
		abort();
	sites[i].file = file;
	sites[i].line = line;
	source = fopen(file, "r");
	if (!source)
		abort();
	for (nr = 1; fgets(text, sizeof(text), source) && nr < line; nr++)
		;
	fclose(source);
	at = strstr(text, "/* ");
	sites[i].letter = at && isupper(at[3]) && at[4] == ',' ? at[3] : '-';
	return sites[i].letter;
}

static bool is_there(const char *file, int line)
{
	return !*weak_without || !strchr(weak_without, letter_at(file, line));
}

/* ---- what is tried ---- */

struct choices weak_choices, weak_schedule;

int choose(struct choices *c, int count)
{
	if (count < 2)
		return 0;
	if (c->depth == CHOICES_MAX)
		abort();
	if (c->depth == c->known)
		c->at[c->known++] = (struct choice){ 0, count };
	return c->at[c->depth++].taken;
}

/* On to the next path. Return: false when all has been tried. */
bool choose_next(struct choices *c)
{
	c->depth = 0;
	while (c->known) {
		struct choice *last = &c->at[c->known - 1];

		if (++last->taken < last->count)
			return true;
		c->known--;
	}
	return false;
}

/* ---- writing ---- */

static struct word *word_of(size_t offset)
{
	struct word *word;

	if (word_at[offset / 8])
		return &words[word_at[offset / 8] - 1];
	if (nr_words == WEAK_WORDS)
		abort();
	word = &words[nr_words++];
	word_at[offset / 8] = nr_words;
	word->count = 1;
	word->stores[0] = (struct store){ .writer = -1 };
	memcpy(&word->stores[0].value, shadow + offset, 8);
	word->plain = weak_is_plain(arena + offset);
	return word;
}

static void keep(size_t offset, bool release)
{
	struct writer *w = &writers[writing];
	struct word *word = word_of(offset);
	struct store *store;

	if (word->count == WEAK_STORES)
		abort();
	store = &word->stores[word->count++];
	memcpy(&store->value, arena + offset, 8);
	memcpy(shadow + offset, arena + offset, 8);
	store->writer = writing;
	store->nr = ++w->events;
	release |= weak_tso;
	memcpy(store->knows, release ? w->knows : w->fenced, sizeof(store->knows));
	if (release)
		store->knows[writing] = w->events;
}

/* Stores that are plain C: in no order, but before what comes next. */
static void keep_plain(void)
{
	size_t at;

	if (mode != WRITING || !memcmp(arena, shadow, arena_used))
		return;
	for (at = 0; at < arena_used; at += 8)
		if (memcmp(arena + at, shadow + at, 8))
			keep(at, false);
}

void weak_store(void *at, size_t size, u64 value, enum weak_order order,
		const char *file, int line)
{
	size_t offset = ((unsigned char *)at - arena) & ~7ul;

	keep_plain();
	memcpy(at, &value, size);
	if (mode == WRITING)
		keep(offset, order == WEAK_ORDERED && is_there(file, line));
}

/* ---- reading ---- */

static bool is_shared(const void *at)
{
	return (const unsigned char *)at >= arena &&
	       (const unsigned char *)at < arena + ARENA;
}

/* Memory that a share has got since: who touches it must have seen that it has. */
static void must_be_there(size_t offset)
{
	unsigned int i;

	for (i = 0; i < nr_regions; i++)
		if (offset >= regions[i].begin && offset < regions[i].end &&
		    regions[i].made && weak_view.knows[regions[i].maker] < regions[i].made)
			weak_fault = "a ring is read before its memory is seen";
}

static int least_store(const struct word *word)
{
	int nr, least = weak_view.seen[word - words];

	for (nr = word->count - 1; nr > least; nr--)
		if (word->stores[nr].nr <= weak_view.knows[word->stores[nr].writer])
			return nr;
	return least;
}

static void know(int *to, const int *from)
{
	int i;

	for (i = 0; i < WEAK_WRITERS; i++)
		if (to[i] < from[i])
			to[i] = from[i];
}

/*
 * What is read of records until they are known to be there still: if more than one
 * word could be younger than it must, one alone could be as well, with less that is
 * known then. So it is enough that one strays, whichever it is.
 */
static bool strayed;

static bool is_plain(const struct word *word)
{
	return word->plain;
}

static u64 load_word(size_t offset, bool acquire)
{
	struct word *word;
	int nr, least, options[WEAK_STORES] = { 0 }, count = 0, i;

	if (made_late)
		must_be_there(offset);
	if (!word_at[offset / 8]) {
		u64 value;

		memcpy(&value, arena + offset, 8);
		return value;
	}
	word = &words[word_at[offset / 8] - 1];
	least = least_store(word);
	if (weak_view.latest) {
		nr = word->count - 1;
	} else if (strayed && !acquire && is_plain(word)) {
		nr = least;
	} else {
		for (nr = least; nr < word->count; nr++) {
			for (i = 0; i < count; i++)
				if (word->stores[options[i]].value == word->stores[nr].value)
					break;
			if (i == count)
				options[count++] = nr;
		}
		nr = options[choose(&weak_choices, count)];
	}
	strayed = !acquire && is_plain(word) && (strayed || nr > least);
	weak_view.seen[word - words] = nr;
	if (nr) {
		know(weak_view.later, word->stores[nr].knows);
		if (acquire || weak_tso)
			know(weak_view.knows, word->stores[nr].knows);
	}
	return word->stores[nr].value;
}

u64 weak_load(const void *at, size_t size, enum weak_order order,
	      const char *file, int line)
{
	size_t offset = (const unsigned char *)at - arena;
	u64 value = 0;

	if (mode != READING || !is_shared(at)) {
		if (mode == READING) {
			weak_fault = "a ring is read where there is none";
			longjmp(*give_up, 1);
		}
		memcpy(&value, at, size);
		return value;
	}
	value = load_word(offset & ~7ul, order == WEAK_ORDERED && is_there(file, line));
	memcpy(&value, (unsigned char *)&value + offset % 8, size);
	return size == 8 ? value : value & ((1ull << 8 * size) - 1);
}

void weak_copy(void *to, const void *from, size_t size)
{
	size_t i, offset = (const unsigned char *)from - arena;

	if (mode != READING || !is_shared(from)) {
		memcpy(to, from, size);
		return;
	}
	for (i = 0; i < size; i += 8) {
		u64 value = load_word(offset + i, false);

		memcpy((unsigned char *)to + i, &value, 8);
	}
}

/* The mb() of writers that are known to come before the reader's own. */
static void meet_fences(void)
{
	int w, i;

	for (w = 0; w < WEAK_WRITERS; w++)
		for (i = 0; i < writers[w].clocks; i++)
			if (writers[w].clock[i].time < weak_view.time)
				know(weak_view.knows, writers[w].clock[i].fenced);
}

void weak_fence(char kind, const char *file, int line)
{
	keep_plain();
	if (!is_there(file, line))
		return;
	if (mode == WRITING && kind == 'm') {
		struct writer *w = &writers[writing];

		memcpy(w->fenced, w->knows, sizeof(w->fenced));
		w->fenced[writing] = w->events;
	}
	if (mode == READING)
		know(weak_view.knows, weak_view.later);
	if (mode == READING && kind == 'm')
		meet_fences();
}

u64 weak_greatest_time;

u64 weak_clock(void)
{
	u64 least, time;
	int w, i;

	if (mode == SETUP)
		return 0;
	if (mode == WRITING) {
		struct writer *self = &writers[writing];

		keep_plain();
		if (self->clocks == WEAK_CLOCKS)
			abort();
		time = weak_write_time(writing, self->clocks ?
				       self->clock[self->clocks - 1].time : 0);
		self->clock[self->clocks].time = time;
		self->clock[self->clocks].nr = self->events;
		memcpy(self->clock[self->clocks++].fenced, self->fenced, sizeof(self->fenced));
		weak_greatest_time = max(weak_greatest_time, time);
		return time;
	}
	if (weak_may_pause())
		longjmp(*give_up, 2);
	least = weak_view.time;
	for (w = 0; w < WEAK_WRITERS; w++)
		for (i = 0; i < writers[w].clocks; i++)
			if (writers[w].clock[i].nr < weak_view.knows[w] &&
			    writers[w].clock[i].time > least)
				least = writers[w].clock[i].time;
	if (weak_view.latest)
		time = max(least, weak_greatest_time + 1);
	else
		time = least + choose(&weak_choices, least > weak_greatest_time ? 1 :
				      (int)(weak_greatest_time + 2 - least));
	weak_view.time = time;
	if (weak_tso)
		meet_fences();
	return time;
}

u64 ktime_get_ns(void)
{
	return weak_clock();
}

/* Who would wait stops here, but for one that sees all: that one goes on. */
void weak_relax(void)
{
	if (mode == READING && (!weak_view.latest || ++relaxes > 1))
		longjmp(*give_up, 2);
}

/* ---- a run ---- */

void *weak_shared(size_t size)
{
	size_t at = arena_used;

	size = (size + 63) & ~63ul;
	if (at + size > ARENA || nr_regions == 64)
		abort();
	keep_plain();
	memset(arena + at, 0, size);
	memset(shadow + at, 0, size);
	arena_used += size;
	made_late |= mode == WRITING;
	regions[nr_regions++] = (struct region){
		.begin = at, .end = at + size, .maker = writing,
		/* The pointer to it is stored next. */
		.made = mode == WRITING ? writers[writing].events + 1 : 0,
	};
	return arena + at;
}

void weak_setup(void)
{
	int i;

	for (i = 0; i < (int)(arena_used / 8); i++)
		word_at[i] = 0;
	memset(writers, 0, sizeof(writers));
	memset(regions, 0, sizeof(regions));
	memset(arena, 0, ARENA_PER_CPU);
	arena_used = ARENA_PER_CPU;
	nr_regions = 0;
	nr_words = 0;
	made_late = false;
	weak_greatest_time = 0;
	mode = SETUP;
	weak_fault = NULL;
}

/* From now on this CPU writes; it knows all that @of has done, or nobody's if < 0. */
void weak_write(int writer, int of)
{
	keep_plain();
	if (mode == SETUP)
		memcpy(shadow, arena, arena_used);
	mode = WRITING;
	writing = writer;
	if (of >= 0)
		writers[writer].knows[of] = writers[of].events;
}

void weak_read(void)
{
	keep_plain();
	mode = READING;
}

/* Run @what; return: 0, or 2 if it would wait, or 1 if it must not go on. */
int weak_run(void (*what)(void))
{
	jmp_buf out;
	int left;

	relaxes = 0;
	give_up = &out;
	left = setjmp(out);
	if (!left)
		what();
	return left;
}

int weak_words(void)
{
	return nr_words;
}

/*
 * What is implied is as good as seen: states that are alike become the same. To
 * @forget what is seen and not yet known allows more than there is, and leaves
 * far fewer states: nothing that holds then is in doubt.
 */
void weak_canonical(bool forget)
{
	int i;

	if (forget) {
		memcpy(weak_view.later, weak_view.knows, sizeof(weak_view.later));
		memset(weak_view.seen, 0, sizeof(weak_view.seen));
	}
	know(weak_view.later, weak_view.knows);
	for (i = 0; i < nr_words; i++)
		weak_view.seen[i] = least_store(&words[i]);
}
