/* SPDX-License-Identifier: GPL-2.0 */
/* The columns of text: what each says, and which there is room for. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stddef.h>

#include "names.h"

struct tcpfsm_record;
struct view;

#define COLUMNS_MAX 11
#define COLUMN_WIDTH_MAX 31
#define CELL_MAX FLAGS_MAX		/* what the longest, NOTE, may hold */

struct column {
	const char *heading;
	int width;			/* without the blank before the next */
	char *(*put)(char *to, struct view *view, const struct tcpfsm_record *r);
	enum {				/* what, in a line that is too long: */
		GIVES_NOTHING,
		GIVES_BLANKS,		/* first */
		GIVES_MIDDLE,		/* then the longest; it is an endpoint */
	} gives;
};

struct columns {
	int limit;			/* of a line */
	size_t count;
	struct column column[COLUMNS_MAX];
};

void columns_of_screen(struct columns *columns, int limit);	/* SCREEN_LEAST or more */
void columns_of_log(struct columns *columns);			/* -x: no limit */

#endif
