// SPDX-License-Identifier: GPL-2.0
/* Durations counted in a few fixed ranges, and their sum. */
#include "buckets.h"

#define US UINT64_C(1000)
#define MS (1000 * US)
#define S (1000 * MS)

const struct bucket_bounds bucket_decades = {
	10, { 100 * US, MS, 10 * MS, 100 * MS, S, 10 * S, 100 * S, 1000 * S, 10000 * S,
	      100000 * S },
};

const struct bucket_bounds bucket_thirds = {
	19, { 100 * US, 250 * US, 500 * US, MS, 2500 * US, 5 * MS, 10 * MS, 25 * MS, 50 * MS,
	      100 * MS, 250 * MS, 500 * MS, S, 2500 * MS, 5 * S, 10 * S, 25 * S, 50 * S,
	      100 * S },
};

void buckets_add(struct buckets *b, uint64_t ns)
{
	size_t i = 0;

	while (i < b->bounds->count && ns > b->bounds->ns[i])
		i++;
	b->in[i]++;
	b->sum_s += ns / S;
	b->sum_ns += ns % S;
	if (b->sum_ns >= S) {
		b->sum_ns -= S;
		b->sum_s++;
	}
}
