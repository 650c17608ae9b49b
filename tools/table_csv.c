// SPDX-License-Identifier: GPL-2.0
/*
 * CSV (RFC 4180, but lines end in LF): a header row, then one row each. A process has a
 * column for each of its members. The last column of a stream is "lost", empty in the row
 * of anything else.
 */
#include "number.h"
#include "style.h"
#include "table.h"

/* Up to a NULL; NAME is the column's. */
static const char *const *members(enum value_kind kind)
{
	static const char *const one[] = { "", NULL };
	static const char *const task[] = { "_pid", "_comm", NULL };
	static const char *const owner[] = { "_pid", "_uid", "_comm", NULL };

	return kind == VALUE_OWNER ? owner : kind == VALUE_TASK ? task : one;
}

static char *end_row(char *to, const struct table *table)
{
	/* The comma behind the last column comes before "lost". */
	if (!table->columns->stream)
		to--;
	return to;
}

char *table_csv_headings(char *to, const struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = table->shown[i].column;

		for (const char *const *m = members(column->kind); *m; m++) {
			to = put_word(put_word(to, column->name), *m);
			*to++ = ',';
		}
	}
	to = end_row(to, table);
	if (table->columns->stream)
		to = put_literal(to, "lost");
	*to++ = '\n';
	return to;
}

static char *put_nothing(char *to, enum value_kind kind)
{
	for (const char *const *m = members(kind) + 1; *m; m++)
		*to++ = ',';
	return to;
}

char *table_csv_row(char *to, const struct table *table, const void *row)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = table->shown[i].column;
		struct value value = { 0 };

		if (column->get(row, &value))
			to = value_csv(to, &value, column->kind, table->style);
		else
			to = put_nothing(to, column->kind);
		*to++ = ',';
	}
	to = end_row(to, table);
	*to++ = '\n';
	return to;
}

/* A loss has only a time and a count. */
char *table_csv_lost(char *to, const struct table *table, uint64_t lost, uint64_t mono_ns)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = table->shown[i].column;
		struct value time = { .number = mono_ns };

		if (column->of_loss)
			to = value_csv(to, &time, column->kind, table->style);
		else
			to = put_nothing(to, column->kind);
		*to++ = ',';
	}
	to = put_number(to, lost);
	*to++ = '\n';
	return to;
}
