// SPDX-License-Identifier: GPL-2.0
/*
 * One line of text: words in columns, each put where it belongs at once. Nearly
 * all lines fit; one that turns out not to is put once more by squeeze.c.
 */
#include "line.h"
#include "colour.h"
#include "columns.h"
#include "format.h"
#include "number.h"
#include "squeeze.h"

#include <string.h>

/* One at least; more than PUT_SLACK at a time is rare. */
static inline char *put_blanks(char *to, int count)
{
	if (count < 1)
		count = 1;
	if (count > 32)
		memset(to + 32, ' ', count - 32);
	memset(to, ' ', 32);
	return to + count;
}

char *put_headings(char *to, struct view *view)
{
	const struct columns *columns = &view->columns;
	char *start = to;
	int next = 0;

	for (size_t i = 0; i < columns->count; i++) {
		if (i)
			to = put_blanks(to, next - (to - start));
		to = put_word(to, columns->column[i].heading);
		next += columns->column[i].width + 1;
	}
	return to;
}

char *put_line(char *to, struct view *view, const struct tcpfsm_record *r,
	       const char *colour)
{
	const struct columns *columns = &view->columns;
	const struct column *last = &columns->column[columns->count - 1];
	char *start = to;
	int next = 0;

	view->unseen = 0;
	for (const struct column *column = columns->column;; column++) {
		if (colour && column->coloured) {
			char *word = put_word(to, colour);

			word = put_word(column->put(word, view, r), PLAIN);
			view->unseen += strlen(colour) + strlen(PLAIN);
			to = word;
		} else {
			to = column->put(to, view, r);
		}
		if (column == last)
			break;
		next += column->width + 1;
		to = put_blanks(to, next - (to - start - view->unseen));
	}

	if (to - start - view->unseen > columns->limit)
		return put_squeezed(start, view, r, colour);
	return to;
}
