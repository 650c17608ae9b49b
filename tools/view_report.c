// SPDX-License-Identifier: GPL-2.0
/* report: a page of HTML about all connections, when the input ends. */
#include "causes.h"
#include "connection.h"
#include "diagram.h"
#include "group.h"
#include "histogram.h"
#include "ladder.h"
#include "ladder_say.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "page.h"
#include "style.h"
#include "text.h"
#include "timeline.h"
#include "view.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A connection and its other end, kept for its ladder. */
static struct kept {
	uint64_t ns;			/* what it was chosen for; 0: there is none */
	uint64_t number;		/* see count_pair() */
	struct connection end[2];
	struct transition transition[2][CONNECTION_TRANSITIONS_MAX];
} slowest, longest;

static struct diagram diagram;
static struct histogram lives, close_waits;
static uint64_t lost_records, lost_ns;
static bool has_pairs;			/* both ends of a connection are of this machine */

/* Where the page is made; it is printed at the end. */
static FILE *page;
static char *html;
static size_t html_size;

static void begin(struct show *show)
{
	(void)show;
	page = text_begin(&html, &html_size);
}

static void keep(struct kept *kept, const struct connection *c, uint64_t number, uint64_t ns)
{
	const struct connection *end[2] = { c, c->twin == c ? NULL : c->twin };

	if (ns <= kept->ns)
		return;
	kept->ns = ns;
	kept->number = number;
	for (int i = 0; i < 2 && end[i]; i++) {
		kept->end[i] = *end[i];
		kept->end[i].transition = kept->transition[i];
		kept->end[i].twin = end[!i] ? &kept->end[!i] : NULL;
		memcpy(kept->transition[i], end[i]->transition,
		       end[i]->transitions * sizeof(*end[i]->transition));
	}
}

static void count_transitions(const struct connection *c)
{
	diagram_add(&diagram, c);
	causes_add(c);
	for (int i = 0; i < c->transitions; i++) {
		const struct transition *t = &c->transition[i];

		if (t->old_state == TCPFSM_CLOSE_WAIT && t->has_dwell)
			histogram_add(&close_waits, t->dwell_ns);
	}
}

/* The end of a TIME_WAIT whose connection was not recorded is no connection. */
static bool is_rest(const struct connection *c)
{
	return c->transition[0].old_state == TCPFSM_TIME_WAIT;
}

/* Both ends are complete now. */
static void count_pair(struct connection *c)
{
	static uint64_t number;
	uint64_t ns;

	if (c->has_shown || connection_is_listener(c) || is_rest(c))
		return;
	c->has_shown = true;
	if (c->twin)
		c->twin->has_shown = true;
	causes_draw(c, ++number, lost_ns);
	for (int i = 0; i < 2 && c; i++) {
		bool least;

		if (connection_handshake(c, &ns))
			keep(&slowest, c, number, ns);
		keep(&longest, c, number, connection_life(c, 0, &least));
		c = c->twin;
	}
}

/* @now_ns: as for connection_slices(). */
static void count_one(struct show *show, const struct connection *c, uint64_t now_ns)
{
	bool least;
	uint64_t life;

	count_transitions(c);
	if (connection_is_listener(c) || is_rest(c))
		return;
	show->rows++;
	has_pairs |= c->twin && c->twin != c;
	group_count(c, BY_NOTHING);
	timeline_add(c, now_ns);
	if (!c->ended_ns)
		return;
	life = connection_life(c, 0, &least);
	if (!least)
		histogram_add(&lives, life);
}

static void event(struct show *show, struct connection *c, enum connection_event event)
{
	if (event != CONNECTION_CLOSED)
		return;
	count_one(show, c, 0);
	if (!c->twin || c->twin->now.new_state == TCPFSM_CLOSED)
		count_pair(c);
}

static void lost(struct show *show, uint64_t count, uint64_t mono_ns)
{
	(void)show;
	if (__builtin_add_overflow(lost_records, count, &lost_records))
		lost_records = UINT64_MAX;
	lost_ns = mono_ns;
}

static void count_alive(void *to, struct connection *c)
{
	struct show *show = to;

	if ((!c->fits && !(c->twin && c->twin->fits)) || show->rows >= show->options->rows)
		return;
	count_one(show, c, show->last_ns);
	count_pair(c);
}

/* "2026-11-29 05:45:28", and the end of it: "05:46:33" if that is the same day. */
static void put_times(struct show *show)
{
	char first[UTC_TIME_LEN], last[UTC_TIME_LEN];
	const size_t day = sizeof("yyyy-mm-dd") - 1, second = sizeof("hh:mm:ss") - 1;

	put_utc_time(first, &show->style->clock, show->first_ns);
	put_utc_time(last, &show->style->clock, show->last_ns);
	fprintf(page, "%.*s %.*s", (int)day, first, (int)second, first + day + 1);
	if (memcmp(first, last, day))
		fprintf(page, " to %.*s %.*s", (int)day, last, (int)second, last + day + 1);
	else if (memcmp(first, last, day + 1 + second))
		fprintf(page, " to %.*s", (int)second, last + day + 1);
	fprintf(page, " UTC, %s", page_duration(show->last_ns - show->first_ns));
}

static void put_heading(struct show *show)
{
	char count[PAGE_COUNT_MAX];

	fputs("<header><h1>TCP connections</h1>\n<p class=\"note\">", page);
	if (show->first_ns)
		put_times(show);
	else
		fputs("No record", page);
	if (show->options->read) {
		fputs(", from ", page);
		page_text(page, strcmp(show->options->read, "-") ? show->options->read :
								   "standard input");
	}
	if (show->options->words) {
		fputs("; only connections that fit <code>", page);
		page_text(page, show->options->words);
		fputs("</code>", page);
	}
	if (show->rows >= show->options->rows) {
		page_count(count, show->options->rows);
		fprintf(page, "; only the first %s (option -n)", count);
	}
	fputs("</p>\n", page);
	if (show->damaged_at) {
		page_count(count, show->damaged_at);
		fprintf(page, "<p class=\"bad\"><b>The recording is damaged after byte %s.</b> "
			"Later records are missing here.</p>\n", count);
	}
	if (lost_records) {
		page_count(count, lost_records);
		fprintf(page, "<p class=\"bad\"><b>%s records were lost.</b> Connections are "
			"missing here, or parts of them.</p>\n", count);
	}
	fputs("</header>\n", page);
}

static void put_number_of(const char *what, uint64_t n, bool bad)
{
	char count[PAGE_COUNT_MAX];

	page_count(count, n);
	fprintf(page, "<div><dt>%s</dt><dd%s>%s</dd></div>\n", what,
		bad && n ? " class=\"bad\"" : "", count);
}

static void put_percentile(const char *what, const struct histogram *h, unsigned int percent)
{
	fprintf(page, "<div><dt>%s</dt><dd>%s</dd></div>\n", what,
		h->count ? page_duration(histogram_percentile(h, percent)) : "-");
}

static void put_bytes_of(const char *what, uint64_t n)
{
	char text[VALUE_TEXT_MAX + 1];
	struct value value = { .number = n };
	int unseen = 0, digits;

	*value_text(text, &value, VALUE_BYTES, VALUE_FULL, NULL, &unseen) = '\0';
	digits = strlen(text) - 1;
	fprintf(page, "<div><dt>%s</dt><dd>%.*s\u202f%s%s</dd></div>\n", what, digits, text,
		text + digits, text[digits] == 'B' ? "" : "iB");
}

static void put_numbers(void)
{
	const struct group *g = &group_all;

	fputs("<dl class=\"numbers\">\n", page);
	put_number_of("connections", g->connections, false);
	put_number_of("opened", g->opened, false);
	put_number_of("failed to open", g->failed, true);
	put_number_of("reset when open", g->reset, true);
	put_percentile("handshake, median", &g->took, 50);
	put_percentile("handshake, 99 %", &g->took, 99);
	put_percentile("life, median", &lives, 50);
	put_number_of("closed first or reset by this end", g->closed_by_us, false);
	put_number_of("closed first, reset or refused by the peer", g->closed_by_peer, false);
	put_number_of("went to TIME_WAIT", g->time_wait, false);
	put_bytes_of("received", g->bytes_in);
	put_bytes_of("sent", g->bytes_out);
	fputs("</dl>\n", page);
	if (has_pairs)
		fputs("<p class=\"note\">A connection of this machine with itself is counted at "
		      "both ends.</p>\n", page);
}

static void put_other(FILE *to, uint8_t from, uint8_t into, uint64_t count)
{
	char text[PAGE_COUNT_MAX], old[NAME_MAX_LEN + 1], new[NAME_MAX_LEN + 1];

	page_count(text, count);
	*put_state(old, from) = '\0';
	*put_state(new, into) = '\0';
	fprintf(to, "<li>%s → %s: %s</li>\n", old, new, text);
}

static void put_diagram(void)
{
	char *others;
	size_t size;
	FILE *to = text_begin(&others, &size);

	fputs("<section><h2>Transitions</h2>\n<p class=\"note\">The diagram of RFC 9293. An edge "
	      "becomes wider with each doubling of its count. A cross is a connection that went "
	      "to CLOSED without a FIN in each direction.</p>\n", page);
	page_wide_begin(page);
	diagram_svg(&diagram, page);
	page_wide_end(page);
	diagram_others(&diagram, to, put_other);
	if (diagram.unknown)
		fprintf(to, "<li>from or to a state without a name: %" PRIu64 "</li>\n",
			diagram.unknown);
	text_end(to);
	if (*others)
		fprintf(page, "<p class=\"note\">Transitions that the diagram does not have:</p>\n"
			"<ul class=\"note others\">\n%s</ul>\n", others);
	free(others);
	fputs("</section>\n", page);
}

static void put_timeline(struct show *show)
{
	fputs("<section><h2>Timeline</h2>\n", page);
	timeline_html(show->style, page);
	fputs("</section>\n", page);
}

static void put_histograms(void)
{
	if (!group_all.took.count && !lives.count && !close_waits.count)
		return;
	fputs("<section><h2>Durations</h2>\n<div class=\"pair\">\n", page);
	page_histogram(page, "Handshake", &group_all.took);
	page_histogram(page, "Life, without TIME_WAIT", &lives);
	page_histogram(page, "Time in CLOSE_WAIT", &close_waits);
	fputs("</div></section>\n", page);
}

static void put_causes(void)
{
	fputs("<section><h2>Causes</h2>\n", page);
	causes_table(page);
	fputs("</section>\n", page);
}

/* ", the longest life 3 s", if it is the connection of that number. */
static void put_also(FILE *to, uint64_t number)
{
	if (slowest.ns && slowest.number == number)
		fprintf(to, ", the slowest handshake <span>%s</span>", page_duration(slowest.ns));
	if (longest.ns && longest.number == number)
		fprintf(to, ", the longest life <span>%s</span>", page_duration(longest.ns));
}

static void put_kept(const struct kept *kept, const char *what)
{
	char *ladder;

	if (!kept->ns || causes_drew(kept->number))
		return;
	ladder = ladder_svg_figure(&kept->end[0], lost_ns);
	fprintf(page, "<figure><figcaption>%s <span>%s</span>", what, page_duration(kept->ns));
	if (kept == &slowest && longest.number == slowest.number)
		fprintf(page, ", the longest life <span>%s</span>", page_duration(longest.ns));
	fprintf(page, "</figcaption>\n%s</figure>\n", ladder);
	free(ladder);
}

static void put_ladders(void)
{
	if (!group_all.connections)
		return;
	fputs("<section><h2>Ladders</h2>\n<p class=\"note\">" LADDER_INFERRED "</p>\n", page);
	put_kept(&slowest, "The slowest handshake");
	if (longest.number != slowest.number)
		put_kept(&longest, "The longest life");
	causes_ladders(page, put_also);
	fputs("</section>\n", page);
}

static void end(struct show *show)
{
	static void (*const styles[])(FILE *to) = {
		diagram_style, timeline_style, ladder_svg_style, NULL
	};

	connections_each(show->connections, count_alive, show);
	page_begin(page, "TCP connections, recorded by tcpfsm", styles);
	put_heading(show);
	fputs("<main>\n", page);
	put_numbers();
	put_diagram();
	put_timeline(show);
	put_histograms();
	put_causes();
	put_ladders();
	fputs("</main>\n", page);
	page_end(page);
	text_end(page);
	output_text(show->out, html, html_size);
	free(html);
}

const struct view view_report = {
	.name = "report",
	.what = "a page of HTML about all connections, at the end",
	.formats = 1u << FORMAT_HTML,
	.of_connections = true,
	.let_go = CONNECTION_CLOSED,
	.begin = begin,
	.event = event,
	.lost = lost,
	.end = end,
};
