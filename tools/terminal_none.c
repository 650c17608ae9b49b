// SPDX-License-Identifier: GPL-2.0
/* In place of terminal.c where ncurses was missing when this program was built. */
#include "terminal.h"

#include <err.h>

bool terminal_begin(bool colour)
{
	(void)colour;
	warnx("top is not in this build: ncurses (libncurses-dev) was missing");
	return false;
}

void terminal_end(void) {}
void terminal_abandon(void) {}
void terminal_erase(void) {}
void terminal_show(void) {}
int terminal_input(void) { return -1; }
int terminal_rows(void) { return 0; }
int terminal_columns(void) { return 0; }
int terminal_key(void) { return TERMINAL_NOTHING; }

void terminal_put(int row, int column, const char *text, size_t length, const char *colour)
{
	(void)row;
	(void)column;
	(void)text;
	(void)length;
	(void)colour;
}
