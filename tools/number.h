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

/*
 * Exactly @len bytes. Most texts of a line have less than 32, and a call of memcpy() costs
 * more than its copy: so two blocks are copied, which overlap.
 */
static inline char *put_short(char *to, const char *text, size_t len)
{
	if (len >= 8 && len <= 16) {
		memcpy(to, text, 8);
		memcpy(to + len - 8, text + len - 8, 8);
	} else if (len >= 4 && len < 8) {
		memcpy(to, text, 4);
		memcpy(to + len - 4, text + len - 4, 4);
	} else if (len > 32) {
		memcpy(to, text, len);
	} else if (len > 16) {
		memcpy(to, text, 16);
		memcpy(to + len - 16, text + len - 16, 16);
	} else {
		for (size_t i = 0; i < len; i++)
			to[i] = text[i];
	}
	return to + len;
}

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
