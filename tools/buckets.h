/* SPDX-License-Identifier: GPL-2.0 */
/* Durations counted in a few fixed ranges, and their sum: a histogram of Prometheus. */
#ifndef BUCKETS_H
#define BUCKETS_H

#include <stddef.h>
#include <stdint.h>

#define BUCKETS_MAX 20

struct bucket_bounds {
	size_t count;			/* at most BUCKETS_MAX */
	uint64_t ns[BUCKETS_MAX];	/* ascending; a duration that is equal is in the bucket */
};

extern const struct bucket_bounds bucket_decades;	/* 100 us to 100 000 s */
extern const struct bucket_bounds bucket_thirds;	/* 100 us to 100 s, three in a decade */

struct buckets {
	const struct bucket_bounds *bounds;
	uint64_t in[BUCKETS_MAX + 1];	/* the last one has no bound */
	/* In nanoseconds alone it would overflow: 65536 connections, each three days long. */
	uint64_t sum_s;
	uint32_t sum_ns;
};

void buckets_add(struct buckets *b, uint64_t ns);

#endif
