// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers as text: snprintf() would be most of the cost of a line, and the
 * reader has to keep up with a machine that opens connections at full speed.
 */
#include "number.h"

char *put_number(char *to, uint64_t n)
{
	int len = 1;

	for (uint64_t least = 10; n >= least && len < NUMBER_MAX; least *= 10)
		len++;
	for (int i = len - 1; i >= 0; i--) {
		to[i] = '0' + n % 10;
		n /= 10;
	}
	return to + len;
}

char *put_hex(char *to, uint64_t n)
{
	int shift = 60;

	while (shift && !(n >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[n >> shift & 15];
	return to;
}

char *put_digits(char *to, uint32_t n, int width)
{
	for (int i = width - 1; i >= 0; i--) {
		to[i] = '0' + n % 10;
		n /= 10;
	}
	return to + width;
}
