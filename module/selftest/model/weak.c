// SPDX-License-Identifier: GPL-2.0
/*
 * A simulated machine whose CPUs see each other's stores late and out of order.
 *
 * The writers run first, one after the other: nothing that a writer does depends on
 * the reader, nor on another writer except through the clock. Every store is kept. Then
 * the reader runs. Each of its loads may return any store to that word that the reader's
 * knowledge does not forbid; choose() tries them all. The knowledge is a weak_view: the
 * events of each writer that the reader must see, and the last store seen of each word.
 *
 *   store		carries what the writer had done and known at its last mb()
 *   store, release	carries all that the writer has done and known
 *   load, acquire	the reader knows what the store carries
 *   load		the same, from the reader's next rmb() or mb() on
 *   clock		its readings are in one order, and order nothing else
 *   mb()		of a reader that has read the clock: for each writer with a lesser
 *			reading, the reader knows what that writer had done and known
 *			at its last mb() before that reading
 *
 * This is the kernel's memory model (tools/memory-model) for release, acquire, fences
 * and coherence, except that no store overtakes an earlier load: a writer loads only
 * words of its own. With @weak_tso every store is a release and every load an acquire,
 * as on x86, and a store may still be seen later than a following clock reading, as with
 * a store buffer.
 *
 * Of several visible stores of the same value only the oldest is tried: a reader that
 * knows less can do all that one that knows more can.
 */
#include <ctype.h>
#include <setjmp.h>

#include "weak.h"
#undef memcpy

#include "machine.h"

bool weak_tso;
const char *weak_without = "";	/* the letters of the barriers removed */
const char *weak_fault;		/* a violation, or NULL */

enum mode { SETUP, WRITING, READING };
static enum mode mode;

/* ---- shared memory, in words of 8 bytes ---- */

#define ARENA	(1 << 19)

/* It begins with the per-CPU variable ring_cpu: see the Makefile. */
#define ARENA_PER_CPU	(SHIM_CPUS * SHIM_PERCPU)

unsigned char weak_arena[ARENA] __attribute__((aligned(64)));
#define arena	weak_arena
static unsigned char shadow[ARENA];	/* its contents as of the stores kept */
static size_t arena_used;

struct region { size_t begin, end; int maker; int made; } regions[64];
static unsigned int nr_regions;
static bool made_late;			/* a region was allocated while a writer ran */

struct store {
	u64 value;			/* of the whole word */
	int writer, nr;			/* its event number at that writer */
	int knows[WEAK_WRITERS];	/* what it carries: events of each writer */
};

struct word {
	bool plain;		/* a member of a record */
	struct store stores[WEAK_STORES];	/* [0]: the initial value */
	int count;
};

static struct word words[WEAK_WORDS];
static int nr_words;
static short word_at[ARENA / 8];	/* index in words, plus 1 */

/* ---- writers ---- */

struct writer {
	int events;
	int knows[WEAK_WRITERS];	/* events of the others */
	int fenced[WEAK_WRITERS];	/* the same with its own, at the last mb() */
	struct { u64 time; int nr, fenced[WEAK_WRITERS]; } clock[WEAK_CLOCKS];
	int clocks;
};

static struct writer writers[WEAK_WRITERS];
static int writing;		/* the one that runs */

/* ---- the reader ---- */

struct weak_view weak_view;
static int relaxes;
static jmp_buf *give_up;

/* ---- barriers by letter ---- */

#define SITES 64

static struct { const char *file; int line; char letter; } sites[SITES];

/*
 * The letter of a barrier, from the comment on its source line: a letter and a comma.
 * Return: the letter, or '-' if the line has none.
 */
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

/* Is the barrier on this source line there, or has weak_without removed it? */
static bool is_there(const char *file, int line)
{
	return !*weak_without || !strchr(weak_without, letter_at(file, line));
}

/* ---- choices ---- */

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

/* Go to the next path. Return: false when all have been tried. */
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

/* Keep the plain C stores made so far: unordered, but before the next event. */
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

/* A reader may use memory allocated by a writer only once it has seen its pointer. */
static void must_be_there(size_t offset)
{
	unsigned int i;

	for (i = 0; i < nr_regions; i++)
		if (offset >= regions[i].begin && offset < regions[i].end &&
		    regions[i].made && weak_view.knows[regions[i].maker] < regions[i].made)
			weak_fault = "a ring is read before its memory is visible";
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
 * Loads of a record, up to ring_was_there(): if several words could be younger than they
 * must be, one alone could be, too, and the reader would know less. So it is enough to
 * try one younger word at a time, each in turn. True: there was one.
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
			weak_fault = "a ring without memory is read";
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

/* Know what the writers knew at each mb() that comes before the reader's own. */
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

/* A reader that would wait stops here. One that sees all goes on once. */
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
		/* The next event stores the pointer to it. */
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
