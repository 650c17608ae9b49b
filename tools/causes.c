// SPDX-License-Identifier: GPL-2.0
/* Why transitions happened and why connections failed, as parts of a page. */
#include "causes.h"
#include "connection.h"
#include "explain.h"
#include "ladder.h"
#include "names.h"
#include "page.h"

#include <stdlib.h>

/* A kind of failure: its cause, but a refused connection is a kind of its own. */
enum { KIND_REFUSED = TCPFSM_NR_CAUSES, KINDS };

static struct kind {
	uint64_t connections;
	char *ladder;			/* of the first one; NULL: there is none, or see @other */
	uint64_t number;		/* of the ladder's connection */
	struct kind *other;		/* that of the other end, whose ladder is the same */
} kinds[KINDS];

static uint64_t causes[TCPFSM_NR_CAUSES];	/* of transitions */

static unsigned int kind_of(const struct connection *c)
{
	const struct transition *last = &c->transition[c->transitions - 1];

	if (last->old_state == TCPFSM_SYN_SENT && last->cause == TCPFSM_CAUSE_RCV_RST)
		return KIND_REFUSED;
	return last->cause < TCPFSM_NR_CAUSES ? last->cause : 0;
}

static const char *kind_name(unsigned int kind)
{
	if (kind == KIND_REFUSED)
		return EXPLAIN_REFUSED_WORD;
	return kind ? cause_names.name[kind] : "no cause";
}

static bool has_failed(const struct connection *c)
{
	return connection_failed(c) && !connection_is_listener(c);
}

void causes_add(const struct connection *c)
{
	for (int i = 0; i < c->transitions; i++) {
		if (c->transition[i].cause < TCPFSM_NR_CAUSES)
			causes[c->transition[i].cause]++;
	}
	if (has_failed(c))
		kinds[kind_of(c)].connections++;
}

/* One ladder shows the kinds of both ends. */
void causes_draw(const struct connection *c, uint64_t number, uint64_t lost_ns)
{
	const struct connection *end[2] = { c, c->twin };
	struct kind *first = NULL;

	for (int i = 0; i < 2; i++) {
		struct kind *kind = end[i] && has_failed(end[i]) ? &kinds[kind_of(end[i])] : NULL;

		if (!kind || kind->ladder || kind->other)
			continue;
		if (first)
			kind->other = first;
		else
			kind->ladder = ladder_svg_figure(c, lost_ns);
		kind->number = number;
		first = kind;
	}
}

static int by_connections(const void *a, const void *b)
{
	const unsigned int one = *(const unsigned int *)a, other = *(const unsigned int *)b;

	if (kinds[one].connections != kinds[other].connections)
		return kinds[one].connections < kinds[other].connections ? 1 : -1;
	return one < other ? -1 : 1;
}

/* The kinds of failure that were seen, the commonest first; returns their number. */
static size_t failures(unsigned int list[KINDS])
{
	size_t count = 0;

	for (unsigned int i = 0; i < KINDS; i++) {
		if (kinds[i].connections)
			list[count++] = i;
	}
	qsort(list, count, sizeof(*list), by_connections);
	return count;
}

/* @ladder: the kind whose ladder shows it, or NULL. */
static void put_row(FILE *to, unsigned int kind, uint64_t n, const struct kind *ladder)
{
	unsigned int cause = kind == KIND_REFUSED ? EXPLAIN_REFUSED : kind;
	char count[PAGE_COUNT_MAX];

	page_count(count, n);
	fputs("<tr><th scope=\"row\">", to);
	if (ladder)
		fprintf(to, "<a href=\"#failure-%td\">%s</a>", ladder - kinds, kind_name(kind));
	else
		fputs(kind_name(kind), to);
	fprintf(to, "</th><td class=\"n\">%s</td><td class=\"text\">", count);
	page_text(to, explain_what(cause) ? explain_what(cause) : "The record has no cause.");
	fputs("</td><td class=\"text\">", to);
	page_text(to, explain_next(cause) ? explain_next(cause) : "");
	fputs("</td></tr>\n", to);
}

static void begin_table(FILE *to, const char *what, const char *counted)
{
	fprintf(to, "<table class=\"causes\">\n<thead><tr><th scope=\"col\">%s</th>"
		"<th scope=\"col\" class=\"n\">%s</th><th scope=\"col\">What happened</th>"
		"<th scope=\"col\">What to look at next</th></tr></thead>\n<tbody>\n", what,
		counted);
}

void causes_table(FILE *to)
{
	unsigned int list[KINDS];
	size_t count = failures(list);

	if (!count)
		fputs("<p>No connection failed or was reset.</p>\n", to);
	else
		begin_table(to, "Failed or reset by", "Connections");
	for (size_t i = 0; i < count; i++) {
		const struct kind *kind = &kinds[list[i]];

		put_row(to, list[i], kind->connections, kind->ladder ? kind : kind->other);
	}
	if (count)
		fputs("</tbody></table>\n", to);
	fputs("<details><summary>Causes of all transitions</summary>\n", to);
	begin_table(to, "Cause", "Transitions");
	for (unsigned int i = 0; i < TCPFSM_NR_CAUSES; i++) {
		if (causes[i])
			put_row(to, i, causes[i], NULL);
	}
	fputs("</tbody></table></details>\n", to);
}

bool causes_drew(uint64_t number)
{
	for (unsigned int i = 0; i < KINDS; i++) {
		if (kinds[i].ladder && kinds[i].number == number)
			return true;
	}
	return false;
}

void causes_ladders(FILE *to, void (*put_also)(FILE *to, uint64_t number))
{
	unsigned int list[KINDS];
	size_t count = failures(list);

	for (size_t i = 0; i < count; i++) {
		struct kind *kind = &kinds[list[i]];

		if (!kind->ladder)
			continue;
		fprintf(to, "<figure id=\"failure-%u\"><figcaption>Failed or reset: %s", list[i],
			kind_name(list[i]));
		for (unsigned int other = 0; other < KINDS; other++) {
			if (kinds[other].other == kind)
				fprintf(to, " and %s", kind_name(other));
		}
		fputs(" <span>the first such connection</span>", to);
		put_also(to, kind->number);
		fprintf(to, "</figcaption>\n%s</figure>\n", kind->ladder);
		free(kind->ladder);
	}
}
