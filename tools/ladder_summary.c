// SPDX-License-Identifier: GPL-2.0
/* What a ladder shows, in a sentence or two. */
#include "explain.h"
#include "ladder_say.h"

#include <err.h>
#include <string.h>

static const struct connection *known_end(const struct ladder *l)
{
	return l->end[LEFT] ? l->end[LEFT] : l->end[RIGHT];
}

/* As short as it can be without being the name of the other end, too. */
static void who(const struct ladder *l, enum ladder_side side, char name[LADDER_NAME_MAX])
{
	char other[LADDER_NAME_MAX];
	size_t comm, other_comm;

	ladder_owner(l, side, name);
	ladder_owner(l, !side, other);
	if (!*name || !strcmp(name, other)) {
		ladder_endpoint(l, side, name);
		return;
	}
	comm = strrchr(name, '/') - name;
	other_comm = *other ? strrchr(other, '/') - other : 0;
	if (comm && (comm != other_comm || memcmp(name, other, comm)))
		name[comm] = '\0';
}

static const struct transition *find(const struct connection *c, uint8_t new_state)
{
	for (unsigned int i = 0; c && i < c->transitions; i++) {
		if (c->transition[i].new_state == new_state)
			return &c->transition[i];
	}
	return NULL;
}

static bool was_open(const struct connection *c)
{
	return find(c, TCPFSM_ESTABLISHED) || find(c, TCPFSM_FIN_WAIT_1) ||
	       find(c, TCPFSM_CLOSE_WAIT);
}

static unsigned int count_segments(const struct ladder *l, enum ladder_segment first,
				   enum ladder_segment last)
{
	unsigned int n = 0;

	for (unsigned int i = first; i <= last; i++)
		n += l->arrow[LEFT][i] ? 1 : 0;
	for (unsigned int i = first; i <= last; i++)
		n += l->arrow[RIGHT][i] ? 1 : 0;
	return n;
}

static void say_unopened(const struct ladder *l, enum ladder_side side, FILE *to)
{
	const struct connection *c = l->end[side];
	const struct transition *t = &c->transition[c->transitions - 1];
	bool client = l->arrow[side][SEGMENT_SYN];
	const struct ladder_row *row =
		l->arrow[side][client ? SEGMENT_SYN : SEGMENT_SYN_ACK];
	const char *what = client ? "SYN" : "SYN+ACK";
	char name[LADDER_NAME_MAX], peer[LADDER_NAME_MAX], cause[LADDER_TEXT_MAX];

	who(l, side, name);
	who(l, !side, peer);
	ladder_cause(t->cause, cause);
	if (t->new_state != TCPFSM_CLOSED)
		fprintf(to, "not opened yet: the %s of %s is not answered", what, name);
	else if (t->cause == TCPFSM_CAUSE_RCV_RST && client)
		fprintf(to, "not opened: %s refused the SYN of %s", peer, name);
	else if (t->cause == TCPFSM_CAUSE_RCV_RST)
		fprintf(to, "not opened: reset by %s", peer);
	else if (t->cause == TCPFSM_CAUSE_ICMP)
		fprintf(to, "not opened: an ICMP error answered the %s of %s",
			what, name);
	else if (row && row->unanswered && row->again)
		fprintf(to, "not opened: %s sent its %s %llu times, and nothing answered",
			name, what, row->again + 1ull);
	else if (row && row->unanswered)
		fprintf(to, "not opened: nothing answered the %s of %s", what, name);
	else
		fprintf(to, "not opened: ended by %s (%s)", name, cause);
}

static void say_opening(const struct ladder *l, FILE *to)
{
	bool left = l->arrow[LEFT][SEGMENT_SYN];
	bool right = l->arrow[RIGHT][SEGMENT_SYN];
	unsigned int segments = count_segments(l, SEGMENT_SYN, SEGMENT_ACK_OF_SYN);
	bool opened = was_open(l->end[LEFT]) || was_open(l->end[RIGHT]);
	const struct transition *t = find(l->end[RIGHT], TCPFSM_ESTABLISHED);
	const struct connection *c = known_end(l);
	char name[LADDER_NAME_MAX];

	if (!opened && (left || right)) {
		say_unopened(l, l->end[LEFT] ? LEFT : RIGHT, to);
		return;
	}
	if (!segments) {
		if (!opened && c->whole_begin)
			fputs("not opened: no SYN was sent", to);
		else if (c->transition[0].flags & TCPFSM_F_PREEXISTING)
			fputs("opened before the module was loaded", to);
		else if (!c->whole_begin)
			fputs("opened before the first record", to);
		else
			fputs("opened without a segment", to);	/* TCP_REPAIR */
		return;
	}
	who(l, left ? LEFT : RIGHT, name);
	if (left && right)
		fputs("opened by both ends at once (simultaneous open)", to);
	else if (left || right)
		fprintf(to, "opened by %s", name);
	else
		fputs("opened", to);
	if (segments >= 3)
		fprintf(to, " in %u segments", segments);
	if (t && t->flags & TCPFSM_F_SYNCOOKIE)
		fputs(" with a SYN cookie", to);
	if (left && l->arrow[LEFT][SEGMENT_SYN]->data)
		fputs(" with TCP Fast Open", to);
}

static bool has_ended(const struct connection *c)
{
	return c && c->ended_ns;
}

static void say_one_fin(const struct ladder *l, enum ladder_side from, FILE *to)
{
	bool acked = l->arrow[!from][SEGMENT_ACK_OF_FIN];
	char name[LADDER_NAME_MAX], other[LADDER_NAME_MAX];

	who(l, from, name);
	who(l, !from, other);
	if (!acked)
		fprintf(to, "; %s sent its FIN", name);
	else
		fprintf(to, "; half-closed by %s", name);
	if (has_ended(l->end[from]))
		fprintf(to, ", and no %s came from %s", acked ? "FIN" : "ACK", other);
}

static bool lacks_records(const struct connection *c)
{
	return c && (c->gap || c->cut);
}

/* "; closed first by curl, in 3 segments" */
static void say_fins(const struct ladder *l, FILE *to)
{
	const struct ladder_row *left = l->arrow[LEFT][SEGMENT_FIN];
	const struct ladder_row *right = l->arrow[RIGHT][SEGMENT_FIN];
	unsigned int segments = count_segments(l, SEGMENT_FIN, SEGMENT_ACK_OF_FIN);
	char name[LADDER_NAME_MAX];

	if (!left || !right) {
		say_one_fin(l, left ? LEFT : RIGHT, to);
		return;
	}
	who(l, left < right ? LEFT : RIGHT, name);
	if (find(l->end[LEFT], TCPFSM_CLOSING) || find(l->end[RIGHT], TCPFSM_CLOSING))
		fputs("; closed by both ends at once (simultaneous close)", to);
	else
		fprintf(to, "; closed first by %s", name);
	if ((left->with_ack || l->arrow[LEFT][SEGMENT_ACK_OF_FIN]) &&
	    (right->with_ack || l->arrow[RIGHT][SEGMENT_ACK_OF_FIN]))
		fprintf(to, ", in %u%s segments", segments,
			l->maybe_with_ack ? " or 4" : "");
}

static void say_reset(const struct ladder *l, enum ladder_side from, FILE *to)
{
	const struct ladder_row *row = l->arrow[from][SEGMENT_RST];
	const struct transition *t = row->event[from];
	char name[LADDER_NAME_MAX], state[LADDER_TEXT_MAX];

	who(l, from, name);
	fprintf(to, "; reset by %s", name);
	if (!t)
		t = find(l->end[from], TCPFSM_CLOSED);
	if (!t)
		return;
	ladder_state(t->old_state, state);
	fprintf(to, " in %s", state);
}

/* The process ended its use of the connection. */
static bool is_by_process(uint8_t cause)
{
	return cause == TCPFSM_CAUSE_CLOSE || cause == TCPFSM_CAUSE_SHUTDOWN ||
	       cause == TCPFSM_CAUSE_EXIT;
}

/* The first sentence of what explain says about each cause that is not orderly. */
static void say_end(const struct ladder *l, FILE *to)
{
	for (int side = LEFT; side <= RIGHT; side++) {
		const struct transition *t = find(l->end[side], TCPFSM_CLOSED);
		char name[LADDER_NAME_MAX], word[LADDER_TEXT_MAX];

		const char *what, *end;

		if (!t || ladder_is_plain(t->cause) || is_by_process(t->cause) ||
		    t->cause == TCPFSM_CAUSE_RCV_RST)
			continue;
		who(l, side, name);
		ladder_cause(t->cause, word);
		what = explain_what(t->cause);
		if (!what)
			what = "This reader does not know the cause.";
		end = strstr(what, ". ");
		fprintf(to, "%s at %s: %.*s\n", word, name,
			end ? (int)(end + 1 - what) : (int)strlen(what), what);
	}
}

static void say_still(const struct ladder *l, enum ladder_side side, FILE *to)
{
	char still[LADDER_TEXT_MAX], name[LADDER_NAME_MAX];

	ladder_still(l, side, still);
	who(l, side, name);
	if (*still)
		fprintf(to, "; %s %s%s", name, *still == 's' ? "is " : "was ", still);
}

char *ladder_summary(const struct ladder *l)
{
	bool opened = was_open(l->end[LEFT]) || was_open(l->end[RIGHT]) ||
		      !known_end(l)->whole_begin;
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		err(1, NULL);
	say_opening(l, to);
	if (lacks_records(l->end[LEFT]) || lacks_records(l->end[RIGHT]))
		fputs("; records are missing", to);
	else if (l->arrow[LEFT][SEGMENT_FIN] || l->arrow[RIGHT][SEGMENT_FIN])
		say_fins(l, to);
	for (int side = LEFT; side <= RIGHT; side++) {
		if (opened && l->arrow[side][SEGMENT_RST])
			say_reset(l, side, to);
	}
	for (int side = LEFT; side <= RIGHT; side++)
		say_still(l, side, to);
	putc('\n', to);
	say_end(l, to);
	if (fclose(to))
		err(1, NULL);
	return text;
}
