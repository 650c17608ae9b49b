// SPDX-License-Identifier: GPL-2.0
/* Numbers as text: snprintf() would be most of the cost of a line. */
#include "number.h"

char *put_digits(char *to, uint64_t n, int digits)
{
	for (int i = digits; i > 0; n /= 10)
		to[--i] = '0' + n % 10;
	return to + digits;
}

char *put_number(char *to, uint64_t n)
{
	uint64_t power = 10;
	int digits = 1;

	for (; digits < NUMBER_MAX && n >= power; power *= 10)
		digits++;
	return put_digits(to, n, digits);
}

char *put_hex(char *to, uint64_t n)
{
	int shift = 0;

	while (shift < 60 && n >> shift > 0xf)
		shift += 4;
	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[n >> shift & 0xf];
	return to;
}
