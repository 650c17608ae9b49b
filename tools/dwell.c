// SPDX-License-Identifier: GPL-2.0
/* How long a state lasted, as text. */
#include "dwell.h"
#include "number.h"

#define US UINT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)

static char *put_parts(char *to, uint64_t thousandths, const char *unit)
{
	to = put_number(to, thousandths / 1000);
	*to++ = '.';
	return put_word(put_digits(to, thousandths % 1000, 3), unit);
}

char *put_dwell(char *to, uint64_t ns)
{
	if (ns < US)
		return put_word(put_number(to, ns), "ns");
	if (ns < MS)
		return put_parts(to, ns, "us");
	if (ns < S)
		return put_parts(to, ns / US, "ms");
	return put_parts(to, ns / MS, "s");
}

/* From two of a unit on: 1h would be anything from one to two. */
static char *put_long_dwell(char *to, uint64_t ns)
{
	uint64_t seconds = ns / S;

	if (seconds < 2 * 3600)
		return put_word(put_number(to, seconds / 60), "m");
	if (seconds < 2 * 86400)
		return put_word(put_number(to, seconds / 3600), "h");
	return put_word(put_number(to, seconds / 86400), "d");
}

/* One row for each number of digits that @ns may have: three of them are told. */
static const struct scale {
	uint64_t from;
	uint64_t third;			/* what the third digit counts */
	int whole;			/* digits before the point */
	char unit[4];
} scales[] = {
	{ 0,              1,            3, "ns" },
	{ 10,             1,            3, "ns" },
	{ 100,            1,            3, "ns" },
	{ US,             10,           1, "us" },
	{ 10 * US,        100,          2, "us" },
	{ 100 * US,       US,           3, "us" },
	{ MS,             10 * US,      1, "ms" },
	{ 10 * MS,        100 * US,     2, "ms" },
	{ 100 * MS,       MS,           3, "ms" },
	{ S,              10 * MS,      1, "s" },
	{ 10 * S,         100 * MS,     2, "s" },
	{ 100 * S,        S,            3, "s" },
	{ 1000 * S,       0,            0, "" },	/* and more: put_long_dwell() */
};

static inline const struct scale *scale_of(uint64_t ns)
{
	/* 1233 / 4096 is log10(2): right, or one too few. */
	const struct scale *scale = scales + ((63 - __builtin_clzll(ns | 1)) * 1233 >> 12);

	return scale + (ns >= scale[1].from);
}

static inline char *put_three_digits(char *to, unsigned int n, int whole)
{
	const char *rest = digit_pairs[n % 100];

	to[0] = '0' + n / 100;
	to[1] = whole == 1 ? '.' : rest[0];
	to[2] = whole == 1 ? rest[0] : whole == 2 ? '.' : rest[1];
	to[3] = rest[1];
	return to + 3 + (whole < 3);
}

char *put_brief_dwell(char *to, uint64_t ns, bool whole)
{
	static const unsigned int parts[] = { 0, 100, 10, 1 };
	const struct scale *scale;
	unsigned int three;

	if (ns >= 1000 * S)
		return put_long_dwell(to, ns);
	scale = scale_of(ns);
	three = ns / scale->third;
	if (whole || ns < US)
		to = put_number(to, three / parts[scale->whole]);
	else
		to = put_three_digits(to, three, scale->whole);
	memcpy(to, scale->unit, sizeof(scale->unit));
	return to + 1 + (scale->unit[1] > 0);
}
