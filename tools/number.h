/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers as text. Like every put_*() of the reader, these write at @to, without a
 * NUL, and return the new end. They copy fixed sizes, which take an instruction or two,
 * so they may write up to PUT_SLACK bytes behind the new end. The caller has room for
 * the text and for these bytes.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdint.h>
#include <string.h>

#define NUMBER_MAX 20			/* 2^64 - 1 */
#define HEX_MAX 16
#define PUT_SLACK 48

char *put_long_number(char *to, uint64_t n);		/* 10000 or more */
char *put_hex(char *to, uint64_t n);
char *put_nine_digits(char *to, uint32_t n);		/* with leading zeros */

extern const char digit_pairs[100][2];

static inline char *put_two_digits(char *to, uint32_t n)
{
	memcpy(to, digit_pairs[n], 2);
	return to + 2;
}

static inline char *put_three_digits(char *to, uint32_t n)
{
	*to = '0' + n / 100;
	return put_two_digits(to + 1, n % 100);
}

/* Most numbers of a record are small. */
static inline char *put_number(char *to, uint64_t n)
{
	uint32_t small = n;

	if (n >= 10000)
		return put_long_number(to, n);
	if (small >= 1000)
		return put_two_digits(put_two_digits(to, small / 100), small % 100);
	if (small >= 100)
		return put_three_digits(to, small);
	if (small >= 10)
		return put_two_digits(to, small);
	*to = '0' + small;
	return to + 1;
}

static inline char *put_port(char *to, uint32_t port)
{
	uint32_t rest = port % 10000;

	if (port < 10000)
		return put_number(to, port);
	*to = '0' + port / 10000;
	return put_two_digits(put_two_digits(to + 1, rest / 100), rest % 100);
}

/* The compiler knows the length of a literal. */
static inline __attribute__((always_inline)) char *put_literal(char *to,
							const char *text)
{
	memcpy(to, text, __builtin_strlen(text));
	return to + __builtin_strlen(text);
}

static inline char *put_word(char *to, const char *word)
{
	size_t len = strlen(word);

	memcpy(to, word, len);
	return to + len;
}

#endif
