// SPDX-License-Identifier: GPL-2.0
/* A ladder as a part of an SVG image, which needs neither scripts nor other files. */
#include "escape.h"
#include "ladder_say.h"
#include "page.h"
#include "text.h"

#include "tcpfsm.h"

#include <stdlib.h>
#include <string.h>

/* In user units; a character of the font has at most 8. */
#define WIDTH 820
#define LIFELINE_L 300
#define LIFELINE_R (WIDTH - LIFELINE_L)
#define EDGE 14
#define LINE 18
#define SLOPE 10			/* a segment takes time */
#define OVERHANG 100			/* of a long heading, over the segments */

/* In characters. */
#define SUMMARY_MOST 99
#define HEADING_MOST 47			/* an IPv6 address and a port */
#define HEADING_BESIDE 35		/* a longer one is above the segments, too */

static const int lifeline[2] = { LIFELINE_L, LIFELINE_R };

/* Lines beside each lifeline are below each other, and below the last segment. */
struct drawing {
	const struct ladder *l;
	FILE *to;
	unsigned int y[2];
};

/* @anchor: "start", "middle" or "end" of the text is at @x. */
static void put_word(FILE *to, int x, unsigned int y, const char *class,
		     const char *anchor, const char *text)
{
	fprintf(to, "<text x=\"%d\" y=\"%u\" class=\"%s\" text-anchor=\"%s\">",
		x, y, class, anchor);
	print_escaped_xml(to, text, strlen(text));
	fputs("</text>\n", to);
}

static void put_beside(struct drawing *d, enum ladder_side side, unsigned int y,
		       const char *class, const char *text)
{
	if (side == LEFT)
		put_word(d->to, LIFELINE_L - 12, y, class, "end", text);
	else
		put_word(d->to, LIFELINE_R + 12, y, class, "start", text);
}

static void put_at_edge(struct drawing *d, enum ladder_side side, unsigned int y,
			const char *text)
{
	if (side == LEFT)
		put_word(d->to, EDGE, y, "time", "start", text);
	else
		put_word(d->to, WIDTH - EDGE, y, "time", "end", text);
}

/* By the phase of a connection; see the style of the image. */
static const char *state_class(uint8_t state)
{
	switch (state) {
	case TCPFSM_LISTEN:
	case TCPFSM_SYN_SENT:
	case TCPFSM_SYN_RCVD:
		return "state opening";
	case TCPFSM_ESTABLISHED:
		return "state open";
	case TCPFSM_CLOSED:
		return "state closed";
	default:
		return "state closing";
	}
}

static void put_state(struct drawing *d, enum ladder_side side, uint8_t state)
{
	char text[LADDER_TEXT_MAX];

	ladder_state(state, text);
	put_beside(d, side, d->y[side], state_class(state), text);
}

static void put_event(struct drawing *d, enum ladder_side side,
		      const struct transition *t)
{
	char remark[LADDER_REMARKS_MAX][LADDER_TEXT_MAX], when[LADDER_TEXT_MAX];
	unsigned int remarks = ladder_remarks(d->l, side, t, remark);

	fprintf(d->to, "<circle cx=\"%d\" cy=\"%u\" r=\"3\"/>\n", lifeline[side],
		d->y[side] - 4);
	put_state(d, side, t->new_state);
	ladder_time(d->l, t->mono_ns, when);
	put_at_edge(d, side, d->y[side], when);
	d->y[side] += LINE;
	for (unsigned int i = 0; i < remarks; i++) {
		put_beside(d, side, d->y[side], "remark", remark[i]);
		d->y[side] += LINE;
	}
}

static void put_arrow(struct drawing *d, const struct ladder_row *row)
{
	int toward = row->from == LEFT ? 1 : -1;
	int from = lifeline[row->from], to = lifeline[!row->from] - 6 * toward;
	unsigned int y = d->y[row->from] - 4;
	const char *class = ladder_is_bad(row) ? "bad" : "good";
	char label[LADDER_TEXT_MAX];

	/* An ICMP error may come from anywhere on the way. */
	if (row->segment == SEGMENT_ICMP)
		from = WIDTH / 2;
	if (row->unanswered)
		to = WIDTH / 2 + 40 * toward;
	fprintf(d->to, "<path class=\"%s\" d=\"M%d %uL%d %u\"/>\n", class, from, y, to,
		y + SLOPE);
	if (row->unanswered)
		put_word(d->to, to + 10 * toward, y + SLOPE + 5, "bad", "middle", "?");
	else
		fprintf(d->to, "<path class=\"head %s\" d=\"M%d %ul%d -4v8z\"/>\n", class,
			to + 6 * toward, y + SLOPE, -9 * toward);
	ladder_label(row, label);
	put_word(d->to, WIDTH / 2, y + SLOPE / 2 - 6, "label", "middle", label);
}

static void put_row(struct drawing *d, const struct ladder_row *row)
{
	unsigned int y = d->y[LEFT] > d->y[RIGHT] ? d->y[LEFT] : d->y[RIGHT];

	if (row->segment) {
		y += 8;
		d->y[row->from] = y;
		d->y[!row->from] = y + SLOPE;
		put_arrow(d, row);
	} else {
		d->y[LEFT] = d->y[RIGHT] = y + 4;
	}
	for (int side = LEFT; side <= RIGHT; side++) {
		if (row->event[side]) {
			put_event(d, side, row->event[side]);
		} else if (row->missing[side]) {
			put_beside(d, side, d->y[side], "bad", "... records are missing");
			d->y[side] += LINE;
		} else if (row->segment) {
			d->y[side] += LINE / 2;
		}
	}
	if (row->open) {
		put_word(d->to, WIDTH / 2, y, "label", "middle", "...");
		d->y[LEFT] = d->y[RIGHT] = y + LINE;
	}
}

static void put_heading(struct drawing *d, enum ladder_side side, unsigned int y,
			char name[LADDER_NAME_MAX])
{
	int more = strlen(name) > HEADING_BESIDE ? OVERHANG : 0;

	name[HEADING_MOST] = '\0';
	if (side == LEFT)
		put_word(d->to, LIFELINE_L - 12 + more, y, "heading", "end", name);
	else
		put_word(d->to, LIFELINE_R + 12 - more, y, "heading", "start", name);
}

static unsigned int put_headings(struct drawing *d, unsigned int y)
{
	char name[2][3][LADDER_NAME_MAX];

	for (int side = LEFT; side <= RIGHT; side++) {
		ladder_netns(d->l, side, name[side][0]);
		ladder_owner(d->l, side, name[side][1]);
		ladder_endpoint(d->l, side, name[side][2]);
	}
	for (int i = 0; i < 3; i++) {
		if (!*name[LEFT][i] && !*name[RIGHT][i])
			continue;
		put_heading(d, LEFT, y, name[LEFT][i]);
		put_heading(d, RIGHT, y, name[RIGHT][i]);
		y += LINE;
	}
	return y;
}

static void put_first(struct drawing *d)
{
	for (int side = LEFT; side <= RIGHT; side++) {
		const struct connection *c = d->l->end[side];

		if (!c)
			continue;
		put_state(d, side, c->transition[0].old_state);
		if (!c->whole_begin)
			put_at_edge(d, side, d->y[side], "...");
		d->y[side] += LINE;
	}
}

static unsigned int put_summary(const struct ladder *l, unsigned int y, FILE *to)
{
	char *summary = ladder_summary(l), *line = summary;

	while (*line) {
		size_t length = strcspn(line, "\n"), cut = length;

		/* A word longer than a line has no blank to break at. */
		if (length > SUMMARY_MOST) {
			for (cut = SUMMARY_MOST; cut && line[cut] != ' '; cut--)
				;
			if (!cut)
				cut = SUMMARY_MOST;
		}
		fprintf(to, "<text x=\"%d\" y=\"%u\">", EDGE, y);
		print_escaped_xml(to, line, cut);
		fputs("</text>\n", to);
		y += LINE;
		line += cut;
		line += *line == ' ' || *line == '\n';
	}
	free(summary);
	return y;
}

/* Without its summary; returns the end of it. */
static unsigned int put_ladder(const struct ladder *l, unsigned int top, FILE *to)
{
	struct drawing d = { .l = l, .to = to };
	unsigned int y, begin = put_headings(&d, top + 24);

	d.y[LEFT] = d.y[RIGHT] = begin + LINE;
	put_first(&d);
	for (unsigned int i = 0; i < l->rows; i++)
		put_row(&d, &l->row[i]);
	y = (d.y[LEFT] > d.y[RIGHT] ? d.y[LEFT] : d.y[RIGHT]) + LINE / 2;
	for (int side = LEFT; side <= RIGHT; side++) {
		char still[LADDER_TEXT_MAX];

		ladder_still(l, side, still);
		put_beside(&d, side, y - LINE / 2, "remark", still);
		fprintf(to, "<path class=\"lifeline%s\" d=\"M%d %uV%u\"/>\n",
			*still ? " on" : "", lifeline[side], begin, y);
	}
	return y;
}

unsigned int ladder_svg(const struct ladder *l, unsigned int top, FILE *to)
{
	return put_summary(l, put_ladder(l, top, to) + 24, to) - top;
}

/* A page may hold other images: each rule is for these only. */
void ladder_svg_style(FILE *to)
{
	fputs(".ladder text{font:13px ui-monospace,\"DejaVu Sans Mono\",monospace;fill:#222}\n"
	      ".ladder .page{fill:#fff}\n"
	      ".ladder .heading{font-weight:bold}\n"
	      ".ladder .time,.ladder .remark,.ladder .note{fill:#666}\n"
	      ".ladder .opening{fill:#06738c}.ladder .open{fill:#1a7f37}\n"
	      ".ladder .closing{fill:#8a5a00}.ladder .closed{fill:#6b6b6b}\n"
	      ".ladder path{fill:none;stroke:#444;stroke-width:1.4}.ladder circle{fill:#444}\n"
	      ".ladder .lifeline{stroke:#999}.ladder .on{stroke-dasharray:none}\n"
	      ".ladder .head{fill:#444;stroke:none}\n"
	      ".ladder path.bad{stroke:#c62828}\n"
	      ".ladder .head.bad,.ladder text.bad{fill:#c62828;stroke:none}\n"
	      "@media screen and (prefers-color-scheme:dark){\n"
	      ".ladder text{fill:#ddd}.ladder .page{fill:#16181c}\n"
	      ".ladder .time,.ladder .remark,.ladder .note{fill:#a0a4aa}\n"
	      ".ladder .opening{fill:#5ecbe0}.ladder .open{fill:#5fd38d}\n"
	      ".ladder .closing{fill:#e5b567}.ladder .closed{fill:#999}\n"
	      ".ladder path{stroke:#bbb}.ladder circle,.ladder .head{fill:#bbb}\n"
	      ".ladder .lifeline{stroke:#666}.ladder path.bad{stroke:#ff7b72}\n"
	      ".ladder .head.bad,.ladder text.bad{fill:#ff7b72;stroke:none}\n"
	      "}\n", to);
}

static void begin_image(unsigned int height, FILE *to)
{
	fprintf(to,
		"<svg class=\"ladder\" xmlns=\"http://www.w3.org/2000/svg\" "
		"viewBox=\"0 0 %d %u\" width=\"%d\" height=\"%u\" role=\"img\">\n"
		"<title>TCP connections, recorded by tcpfsm</title>\n",
		WIDTH, height, WIDTH, height);
}

void ladder_svg_image(const char *ladders, unsigned int height, FILE *to)
{
	height += LINE + EDGE;
	begin_image(height, to);
	fputs("<style>\n"
	      "svg{color-scheme:light dark;max-width:100%;height:auto}\n", to);
	ladder_svg_style(to);
	fprintf(to, "</style>\n"
		"<rect class=\"page\" width=\"100%%\" height=\"100%%\"/>\n%s"
		"<text x=\"%d\" y=\"%u\" class=\"note\">%s</text>\n</svg>\n",
		ladders, EDGE, height - EDGE, LADDER_INFERRED);
}

/* Below the image: a page breaks its lines where it is narrow. */
static void put_paragraphs(const struct ladder *l, FILE *to)
{
	char *summary = ladder_summary(l), *line = summary;

	while (*line) {
		size_t length = strcspn(line, "\n");

		fputs("<p class=\"note\">", to);
		print_escaped_xml(to, line, length);
		fputs("</p>\n", to);
		line += length;
		line += *line == '\n';
	}
	free(summary);
}

char *ladder_svg_figure(const struct connection *c, uint64_t lost_ns)
{
	static struct ladder l;
	char *part, *whole;
	unsigned int height;
	size_t size;
	FILE *to = text_begin(&part, &size);

	ladder_build(&l, c, lost_ns);
	height = put_ladder(&l, 0, to) + EDGE;
	text_end(to);
	to = text_begin(&whole, &size);
	page_wide_begin(to);
	begin_image(height, to);
	fprintf(to, "%s</svg>\n", part);
	page_wide_end(to);
	put_paragraphs(&l, to);
	text_end(to);
	free(part);
	return whole;
}
