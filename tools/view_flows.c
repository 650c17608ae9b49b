// SPDX-License-Identifier: GPL-2.0
/*
 * flows: the connections that are alive, the longest time in their state first. Live,
 * they come from the module's file flows, at once; from records, those alive at the end.
 */
#include "connection.h"
#include "filter.h"
#include "flow_columns.h"
#include "flow_file.h"
#include "flow_row.h"
#include "number.h"
#include "options.h"
#include "record_columns.h"
#include "style.h"
#include "view.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A row, or with --count one of those that are the same in the columns named. */
struct counted {
	struct flow_row row;
	uint64_t count;
	char *key;			/* their text */
};

static struct counted *rows;
static size_t count, room;

static bool get_count(const void *at, struct value *value)
{
	value->number = ((const struct counted *)at)->count;
	return true;
}

static const struct column count_column = {
	"COUNT", "count", "how many there are", IN_TEXT | IN_DATA, .kind = VALUE_NUMBER,
	.width = 5, .get = get_count,
};

static const struct columns count_columns = {
	.name = "counts", .column = &count_column, .count = 1,
};

static void add_row(struct show *show, const struct flow_row *row)
{
	if (!filter_takes(show->filter, &row->r))
		return;
	if (count == room) {
		room = room ? 2 * room : 1024;
		rows = reallocarray(rows, room, sizeof(*rows));
		if (!rows)
			err(1, NULL);
	}
	rows[count++] = (struct counted){ .row = *row, .count = 1 };
}

/* An unknown time goes last. */
static int by_time(const void *a, const void *b)
{
	const struct tcpfsm_record *one = a, *other = b;
	uint64_t time = one->known & TCPFSM_KNOWN_DWELL ? one->dwell_ns : 0;
	uint64_t others = other->known & TCPFSM_KNOWN_DWELL ? other->dwell_ns : 0;

	if (time != others)
		return time > others ? -1 : 1;
	return one->id < other->id ? -1 : one->id > other->id;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct counted *)a)->key, ((const struct counted *)b)->key);
}

static int by_count(const void *a, const void *b)
{
	const struct counted *one = a, *other = b;

	if (one->count != other->count)
		return one->count > other->count ? -1 : 1;
	return strcmp(one->key, other->key);
}

/* Columns of a name are one, whether text or data shows it. */
static bool is_named(const struct column *column, const char *word)
{
	return (column->heading && !strcasecmp(column->heading, word)) ||
	       (column->name && !strcmp(column->name, word));
}

/* Prints the names to choose from. */
static bool no_such_column(const char *word)
{
	char names[512] = "";

	for (size_t i = 0; i < FLOW_COLUMNS; i++) {
		if (flow_columns.column[i].heading)
			sprintf(names + strlen(names), " %s", flow_columns.column[i].heading);
	}
	warnx("--count '%s': no such column; there are%s", word, names);
	return false;
}

/* Fills in @chosen, count_column first; returns their number, or 0 after a message. */
static size_t choose_columns(const char *words,
			     struct column chosen[FLOW_COLUMNS + 1])
{
	char *copy = strdup(words), *rest = copy, *word;
	size_t n = 0;

	if (!copy)
		err(1, NULL);
	chosen[n++] = count_column;
	while ((word = strsep(&rest, ","))) {
		size_t i = 0;

		while (i < FLOW_COLUMNS && !is_named(&flow_columns.column[i], word))
			i++;
		if (i == FLOW_COLUMNS || n > FLOW_COLUMNS) {
			no_such_column(word);
			n = 0;
			break;
		}
		chosen[n] = flow_columns.column[i];
		if (!chosen[n].heading)
			chosen[n].heading = chosen[n].name;
		if (!chosen[n].name)
			chosen[n].name = chosen[n].heading;
		chosen[n++].where = IN_TEXT | IN_DATA;
	}
	free(copy);
	return n;
}

static char *key_of(const struct counted *row, const struct column *chosen, size_t n,
		    struct style *style)
{
	char *key = malloc(n * (VALUE_TEXT_MAX + 1)), *to = key;
	int unseen = 0;

	if (!key)
		err(1, NULL);
	for (size_t i = 1; i < n; i++) {
		struct value value = { 0 };

		if (chosen[i].get(row, &value))
			to = value_text(to, &value, chosen[i].kind, VALUE_FULL, style,
					&unseen);
		*to++ = '\t';
	}
	*to++ = '\0';
	return realloc(key, to - key);
}

/* qsort() takes no NULL. */
static void sort(int (*compare)(const void *a, const void *b))
{
	if (count)
		qsort(rows, count, sizeof(*rows), compare);
}

/* Leaves one row of each kind, with their number. */
static void count_rows(const struct column *chosen, size_t n, struct style *style)
{
	struct style plain = { .clock = style->clock };
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		rows[i].key = key_of(&rows[i], chosen, n, &plain);
	sort(by_key);
	for (size_t i = 0; i < count; i++) {
		if (kept && !strcmp(rows[kept - 1].key, rows[i].key)) {
			rows[kept - 1].count++;
			free(rows[i].key);
		} else {
			rows[kept++] = rows[i];
		}
	}
	count = kept;
	sort(by_count);
}

static void put_rows(struct show *show, const struct columns *of)
{
	struct table table;

	table_init(&table, of, show->style, show->out);
	for (size_t i = 0; i < count; i++)
		table_measure(&table, &rows[i]);
	table_start(&table);
	for (size_t i = 0; i < count && i < show->options->rows; i++)
		table_row(&table, &rows[i]);
}

static void put_all(struct show *show)
{
	struct column chosen[FLOW_COLUMNS + 1];
	struct columns of = { .name = "counts", .column = chosen };

	if (show->options->count_by) {
		of.count = choose_columns(show->options->count_by, chosen);
		count_rows(chosen, of.count, show->style);
		put_rows(show, &of);
	} else {
		sort(by_time);
		put_rows(show, &flow_columns);
	}
}

static bool check(const struct options *options)
{
	struct column chosen[FLOW_COLUMNS + 1];

	return !options->count_by || choose_columns(options->count_by, chosen);
}

static void take_row(void *to, const struct flow_row *row)
{
	add_row(to, row);
}

static bool now(struct show *show)
{
	bool ok = flow_file_read(show->options->proc, take_row, show);

	if (ok)
		put_all(show);
	return ok;
}

static void add_connection(void *to, struct connection *c)
{
	struct show *show = to;
	struct flow_row row;

	flow_row_of(&row, c, show->last_ns);
	add_row(show, &row);
}

static void end(struct show *show)
{
	connections_each(show->connections, add_connection, show);
	put_all(show);
}

static void event(struct show *show, struct connection *c, enum connection_event what)
{
	(void)show;
	(void)c;
	(void)what;
}

const struct view view_flows = {
	.name = "flows",
	.what = "the connections that are alive, as ss shows them",
	.options = VIEW_COUNT,
	.columns = { &flow_columns, &count_columns },
	.formats = 1u << FORMAT_TEXT | 1u << FORMAT_JSON | 1u << FORMAT_CSV,
	.of_connections = true,
	.let_go = CONNECTION_CLOSED,
	.check = check,
	.now = now,
	.event = event,
	.end = end,
};
