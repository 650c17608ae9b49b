/* SPDX-License-Identifier: GPL-2.0 */
/* A column of text: its heading, its width, and the function that fills it. */
#ifndef COLUMN_H
#define COLUMN_H

#include <stddef.h>

#include "names.h"

struct tcpfsm_record;
struct view;

#define COLUMNS_MAX 11
#define CELL_MAX FLAGS_MAX		/* what the longest, NOTE, may hold */

typedef char *(*put_record)(char *to, struct view *view,
			    const struct tcpfsm_record *r);

/* Adds to @unseen how many of the bytes it puts take no column of a terminal. */
typedef char *(*put_cell)(char *to, struct view *view,
			  const struct tcpfsm_record *r, long *unseen);

struct column {
	const char *heading;
	int width;			/* without the blank before the next */
	put_cell put;
	enum {				/* what, in a line that is too long: */
		GIVES_NOTHING,
		GIVES_BLANKS,		/* first */
		GIVES_MIDDLE,		/* then the longest; it is an endpoint */
	} gives;
};

struct columns {
	int limit;			/* of a line */
	size_t count;
	const struct column *column;
	put_record put_line;		/* a line with its end */
};

#endif
