// SPDX-License-Identifier: GPL-2.0
/* Connections as rows of a time axis, a slice for each state; of many, an even choice. */
#include "timeline.h"
#include "connection_columns.h"
#include "names.h"
#include "page.h"
#include "slices.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 60
#define TICKS_LEAST 4
#define CROSS "<path class=\"cross\" d=\"M1.5 2l8 8m0-8l-8 8\"/>"

static struct row {
	struct connection c;		/* without its transitions and its twin */
	struct slice slice[SLICES_MAX];	/* likewise */
	size_t slices;
	uint64_t number;		/* of the connection, from 0 */
	char end[NAME_MAX_LEN + 1];	/* the word of its end, or empty */
	bool passive, failed;
} rows[ROWS_MAX];
static size_t count;
static uint64_t seen, every = 1;	/* about one in @every connections is a row */
static uint64_t begin_ns = UINT64_MAX, end_ns;
static uint64_t last_ns;			/* the end of the last slice of all */

/*
 * From the first slice to the end of the last one that is no TIME_WAIT: as this lasts 60 s,
 * everything else would be a dot.
 */
static void stretch(const struct slice *slice, size_t slices)
{
	for (size_t i = 0; i < slices; i++) {
		uint64_t end = slice[i].state == TCPFSM_TIME_WAIT ? slice[i].begin_ns :
								    slice[i].end_ns;

		begin_ns = slice[i].begin_ns < begin_ns ? slice[i].begin_ns : begin_ns;
		end_ns = end > end_ns ? end : end_ns;
		last_ns = slice[i].end_ns > last_ns ? slice[i].end_ns : last_ns;
	}
}

/* Each 2nd or 4th would be the same end of each connection: so it is chosen by a hash. */
static bool is_chosen(uint64_t number)
{
	uint64_t hash = number * UINT64_C(0x9e3779b97f4a7c15);

	return !((hash >> 32) % every);
}

/* About half of the rows are left out. */
static void thin_out(void)
{
	size_t kept = 0;

	every *= 2;
	for (size_t i = 0; i < count; i++) {
		if (is_chosen(rows[i].number))
			rows[kept++] = rows[i];
	}
	count = kept;
}

void timeline_add(const struct connection *c, uint64_t now_ns)
{
	struct slice slice[SLICES_MAX];
	size_t slices = connection_slices(c, now_ns, slice);
	const char *end = connection_end(c);
	struct row *row;

	if (!slices)
		return;
	stretch(slice, slices);
	while (count == ROWS_MAX)
		thin_out();
	if (!is_chosen(seen++))
		return;
	row = &rows[count++];
	*row = (struct row){
		.c = *c,
		.slices = slices,
		.number = seen - 1,
		.passive = connection_open_role(c) == TCPFSM_ROLE_PASSIVE,
		.failed = connection_failed(c),
	};
	row->c.transition = NULL;
	row->c.twin = NULL;
	for (size_t i = 0; i < slices; i++) {
		row->slice[i] = slice[i];
		row->slice[i].entered = row->slice[i].left = NULL;
	}
	snprintf(row->end, sizeof(row->end), "%s", end ? end : "");
}

static int by_begin(const void *a, const void *b)
{
	const struct row *one = a, *other = b;

	if (one->slice[0].begin_ns != other->slice[0].begin_ns)
		return one->slice[0].begin_ns < other->slice[0].begin_ns ? -1 : 1;
	return one->c.now.id < other->c.now.id ? -1 : one->c.now.id > other->c.now.id;
}

/* See timeline_style(). */
static const char *state_class(uint8_t state)
{
	static const char *const class[TCPFSM_NR_STATES] = {
		[TCPFSM_SYN_SENT] = "s1", [TCPFSM_SYN_RCVD] = "s1",
		[TCPFSM_ESTABLISHED] = "s2",
		[TCPFSM_FIN_WAIT_1] = "s3", [TCPFSM_FIN_WAIT_2] = "s3 d",
		[TCPFSM_CLOSING] = "s3",
		[TCPFSM_CLOSE_WAIT] = "s4", [TCPFSM_LAST_ACK] = "s4 d",
		[TCPFSM_TIME_WAIT] = "s5",
	};

	return state < TCPFSM_NR_STATES && class[state] ? class[state] : "s5";
}

/* In percent of the axis. */
static double at(uint64_t ns)
{
	if (ns >= end_ns || end_ns == begin_ns)
		return ns > begin_ns ? 100 : 0;
	return 100.0 * (ns - begin_ns) / (end_ns - begin_ns);
}

static void put_slice(FILE *to, const struct slice *slice)
{
	double x = at(slice->begin_ns), width = at(slice->end_ns) - x;
	char state[NAME_MAX_LEN + 1];

	if (slice->begin_ns >= end_ns && slice->state == TCPFSM_TIME_WAIT && end_ns > begin_ns)
		return;
	*put_state(state, slice->state) = '\0';
	/* What is too short to be seen is a fine line. */
	fprintf(to, "<rect class=\"%s\" x=\"%.2f%%\" width=\"%.2f%%\"%s>"
		"<title>%s %s%s</title></rect>", state_class(slice->state),
		x > 99.8 ? 99.8 : x, width < 0.2 ? 0.2 : width,
		slice->state == TCPFSM_TIME_WAIT ? " y=\"35%\" height=\"30%\"" :
						   " height=\"100%\"", state,
		slice->least ? "at least " : "", page_duration(slice->end_ns - slice->begin_ns));
}

static void put_row(struct style *style, FILE *to, const struct row *row)
{
	const struct slice *last = &row->slice[row->slices - 1];

	fputs("<li><span class=\"who\">", to);
	page_value(to, cell_owner, VALUE_TASK, VALUE_FULL, &row->c, style);
	fputs(" <span class=\"ends\">", to);
	page_value(to, cell_local, VALUE_ENDPOINT, VALUE_NARROW, &row->c, style);
	fputs(row->passive ? " ← " : " → ", to);
	page_value(to, cell_peer, VALUE_ENDPOINT, VALUE_FULL, &row->c, style);
	fputs("</span></span><svg class=\"bar\">", to);
	for (size_t i = 0; i < row->slices; i++)
		put_slice(to, &row->slice[i]);
	if (row->failed)
		fprintf(to, "<svg x=\"%.2f%%\">" CROSS "</svg>", at(last->end_ns));
	fprintf(to, "</svg><span class=\"%s\">%s</span></li>\n", row->failed ? "end bad" : "end",
		*row->end ? row->end : last->open ? "alive" : "-");
}

/* The greatest step of which at least TICKS_LEAST make the axis. */
static uint64_t tick(uint64_t span)
{
	static const uint64_t steps[] = {		/* seconds */
		1, 2, 5, 10, 20, 60, 120, 300, 600, 1200, 3600, 2 * 3600, 6 * 3600,
		12 * 3600, 86400,
	};
	const uint64_t second = 1000000000;
	uint64_t found = 1;

	/* 1, 2 or 5 times a power of ten. */
	for (uint64_t ns = 1; ns < second; ns *= 10) {
		for (int i = 1; i <= 5; i += i == 1 ? 1 : 3) {
			if (i * ns <= span / TICKS_LEAST)
				found = i * ns;
		}
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i] * second <= span / TICKS_LEAST)
			found = steps[i] * second;
	}
	/* Days have no names above them. */
	while (found >= 86400 * second && 2 * found <= span / TICKS_LEAST)
		found *= 2;
	return found;
}

/* On a wide screen there is room behind the end for a late label. */
static void put_axis(FILE *to, uint64_t step)
{
	uint64_t ticks = (end_ns - begin_ns) / step;

	fputs("<div class=\"axis\" aria-hidden=\"true\"><span></span><span class=\"ticks\">", to);
	for (uint64_t i = 0; i <= ticks; i++) {
		double x = at(begin_ns + i * step);

		fprintf(to, "<i%s style=\"left:%.2f%%\">%s</i>", x < 90 ? "" : " class=\"late\"", x,
			i ? page_duration(i * step) : "0");
	}
	fputs("</span><span></span></div>\n", to);
}

static void put_legend(FILE *to)
{
	static const char *const words[][2] = {
		{ "s1", "SYN_SENT, SYN_RCVD" }, { "s2", "ESTABLISHED" },
		{ "s3", "FIN_WAIT_1" }, { "s3 d", "FIN_WAIT_2" },
		{ "s4", "CLOSE_WAIT" }, { "s4 d", "LAST_ACK" },
		{ "s5", "TIME_WAIT" },
	};

	fputs("<ul class=\"legend\">", to);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		fprintf(to, "<li><svg><rect class=\"%s\" width=\"100%%\" height=\"100%%\"/></svg>"
			"%s</li>", words[i][0], words[i][1]);
	fputs("<li><svg>" CROSS "</svg>failed or reset</li></ul>\n", to);
}

void timeline_style(FILE *to)
{
	fputs(".timeline,.legend{list-style:none;margin:0;padding:0}\n"
	      ".timeline li,.axis{display:grid;grid-template-columns:19rem 1fr 7.5rem;"
	      "column-gap:1.1rem;align-items:center}\n"
	      ".timeline li{font-size:.75rem;line-height:1.35rem;break-inside:avoid}\n"
	      ".who{display:flex;justify-content:space-between;gap:.5rem;"
	      "white-space:nowrap;overflow:hidden}\n"
	      ".who .ends{color:var(--faint);font-variant-numeric:tabular-nums;"
	      "overflow:hidden;text-overflow:ellipsis}\n"
	      ".bar{display:block;width:100%;height:.8rem;overflow:visible;"
	      "background:linear-gradient(to right,var(--line) 1px,transparent 1px) "
	      "0 0/var(--tick) 100%;print-color-adjust:exact}\n"
	      ".axis{color:var(--faint);font-size:.75rem;height:1.4rem}\n"
	      ".ticks{position:relative;height:100%}\n"
	      ".ticks i{position:absolute;font-style:normal;"
	      "font-variant-numeric:tabular-nums;white-space:nowrap}\n"
	      ".timeline .end{white-space:nowrap}\n"
	      ".s1{fill:var(--s1)}.s2{fill:var(--s2)}.s3{fill:var(--s3)}.s4{fill:var(--s4)}"
	      ".s5{fill:var(--s5)}.d{fill-opacity:.55}\n"
	      ".bar svg{overflow:visible}.cross{fill:none;stroke:var(--bad);stroke-width:2px}\n"
	      ".legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.8rem;"
	      "margin:.5rem 0}\n"
	      ".legend svg{width:.9rem;height:.8rem;margin-right:.35rem;vertical-align:-.05rem}\n"
	      "@media(max-width:700px){\n"
	      ".timeline li,.axis{grid-template-columns:1fr 6.5rem;grid-template-areas:"
	      "\"who end\" \"bar bar\";column-gap:.5rem}\n"
	      ".axis{display:block}.axis span:not(.ticks){display:none}.ticks{display:block}\n"
	      ".who{grid-area:who}.bar{grid-area:bar}.timeline .end{grid-area:end;text-align:right}\n"
	      ".timeline li{margin-bottom:.35rem}\n"
	      ".ticks i:nth-child(even),.ticks .late{display:none}\n"
	      "}\n"
	      "@media print{.ticks i:nth-child(even){display:none}}\n", to);
}

void timeline_html(struct style *style, FILE *to)
{
	char all[PAGE_COUNT_MAX];
	uint64_t step;

	if (!count) {
		fputs("<p>No connection was recorded.</p>\n", to);
		return;
	}
	step = tick(end_ns - begin_ns);
	qsort(rows, count, sizeof(rows[0]), by_begin);
	if (every > 1) {
		page_count(all, seen);
		fprintf(to, "<p class=\"note\">%zu of %s connections are shown, about one in %" PRIu64
			". All: <code>tcpfsm -o perfetto -r FILE</code>.</p>\n", count, all, every);
	}
	if (last_ns > end_ns)
		fputs("<p class=\"note\">The axis ends before TIME_WAIT does.</p>\n", to);
	put_legend(to);
	fprintf(to, "<div style=\"--tick:%.4f%%\">\n", at(begin_ns + step));
	put_axis(to, step);
	fputs("<ol class=\"timeline\">\n", to);
	for (size_t i = 0; i < count; i++)
		put_row(style, to, &rows[i]);
	fputs("</ol></div>\n", to);
}
