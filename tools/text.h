/* SPDX-License-Identifier: GPL-2.0 */
/* A text that is made in memory. These end the program with a message if memory is out. */
#ifndef TEXT_H
#define TEXT_H

#include <stdio.h>

/* The caller frees @text after text_end(). */
FILE *text_begin(char **text, size_t *size);
void text_end(FILE *to);

#endif
