/* SPDX-License-Identifier: GPL-2.0 */
/* The width of standard output. */
#ifndef SCREEN_H
#define SCREEN_H

#define SCREEN_LEAST 80			/* a line needs this much */

/* $COLUMNS, or the columns of the terminal; at least SCREEN_LEAST. */
int screen_width(void);

#endif
