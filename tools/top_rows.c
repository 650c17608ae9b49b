// SPDX-License-Identifier: GPL-2.0
/* What top shows: connections, in order. */
#include "top_rows.h"
#include "connection.h"
#include "filter.h"
#include "table.h"

#include <err.h>
#include <stdlib.h>

static struct flow_row *all_rows;
static size_t count, room;
static struct flow_row closed_rows[TOP_CLOSED_MAX];
static uint64_t closed_count;

/* For qsort(). */
static const struct column *by;
static bool down;

static struct flow_row *new_row(void)
{
	if (count == room) {
		room = room ? 2 * room : 1024;
		all_rows = reallocarray(all_rows, room, sizeof(*all_rows));
		if (!all_rows)
			err(1, NULL);
	}
	return &all_rows[count++];
}

struct collect {
	struct top_rows *rows;
	uint64_t now_ns;
};

static void collect_one(void *to, struct connection *c)
{
	const struct collect *collect = to;

	collect->rows->alive++;
	if (c->now.new_state < TCPFSM_NR_STATES)
		collect->rows->in_state[c->now.new_state]++;
	flow_row_of(new_row(), c, collect->now_ns);
}

static void collect_closed(uint64_t now_ns)
{
	uint64_t kept = closed_count < TOP_CLOSED_MAX ? closed_count : TOP_CLOSED_MAX;

	for (uint64_t i = 0; i < kept; i++) {
		struct flow_row *row = new_row();
		uint64_t since_ns = closed_rows[i].r.mono_ns;

		*row = closed_rows[i];
		row->r.dwell_ns = now_ns > since_ns ? now_ns - since_ns : 0;
	}
}

void top_rows_collect(struct top_rows *rows, struct connections *all,
		      const struct filter *filter, uint64_t now_ns, bool closed)
{
	struct collect collect = { rows, now_ns };
	const struct flow_row **row = rows->row;
	size_t had = room;

	*rows = (struct top_rows){ .row = row };
	count = 0;
	connections_each(all, collect_one, &collect);
	if (closed)
		collect_closed(now_ns);
	if (room > had || !row)
		rows->row = reallocarray(rows->row, room ? room : 1, sizeof(*rows->row));
	if (!rows->row)
		err(1, NULL);
	top_rows_filter(rows, filter);
}

void top_rows_filter(struct top_rows *rows, const struct filter *filter)
{
	rows->count = 0;
	for (size_t i = 0; i < count; i++) {
		if (filter_takes(filter, &all_rows[i].r))
			rows->row[rows->count++] = &all_rows[i];
	}
}

static int in_order(const void *a, const void *b)
{
	const struct flow_row *one = *(const struct flow_row *const *)a;
	const struct flow_row *other = *(const struct flow_row *const *)b;
	struct value value = { 0 }, others = { 0 };
	bool known = by->get(one, &value), others_known = by->get(other, &others);
	int order = 0;

	if (known != others_known)
		return known ? -1 : 1;
	if (known)
		order = value_order(&value, &others, by->kind);
	if (order)
		return down ? -order : order;
	return one->r.id < other->r.id ? -1 : one->r.id > other->r.id;
}

void top_rows_sort(struct top_rows *rows, const struct column *column, bool descending)
{
	by = column;
	down = descending;
	if (rows->count)
		qsort(rows->row, rows->count, sizeof(*rows->row), in_order);
}

void top_rows_closed(const struct connection *c)
{
	flow_row_of(&closed_rows[closed_count++ % TOP_CLOSED_MAX], c, c->now.mono_ns);
}

bool top_rows_has_closed(void)
{
	return closed_count;
}
