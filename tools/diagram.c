// SPDX-License-Identifier: GPL-2.0
/* RFC 9293's diagram of the states of a connection, as SVG. */
#include "diagram.h"
#include "connection.h"
#include "names.h"
#include "page.h"

#include <inttypes.h>

/* In user units. */
#define WIDTH 840
#define HEIGHT 640
#define BLANK 60			/* at each side */
#define BOX_WIDTH 120
#define BOX_HEIGHT 36
#define LEFT_X 180
#define MIDDLE_X 420
#define RIGHT_X 660
#define LINE 15				/* between an event and its count */
#define STUB 34				/* of a failure */
#define WIDTH_LEAST 1.2			/* of an edge */
#define WIDTH_MOST 7.0

static const struct box {
	uint8_t state;
	int x, y;			/* of its middle */
	int stub;			/* its failures are to the left (-1) or the right */
} boxes[] = {
	{ TCPFSM_CLOSED,      MIDDLE_X,  26,  0 },
	{ TCPFSM_LISTEN,      MIDDLE_X, 122,  0 },
	{ TCPFSM_SYN_RCVD,    LEFT_X,   218, -1 },
	{ TCPFSM_SYN_SENT,    RIGHT_X,  218,  0 },
	{ TCPFSM_ESTABLISHED, MIDDLE_X, 314,  1 },
	{ TCPFSM_FIN_WAIT_1,  LEFT_X,   410, -1 },
	{ TCPFSM_CLOSE_WAIT,  RIGHT_X,  410,  1 },
	{ TCPFSM_FIN_WAIT_2,  LEFT_X,   506, -1 },
	{ TCPFSM_CLOSING,     MIDDLE_X, 506,  1 },
	{ TCPFSM_LAST_ACK,    RIGHT_X,  506,  1 },
	{ TCPFSM_TIME_WAIT,   MIDDLE_X, 606,  0 },
	{ TCPFSM_CLOSED,      RIGHT_X,  606,  0 },
};

/* The path of an edge, and where its event stands. */
static const struct edge {
	uint8_t from, into;
	const char *path, *event;
	int x, y;
	const char *anchor;
} edges[] = {
	{ TCPFSM_CLOSED, TCPFSM_LISTEN, "M400 44V104", "listen", 392, 70, "end" },
	{ TCPFSM_LISTEN, TCPFSM_CLOSED, "M440 104V44", "close", 448, 70, "start" },
	{ TCPFSM_CLOSED, TCPFSM_SYN_SENT, "M480 20H650Q680 20 680 50V200",
	  "connect, SYN", 690, 110, "start" },
	{ TCPFSM_SYN_SENT, TCPFSM_CLOSED, "M640 200V70Q640 36 606 36H480",
	  "close or failure", 632, 110, "end" },
	{ TCPFSM_LISTEN, TCPFSM_SYN_RCVD, "M390 140C390 206 330 210 240 210",
	  "rcv SYN", 322, 176, "end" },
	{ TCPFSM_LISTEN, TCPFSM_SYN_SENT, "M450 140C450 206 510 210 600 210",
	  "send", 518, 176, "start" },
	{ TCPFSM_SYN_SENT, TCPFSM_SYN_RCVD, "M600 226H240", "rcv SYN", 420, 203, "middle" },
	{ TCPFSM_SYN_RCVD, TCPFSM_ESTABLISHED, "M230 236C280 290 300 306 360 306",
	  "rcv ACK of SYN", 284, 258, "start" },
	{ TCPFSM_SYN_SENT, TCPFSM_ESTABLISHED, "M610 236C560 290 540 306 480 306",
	  "rcv SYN+ACK", 556, 258, "end" },
	{ TCPFSM_SYN_RCVD, TCPFSM_FIN_WAIT_1, "M150 236V392", "close, FIN", 142, 302, "end" },
	{ TCPFSM_ESTABLISHED, TCPFSM_FIN_WAIT_1, "M390 332C390 398 330 402 240 402",
	  "close, FIN", 322, 368, "end" },
	{ TCPFSM_ESTABLISHED, TCPFSM_CLOSE_WAIT, "M450 332C450 398 510 402 600 402",
	  "rcv FIN", 518, 368, "start" },
	{ TCPFSM_FIN_WAIT_1, TCPFSM_FIN_WAIT_2, "M180 428V488", "rcv ACK of FIN", 172, 454,
	  "end" },
	{ TCPFSM_FIN_WAIT_1, TCPFSM_CLOSING, "M240 418C340 418 420 426 420 488",
	  "rcv FIN", 348, 460, "end" },
	{ TCPFSM_CLOSE_WAIT, TCPFSM_LAST_ACK, "M660 428V488", "close, FIN", 668, 454,
	  "start" },
	{ TCPFSM_FIN_WAIT_2, TCPFSM_TIME_WAIT, "M180 524C180 594 270 606 360 606",
	  "rcv FIN", 252, 560, "start" },
	{ TCPFSM_CLOSING, TCPFSM_TIME_WAIT, "M420 524V588", "rcv ACK of FIN", 428, 552,
	  "start" },
	{ TCPFSM_LAST_ACK, TCPFSM_CLOSED, "M660 524V588", "rcv ACK of FIN", 668, 552,
	  "start" },
	{ TCPFSM_TIME_WAIT, TCPFSM_CLOSED, "M480 606H600", "2 MSL", 536, 582, "middle" },
};

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

void diagram_add(struct diagram *d, const struct connection *c)
{
	bool failed = connection_failed(c) && !connection_is_listener(c);

	for (int i = 0; i < c->transitions; i++) {
		const struct transition *t = &c->transition[i];
		bool last = i + 1 == c->transitions;

		if (t->old_state >= TCPFSM_NR_STATES || t->new_state >= TCPFSM_NR_STATES)
			d->unknown++;
		else if (last && failed && t->new_state == TCPFSM_CLOSED)
			d->failed[t->old_state]++;
		else
			d->count[t->old_state][t->new_state]++;
	}
}

static bool is_shown(uint8_t from, uint8_t into)
{
	for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
		if (edges[i].from == from && edges[i].into == into)
			return true;
	}
	return false;
}

static bool has_stub(uint8_t state)
{
	for (size_t i = 0; i < ARRAY_SIZE(boxes); i++) {
		if (boxes[i].state == state && boxes[i].stub)
			return true;
	}
	return false;
}

/* Of an edge without a stub, failures are among the others. */
static uint64_t seen(const struct diagram *d, uint8_t from, uint8_t into)
{
	bool failures = into == TCPFSM_CLOSED && !has_stub(from);

	return d->count[from][into] + (failures ? d->failed[from] : 0);
}

void diagram_others(const struct diagram *d, FILE *to,
		    void (*put)(FILE *to, uint8_t from, uint8_t into, uint64_t count))
{
	for (uint8_t from = 0; from < TCPFSM_NR_STATES; from++) {
		for (uint8_t into = 0; into < TCPFSM_NR_STATES; into++) {
			if (seen(d, from, into) && !is_shown(from, into))
				put(to, from, into, seen(d, from, into));
		}
	}
}

static unsigned int bits(uint64_t n)
{
	return n ? 64 - __builtin_clzll(n) : 0;
}

static uint64_t greatest(const struct diagram *d)
{
	uint64_t most = 1;

	for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
		uint64_t count = seen(d, edges[i].from, edges[i].into);

		most = count > most ? count : most;
	}
	return most;
}

/* One more step for each doubling. */
static double edge_width(uint64_t count, uint64_t most)
{
	if (!count)
		return 1;
	return WIDTH_LEAST +
	       (WIDTH_MOST - WIDTH_LEAST) * (bits(count) - 1) / (bits(most) > 1 ? bits(most) - 1 : 1);
}

static void put_count(FILE *to, uint64_t count)
{
	char text[PAGE_COUNT_MAX];

	page_count(text, count);
	fputs(text, to);
}

static void put_edge(FILE *to, const struct diagram *d, const struct edge *e, uint64_t most)
{
	uint64_t count = seen(d, e->from, e->into);
	const char *class = !count ? "none" : d->failed[e->from] && e->into == TCPFSM_CLOSED &&
					      !has_stub(e->from) ? "bad" : "seen";

	fprintf(to, "<g class=\"%s\"><path d=\"%s\" stroke-width=\"%.1f\" marker-end=\"url(#%s)\"/>"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s", class, e->path,
		edge_width(count, most), class, e->x, e->y, e->anchor, e->event);
	if (count) {
		fprintf(to, "<tspan class=\"count\" x=\"%d\" dy=\"%d\">", e->x, LINE);
		put_count(to, count);
		fputs("</tspan>", to);
	}
	fputs("</text></g>\n", to);
}

/* A short line that ends in a cross. */
static void put_stub(FILE *to, const struct box *b, uint64_t count)
{
	int from = b->x + b->stub * BOX_WIDTH / 2, end = from + b->stub * STUB;

	fprintf(to, "<g class=\"bad\"><path stroke-width=\"2\" d=\"M%d %dH%dm-5 -5l10 10m0 -10l-10 10\"/>"
		"<text class=\"count\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">", from, b->y, end,
		end + 10 * b->stub, b->y + 5, b->stub < 0 ? "end" : "start");
	put_count(to, count);
	fputs("</text></g>\n", to);
}

static void put_box(FILE *to, const struct diagram *d, const struct box *b)
{
	uint64_t count = 0;
	char name[NAME_MAX_LEN + 1];

	for (int i = 0; i < TCPFSM_NR_STATES; i++)
		count += d->count[i][b->state] + d->count[b->state][i];
	count += d->failed[b->state];
	*put_state(name, b->state) = '\0';
	fprintf(to, "<g class=\"box%s\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text></g>\n",
		count ? "" : " none", b->x - BOX_WIDTH / 2, b->y - BOX_HEIGHT / 2, BOX_WIDTH,
		BOX_HEIGHT, b->x, b->y + 5, name);
	if (b->stub && d->failed[b->state])
		put_stub(to, b, d->failed[b->state]);
}

static void put_marker(FILE *to, const char *id)
{
	fprintf(to, "<marker id=\"%s\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" "
		"markerUnits=\"userSpaceOnUse\" markerWidth=\"13\" markerHeight=\"13\" "
		"orient=\"auto\"><path d=\"M0 0L10 5L0 10z\"/></marker>\n", id);
}

void diagram_style(FILE *to)
{
	fputs(".wide .diagram{min-width:36rem}\n"
	      ".diagram text{font:12px system-ui,sans-serif;fill:var(--faint);"
	      "paint-order:stroke;stroke:var(--back);stroke-width:5px;stroke-linejoin:round}\n"
	      ".diagram path{fill:none;stroke:var(--edge)}\n"
	      ".diagram marker path{fill:var(--edge);stroke:none}\n"
	      ".diagram .none path{stroke:var(--dim)}\n"
	      ".diagram #none path{fill:var(--dim);stroke:none}\n"
	      ".diagram .bad path{stroke:var(--bad)}\n"
	      ".diagram #bad path{fill:var(--bad);stroke:none}\n"
	      ".diagram .count{font-size:14px;font-weight:600;fill:var(--ink);"
	      "font-variant-numeric:tabular-nums}\n"
	      ".diagram .bad .count{fill:var(--bad)}\n"
	      ".diagram .box rect{fill:var(--back);stroke:var(--ink);stroke-width:1.5}\n"
	      ".diagram .box text{font-weight:600;fill:var(--ink);stroke:none}\n"
	      ".diagram .box.none rect{stroke:var(--dim)}\n"
	      ".diagram .box.none text{fill:var(--faint)}\n", to);
}

void diagram_svg(const struct diagram *d, FILE *to)
{
	uint64_t most = greatest(d);

	fprintf(to, "<svg class=\"diagram\" viewBox=\"%d 0 %d %d\" width=\"%d\" height=\"%d\" "
		"role=\"img\" aria-labelledby=\"diagram-title\">\n"
		"<title id=\"diagram-title\">The states of TCP, and how often each transition "
		"was seen</title>\n<defs>", BLANK, WIDTH - 2 * BLANK, HEIGHT, WIDTH - 2 * BLANK,
		HEIGHT);
	put_marker(to, "none");
	put_marker(to, "seen");
	put_marker(to, "bad");
	fputs("</defs>\n", to);
	for (int pass = 0; pass < 2; pass++) {		/* the unseen ones below */
		for (size_t i = 0; i < ARRAY_SIZE(edges); i++) {
			if (!!seen(d, edges[i].from, edges[i].into) == pass)
				put_edge(to, d, &edges[i], most);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(boxes); i++)
		put_box(to, d, &boxes[i]);
	fputs("</svg>\n", to);
}
