/* SPDX-License-Identifier: GPL-2.0 */
/* What weak.c offers to who runs something on it. */
#ifndef MACHINE_H
#define MACHINE_H

#define WEAK_WRITERS	3
#define WEAK_WORDS	512
#define WEAK_STORES	48
#define WEAK_CLOCKS	16

extern bool weak_tso;
extern const char *weak_without;
extern const char *weak_fault;
extern u64 weak_greatest_time;		/* that a writer has read */

/* What the reader knows; a plain value, to be kept and put back. */
struct weak_view {
	u64 time;			/* read last */
	int knows[WEAK_WRITERS];	/* events of each writer */
	int later[WEAK_WRITERS];	/* the same, once there is an rmb() */
	bool latest;			/* it sees all there is: writers have ended */
	unsigned char seen[WEAK_WORDS];	/* of each word, which store */
};

extern struct weak_view weak_view;

#define CHOICES_MAX	4096

/* A path through all that can be chosen. */
struct choices {
	int depth, known;
	struct choice { short taken, count; } at[CHOICES_MAX];
};

extern struct choices weak_choices;	/* the reader's */
extern struct choices weak_schedule;	/* the writers' */

int choose(struct choices *c, int count);	/* 0 to @count - 1 */
bool choose_next(struct choices *c);

void weak_setup(void);
void weak_write(int writer, int of);
void weak_read(void);
int weak_run(void (*what)(void));
int weak_words(void);
void weak_canonical(bool forget);

/*
 * Whoever uses it says what time it is, whether the reader is to stop before it looks
 * at the clock, to go on from a state, and which words are only read before a look at
 * whether they still are what they were: until then it does not matter what they hold.
 */
bool weak_is_plain(const void *at);
bool weak_may_pause(void);
u64 weak_write_time(int writer, u64 last);

#endif /* MACHINE_H */
