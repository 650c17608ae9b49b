// SPDX-License-Identifier: GPL-2.0
/* A line that is too long for the screen. */
#include "squeeze.h"
#include "address.h"
#include "column.h"
#include "format.h"
#include "number.h"

#include <string.h>

struct cell {
	char text[CELL_MAX + PUT_SLACK];
	int len;			/* bytes */
	int width;			/* columns */
};

/* Returns the columns that @cells leave free in a line; below 0, it is too long. */
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
	cell->width -= cell->text + cell->len - to;
	cell->len = to - cell->text;
}

static void elide(struct view *view, struct cell *cell, int width)
{
	char *end = cell->text + cell->len;

	if (cell->width <= width)
		return;
	if (view->utf8)
		end = elide_endpoint(cell->text, end, width, "…", 1);
	else
		end = elide_endpoint(cell->text, end, width, "..", 2);
	cell->len = end - cell->text;
	cell->width = width;
}

/* Shortens the longest cell by one column at a time. */
static void elide_longest(struct view *view, struct cell *cells, int over)
{
	const struct columns *columns = &view->columns;
	struct cell *cell[COLUMNS_MAX];
	int width[COLUMNS_MAX];
	size_t count = 0, longest = 0;

	for (size_t i = 0; i < columns->count; i++) {
		if (columns->column[i].gives != GIVES_MIDDLE)
			continue;
		cell[count] = &cells[i];
		width[count++] = cells[i].width;
	}

	for (; over > 0; over--) {
		for (size_t i = 0; i < count; i++) {
			if (width[i] > width[longest])
				longest = i;
		}
		width[longest]--;
	}

	for (size_t i = 0; i < count; i++)
		elide(view, cell[i], width[i]);
}

/* Returns the columns that are free then. */
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
		       const struct cell *cells, int spare)
{
	int at = 0, next = 0;

	for (size_t i = 0; i < columns->count; i++) {
		int blanks = 1;

		memcpy(to, cells[i].text, cells[i].len);
		to += cells[i].len;
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

char *put_squeezed(char *to, struct view *view, const struct tcpfsm_record *r)
{
	const struct columns *columns = &view->columns;
	struct cell cells[COLUMNS_MAX];

	for (size_t i = 0; i < columns->count; i++) {
		struct cell *cell = &cells[i];
		long unseen = 0;
		char *end;

		end = columns->column[i].put(cell->text, view, r, &unseen);
		cell->len = end - cell->text;
		cell->width = cell->len - unseen;
	}
	return put_cells(to, columns, cells, fit(view, cells));
}
