/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers and words as text. Like every put_*() of the reader, these write at @to, where
 * the caller has room, without a NUL, and return the new end.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>
#include <string.h>

#define NUMBER_MAX 20			/* 2^64 - 1 */

char *put_number(char *to, uint64_t n);
char *put_digits(char *to, uint64_t n, int digits);	/* the last ones, also zeros */
char *put_hex(char *to, uint64_t n);

static inline char *put_word(char *to, const char *word)
{
	size_t len = strlen(word);

	memcpy(to, word, len);
	return to + len;
}

/* The compiler knows the length of a literal. */
static inline __attribute__((always_inline)) char *put_literal(char *to, const char *text)
{
	return put_word(to, text);
}

#endif
