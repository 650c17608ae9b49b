/* SPDX-License-Identifier: GPL-2.0 */
/* The time spent in a state as text. All forms round down. */
#ifndef DWELL_H
#define DWELL_H

#include <stdint.h>

#include "number.h"

/* "830ns", "12.345us", "1.250ms", "60.004s" */
char *put_dwell(char *to, uint64_t ns);

/* "830ns", "12us", "1ms", "60s", "17m", "2h", "3d" */
char *put_whole_dwell(char *to, uint64_t ns);

/* One row for each number of digits of ns; three of them are shown. */
extern const struct dwell_scale {
	uint64_t from;
	uint64_t third;			/* the unit of the third digit, ns */
	uint8_t whole;			/* digits before the point */
	uint8_t len;			/* of the digits, the point and the unit */
	char unit[4];
} dwell_scales[];

static inline const struct dwell_scale *dwell_scale(uint64_t ns)
{
	/* 1233 / 4096 is log10(2): right, or one too few. */
	const struct dwell_scale *scale =
		&dwell_scales[(63 - __builtin_clzll(ns)) * 1233u >> 12];

	return scale + (ns >= scale[1].from);
}

/* "12.3us", "1.25ms", "60.0s"; below 1us and from 1000s on as put_whole_dwell(). */
static inline char *put_brief_dwell(char *to, uint64_t ns)
{
	const struct dwell_scale *scale;
	const char *rest;
	unsigned int three;

	if (ns - 1000 >= UINT64_C(1000000000000) - 1000)
		return put_whole_dwell(to, ns);
	scale = dwell_scale(ns);
	three = ns / scale->third;
	rest = digit_pairs[three % 100];

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

#endif
