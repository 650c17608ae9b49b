// SPDX-License-Identifier: GPL-2.0
/* Ways that a connection shall go, and ways that it went. */
#include "sequence.h"

#include <stdio.h>
#include <string.h>

#include "tcpfsm.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *const state_names[] = TCPFSM_STATE_NAMES;
static unsigned int passed, failed;

static void check(bool ok, const char *text, const char *went)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL sequence: '%s' and '%s'\n", text, went);
}

/* Words of the reader's own spelling; one in brackets may be missed. */
static size_t states_of(const char *text, struct sequence_state states[SEQUENCE_STEPS_MAX])
{
	char copy[512], *rest = copy, *word;
	size_t count = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " "))) {
		bool may_miss = *word == '[';

		word += may_miss;
		word[strcspn(word, "]")] = '\0';
		for (unsigned int i = 1; i < TCPFSM_NR_STATES; i++) {
			if (!strcmp(word, state_names[i]))
				states[count++] = (struct sequence_state){ i, may_miss };
		}
	}
	return count;
}

static void test_ways(void)
{
	enum { WHOLE, SO_FAR, DIFFERS };
	static const struct {
		const char *text, *went;
		int result;
		size_t steps, states;	/* that are the same, unless it is WHOLE */
	} rows[] = {
		{ "CLOSED SYN_SENT", "CLOSED SYN_SENT", WHOLE, 2, 2 },
		{ "CLOSED SYN_SENT", "CLOSED", SO_FAR, 1, 1 },
		{ "CLOSED SYN_SENT", "CLOSED SYN_SENT ESTABLISHED", DIFFERS, 2, 2 },
		{ "CLOSED SYN_SENT", "LISTEN SYN_RCVD", DIFFERS, 0, 0 },
		{ "CLOSED SYN_SENT ESTABLISHED", "CLOSED SYN_SENT CLOSED", DIFFERS, 2, 2 },
		/* Spellings and separators. */
		{ "close syn-sent TCP_ESTABLISHED", "CLOSED SYN_SENT ESTABLISHED", WHOLE, 3, 3 },
		{ "unconn>SynSent->estab", "CLOSED SYN_SENT ESTABLISHED", WHOLE, 3, 3 },
		{ "CLOSED\xe2\x86\x92SYN_SENT , ESTABLISHED", "CLOSED SYN_SENT ESTABLISHED", WHOLE, 3, 3 },
		{ "listen SYN_RECV estab", "LISTEN SYN_RCVD ESTABLISHED", WHOLE, 3, 3 },
		{ "big SYN_SENT connected", "CLOSED SYN_SENT ESTABLISHED", WHOLE, 3, 3 },
		{ "big SYN_SENT connected", "CLOSED SYN_SENT CLOSED", DIFFERS, 2, 2 },
		/* Any states. */
		{ "*", "CLOSED SYN_SENT", WHOLE, 1, 2 },
		{ "CLOSED ...", "CLOSED", WHOLE, 2, 1 },
		{ "CLOSED \xe2\x80\xa6", "CLOSED SYN_SENT", WHOLE, 2, 2 },
		{ "CLOSED * TIME_WAIT", "CLOSED SYN_SENT ESTABLISHED", SO_FAR, 2, 3 },
		{ "CLOSED * TIME_WAIT", "CLOSED TIME_WAIT", WHOLE, 3, 2 },
		{ "* CLOSED", "CLOSED SYN_SENT CLOSED", WHOLE, 2, 3 },
		{ "* * CLOSED *", "CLOSED SYN_SENT CLOSED", WHOLE, 4, 3 },
		{ "* ESTABLISHED CLOSED", "CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1", SO_FAR, 1, 4 },
		/* States that need not be there. */
		{ "FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT", "FIN_WAIT_1 [FIN_WAIT_2] TIME_WAIT", WHOLE, 3, 3 },
		{ "FIN_WAIT_1 TIME_WAIT", "FIN_WAIT_1 [FIN_WAIT_2] TIME_WAIT", WHOLE, 2, 3 },
		{ "FIN_WAIT_1 TIME_WAIT", "FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT", DIFFERS, 1, 1 },
		{ "FIN_WAIT_1 TIME_WAIT", "FIN_WAIT_1 TIME_WAIT [CLOSED]", WHOLE, 2, 3 },
		{ "TIME_WAIT CLOSED", "TIME_WAIT", SO_FAR, 1, 1 },
		{ "TIME_WAIT CLOSED", "TIME_WAIT [CLOSED]", WHOLE, 2, 2 },
		/* One of several ways: the one that fits best. */
		{ "CLOSED SYN_SENT|LISTEN SYN_RCVD", "LISTEN SYN_RCVD", WHOLE, 2, 2 },
		{ "CLOSED SYN_SENT | LISTEN SYN_RCVD", "LISTEN", SO_FAR, 1, 1 },
		{ "CLOSED | LISTEN SYN_RCVD | CLOSED SYN_SENT", "CLOSED SYN_SENT", WHOLE, 2, 2 },
		{ "CLOSED SYN_SENT|CLOSED *", "CLOSED SYN_SENT ESTABLISHED", WHOLE, 2, 3 },
		{ "LISTEN | CLOSED SYN_SENT CLOSED", "CLOSED SYN_SENT ESTABLISHED", DIFFERS, 2, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sequence_state states[SEQUENCE_STEPS_MAX];
		size_t count = states_of(rows[i].went, states);
		struct sequence_match match;
		struct sequences all;
		char message[160];
		bool ok = sequences_parse(&all, rows[i].text, message, sizeof(message));

		check(ok, rows[i].text, message);
		if (!ok)
			continue;
		sequences_compare(&all, states, count, &match);
		check(match.whole == (rows[i].result == WHOLE) &&
		      (match.whole || match.so_far == (rows[i].result == SO_FAR)) &&
		      match.steps == rows[i].steps && match.states == rows[i].states,
		      rows[i].text, rows[i].went);
	}
}

/* Which step each state is. */
static void test_steps(void)
{
	static const char text[] = "CLOSED * FIN_WAIT_1 TIME_WAIT";
	static const char went[] = "CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 [FIN_WAIT_2] TIME_WAIT";
	static const int step_of[] = { 0, 1, 1, 2, -1, 3 };
	struct sequence_state states[SEQUENCE_STEPS_MAX];
	size_t count = states_of(went, states);
	struct sequence_match match;
	struct sequences all;
	char message[160];

	check(sequences_parse(&all, text, message, sizeof(message)), text, message);
	sequences_compare(&all, states, count, &match);
	check(match.whole && !memcmp(match.step_of, step_of, sizeof(step_of)), text, went);
}

static void test_errors(void)
{
	char many[SEQUENCE_STEPS_MAX * 7 + 8] = "";
	const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "a state is missing" },
		{ " , ", "a state is missing" },
		{ "|", "a state is missing" },
		{ "CLOSED |", "a state is missing" },
		{ "CLOSED || LISTEN", "a state is missing" },
		{ "CLOSED >", "a state is missing" },
		{ "-> CLOSED", "a state is missing" },
		{ "CLOSED, , LISTEN", "a state is missing" },
		{ "CLOSED > | LISTEN", "a state is missing" },
		{ "CLOSED FIN_WAIT", "'FIN_WAIT': not a state" },
		{ "CLOSED*", "'CLOSED*': not a state" },
		{ "CLOSED|CLOSED|CLOSED|CLOSED|CLOSED|CLOSED|CLOSED|CLOSED|CLOSED",
		  "more than 8 ways" },
		{ many, "more than 63 states" },
	};

	for (size_t i = 0; i <= SEQUENCE_STEPS_MAX; i++)
		strcat(many, "LISTEN ");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sequences all;
		char message[160] = "";

		check(!sequences_parse(&all, rows[i].text, message, sizeof(message)) &&
		      !strcmp(message, rows[i].message), rows[i].text, message);
	}
}

int main(void)
{
	test_ways();
	test_steps();
	test_errors();
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
