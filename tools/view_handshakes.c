// SPDX-License-Identifier: GPL-2.0
/* handshakes: one line an opening, when it is decided; a histogram of their durations. */
#include "connection.h"
#include "connection_columns.h"
#include "dwell.h"
#include "histogram.h"
#include "names.h"
#include "number.h"
#include "options.h"
#include "output.h"
#include "style.h"
#include "view.h"

#include <inttypes.h>
#include <stdio.h>

/* A result is the cause that ended the opening, or one of these. */
enum { RESULT_ESTABLISHED = UINT8_MAX + 1, RESULT_REFUSED, RESULTS };

#define ROLES (TCPFSM_ROLE_PASSIVE + 1)		/* 0: not known */

static struct openings {
	uint64_t count[RESULTS];
	struct histogram took;			/* of the established ones */
} openings[ROLES];
static struct table table;

/*
 * The transition that decided: to ESTABLISHED, or the last of a failure. Where it was
 * lost, the first later one, or the last before.
 */
static const struct transition *decision(const struct connection *c)
{
	const struct transition *t = connection_entering(c, TCPFSM_ESTABLISHED);
	const struct transition *last = &c->transition[c->transitions - 1];

	if (t || !c->opened_ns)
		return t ? t : last;
	for (t = c->transition; t < last && t->mono_ns < c->opened_ns; t++)
		;
	return t;
}

static bool is_lost(const struct connection *c)
{
	uint8_t state = c->opened_ns ? TCPFSM_ESTABLISHED : TCPFSM_CLOSED;

	return decision(c)->new_state != state;
}

static unsigned int result(const struct connection *c)
{
	const struct transition *t = decision(c);

	if (c->opened_ns)
		return RESULT_ESTABLISHED;
	if (t->old_state == TCPFSM_SYN_SENT && t->cause == TCPFSM_CAUSE_RCV_RST)
		return RESULT_REFUSED;
	return is_lost(c) ? 0 : t->cause;
}

static const char *result_word(unsigned int n)
{
	static char word[NAME_MAX_LEN + 1];

	if (n == RESULT_ESTABLISHED)
		return "established";
	if (n == RESULT_REFUSED)
		return "refused";
	*put_cause(word, n) = '\0';
	return word;
}

static bool get_time(const void *row, struct value *value)
{
	value->number = decision(row)->mono_ns;
	return true;
}

/* Of a failure, from its first transition on. */
static bool get_took(const void *row, struct value *value)
{
	const struct connection *c = row;

	if (c->opened_ns)
		return connection_handshake(c, &value->number);
	value->number = decision(c)->mono_ns - c->begun_ns;
	return c->whole_begin;
}

/* The first one is not counted as sent again. */
static bool get_tries(const void *row, struct value *value)
{
	const struct connection *c = row;
	const struct transition *t = decision(c);

	value->number = (uint64_t)t->retrans + 1;
	return t->has_retrans && !is_lost(c) && !(t->flags & TCPFSM_F_SYNCOOKIE) &&
	       t->cause != TCPFSM_CAUSE_CONNECT;
}

/* 0: none was recorded. */
static bool get_result(const void *row, struct value *value)
{
	unsigned int n = result(row);

	value->word = result_word(n);
	return n;
}

static bool get_errno(const void *row, struct value *value)
{
	value->number = decision(row)->error;
	return value->number;
}

static const struct column columns[] = {
	{ "TIME", NULL, "time of the result, local", IN_TEXT, .kind = VALUE_TIME,
	  .width = 12, .narrow = 8, .narrows = 2, .get = get_time },
	{ "LOCAL", NULL, "this socket's end", IN_TEXT, .kind = VALUE_ENDPOINT,
	  .width = 20, .narrow = 6, .narrows = 1, .gives = GIVES_MIDDLE,
	  .get = cell_local },
	{ "PEER", NULL, "the other end", IN_TEXT, .kind = VALUE_ENDPOINT,
	  .width = 20, .narrow = 18, .narrows = 4, .gives = GIVES_MIDDLE,
	  .get = cell_peer },
	{ "OPENED", NULL, "active or passive opener", IN_TEXT, .kind = VALUE_ROLE,
	  .width = 7, .get = cell_open_role },
	{ "TOOK", NULL, "from the first SYN to the result", IN_TEXT,
	  .kind = VALUE_DURATION, .width = 9, .narrow = 6, .narrows = 3,
	  .get = get_took },
	{ "TRIES", NULL, "SYNs sent, or SYN-ACKs", IN_TEXT, .kind = VALUE_NUMBER,
	  .width = 5, .get = get_tries },
	{ "RESULT", NULL, "established, refused, or the cause of the failure", IN_TEXT,
	  .kind = VALUE_WORD, .width = 11, .get = get_result },
	{ "OWNER", NULL, "the process that the connection belongs to", IN_TEXT,
	  .kind = VALUE_TASK, .width = 15, .narrow = 11, .narrows = 5, .gives = GIVES_END,
	  .get = cell_owner },
	{ "UID", NULL, "its user", IN_EXTENDED, .kind = VALUE_NUMBER, .width = 5,
	  .get = cell_owner_uid },
	{ "NETNS", NULL, "network namespace: its name, or its inode", IN_EXTENDED,
	  .kind = VALUE_NETNS, .width = 10, .get = cell_netns },
	{ "ID", NULL, "socket cookie, as ss -e prints it", IN_EXTENDED,
	  .kind = VALUE_HEX, .width = 8, .get = cell_id },
	{ "ERRNO", NULL, "the socket's error", IN_EXTENDED, .kind = VALUE_NUMBER,
	  .width = 5, .get = get_errno },
	{ "NOTE", NULL, "flags of its transitions", IN_EXTENDED, .kind = VALUE_FLAGS,
	  .width = 4, .get = cell_note },

#define DATA(field, what, of, getter, ...) \
	{ NULL, field, what, IN_DATA, .kind = of, .get = getter, __VA_ARGS__ }
	DATA("ts", "time of the result, UTC", VALUE_TIME, get_time, .of_loss = true),
	DATA("mono_ns", "the same, CLOCK_MONOTONIC", VALUE_NUMBER, get_time,
	     .of_loss = true),
	DATA("id", "socket cookie, as ss -e prints it", VALUE_HEX, cell_id),
	DATA("netns", "inode of the network namespace", VALUE_NETNS, cell_netns),
	DATA("laddr", "this socket's address", VALUE_ADDRESS, cell_laddr),
	DATA("lport", "this socket's port", VALUE_PORT, cell_lport),
	DATA("raddr", "the other end's address", VALUE_ADDRESS, cell_peer),
	DATA("rport", "the other end's port", VALUE_PORT, cell_peer),
	DATA("open_role", "active or passive opener", VALUE_ROLE, cell_open_role),
	DATA("took_ns", "from the first SYN to the result", VALUE_DURATION, get_took),
	DATA("tries", "SYNs sent, or SYN-ACKs", VALUE_NUMBER, get_tries),
	DATA("result", "established, refused, or the cause of the failure", VALUE_WORD,
	     get_result),
	DATA("errno", "the socket's error", VALUE_NUMBER, get_errno),
	DATA("flags", "notes of its transitions", VALUE_FLAGS, cell_flags),
	DATA("owner", "the process that the connection belongs to", VALUE_OWNER,
	     cell_owner),
};

static const struct columns handshakes_columns = {
	.name = "handshakes",
	.column = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.stream = true,
};

/* CSV has one table: with --histogram it is this one. */
struct bar {
	unsigned int role, result;
	struct histogram_range range;	/* of a failure, only its count */
};

static bool get_bar_role(const void *row, struct value *value)
{
	const struct bar *bar = row;

	value->number = bar->role;
	return bar->role;
}

static bool get_bar_result(const void *row, struct value *value)
{
	const struct bar *bar = row;

	value->word = result_word(bar->result);
	return bar->result;
}

static bool get_bar_from(const void *row, struct value *value)
{
	const struct bar *bar = row;

	value->number = bar->range.from_us;
	return bar->result == RESULT_ESTABLISHED;
}

static bool get_bar_to(const void *row, struct value *value)
{
	const struct bar *bar = row;

	value->number = bar->range.to_us;
	return bar->result == RESULT_ESTABLISHED;
}

static bool get_bar_count(const void *row, struct value *value)
{
	const struct bar *bar = row;

	value->number = bar->range.count;
	return true;
}

static const struct column bar_columns[] = {
	DATA("open_role", "active or passive opener", VALUE_ROLE, get_bar_role),
	DATA("result", "established, refused, or the cause of the failure", VALUE_WORD,
	     get_bar_result),
	DATA("from_us", "least duration of these handshakes", VALUE_NUMBER, get_bar_from),
	DATA("to_us", "greatest duration, in whole microseconds", VALUE_NUMBER,
	     get_bar_to),
	DATA("count", "number of openings", VALUE_NUMBER, get_bar_count),
};

static const struct columns histogram_columns = {
	.name = "handshakes --histogram",
	.column = bar_columns,
	.count = sizeof(bar_columns) / sizeof(bar_columns[0]),
};

static bool is_bars_only(const struct show *show)
{
	return show->options->histogram && show->style->format == FORMAT_CSV;
}

static void begin(struct show *show)
{
	table_begin(&table, is_bars_only(show) ? &histogram_columns : &handshakes_columns,
		    show->style, show->out);
}

static void count_opening(const struct connection *c)
{
	struct value role, took;
	struct openings *o;

	cell_open_role(c, &role);
	o = &openings[role.number < ROLES ? role.number : 0];
	o->count[result(c)]++;
	if (c->opened_ns && get_took(c, &took))
		histogram_add(&o->took, took.number);
}

static void show_opening(struct show *show, struct connection *c)
{
	c->has_shown = true;
	count_opening(c);
	if (is_bars_only(show) || (show->options->failed && c->opened_ns))
		return;
	table_row(&table, c);
	show->rows++;
}

/* Later than OPENED if it was a later record that the filter took. */
static void event(struct show *show, struct connection *c, enum connection_event event)
{
	if (event >= CONNECTION_OPENED && !c->has_shown && connection_is_opening(c))
		show_opening(show, c);
}

static void lost(struct show *show, uint64_t count, uint64_t mono_ns)
{
	if (!is_bars_only(show))
		table_lost(&table, count, mono_ns);
}

static void show_late(void *to, struct connection *c)
{
	struct show *show = to;

	if (c->opened_ns && c->fits && show->rows < show->options->rows)
		event(show, c, CONNECTION_OPENED);
}

static uint64_t failures(const struct openings *o)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < RESULTS; i++)
		sum += i == RESULT_ESTABLISHED ? 0 : o->count[i];
	return sum;
}

static const char *brief(uint64_t ns)
{
	static char text[NUMBER_MAX + 1];

	*put_brief_dwell(text, ns) = '\0';
	return text;
}

/* "failed: refused 3, timeout 1", in lines that are no wider than the screen. */
static void failures_text(const struct show *show, const struct openings *o)
{
	const char *before = "failed: ";
	int at = strlen(before);

	if (!failures(o))
		return;
	for (unsigned int i = 0; i < RESULTS; i++) {
		char text[NAME_MAX_LEN + sizeof(" ") + NUMBER_MAX];
		int len;

		if (i == RESULT_ESTABLISHED || !o->count[i])
			continue;
		len = snprintf(text, sizeof(text), "%s %" PRIu64,
			       i ? result_word(i) : "-", o->count[i]);
		if (at + len + (int)strlen(", ,") > show->style->width) {
			before = ",\n";
			at = 0;
		}
		output_printf(show->out, "%s%s", before, text);
		at += len + strlen(", ");
		before = ", ";
	}
	output_bytes(show->out, "\n", 1);
}

static void end_text(const struct show *show, unsigned int role, const struct openings *o)
{
	static const char *const names[ROLES] = { "opener unknown", "active", "passive" };
	static const unsigned int percent[] = { 50, 90, 99 };

	output_printf(show->out, "\n%s: %" PRIu64 " established, %" PRIu64 " failed\n",
		      names[role], o->count[RESULT_ESTABLISHED], failures(o));
	failures_text(show, o);
	if (!o->took.count)
		return;
	for (size_t i = 0; i < sizeof(percent) / sizeof(percent[0]); i++)
		output_printf(show->out, "p%u %s  ", percent[i],
			      brief(histogram_percentile(&o->took, percent[i])));
	output_printf(show->out, "max %s\n", brief(o->took.max_ns));
	histogram_bars(&o->took, show->style->width, show->out);
}

static void end_json(const struct show *show, unsigned int role, const struct openings *o)
{
	static const char *const names[ROLES] = { "null", "\"active\"", "\"passive\"" };
	static const unsigned int percent[] = { 50, 90, 99 };
	const char *before = "";

	output_printf(show->out,
		      "{\"open_role\":%s,\"established\":%" PRIu64 ",\"failed\":{",
		      names[role], o->count[RESULT_ESTABLISHED]);
	for (unsigned int i = 0; i < RESULTS; i++) {
		if (i == RESULT_ESTABLISHED || !o->count[i])
			continue;
		output_printf(show->out, "%s\"%s\":%" PRIu64, before,
			      i ? result_word(i) : "", o->count[i]);
		before = ",";
	}
	output_bytes(show->out, "},", 2);
	for (size_t i = 0; o->took.count && i < sizeof(percent) / sizeof(percent[0]); i++)
		output_printf(show->out, "\"p%u_ns\":%" PRIu64 ",", percent[i],
			      histogram_percentile(&o->took, percent[i]));
	if (o->took.count)
		output_printf(show->out, "\"max_ns\":%" PRIu64 ",", o->took.max_ns);
	output_printf(show->out, "\"histogram\":");
	histogram_json(&o->took, show->out);
	output_bytes(show->out, "}\n", 2);
}

static void end_csv(unsigned int role, const struct openings *o)
{
	struct bar bar = { .role = role, .result = RESULT_ESTABLISHED };
	struct histogram_range range[HISTOGRAM_RANGES];
	size_t ranges = histogram_ranges(&o->took, range);

	for (size_t i = 0; i < ranges; i++) {
		bar.range = range[i];
		table_row(&table, &bar);
	}
	for (bar.result = 0; bar.result < RESULTS; bar.result++) {
		bar.range = (struct histogram_range){ .count = o->count[bar.result] };
		if (bar.result != RESULT_ESTABLISHED && bar.range.count)
			table_row(&table, &bar);
	}
}

static void end(struct show *show)
{
	connections_each(show->connections, show_late, show);
	if (!show->options->histogram)
		return;
	/* Those that nobody knows the opener of come last. */
	for (unsigned int i = 1; i <= ROLES; i++) {
		const struct openings *o = &openings[i % ROLES];

		if (!o->count[RESULT_ESTABLISHED] && !failures(o))
			continue;
		if (show->style->format == FORMAT_JSON)
			end_json(show, i % ROLES, o);
		else if (show->style->format == FORMAT_CSV)
			end_csv(i % ROLES, o);
		else
			end_text(show, i % ROLES, o);
	}
}

const struct view view_handshakes = {
	.name = "handshakes",
	.what = "one line an opening of a connection, when it is decided",
	.options = VIEW_FAILED | VIEW_HISTOGRAM,
	.columns = { &handshakes_columns, &histogram_columns },
	.formats = 1u << FORMAT_TEXT | 1u << FORMAT_JSON | 1u << FORMAT_CSV,
	.of_connections = true,
	.let_go = CONNECTION_ENDED,
	.begin = begin,
	.event = event,
	.lost = lost,
	.end = end,
};
