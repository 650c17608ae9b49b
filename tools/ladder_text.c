// SPDX-License-Identifier: GPL-2.0
/* A ladder as text. The lifelines are in the same columns in all of its lines. */
#include "colour.h"
#include "ladder_say.h"
#include "style.h"

#include <stdlib.h>
#include <string.h>

#define GUTTER 18			/* between the lifelines */
#define SIDE_LEAST 30
#define SIDE_MOST 84			/* nothing needs more */
#define OVERHANG 9			/* of a heading, over the gutter */
#define LINE_MAX_CELLS (2 * SIDE_MOST + GUTTER + 2)

/* One line, cell by cell: what does not fit into it is not printed. */
struct line {
	int width;
	char cell[LINE_MAX_CELLS];
	const char *colour[LINE_MAX_CELLS];	/* NULL: plain */
};

struct page {
	const struct ladder *l;
	FILE *to;
	bool in_colour;
	int side;			/* columns on each side of the lifelines */
	int bar[2];			/* columns of the lifelines */
	struct line line;

	/* Remarks that are still to be printed at each side. */
	char remark[2][LADDER_REMARKS_MAX][LADDER_TEXT_MAX];
	unsigned int remarks[2], said[2];
};

static void clear(struct page *p, char left, char right)
{
	memset(&p->line, 0, sizeof(p->line));
	memset(p->line.cell, ' ', sizeof(p->line.cell));
	p->line.width = 2 * p->side + GUTTER + 2;
	p->line.cell[p->bar[LEFT]] = left;
	p->line.cell[p->bar[RIGHT]] = right;
}

static void put_at(struct page *p, int at, const char *text, const char *colour)
{
	for (; *text && at < p->line.width; at++, text++) {
		if (at < 0)
			continue;
		p->line.cell[at] = *text;
		p->line.colour[at] = colour;
	}
}

/* Its last character is left of the column @end. */
static void put_before(struct page *p, int end, const char *text, const char *colour)
{
	put_at(p, end - (int)strlen(text), text, colour);
}

static void print_line(struct page *p)
{
	const char *colour = NULL;
	int width = p->line.width;

	while (width && p->line.cell[width - 1] == ' ')
		width--;
	for (int i = 0; i < width; i++) {
		if (p->in_colour && p->line.colour[i] != colour) {
			fputs(p->line.colour[i] ? p->line.colour[i] : PLAIN, p->to);
			colour = p->line.colour[i];
		}
		putc(p->line.cell[i], p->to);
	}
	if (colour)
		fputs(PLAIN, p->to);
	putc('\n', p->to);
}

/* A text beside the lifeline of @side. */
static void put_beside(struct page *p, enum ladder_side side, int distance,
		       const char *text, const char *colour)
{
	if (side == LEFT)
		put_before(p, p->bar[LEFT] - 1, text, colour);
	else
		put_at(p, p->bar[RIGHT] + distance, text, colour);
}

static bool has_remark(const struct page *p, enum ladder_side side)
{
	return p->said[side] < p->remarks[side];
}

static void put_remark(struct page *p, enum ladder_side side)
{
	char *text = p->remark[side][p->said[side]];

	if (!has_remark(p, side))
		return;
	if (strlen(text) > (size_t)p->side - 4)
		text[p->side - 4] = '\0';
	put_beside(p, side, 4, text, NULL);
	p->said[side]++;
}

static void print_remarks(struct page *p)
{
	clear(p, '|', '|');
	put_remark(p, LEFT);
	put_remark(p, RIGHT);
	print_line(p);
}

/* At the outer edge. */
static void put_time(struct page *p, enum ladder_side side, const char *text)
{
	if (side == LEFT)
		put_before(p, 11, text, NULL);
	else
		put_before(p, p->line.width, text, NULL);
}

static void put_event(struct page *p, enum ladder_side side, const struct transition *t)
{
	char text[LADDER_TEXT_MAX];

	ladder_time(p->l, t->mono_ns, text);
	put_time(p, side, text);
	ladder_state(t->new_state, text);
	put_beside(p, side, 2, text, phase_colour(t->new_state));
	p->remarks[side] = ladder_remarks(p->l, side, t, p->remark[side]);
	p->said[side] = 0;
}

/* "------- SYN ----->"; with "?" at its head if nothing answered it. */
static void put_arrow(struct page *p, const struct ladder_row *row)
{
	const char *colour = ladder_is_bad(row) ? RED : NULL;
	char shaft[GUTTER + 1], label[LADDER_TEXT_MAX], padded[LADDER_TEXT_MAX + 2];
	int at = p->bar[LEFT] + 1;
	int length;

	memset(shaft, '-', GUTTER);
	shaft[GUTTER] = '\0';
	/* An ICMP error may come from anywhere on the way. */
	if (row->segment == SEGMENT_ICMP)
		memset(shaft + (row->from == LEFT ? 0 : GUTTER / 2), ' ', GUTTER / 2);
	if (row->from == LEFT)
		shaft[GUTTER - 1] = row->unanswered ? '?' : '>';
	else
		shaft[0] = row->unanswered ? '?' : '<';
	put_at(p, at, shaft, colour);

	ladder_label(row, label);
	length = snprintf(padded, sizeof(padded), " %.*s ", GUTTER - 4, label);
	put_at(p, at + (GUTTER + 1 - (length - 2)) / 2 - 1, padded, colour);
}

static void print_row(struct page *p, const struct ladder_row *row)
{
	char bar = row->open ? ':' : '|';

	for (int side = LEFT; side <= RIGHT; side++) {
		while (has_remark(p, side) &&
		       (row->segment || row->event[side] || row->missing[side]))
			print_remarks(p);
	}

	clear(p, row->missing[LEFT] ? '.' : bar, row->missing[RIGHT] ? '.' : bar);
	if (row->segment)
		put_arrow(p, row);
	for (int side = LEFT; side <= RIGHT; side++) {
		if (row->event[side])
			put_event(p, side, row->event[side]);
		else if (row->missing[side])
			put_beside(p, side, 4, "... records are missing", RED);
		else if (!row->segment)
			put_remark(p, side);
	}
	print_line(p);
}

/* The states before the first transitions; "..." where earlier records are missing. */
static void print_first(struct page *p)
{
	clear(p, '|', '|');
	for (int side = LEFT; side <= RIGHT; side++) {
		const struct connection *c = p->l->end[side];
		char state[LADDER_TEXT_MAX];

		if (!c)
			continue;
		ladder_state(c->transition[0].old_state, state);
		put_beside(p, side, 2, state, phase_colour(c->transition[0].old_state));
		if (!c->whole_begin)
			put_time(p, side, "...");
	}
	print_line(p);
}

static void print_last(struct page *p)
{
	char still[2][LADDER_TEXT_MAX];

	while (has_remark(p, LEFT) || has_remark(p, RIGHT))
		print_remarks(p);
	ladder_still(p->l, LEFT, still[LEFT]);
	ladder_still(p->l, RIGHT, still[RIGHT]);
	if (!*still[LEFT] && !*still[RIGHT])
		return;
	clear(p, *still[LEFT] ? ':' : '|', *still[RIGHT] ? ':' : '|');
	put_beside(p, LEFT, 4, still[LEFT], NULL);
	put_beside(p, RIGHT, 4, still[RIGHT], NULL);
	print_line(p);
}

#define HEADINGS 3			/* lines: netns, owner, endpoint */

struct headings {
	char line[HEADINGS][2 * LADDER_NAME_MAX];	/* the last one is always used */
	int width;
};

/* Owner and endpoint are in one line if that has at most @room columns. */
static void make_headings(const struct ladder *l, enum ladder_side side, int room,
			  struct headings *h)
{
	char owner[LADDER_NAME_MAX], endpoint[LADDER_NAME_MAX];
	int at = HEADINGS - 1;

	memset(h, 0, sizeof(*h));
	ladder_owner(l, side, owner);
	ladder_endpoint(l, side, endpoint);
	h->width = snprintf(h->line[at], sizeof(h->line[at]), "%s%s%s", owner,
			    *owner ? " " : "", endpoint);
	if (*owner && h->width > room) {
		strcpy(h->line[at--], endpoint);
		strcpy(h->line[at], owner);
	}
	ladder_netns(l, side, h->line[at - 1]);
}

static void put_heading(struct page *p, enum ladder_side side, const char *text)
{
	int length = strlen(text), room = p->side + OVERHANG;
	int start = side == LEFT ? p->bar[LEFT] + 3 - length : p->bar[RIGHT] - 1;
	char cut[2 * LADDER_NAME_MAX];

	if (length > room) {
		/* The end of an endpoint is its port. */
		snprintf(cut, sizeof(cut), "%.*s..%s", room / 2 - 2, text,
			 text + length - (room - room / 2));
		text = cut;
		length = strlen(cut);
	}
	if (start < 0)
		start = 0;
	if (start + length > p->line.width)
		start = p->line.width - length;
	put_at(p, start, text, BOLD);
}

static void print_headings(struct page *p)
{
	struct headings h[2];

	make_headings(p->l, LEFT, p->side + OVERHANG, &h[LEFT]);
	make_headings(p->l, RIGHT, p->side + OVERHANG, &h[RIGHT]);
	for (int i = 0; i < HEADINGS; i++) {
		if (!*h[LEFT].line[i] && !*h[RIGHT].line[i])
			continue;
		clear(p, ' ', ' ');
		put_heading(p, LEFT, h[LEFT].line[i]);
		put_heading(p, RIGHT, h[RIGHT].line[i]);
		print_line(p);
	}
}

static void choose_width(struct page *p, int screen)
{
	int most = (screen - GUTTER - 2) / 2;

	p->side = SIDE_LEAST;
	for (int side = LEFT; side <= RIGHT; side++) {
		struct headings h;

		make_headings(p->l, side, 0, &h);
		if (h.width - OVERHANG > p->side)
			p->side = h.width - OVERHANG;
	}
	if (p->side > most)
		p->side = most;
	if (p->side > SIDE_MOST)
		p->side = SIDE_MOST;
	p->bar[LEFT] = p->side;
	p->bar[RIGHT] = p->side + GUTTER + 1;
}

/* Breaks each line of @text at blanks. */
static void print_wrapped(FILE *to, const char *text, int width)
{
	int at = 0;

	while (*text) {
		int length = strcspn(text, " \n");

		if (at && at + 1 + length > width) {
			putc('\n', to);
			at = 0;
		}
		at += fprintf(to, "%s%.*s", at ? " " : "", length, text);
		text += length;
		if (*text == '\n') {
			putc('\n', to);
			at = 0;
		}
		text += *text != '\0';
	}
}

void ladder_text(const struct ladder *l, const struct style *style, FILE *to)
{
	struct page p = { .l = l, .to = to, .in_colour = style->colour };
	char *summary;

	choose_width(&p, style->width);
	print_headings(&p);
	print_first(&p);
	for (unsigned int i = 0; i < l->rows; i++)
		print_row(&p, &l->row[i]);
	print_last(&p);

	summary = ladder_summary(l);
	print_wrapped(to, summary, style->width);
	free(summary);
}
