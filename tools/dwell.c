// SPDX-License-Identifier: GPL-2.0
/* How long a state lasted, as text. */
#include "dwell.h"
#include "number.h"

#include <stddef.h>

#define US UINT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)

char *put_dwell(char *to, uint64_t ns)
{
	static const char *const units[] = { "us", "ms", "s" };
	uint64_t thousandths = ns;
	size_t unit = 0;

	if (ns < US)
		return put_word(put_number(to, ns), "ns");

	for (; unit < 2 && thousandths >= 1000 * 1000; unit++)
		thousandths /= 1000;
	to = put_number(to, thousandths / 1000);
	*to++ = '.';
	to = put_digits(to, thousandths % 1000, 3);
	return put_word(to, units[unit]);
}

char *put_brief_dwell(char *to, uint64_t ns, bool whole)
{
	/* From two of a unit on: 1h would be anything from one to two. */
	static const struct {
		uint64_t from, unit;
		const char *name;
		bool parts;
	} scale[] = {
		{ 0,              1,         "ns", false },
		{ US,             US,        "us", true },
		{ MS,             MS,        "ms", true },
		{ S,              S,         "s",  true },
		{ 1000 * S,       60 * S,    "m",  false },
		{ 2 * 3600 * S,   3600 * S,  "h",  false },
		{ 2 * 86400 * S,  86400 * S, "d",  false },
	};
	size_t i = sizeof(scale) / sizeof(scale[0]) - 1;
	uint64_t number, rest;

	while (ns < scale[i].from)
		i--;
	number = ns / scale[i].unit;
	rest = ns % scale[i].unit;

	to = put_number(to, number);
	if (scale[i].parts && !whole && number < 100) {
		*to++ = '.';
		if (number < 10)
			to = put_digits(to, rest / (scale[i].unit / 100), 2);
		else
			to = put_digits(to, rest / (scale[i].unit / 10), 1);
	}
	return put_word(to, scale[i].name);
}
