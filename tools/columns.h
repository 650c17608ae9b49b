/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of text. The set of columns depends on the width of the screen.
 *
 * A column starts under its heading. A long word moves the next ones to the right,
 * into their blanks; words are shortened only if a line has no such blanks left.
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include "column.h"

void columns_of_screen(struct columns *columns, int limit);	/* SCREEN_LEAST or more */
void columns_of_log(struct columns *columns);			/* -x: no limit */

char *put_headings(char *to, const struct columns *columns);

#endif
