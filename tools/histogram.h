/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A histogram of durations: 128 buckets for each power of two of microseconds. Only
 * buckets that are not empty take memory: 24 bytes each, 144 KB at most.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

struct output;

#define HISTOGRAM_RANGES 48		/* the last one is 2^46..2^47-1 us, two years */

struct histogram {
	uint64_t count;
	uint64_t max_ns;
	struct histogram_bucket {
		uint64_t count;
		uint64_t most_ns;	/* of its durations */
		uint16_t number;
	} *bucket;			/* in ascending order */
	uint16_t used, room;
};

struct histogram_range {
	uint64_t from_us, to_us;	/* both inclusive, in whole microseconds */
	uint64_t count;
};

/* Durations above the last range are counted in its last bucket. */
void histogram_add(struct histogram *h, uint64_t ns);
void histogram_merge(struct histogram *to, const struct histogram *from);
void histogram_free(struct histogram *h);

/*
 * The least duration that at least @percent % of the durations do not exceed, or another
 * one from its bucket: one that is at most 1/128 (0.8 %) longer, or below 1 us at most
 * 8 ns longer. @h is not empty.
 */
uint64_t histogram_percentile(const struct histogram *h, unsigned int percent);

/* Powers of two, from the first to the last that is not empty. Returns their number. */
size_t histogram_ranges(const struct histogram *h,
			struct histogram_range range[HISTOGRAM_RANGES]);

/* The ranges as bars; a line has at most @width columns, at least 80. */
void histogram_bars(const struct histogram *h, int width, struct output *out);

/* The ranges as a JSON array of objects: from_us, to_us, count. */
void histogram_json(const struct histogram *h, struct output *out);

#endif
