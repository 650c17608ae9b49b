/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A terminal as a screen, by ncurses. As long as it is one, messages are kept; they are
 * printed when it is as before.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Standard output becomes a screen, until terminal_end() or exit(). False after a message. */
bool terminal_begin(bool colour);
void terminal_end(void);

/* Makes it as before, for a signal handler. */
void terminal_abandon(void);

int terminal_input(void);		/* for poll() */
int terminal_rows(void);
int terminal_columns(void);

enum terminal_key {
	TERMINAL_NOTHING = -1,		/* none was pressed */
	TERMINAL_RESIZED = 0x10000, TERMINAL_ABOVE, TERMINAL_BELOW, TERMINAL_PAGE_ABOVE, TERMINAL_PAGE_BELOW, TERMINAL_FIRST,
	TERMINAL_LAST, TERMINAL_LEFT, TERMINAL_RIGHT, TERMINAL_DELETE, TERMINAL_CLEAR,
};

/* A byte, or one of the above. Does not wait. */
int terminal_key(void);

/*
 * From terminal_erase() to terminal_show(), a picture. Text is cut at both edges: it may begin
 * left of the screen, at a @column below 0. @colour is of colour.h, or NULL.
 */
void terminal_erase(void);
void terminal_put(int row, int column, const char *text, size_t length, const char *colour);
void terminal_show(void);

#endif
