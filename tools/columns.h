/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of text, and a line in them: which there are depends on the room.
 *
 * The headings say where a column should start. A long word pushes what
 * follows it to the right, into the blanks of the next columns, and only when
 * a line has none left is anything shortened.
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include "column.h"

void columns_of_screen(struct columns *columns, int limit);	/* SCREEN_LEAST or more */
void columns_of_log(struct columns *columns);			/* -x: no limit */

char *put_headings(char *to, const struct columns *columns);

#endif
