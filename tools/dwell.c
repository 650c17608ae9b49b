// SPDX-License-Identifier: GPL-2.0
/* The time spent in a state as text. */
#include "dwell.h"
#include "number.h"

#define US UINT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)

static const struct unit {
	uint64_t ns;
	char name[3];
	uint8_t len;
} units[] = { { S, "s", 1 }, { MS, "ms", 2 }, { US, "us", 2 }, { 1, "ns", 2 } };

static const struct unit *unit_of(uint64_t ns)
{
	const struct unit *unit = units;

	while (ns < unit->ns && unit->ns > 1)
		unit++;
	return unit;
}

char *put_dwell(char *to, uint64_t ns)
{
	const struct unit *unit = unit_of(ns);

	to = put_number(to, ns / unit->ns);
	if (unit->ns > 1) {
		*to++ = '.';
		to = put_digits(to, ns / (unit->ns / 1000), 3);
	}
	return put_short(to, unit->name, unit->len);
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

char *put_whole_dwell(char *to, uint64_t ns)
{
	const struct unit *unit = unit_of(ns);

	if (ns >= 1000 * S)
		return put_long_dwell(to, ns);
	return put_short(put_number(to, ns / unit->ns), unit->name, unit->len);
}

/* Three digits. */
char *put_brief_dwell(char *to, uint64_t ns)
{
	const struct unit *unit = unit_of(ns);
	uint64_t whole = ns / unit->ns;

	if (ns < US || ns >= 1000 * S)
		return put_whole_dwell(to, ns);
	to = put_number(to, whole);
	if (whole < 100) {
		int digits = whole < 10 ? 2 : 1;

		*to++ = '.';
		to = put_digits(to, ns / (unit->ns / (digits == 2 ? 100 : 10)), digits);
	}
	return put_short(to, unit->name, unit->len);
}
