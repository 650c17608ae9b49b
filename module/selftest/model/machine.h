/* SPDX-License-Identifier: GPL-2.0 */
/* The interface between weak.c, the simulated machine, and model.c, which uses it. */
#ifndef MACHINE_H
#define MACHINE_H

#define WEAK_WRITERS	3
#define WEAK_WORDS	512
#define WEAK_STORES	48
#define WEAK_CLOCKS	16

extern bool weak_tso;
extern const char *weak_without;
extern const char *weak_fault;
extern u64 weak_greatest_time;		/* read by any writer */

/* The knowledge of the reader: a plain value, which may be saved and restored. */
struct weak_view {
	u64 time;			/* its last clock reading */
	int knows[WEAK_WRITERS];	/* events of each writer that it must see */
	int later[WEAK_WRITERS];	/* the same from the next rmb() on */
	bool latest;			/* it sees all stores: the writers have ended */
	unsigned char seen[WEAK_WORDS];	/* the last store seen of each word */
};

extern struct weak_view weak_view;

#define CHOICES_MAX	4096

/* A path in the tree of all choices. */
struct choices {
	int depth, known;
	struct choice { short taken, count; } at[CHOICES_MAX];
};

extern struct choices weak_choices;	/* the reader's */
extern struct choices weak_schedule;	/* the writers' */

int choose(struct choices *c, int count);	/* 0 to @count - 1 */
bool choose_next(struct choices *c);

void weak_setup(void);

/* From now on @writer runs. It knows all events of @of so far; @of < 0: of no other. */
void weak_write(int writer, int of);

/* From now on the reader runs. */
void weak_read(void);

/* Run @what. Return: 0; 1: weak_fault is set; 2: it paused, or would have waited. */
int weak_run(void (*what)(void));

int weak_words(void);

/*
 * Bring the view into normal form, so that equivalent states are equal. @forget: drop
 * what was seen and is not yet known. The reader can then do more than on the machine,
 * in far fewer states; a check that holds then holds without it, too.
 */
void weak_canonical(bool forget);

/* model.c: is @at in a record? Records are read first and checked later. */
bool weak_is_plain(const void *at);

/* model.c: does the reader stop before it reads the clock, to go on from a state? */
bool weak_may_pause(void);

/* model.c: a clock reading of @writer; @last is its reading before, or 0. */
u64 weak_write_time(int writer, u64 last);

#endif /* MACHINE_H */
