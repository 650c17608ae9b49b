// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers as text. snprintf() would be most of the cost of a line, and the reader has
 * to keep up with a machine that opens connections at full speed.
 */
#include "number.h"

#include <endian.h>

#define PAIRS(ten) { ten, '0' }, { ten, '1' }, { ten, '2' }, { ten, '3' }, \
	{ ten, '4' }, { ten, '5' }, { ten, '6' }, { ten, '7' }, { ten, '8' }, { ten, '9' }

const char digit_pairs[100][2] = {
	PAIRS('0'), PAIRS('1'), PAIRS('2'), PAIRS('3'), PAIRS('4'),
	PAIRS('5'), PAIRS('6'), PAIRS('7'), PAIRS('8'), PAIRS('9'),
};

#define EIGHT_DIGITS 100000000

/*
 * The eight digits of @n as bytes of one word, the first in the lowest: two numbers of
 * four digits, then four of two, then eight of one; each time all are divided at once.
 * x * 10486 >> 20 is x / 100 below 10000, x * 103 >> 10 is x / 10 below 100.
 */
static inline uint64_t eight_digits(uint32_t n)
{
	uint64_t parts, upper;

	parts = n / 10000 | (uint64_t)(n % 10000) << 32;
	upper = parts * 10486 >> 20 & 0x0000007f0000007f;
	parts = upper | (parts - 100 * upper) << 16;
	upper = parts * 103 >> 10 & 0x000f000f000f000f;
	return upper | (parts - 10 * upper) << 8;
}

/* Without the first @skip digits. */
static inline char *put_eight(char *to, uint64_t digits, int skip)
{
	uint64_t text = htole64((digits + 0x3030303030303030) >> 8 * skip);

	memcpy(to, &text, 8);
	return to + 8 - skip;
}

char *put_long_number(char *to, uint64_t n)
{
	uint64_t digits;

	if (n < EIGHT_DIGITS) {
		digits = eight_digits(n);
		return put_eight(to, digits, __builtin_ctzll(digits) / 8);
	}
	to = put_number(to, n / EIGHT_DIGITS);
	return put_eight(to, eight_digits(n % EIGHT_DIGITS), 0);
}

char *put_nine_digits(char *to, uint32_t n)
{
	*to++ = '0' + n / EIGHT_DIGITS;
	return put_eight(to, eight_digits(n % EIGHT_DIGITS), 0);
}

/* The same in hexadecimal: bytes, then half bytes, then digits. */
static inline uint64_t eight_hex_digits(uint32_t n)
{
	uint64_t parts = __builtin_bswap32(n), letters;

	parts = (parts | parts << 16) & 0x0000ffff0000ffff;
	parts = (parts | parts << 8) & 0x00ff00ff00ff00ff;
	parts = (parts >> 4 | parts << 8) & 0x0f0f0f0f0f0f0f0f;
	letters = (parts + 0x0606060606060606) >> 4 & 0x0101010101010101;
	return parts + letters * ('a' - '0' - 10);
}

static inline char *put_short_hex(char *to, uint32_t n)
{
	return put_eight(to, eight_hex_digits(n), __builtin_clz(n | 1) / 4);
}

char *put_hex(char *to, uint64_t n)
{
	if (n <= UINT32_MAX)
		return put_short_hex(to, n);
	to = put_short_hex(to, n >> 32);
	return put_eight(to, eight_hex_digits(n), 0);
}
