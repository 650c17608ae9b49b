// SPDX-License-Identifier: GPL-2.0
/* A line that is too long for the screen: its words first, then what gives way. */
#include "squeeze.h"
#include "address.h"
#include "colour.h"
#include "columns.h"
#include "format.h"
#include "number.h"

#include <string.h>

struct cell {
	char text[CELL_MAX + PUT_SLACK];
	int len;			/* bytes */
	int width;			/* columns */
};

static void measure(struct cell *cell, const char *end)
{
	const char *p = cell->text;

	cell->len = end - p;
	cell->width = cell->len;

	/* Each mark, …, → and ≥, is \xe2 and two more bytes in one column. */
	for (; (p = memchr(p, '\xe2', end - p)); p += 3)
		cell->width -= 2;
}

/* How many columns @cells leave of a line; below 0, it is too long. */
static int spare_columns(const struct columns *columns, const struct cell *cells)
{
	int spare = columns->limit - (int)columns->count + 1;

	for (size_t i = 0; i < columns->count; i++)
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
	measure(cell, to);
}

static void elide(struct view *view, struct cell *cell, int width)
{
	char *end = cell->text + cell->len;

	if (view->utf8)
		end = elide_endpoint(cell->text, end, width, "…", 1);
	else
		end = elide_endpoint(cell->text, end, width, "..", 2);
	measure(cell, end);
}

/* Takes a column at a time from what is then the longest. */
static void elide_longest(struct view *view, struct cell *cells, int over)
{
	const struct columns *columns = &view->columns;
	int width[COLUMNS_MAX];
	size_t longest = 0;

	for (size_t i = 0; i < columns->count; i++)
		width[i] = columns->column[i].gives == GIVES_MIDDLE ?
			   cells[i].width : 0;

	for (; over > 0; over--) {
		for (size_t i = 0; i < columns->count; i++) {
			if (width[i] > width[longest])
				longest = i;
		}
		width[longest]--;
	}

	for (size_t i = 0; i < columns->count; i++) {
		if (columns->column[i].gives == GIVES_MIDDLE)
			elide(view, &cells[i], width[i]);
	}
}

/* Returns the columns that are left. */
static int fit(struct view *view, struct cell *cells)
{
	const struct columns *columns = &view->columns;
	int spare = spare_columns(columns, cells);

	if (spare >= 0)
		return spare;

	for (size_t i = 0; i < columns->count; i++) {
		if (columns->column[i].gives == GIVES_BLANKS)
			drop_blanks(&cells[i]);
	}
	spare = spare_columns(columns, cells);
	if (spare >= 0)
		return spare;

	elide_longest(view, cells, -spare);
	return 0;
}

static char *put_cells(char *to, const struct columns *columns,
		       const struct cell *cells, int spare, const char *colour)
{
	int at = 0, next = 0;

	for (size_t i = 0; i < columns->count; i++) {
		bool coloured = colour && columns->column[i].coloured;
		int blanks = 1;

		if (coloured)
			to = put_word(to, colour);
		memcpy(to, cells[i].text, cells[i].len);
		to += cells[i].len;
		if (coloured)
			to = put_word(to, PLAIN);

		if (i + 1 == columns->count)
			break;
		at += cells[i].width;
		next += columns->column[i].width + 1;
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

char *put_squeezed(char *to, struct view *view, const struct tcpfsm_record *r,
		   const char *colour)
{
	const struct columns *columns = &view->columns;
	struct cell cells[COLUMNS_MAX];

	for (size_t i = 0; i < columns->count; i++)
		measure(&cells[i], columns->column[i].put(cells[i].text, view, r));
	return put_cells(to, columns, cells, fit(view, cells), colour);
}
