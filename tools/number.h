/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers as text. Like every put_*() of the reader, these write at @to,
 * without a NUL, and return the new end; the caller has the room they name.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>
#include <string.h>

#define NUMBER_MAX 20			/* 2^64 - 1 */
#define HEX_MAX 16

char *put_number(char *to, uint64_t n);
char *put_hex(char *to, uint64_t n);
char *put_digits(char *to, uint32_t n, int width);	/* with leading zeros */

static inline char *put_word(char *to, const char *word)
{
	size_t len = strlen(word);

	memcpy(to, word, len);
	return to + len;
}

#endif
