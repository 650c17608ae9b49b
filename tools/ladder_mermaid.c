// SPDX-License-Identifier: GPL-2.0
/* A ladder as a sequence diagram of mermaid (https://mermaid.js.org). */
#include "ladder_say.h"

#include <stdlib.h>
#include <string.h>

static const char side_name[2] = { 'L', 'R' };
static const char *const side_place[2] = { "left of L", "right of R" };

/* A character that mermaid might take for syntax becomes its number, "#59;". */
static void put_text(FILE *to, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789 ./:[]_+-,()";

	for (; *text; text++) {
		if (*text == '\n')
			fputs("<br/>", to);
		else if (strchr(plain, *text))
			putc(*text, to);
		else
			fprintf(to, "#%d;", *text);
	}
}

static void put_participant(const struct ladder *l, enum ladder_side side, FILE *to)
{
	char netns[LADDER_NAME_MAX], owner[LADDER_NAME_MAX], endpoint[LADDER_NAME_MAX];

	ladder_netns(l, side, netns);
	ladder_owner(l, side, owner);
	ladder_endpoint(l, side, endpoint);
	fprintf(to, "    participant %c as ", side_name[side]);
	put_text(to, netns);
	fputs(*netns ? "<br/>" : "", to);
	put_text(to, owner);
	fputs(*owner ? "<br/>" : "", to);
	put_text(to, endpoint);
	putc('\n', to);
}

/* Two texts, one below the other; @second may be empty. The caller ends the line. */
static void put_note(enum ladder_side side, const char *first, const char *second,
		     FILE *to)
{
	fprintf(to, "    Note %s: ", side_place[side]);
	put_text(to, first);
	fputs(*second ? "<br/>" : "", to);
	put_text(to, second);
}

static void put_event(const struct ladder *l, enum ladder_side side,
		      const struct transition *t, FILE *to)
{
	char remark[LADDER_REMARKS_MAX][LADDER_TEXT_MAX];
	char state[LADDER_TEXT_MAX], when[LADDER_TEXT_MAX];
	unsigned int remarks;

	if (!t)
		return;
	ladder_state(t->new_state, state);
	ladder_time(l, t->mono_ns, when);
	put_note(side, state, when, to);
	remarks = ladder_remarks(l, side, t, remark);
	for (unsigned int i = 0; i < remarks; i++) {
		fputs("<br/>", to);
		put_text(to, remark[i]);
	}
	putc('\n', to);
}

static void put_arrow(const struct ladder_row *row, FILE *to)
{
	const char *arrow = row->unanswered ? "-x" :
			    row->segment == SEGMENT_ICMP ? "-->>" : "->>";
	char label[LADDER_TEXT_MAX];

	ladder_label(row, label);
	fprintf(to, "    %c%s%c: ", side_name[row->from], arrow, side_name[!row->from]);
	put_text(to, label);
	putc('\n', to);
}

static void put_row(const struct ladder *l, const struct ladder_row *row, FILE *to)
{
	enum ladder_side first = row->from;

	for (int side = LEFT; side <= RIGHT; side++) {
		if (row->missing[side]) {
			put_note(side, "... records are missing", "", to);
			putc('\n', to);
		}
	}
	/* The state from which a segment is sent stands above it. */
	put_event(l, first, row->event[first], to);
	if (row->segment)
		put_arrow(row, to);
	put_event(l, !first, row->event[!first], to);
}

static void put_ids(const struct ladder *l, FILE *to)
{
	const char *separator = "%% connection ";

	for (int side = LEFT; side <= RIGHT; side++) {
		const struct connection *c = l->end[side];

		if (!c)
			continue;
		fprintf(to, "%s%llx", separator, (unsigned long long)c->now.id);
		separator = " ";
	}
	putc('\n', to);
}

static void put_first(const struct ladder *l, FILE *to)
{
	for (int side = LEFT; side <= RIGHT; side++) {
		const struct connection *c = l->end[side];
		char state[LADDER_TEXT_MAX];

		if (!c)
			continue;
		ladder_state(c->transition[0].old_state, state);
		if (c->whole_begin)
			put_note(side, state, "", to);
		else
			put_note(side, "...", state, to);
		putc('\n', to);
	}
}

static void put_summary(const struct ladder *l, FILE *to)
{
	char *summary = ladder_summary(l);
	char *end = strrchr(summary, '\n');

	if (end)
		*end = '\0';
	fputs("    Note over L,R: ", to);
	put_text(to, summary);
	putc('\n', to);
	free(summary);
}

void ladder_mermaid(const struct ladder *l, FILE *to)
{
	put_ids(l, to);
	fputs("sequenceDiagram\n", to);
	put_participant(l, LEFT, to);
	put_participant(l, RIGHT, to);
	put_first(l, to);
	for (unsigned int i = 0; i < l->rows; i++)
		put_row(l, &l->row[i], to);
	for (int side = LEFT; side <= RIGHT; side++) {
		char still[LADDER_TEXT_MAX];

		ladder_still(l, side, still);
		if (!*still)
			continue;
		put_note(side, still, "", to);
		putc('\n', to);
	}
	put_summary(l, to);
}
