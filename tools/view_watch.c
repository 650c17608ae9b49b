// SPDX-License-Identifier: GPL-2.0
/*
 * watch: one line when the filter becomes true of a connection, once for each. Besides
 * transitions only time makes it true: the reader sleeps until the filter's next time in a
 * state has come for one of the connections.
 */
#include "connection.h"
#include "filter.h"
#include "flow_columns.h"
#include "flow_row.h"
#include "heap.h"
#include "options.h"
#include "output.h"
#include "run_each.h"
#include "style.h"
#include "table.h"
#include "view.h"
#include "wait.h"

#include <err.h>
#include <stdlib.h>

/* The module wakes its readers some milliseconds after a transition. */
#define LATE_NS UINT64_C(100000000)

/* The first member is that of the columns of flows. */
struct watch_row {
	struct flow_row flow;
	uint64_t mono_ns;
};

static struct table table;
static struct heap deadlines;
static struct show *shown;

static bool get_time(const void *row, struct value *value)
{
	value->number = ((const struct watch_row *)row)->mono_ns;
	return true;
}

static const struct column time_columns[] = {
	{ "TIME", NULL, "time when it became true, local", IN_TEXT, .kind = VALUE_TIME,
	  .width = 12, .narrow = 8, .narrows = 1, .get = get_time },
	{ NULL, "ts", "time when it became true, UTC", IN_DATA, .kind = VALUE_TIME,
	  .of_loss = true, .get = get_time },
};

#define TIME_COLUMNS (sizeof(time_columns) / sizeof(time_columns[0]))

static const struct columns watch_columns = {
	.name = "watch", .column = time_columns, .count = TIME_COLUMNS, .stream = true,
};

/* Its own, and those of flows. */
static const struct columns *all_columns(void)
{
	static struct column column[TIME_COLUMNS + FLOW_COLUMNS];
	static struct columns all = { .name = "watch", .column = column, .stream = true };

	for (all.count = 0; all.count < TIME_COLUMNS; all.count++)
		column[all.count] = time_columns[all.count];
	for (size_t i = 0; i < FLOW_COLUMNS; i++)
		column[all.count++] = flow_columns.column[i];
	return &all;
}

static void put(struct show *show, struct connection *c, const struct watch_row *row)
{
	c->has_shown = true;
	table_row(&table, row);
	if (++show->rows >= show->options->rows)
		wait_end();
	if (!show->options->run)
		return;
	output_flush(show->out);
	if (wait_output_closed(show->out))
		wait_end();
	else
		run_each(show->options->run, table.columns, row, show->style, show->out);
}

/* What the filter says at @mono_ns, and when to ask again. */
static void look_at(struct show *show, struct connection *c, uint64_t mono_ns)
{
	struct watch_row row = { .mono_ns = mono_ns };
	uint64_t dwell_ns;

	if (c->has_shown || show->rows >= show->options->rows)
		return;
	flow_row_of(&row.flow, c, mono_ns);
	if (filter_takes(show->filter, &row.flow.r)) {
		put(show, c, &row);
		return;
	}
	dwell_ns = filter_next_dwell(show->filter, row.flow.r.dwell_ns);
	if (dwell_ns < UINT64_MAX - c->now.mono_ns)
		heap_add(&deadlines, c->now.mono_ns + dwell_ns, &c->now);
}

/* Those whose time has come at @mono_ns; a connection that has gone on is not found. */
static void look_until(struct show *show, uint64_t mono_ns)
{
	struct heap_entry entry;

	while (heap_least(&deadlines) <= mono_ns) {
		struct tcpfsm_record last = { 0 };
		struct connection *c;

		heap_take(&deadlines, &entry);
		last.id = entry.id;
		last.netns = entry.netns;
		last.mono_ns = entry.since_ns;
		last.new_state = entry.state;
		c = connections_find(show->connections, &last);
		if (c)
			look_at(show, c, entry.at_ns);
	}
}

static void sleep_again(void);

static void due(void)
{
	look_until(shown, wait_now() - LATE_NS);
	sleep_again();
}

static void sleep_again(void)
{
	uint64_t next = heap_least(&deadlines);

	wait_until(next < UINT64_MAX - LATE_NS ? next + LATE_NS : UINT64_MAX, due);
}

static void look_at_first(void *to, struct connection *c)
{
	look_at(to, c, wait_now());
}

static void begin(struct show *show)
{
	shown = show;
	table_begin(&table, all_columns(), show->style, show->out);
	connections_each(show->connections, look_at_first, show);
	if (show->live)
		sleep_again();
}

static void come_to(struct show *show, uint64_t mono_ns)
{
	look_until(show, mono_ns);
}

static void changed(struct show *show, struct connection *c)
{
	look_at(show, c, c->now.mono_ns);
	if (show->live)
		sleep_again();
}

static void lost(struct show *show, uint64_t count, uint64_t mono_ns)
{
	(void)show;
	table_lost(&table, count, mono_ns);
}

static void end(struct show *show)
{
	/* In a recording, time ends with the last record. */
	if (!show->live)
		look_until(show, show->last_ns);
	heap_free(&deadlines);
}

static void event(struct show *show, struct connection *c, enum connection_event what)
{
	if (what == CONNECTION_CLOSED)
		look_at(show, c, c->now.mono_ns);
}

static int status(int of_command)
{
	if (!run_each_end())
		return EXIT_FAILURE;
	return of_command > 0 ? of_command : EXIT_SUCCESS;
}

static bool check(const struct options *options)
{
	if (options->run && !*options->run)
		warnx("--run '': a command is missing");
	else if (!options->filter)
		warnx("watch needs a filter: 'state close-wait and dwell > 60s'");
	else
		return true;
	return false;
}

const struct view view_watch = {
	.name = "watch",
	.what = "a line when a connection begins to match the filter, once for each",
	.options = VIEW_RUN,
	.columns = { &watch_columns },
	.formats = 1u << FORMAT_TEXT | 1u << FORMAT_JSON | 1u << FORMAT_CSV,
	.of_connections = true,
	.begins_alive = true,
	.asks_filter = true,
	.let_go = CONNECTION_CLOSED,
	.check = check,
	.begin = begin,
	.time = come_to,
	.event = event,
	.changed = changed,
	.lost = lost,
	.end = end,
	.status = status,
};
