// SPDX-License-Identifier: GPL-2.0
/*
 * Text. The cells of a row are put under their headings at once, which is all for nearly
 * every line. A line that is too long is taken apart again, and its cells give way.
 */
#include "address.h"
#include "colour.h"
#include "number.h"
#include "style.h"
#include "table.h"

#include <limits.h>
#include <string.h>

/* The mark in the middle of an endpoint may have more bytes than columns. */
#define ELIDE_SLACK 4

struct cell {
	char *text;
	int len;				/* bytes */
	int width;				/* columns */
};

struct line {
	struct cell cell[TABLE_COLUMNS_MAX];
	char text[TABLE_COLUMNS_MAX * (VALUE_TEXT_MAX + ELIDE_SLACK)];
};

static enum value_form form_of(const struct table *table, const struct table_place *place)
{
	if (table->style->extended && place->column->log)
		return VALUE_LOG;
	return place->narrow ? VALUE_NARROW : VALUE_FULL;
}

static char *put_cell(struct cell *cell, char *to, const struct table *table,
		      const struct table_place *place, const void *row)
{
	struct value value = { 0 };
	int unseen = 0;


	cell->text = to;
	if (place->column->get(row, &value))
		to = value_text(to, &value, place->column->kind, place->form, table->style,
				&unseen);
	else
		*to++ = '-';
	cell->len = to - cell->text;
	cell->width = cell->len - unseen;
	return to;
}

void table_text_measure(struct table *table, const void *row)
{
	for (size_t i = 0; i < table->rest; i++) {
		struct table_place *place = &table->shown[i];
		char text[VALUE_TEXT_MAX];
		struct cell cell;

		for (int narrow = 0; narrow <= !!place->column->narrow; narrow++) {
			place->narrow = narrow;
			place->form = form_of(table, place);
			put_cell(&cell, text, table, place, row);
			if (cell.width > place->measured[narrow])
				place->measured[narrow] = cell.width;
		}
		place->narrow = false;
	}
}

static int width_of(const struct table_place *place)
{
	const struct column *column = place->column;
	int heading = strlen(column->heading);
	int width = place->measured[place->narrow];

	if (!place->measured[0])
		return place->narrow ? column->narrow : column->width;
	return width > heading ? width : heading;
}

static int limit_of(const struct table *table)
{
	return table->style->extended ? INT_MAX : table->style->width;
}

/* The column that takes its narrow form next, or NULL. */
static struct table_place *next_narrow(struct table *table)
{
	struct table_place *next = NULL;

	for (size_t i = 0; i < table->rest; i++) {
		struct table_place *place = &table->shown[i];

		if (!place->narrow && place->column->narrow &&
		    (!next || place->column->narrows < next->column->narrows))
			next = place;
	}
	return next;
}

void table_text_fit(struct table *table)
{
	struct table_place *narrow;

	do {
		long sum = table->rest - 1;

		for (size_t i = 0; i < table->rest; i++) {
			table->shown[i].width = width_of(&table->shown[i]);
			sum += table->shown[i].width;
		}
		narrow = sum > limit_of(table) ? next_narrow(table) : NULL;
		if (narrow)
			narrow->narrow = true;
	} while (narrow);
	for (size_t i = 0; i < table->rest; i++) {
		table->shown[i].form = form_of(table, &table->shown[i]);
		table->shown[i].kind = table->shown[i].column->kind;
		table->shown[i].get = table->shown[i].column->get;
	}
}

/* The columns that @cells leave free in a line; below 0, it is too long. */
static int spare_columns(const struct table *table, const struct cell *cells)
{
	int spare = limit_of(table) - (int)table->rest + 1;

	for (size_t i = 0; i < table->rest; i++)
		spare -= cells[i].width;
	return spare;
}

static void drop_blanks(struct cell *cell)
{
	char *to = cell->text;

	for (int i = 0; i < cell->len; i++) {
		if (cell->text[i] != ' ')
			*to++ = cell->text[i];
	}
	cell->width -= cell->text + cell->len - to;
	cell->len = to - cell->text;
}

#define ENDPOINT_LEAST 12		/* elide_endpoint() */

static void elide(const struct table *table, struct cell *cell, int width)
{
	bool utf8 = table->style->utf8;
	char *end = elide_endpoint(cell->text, cell->text + cell->len, width,
				   utf8 ? "…" : "..", utf8 ? 1 : 2);

	cell->len = end - cell->text;
	cell->width = width;
}

/*
 * Shortens the longest of the endpoints by one column at a time. Returns the columns that
 * are still too many.
 */
static int elide_longest(const struct table *table, struct cell *cells, int over)
{
	struct { struct cell *cell; int width; } end[TABLE_COLUMNS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < table->rest; i++) {
		if (table->shown[i].column->gives == GIVES_MIDDLE) {
			end[count].cell = &cells[i];
			end[count++].width = cells[i].width;
		}
	}
	for (; count && over > 0; over--) {
		size_t longest = 0;

		for (size_t i = 1; i < count; i++) {
			if (end[i].width > end[longest].width)
				longest = i;
		}
		if (end[longest].width <= ENDPOINT_LEAST)
			break;
		end[longest].width--;
	}
	for (size_t i = 0; i < count; i++) {
		if (end[i].width < end[i].cell->width)
			elide(table, end[i].cell, end[i].width);
	}
	return over;
}

/*
 * Shortens the longest of the words by one column at a time, the last of several. Only
 * cells without signs or colours are cut: one byte is one column.
 */
static void cut_longest(const struct table *table, struct cell *cells, int over)
{
	for (; over > 0; over--) {
		struct cell *longest = NULL;

		for (size_t i = 0; i < table->rest; i++) {
			struct cell *cell = &cells[i];

			if (table->shown[i].column->gives == GIVES_END &&
			    cell->len == cell->width && cell->width > 1 &&
			    (!longest || cell->width >= longest->width))
				longest = cell;
		}
		if (!longest)
			return;
		longest->len--;
		longest->width--;
		longest->text[longest->len - 1] = '+';
	}
}

/* Returns the columns that are free then. */
static int fit(const struct table *table, struct cell *cells)
{
	int spare = spare_columns(table, cells), over;

	if (spare >= 0)
		return spare;
	for (size_t i = 0; i < table->rest; i++) {
		if (table->shown[i].column->gives == GIVES_BLANKS)
			drop_blanks(&cells[i]);
	}
	spare = spare_columns(table, cells);
	if (spare >= 0)
		return spare;
	over = elide_longest(table, cells, -spare);
	cut_longest(table, cells, over);
	return 0;
}

/*
 * Each cell starts under its heading, or one blank behind a cell that is too wide. With -x,
 * as in /proc/net/tcpfsm/log, a wide cell moves all that follow.
 */
static char *put_cells(char *to, const struct table *table, const struct cell *cells,
		       int spare)
{
	bool moves = table->style->extended;
	int at = 0, next = 0;

	for (size_t i = 0; i < table->rest; i++) {
		int blanks = 1;

		memcpy(to, cells[i].text, cells[i].len);
		to += cells[i].len;
		if (i + 1 == table->rest)
			break;
		at += cells[i].width;
		next = (moves && at > next + table->shown[i].width ? at :
			next + table->shown[i].width) + 1;
		if (next > at + 1 && spare > 0) {
			blanks += next - at - 1 < spare ? next - at - 1 : spare;
			spare -= blanks - 1;
		}
		memset(to, ' ', blanks);
		to += blanks;
		at += blanks;
	}
	return to;
}

char *table_text_headings(char *to, const struct table *table)
{
	struct cell cells[TABLE_COLUMNS_MAX];

	for (size_t i = 0; i < table->rest; i++) {
		cells[i].text = (char *)table->shown[i].column->heading;
		cells[i].len = cells[i].width = strlen(cells[i].text);
	}
	if (table->style->colour)
		to = put_literal(to, BOLD);
	to = put_cells(to, table, cells, spare_columns(table, cells));
	if (table->style->colour)
		to = put_literal(to, PLAIN);
	*to++ = '\n';
	return to;
}

/* Only what is known: " name=value". */
static char *put_rest(char *to, const struct table *table, const void *row)
{
	for (size_t i = table->rest; i < table->count; i++) {
		const struct column *column = table->shown[i].column;
		struct value value = { 0 };
		int unseen = 0;

		if (!column->get(row, &value))
			continue;
		*to++ = ' ';
		to = put_word(to, column->name);
		*to++ = '=';
		to = value_text(to, &value, column->kind, VALUE_LOG, table->style, &unseen);
	}
	return to;
}

/* The cells of a line that is too long, which give way to each other. */
static __attribute__((noinline)) char *put_again(char *to, const struct table *table,
						 const void *row)
{
	static struct line line;
	char *text = line.text;

	for (size_t i = 0; i < table->rest; i++)
		text = put_cell(&line.cell[i], text, table, &table->shown[i], row) + ELIDE_SLACK;
	return put_cells(to, table, line.cell, fit(table, line.cell));
}

/* At least one, up to @column: eight at a time, so up to seven more bytes are written. */
static inline char *put_blanks(char *to, char *column)
{
	*to++ = ' ';
	if (to >= column)
		return to;
	for (; to < column; to += 8)
		memcpy(to, "        ", 8);
	return column;
}

char *table_text_row(char *to, const struct table *table, const void *row)
{
	const struct table_place *place = table->shown, *end = place + table->rest;
	bool moves = table->style->extended;
	struct value value = { 0 };
	char *start = to;
	long next = 0;
	int unseen = 0;

	for (; place < end; place++) {
		value.least = false;
		if (place > table->shown)
			to = put_blanks(to, start + next + unseen);
		if (moves)
			next = to - start - unseen;
		if (place->get(row, &value))
			to = value_text(to, &value, place->kind, place->form, table->style, &unseen);
		else
			*to++ = '-';
		next += place->width + 1;
	}
	if (to - start - unseen > limit_of(table))
		to = put_again(start, table, row);
	to = put_rest(to, table, row);
	*to++ = '\n';
	return to;
}
