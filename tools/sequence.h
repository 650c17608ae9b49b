/* SPDX-License-Identifier: GPL-2.0 */
/* The states that connections shall go through, and how far one that went has done so. */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEQUENCE_STEPS_MAX 63
#define SEQUENCES_MAX 8
#define SEQUENCE_WORD_MAX 64

struct sequence {
	size_t count;
	struct sequence_step {
		uint32_t states;	/* 1u << TCPFSM_<STATE>; 0: any states, or none */
		char word[SEQUENCE_WORD_MAX];	/* the name of the state; else as it was written */
	} step[SEQUENCE_STEPS_MAX];
};

struct sequences {			/* a connection goes one of these ways */
	size_t count;
	struct sequence of[SEQUENCES_MAX];
};

/*
 * States in any spelling of the filter, and its groups; * for any states; | between ways.
 * Blanks, commas, > and arrows separate. Returns false, and the reason in @message.
 */
bool sequences_parse(struct sequences *all, const char *text, char *message, size_t size);

/* A state that a connection was in. */
struct sequence_state {
	uint8_t state;
	bool may_miss;			/* a sequence need not have it */
};

struct sequence_match {
	bool whole;			/* it went this way, to the end */
	bool so_far;			/* it went this way, and may go on */
	size_t steps, states;		/* as many are the same */
	int step_of[SEQUENCE_STEPS_MAX];	/* of each of these states; -1: none */
};

/* @count is at most SEQUENCE_STEPS_MAX. */
void sequence_compare(const struct sequence *s, const struct sequence_state *states,
		      size_t count, struct sequence_match *match);

/* Returns the sequence that fits it best. */
const struct sequence *sequences_compare(const struct sequences *all,
					 const struct sequence_state *states, size_t count,
					 struct sequence_match *match);

#endif
