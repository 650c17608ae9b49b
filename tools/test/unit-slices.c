// SPDX-License-Identifier: GPL-2.0
/* The slices of connections: whole, alive, older than the records, with missing records. */
#include "slices.h"
#include "names.h"

#include <stdio.h>
#include <string.h>

#define MS UINT64_C(1000000)

static unsigned int passed, failed;

/* "STATE 1-4 " for each slice, in milliseconds; with marks of what it lacks. */
static void spell(const struct connection *c, uint64_t now_ns, char *to, size_t size)
{
	struct slice slice[SLICES_MAX];
	size_t count = connection_slices(c, now_ns, slice), length = 0;
	uint64_t end_ns = 0;

	*to = '\0';
	for (size_t i = 0; i < count; i++) {
		const struct slice *s = &slice[i];

		length += snprintf(to + length, size - length, "%s%s%s %d-%d%s%s%s",
				   i ? ", " : "", s->least ? ">=" : "",
				   state_names.name[s->state], (int)(s->begin_ns / MS),
				   (int)(s->end_ns / MS), s->missing ? "?" : "",
				   s->open ? "..." : "",
				   s->begin_ns < end_ns || s->end_ns < s->begin_ns ? " BAD" : "");
		end_ns = s->end_ns;
	}
}

static void is(const char *what, const struct transition *t, size_t count, uint64_t now_ms,
	       const char *expected)
{
	struct connection c = { .transition = (struct transition *)t, .transitions = count };
	char got[1024];

	spell(&c, now_ms * MS, got, sizeof(got));
	if (!strcmp(got, expected)) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL slices: %s: expected '%s', got '%s'\n", what, expected, got);
}

#define AT(ms, old, new, ...) {						\
	.mono_ns = (ms) * MS, .old_state = TCPFSM_##old, .new_state = TCPFSM_##new, __VA_ARGS__ }
#define FOR(ms) .has_dwell = true, .dwell_ns = (ms) * MS
#define IS(what, now, expected, ...)					\
	do {								\
		const struct transition t[] = { __VA_ARGS__ };		\
		is(what, t, sizeof(t) / sizeof(t[0]), now, expected);	\
	} while (0)

int main(void)
{
	IS("a whole connection", 0,
	   "SYN_SENT 1-2, ESTABLISHED 2-5, FIN_WAIT_1 5-6, FIN_WAIT_2 6-6, TIME_WAIT 6-60",
	   AT(1, CLOSED, SYN_SENT), AT(2, SYN_SENT, ESTABLISHED, FOR(1)),
	   AT(5, ESTABLISHED, FIN_WAIT_1, FOR(3)), AT(6, FIN_WAIT_1, FIN_WAIT_2, FOR(1)),
	   AT(6, FIN_WAIT_2, TIME_WAIT, FOR(0)), AT(60, TIME_WAIT, CLOSED, FOR(54)));
	IS("a child of a listener has no LISTEN", 0, "SYN_RCVD 1-2",
	   AT(1, LISTEN, SYN_RCVD), AT(2, SYN_RCVD, CLOSED, FOR(1)));
	IS("one that is alive", 9, "SYN_SENT 1-2, ESTABLISHED 2-9...",
	   AT(1, CLOSED, SYN_SENT), AT(2, SYN_SENT, ESTABLISHED, FOR(1)));
	IS("one that is alive, by a clock that is behind", 1, "SYN_SENT 2-2...",
	   AT(2, CLOSED, SYN_SENT));
	IS("one whose end was not recorded", 0, "SYN_SENT 1-2, ESTABLISHED 2-2?",
	   AT(1, CLOSED, SYN_SENT), AT(2, SYN_SENT, ESTABLISHED, FOR(1)));
	IS("one that is older than the first record", 0, "ESTABLISHED 3-7, CLOSE_WAIT 7-8",
	   AT(7, ESTABLISHED, CLOSE_WAIT, FOR(4)), AT(8, CLOSE_WAIT, CLOSED, FOR(1)));
	IS("one that is older than the module", 0, ">=ESTABLISHED 3-7",
	   AT(7, ESTABLISHED, CLOSED, FOR(4), .flags = TCPFSM_F_DWELL_MIN));
	IS("a first record without a dwell", 0, "",
	   AT(7, ESTABLISHED, CLOSED));
	IS("a dwell that begins before the clock", 0, "",
	   AT(7, ESTABLISHED, CLOSED, FOR(8)));
	IS("missing records: the state before ends where the next is known to begin", 0,
	   "SYN_SENT 1-5?, CLOSE_WAIT 5-8",
	   AT(1, CLOSED, SYN_SENT), AT(8, CLOSE_WAIT, CLOSED, FOR(3)));
	IS("missing records without a dwell", 0, "SYN_SENT 1-8?, LAST_ACK 8-9",
	   AT(1, CLOSED, SYN_SENT), AT(8, CLOSE_WAIT, LAST_ACK), AT(9, LAST_ACK, CLOSED));
	IS("missing records, and a dwell from before the state before", 0,
	   "SYN_SENT 4-4?, CLOSE_WAIT 4-8",
	   AT(4, CLOSED, SYN_SENT), AT(8, CLOSE_WAIT, CLOSED, FOR(7)));
	IS("time that goes back", 0, "SYN_SENT 5-5, ESTABLISHED 5-5, CLOSE_WAIT 5-6",
	   AT(5, CLOSED, SYN_SENT), AT(3, SYN_SENT, ESTABLISHED),
	   AT(2, ESTABLISHED, CLOSE_WAIT), AT(6, CLOSE_WAIT, CLOSED));
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
