// SPDX-License-Identifier: GPL-2.0
/* matrix: how often each transition happened. */
#include "options.h"
#include "style.h"
#include "table.h"
#include "view.h"

#include <stdlib.h>

#include "tcpfsm.h"

#define STATES (UINT8_MAX + 1)			/* a later module may have any */

struct cell {
	uint64_t count;
	double rate;				/* a second; below 0: not known */
	uint8_t old_state, new_state;
};

static uint64_t counts[STATES][STATES], lost_records, last_loss_ns;

static bool get_old(const void *row, struct value *value)
{
	const struct cell *cell = row;

	value->number = cell->old_state;
	return true;
}

static bool get_new(const void *row, struct value *value)
{
	const struct cell *cell = row;

	value->number = cell->new_state;
	return true;
}

static bool get_count(const void *row, struct value *value)
{
	const struct cell *cell = row;

	value->number = cell->count;
	return true;
}

static bool get_rate(const void *row, struct value *value)
{
	const struct cell *cell = row;

	value->rate = cell->rate;
	return cell->rate >= 0;
}

enum { RATE = 3 };

/* A file has no rate: end() leaves the column out of text. */
static struct column columns[] = {
	{ "OLD", "old", "old state", IN_TEXT | IN_DATA, .kind = VALUE_STATE, .width = 11,
	  .get = get_old },
	{ "NEW", "new", "new state", IN_TEXT | IN_DATA, .kind = VALUE_STATE, .width = 11,
	  .get = get_new },
	{ "COUNT", "count", "transitions", IN_TEXT | IN_DATA, .kind = VALUE_NUMBER,
	  .width = 10, .get = get_count },
	[RATE] = { "RATE", "rate", "transitions a second, if live", IN_TEXT | IN_DATA,
	  .kind = VALUE_RATE, .width = 8, .get = get_rate },
};

static const struct columns matrix_columns = {
	.name = "matrix",
	.column = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.stream = true,
};

static void record(struct show *show, const struct tcpfsm_record *r)
{
	(void)show;
	counts[r->old_state][r->new_state]++;
}

static void lost(struct show *show, uint64_t count, uint64_t mono_ns)
{
	(void)show;
	if (__builtin_add_overflow(lost_records, count, &lost_records))
		lost_records = UINT64_MAX;
	last_loss_ns = mono_ns;
}

static int by_count(const void *a, const void *b)
{
	const struct cell *one = a, *other = b;

	if (one->count != other->count)
		return one->count < other->count ? 1 : -1;
	if (one->old_state != other->old_state)
		return one->old_state - other->old_state;
	return one->new_state - other->new_state;
}

static size_t list_cells(const struct show *show, struct cell *cells)
{
	double seconds = (show->last_ns - show->first_ns) / 1e9;
	bool has_rate = show->live && show->last_ns > show->first_ns;
	size_t count = 0;

	for (int old_state = 0; old_state < STATES; old_state++) {
		for (int new_state = 0; new_state < STATES; new_state++) {
			uint64_t n = counts[old_state][new_state];

			if (n)
				cells[count++] = (struct cell){
					.count = n,
					.rate = has_rate ? n / seconds : -1,
					.old_state = old_state, .new_state = new_state,
				};
		}
	}
	qsort(cells, count, sizeof(*cells), by_count);
	return count;
}

static void end(struct show *show)
{
	static struct cell cells[STATES * STATES];
	size_t count = list_cells(show, cells);
	struct table table;

	if (count > show->options->rows)
		count = show->options->rows;
	if (!show->live)
		columns[RATE].where = IN_DATA;
	table_init(&table, &matrix_columns, show->style, show->out);
	for (size_t i = 0; i < count; i++)
		table_measure(&table, &cells[i]);
	table_start(&table);
	for (size_t i = 0; i < count; i++)
		table_row(&table, &cells[i]);
	if (lost_records)
		table_lost(&table, lost_records, last_loss_ns);
}

const struct view view_matrix = {
	.name = "matrix",
	.what = "how often each transition happened",
	.columns = { &matrix_columns },
	.formats = 1u << FORMAT_TEXT | 1u << FORMAT_JSON | 1u << FORMAT_CSV,
	.record = record,
	.lost = lost,
	.end = end,
};
