/* SPDX-License-Identifier: GPL-2.0 */
/* How wide standard output is. */
#ifndef SCREEN_H
#define SCREEN_H

#define SCREEN_LEAST 80			/* a line needs this much */

/* $COLUMNS, the terminal's columns, or SCREEN_LEAST, which is the least too. */
int screen_width(void);

#endif
