// SPDX-License-Identifier: GPL-2.0
/* Numbers as text: snprintf() would be most of the cost of a line. */
#include "number.h"

/* Two at a time, and most in 32 bits: a line has twenty digits. */
char *put_digits(char *to, uint64_t n, int digits)
{
	static const char pairs[] =
		"0001020304050607080910111213141516171819202122232425262728293031323334353637383940"
		"4142434445464748495051525354555657585960616263646566676869707172737475767778798081"
		"828384858687888990919293949596979899";
	uint32_t rest;
	int left = digits;

	for (; left >= 2 && n > UINT32_MAX; n /= 100)
		memcpy(to + (left -= 2), pairs + 2 * (n % 100), 2);
	/* With one digit left, n may still be large. */
	for (rest = left < 2 ? n % 10 : n; left >= 2; rest /= 100)
		memcpy(to + (left -= 2), pairs + 2 * (rest % 100), 2);
	if (left)
		*to = '0' + rest % 10;
	return to + digits;
}

char *put_number(char *to, uint64_t n)
{
	static const uint64_t powers[NUMBER_MAX] = {
		0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
		10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000,
		1000000000000000, 10000000000000000, 100000000000000000, 1000000000000000000,
		10000000000000000000u,
	};
	unsigned int digits;

	if (n < 10) {
		*to = '0' + n;
		return to + 1;
	}
	/* 1233 / 4096 is log10(2): right, or one too few. */
	digits = (64 - __builtin_clzll(n)) * 1233 >> 12;
	return put_digits(to, n, digits + (n >= powers[digits]));
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
