// SPDX-License-Identifier: GPL-2.0
/* The time spent in a state as text. */
#include "dwell.h"
#include "number.h"

#define US UINT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)

static inline char *put_parts(char *to, uint64_t thousandths)
{
	to = put_number(to, thousandths / 1000);
	*to++ = '.';
	return put_three_digits(to, thousandths % 1000);
}

char *put_dwell(char *to, uint64_t ns)
{
	if (ns < US)
		return put_literal(put_number(to, ns), "ns");
	if (ns < MS)
		return put_literal(put_parts(to, ns), "us");
	if (ns < S)
		return put_literal(put_parts(to, ns / US), "ms");
	return put_literal(put_parts(to, ns / MS), "s");
}

/* A larger unit from two of it on: "1h" would stand for up to two hours. */
static char *put_long_dwell(char *to, uint64_t ns)
{
	uint64_t seconds = ns / S;

	if (seconds < 2 * 3600)
		return put_word(put_number(to, seconds / 60), "m");
	if (seconds < 2 * 86400)
		return put_word(put_number(to, seconds / 3600), "h");
	return put_word(put_number(to, seconds / 86400), "d");
}

const struct dwell_scale dwell_scales[] = {
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

char *put_whole_dwell(char *to, uint64_t ns)
{
	static const unsigned int parts[] = { 0, 100, 10, 1 };
	const struct dwell_scale *scale;

	if (ns < US)
		return put_word(put_number(to, ns), "ns");
	if (ns >= 1000 * S)
		return put_long_dwell(to, ns);
	scale = dwell_scale(ns);
	to = put_number(to, ns / scale->third / parts[scale->whole]);
	return put_word(to, scale->unit);
}
