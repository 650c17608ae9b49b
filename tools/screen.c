// SPDX-License-Identifier: GPL-2.0
/* The width of standard output. */
#include "screen.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* COLUMNS has precedence over the terminal, as in other tools. */
static unsigned long asked_for(void)
{
	const char *word = getenv("COLUMNS");
	unsigned long n;
	char *end;

	if (!word || *word < '0' || *word > '9')
		return 0;
	n = strtoul(word, &end, 10);
	return *end || n > 65535 ? 0 : n;	/* the most a terminal can have */
}

int screen_width(void)
{
	unsigned long width = asked_for();
	struct winsize size;

	if (!width && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		width = size.ws_col;
	return width > SCREEN_LEAST ? width : SCREEN_LEAST;
}
