// SPDX-License-Identifier: GPL-2.0
/* A text that is made in memory. */
#include "text.h"

#include <err.h>

FILE *text_begin(char **text, size_t *size)
{
	FILE *to = open_memstream(text, size);

	if (!to)
		err(1, NULL);
	return to;
}

void text_end(FILE *to)
{
	if (fclose(to))
		err(1, NULL);
}
