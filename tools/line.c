// SPDX-License-Identifier: GPL-2.0
/*
 * One line of text: words in columns, each put where it belongs at once. Nearly
 * all lines fit; one that turns out not to is put once more by squeeze.c.
 */
#include "line.h"
#include "columns.h"
#include "format.h"
#include "number.h"
#include "squeeze.h"

#include <string.h>

/* One at least. As no column is wider, there are never more than fit here. */
static inline char *put_blanks(char *to, char *next)
{
	memset(to, ' ', COLUMN_WIDTH_MAX + 1);
	return to < next ? next : to + 1;
}

_Static_assert(COLUMN_WIDTH_MAX + 1 <= PUT_SLACK, "too many blanks at a time");

char *put_headings(char *to, struct view *view)
{
	const struct columns *columns = &view->columns;
	char *next = to;

	for (size_t i = 0; i < columns->count; i++) {
		if (i)
			to = put_blanks(to, next);
		to = put_word(to, columns->column[i].heading);
		next += columns->column[i].width + 1;
	}
	return to;
}

char *put_line(char *to, struct view *view, const struct tcpfsm_record *r)
{
	const struct columns *columns = &view->columns;
	const struct column *column = columns->column;
	const struct column *last = column + columns->count - 1;
	char *start = to, *next = to;

	view->unseen = 0;
	for (; column < last; column++) {
		to = column->put(to, view, r);
		next += column->width + 1;
		to = put_blanks(to, next + view->unseen);
	}
	to = last->put(to, view, r);

	if (to - start - view->unseen > columns->limit)
		return put_squeezed(start, view, r);
	return to;
}
