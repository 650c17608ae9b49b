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
	uint8_t whole;			/* digits before the point */
	uint8_t len;			/* of the three, their point and the unit */
	char unit[4];
} scales[] = {
	{ 0,        1,        3, 5, "ns" },
	{ 10,       1,        3, 5, "ns" },
	{ 100,      1,        3, 5, "ns" },
	{ US,       10,       1, 6, "us" },
	{ 10 * US,  100,      2, 6, "us" },
	{ 100 * US, US,       3, 5, "us" },
	{ MS,       10 * US,  1, 6, "ms" },
	{ 10 * MS,  100 * US, 2, 6, "ms" },
	{ 100 * MS, MS,       3, 5, "ms" },
	{ S,        10 * MS,  1, 5, "s" },
	{ 10 * S,   100 * MS, 2, 5, "s" },
	{ 100 * S,  S,        3, 4, "s" },
	{ 1000 * S, 10 * S,   0, 0, "" },	/* and more: put_long_dwell() */
};

static inline const struct scale *scale_of(uint64_t ns)
{
	/* 1233 / 4096 is log10(2): right, or one too few. */
	const struct scale *scale = &scales[(63 - __builtin_clzll(ns)) * 1233u >> 12];

	return scale + (ns >= scale[1].from);
}

/* "123us", "12.3us", "1.23us" */
static inline char *put_three_digits(char *to, const struct scale *scale,
				     unsigned int three)
{
	const char *rest = digit_pairs[three % 100];

	to[0] = '0' + three / 100;
	memcpy(to + 1, rest, 2);
	if (scale->whole == 3) {
		memcpy(to + 3, scale->unit, 2);
	} else {
		memcpy(to + 2, rest, 2);
		to[scale->whole] = '.';
		memcpy(to + 4, scale->unit, 2);
	}
	return to + scale->len;
}

/* Apart, so that the others need not save registers for it. */
static __attribute__((noinline)) char *put_rare_dwell(char *to, uint64_t ns)
{
	static const unsigned int parts[] = { 0, 100, 10, 1 };
	const struct scale *scale;

	if (ns < US)
		return put_word(put_number(to, ns), "ns");
	if (ns >= 1000 * S)
		return put_long_dwell(to, ns);
	scale = scale_of(ns);
	to = put_number(to, ns / scale->third / parts[scale->whole]);
	return put_word(to, scale->unit);
}

char *put_brief_dwell(char *to, uint64_t ns, bool whole)
{
	const struct scale *scale;

	if (whole || ns < US || ns >= 1000 * S)
		return put_rare_dwell(to, ns);
	scale = scale_of(ns);
	return put_three_digits(to, scale, ns / scale->third);
}
