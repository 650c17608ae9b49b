/* SPDX-License-Identifier: GPL-2.0 */
/* A column of text: its heading, its width, and the function that fills it. */
#ifndef COLUMN_H
#define COLUMN_H

#include <stddef.h>

#include "names.h"

struct tcpfsm_record;
struct view;

#define COLUMNS_MAX 11
#define CELL_MAX FLAGS_MAX		/* of the longest column, NOTE */

typedef char *(*put_record)(char *to, struct view *view,
			    const struct tcpfsm_record *r);

/* Adds to @unseen the bytes it puts that take no column of a terminal. */
typedef char *(*put_cell)(char *to, struct view *view,
			  const struct tcpfsm_record *r, long *unseen);

struct column {
	const char *heading;
	int width;			/* without the blank before the next */
	put_cell put;
	enum {				/* in a line that is too long: */
		GIVES_NOTHING,
		GIVES_BLANKS,		/* its blanks are left out, first */
		GIVES_MIDDLE,		/* an endpoint; the longest is shortened next */
	} gives;
};

struct columns {
	int limit;			/* of a line */
	size_t count;
	const struct column *column;
	put_record put_line;		/* a line with its end */
};

#endif
