// SPDX-License-Identifier: GPL-2.0
/* The states that connections shall go through. */
#include "sequence.h"
#include "filter_words.h"
#include "names.h"

#include <stdio.h>
#include <string.h>

#include "tcpfsm.h"

#define ELLIPSIS "\342\200\246"			/* … */
#define ARROW "\342\206\222"			/* → */

static bool starts_with(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool is_blank(char c)
{
	return c && strchr(" \t\n", c);
}

/* The bytes of a sign between two states; 0: there is none. */
static size_t sign_length(const char *at)
{
	if (*at && strchr(",>|", *at))
		return 1;
	if (starts_with(at, "->"))
		return 2;
	return starts_with(at, ARROW) ? strlen(ARROW) : 0;
}

/* The next word; a sign is one. False at the end. */
static bool next_word(const char **text, const char **word, size_t *length)
{
	while (is_blank(**text))
		(*text)++;
	*word = *text;
	*text += sign_length(*text);
	if (*text == *word)
		while (**text && !is_blank(**text) && !sign_length(*text))
			(*text)++;
	*length = *text - *word;
	return *length;
}

static bool is_any(const char *word)
{
	return !strcmp(word, "*") || !strcmp(word, "...") || !strcmp(word, ELLIPSIS);
}

static bool is_one_state(uint32_t states)
{
	return states && !(states & (states - 1));
}

static bool add_step(struct sequence *s, const char *from, size_t length, char *message,
		     size_t size)
{
	struct sequence_step *step = &s->step[s->count];
	char word[FILTER_TEXT_MAX];

	snprintf(word, sizeof(word), "%.*s", (int)length, from);
	if (s->count == SEQUENCE_STEPS_MAX) {
		snprintf(message, size, "more than %d states", SEQUENCE_STEPS_MAX);
		return false;
	}
	s->count++;
	step->states = is_any(word) ? 0 : filter_states_named(word);
	if (!step->states && !is_any(word)) {
		snprintf(message, size, "'%s': " FILTER_NOT_A_STATE, word);
		return false;
	}
	snprintf(step->word, sizeof(step->word), "%s", step->states ? word : "*");
	if (is_one_state(step->states))
		*put_state(step->word, __builtin_ctz(step->states)) = '\0';
	return true;
}

bool sequences_parse(struct sequences *all, const char *text, char *message, size_t size)
{
	struct sequence *s = &all->of[0];
	bool needs_state = true;
	const char *word;
	size_t length;

	*all = (struct sequences){ .count = 1 };
	while (next_word(&text, &word, &length)) {
		if (!sign_length(word)) {
			if (!add_step(s, word, length, message, size))
				return false;
			needs_state = false;
			continue;
		}
		if (needs_state)
			break;
		needs_state = true;
		if (*word != '|')
			continue;
		if (all->count == SEQUENCES_MAX) {
			snprintf(message, size, "more than %d ways", SEQUENCES_MAX);
			return false;
		}
		s = &all->of[all->count++];
	}
	if (needs_state)
		snprintf(message, size, "a state is missing");
	return !needs_state;
}

static bool takes(const struct sequence_step *step, uint8_t state)
{
	return state < 32 && step->states >> state & 1;
}

/*
 * reach[i][j]: the first i steps are the first j states. A path is found backwards: each
 * place that was reached has a neighbour before it that was.
 */
typedef bool reach_table[SEQUENCE_STEPS_MAX + 1][SEQUENCE_STEPS_MAX + 1];

enum move { UNREACHED, STEP, NO_STATE, STATE_OF_ANY, MISSED };

/* How @i, @j is reached. */
static enum move move_to(const struct sequence *s, const struct sequence_state *states,
			 reach_table reach, size_t i, size_t j)
{
	const struct sequence_step *step = i ? &s->step[i - 1] : NULL;

	if (i && j && takes(step, states[j - 1].state) && reach[i - 1][j - 1])
		return STEP;
	if (i && !step->states && reach[i - 1][j])
		return NO_STATE;
	if (i && j && !step->states && reach[i][j - 1])
		return STATE_OF_ANY;
	if (j && states[j - 1].may_miss && reach[i][j - 1])
		return MISSED;
	return UNREACHED;
}

static void fill_in(const struct sequence *s, const struct sequence_state *states,
		    reach_table reach, struct sequence_match *match)
{
	size_t i = match->steps, j = match->states;

	while (i || j) {
		switch (move_to(s, states, reach, i, j)) {
		case STEP:
			match->step_of[--j] = --i;
			break;
		case NO_STATE:
			i--;
			break;
		case STATE_OF_ANY:
			match->step_of[--j] = i - 1;
			break;
		case MISSED:
			match->step_of[--j] = -1;
			break;
		case UNREACHED:
			return;
		}
	}
}

void sequence_compare(const struct sequence *s, const struct sequence_state *states,
		      size_t count, struct sequence_match *match)
{
	reach_table reach = { 0 };

	*match = (struct sequence_match){ 0 };
	reach[0][0] = true;
	for (size_t j = 0; j <= count; j++) {
		for (size_t i = 0; i <= s->count; i++) {
			if (i || j)
				reach[i][j] = move_to(s, states, reach, i, j) != UNREACHED;
			if (!reach[i][j])
				continue;
			match->steps = i;
			match->states = j;
		}
	}
	match->whole = reach[s->count][count];
	match->so_far = match->states == count;
	fill_in(s, states, reach, match);
}

const struct sequence *sequences_compare(const struct sequences *all,
					 const struct sequence_state *states, size_t count,
					 struct sequence_match *match)
{
	const struct sequence *best = NULL;

	for (size_t i = 0; i < all->count; i++) {
		struct sequence_match other;

		sequence_compare(&all->of[i], states, count, &other);
		if (best && (match->whole || (!other.whole && other.states <= match->states)))
			continue;
		best = &all->of[i];
		*match = other;
	}
	return best;
}
