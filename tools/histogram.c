// SPDX-License-Identifier: GPL-2.0
/* A histogram of durations: percentiles, and bars of powers of two. */
#include "histogram.h"
#include "output.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define US UINT64_C(1000)
#define STEPS 128			/* buckets of a range */
#define NS_MAX ((US << (HISTOGRAM_RANGES - 2)) - 1 + (US << (HISTOGRAM_RANGES - 2)))

_Static_assert(HISTOGRAM_RANGES * STEPS <= UINT16_MAX, "a bucket's number is too large");
_Static_assert(NS_MAX <= UINT64_MAX / STEPS, "a step does not fit");

/* Range 0 is below 1 us; range n is from 2^(n-1) us. */
static unsigned int range_of(uint64_t ns)
{
	uint64_t us = ns / US;

	return us ? 64 - __builtin_clzll(us) : 0;
}

static uint64_t range_begin(unsigned int range)
{
	return range ? US << (range - 1) : 0;
}

static uint64_t range_size(unsigned int range)
{
	return range ? range_begin(range) : US;
}

static uint16_t bucket_of(uint64_t ns)
{
	unsigned int range;

	if (ns > NS_MAX)
		ns = NS_MAX;
	range = range_of(ns);
	return range * STEPS + (ns - range_begin(range)) * STEPS / range_size(range);
}

static void add_bucket(struct histogram *h, uint16_t at, uint16_t number)
{
	if (h->used == h->room) {
		h->room = h->room ? 2 * h->room : 4;
		h->bucket = realloc(h->bucket, h->room * sizeof(*h->bucket));
		if (!h->bucket)
			err(1, NULL);
	}
	memmove(h->bucket + at + 1, h->bucket + at, (h->used - at) * sizeof(*h->bucket));
	h->bucket[at] = (struct histogram_bucket){ .number = number };
	h->used++;
}

static void add(struct histogram *h, uint16_t number, uint64_t count, uint64_t most_ns)
{
	uint16_t low = 0, high = h->used;

	while (low < high) {
		uint16_t middle = (low + high) / 2;

		if (h->bucket[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == h->used || h->bucket[low].number != number)
		add_bucket(h, low, number);
	h->bucket[low].count += count;
	if (most_ns > h->bucket[low].most_ns)
		h->bucket[low].most_ns = most_ns;
	h->count += count;
	if (most_ns > h->max_ns)
		h->max_ns = most_ns;
}

void histogram_add(struct histogram *h, uint64_t ns)
{
	add(h, bucket_of(ns), 1, ns);
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	for (uint16_t i = 0; i < from->used; i++)
		add(to, from->bucket[i].number, from->bucket[i].count,
		    from->bucket[i].most_ns);
}

void histogram_free(struct histogram *h)
{
	free(h->bucket);
	*h = (struct histogram){ 0 };
}

uint64_t histogram_percentile(const struct histogram *h, unsigned int percent)
{
	uint64_t rank = h->count / 100 * percent + (h->count % 100 * percent + 99) / 100;
	uint64_t seen = 0;
	uint16_t i = 0;

	while (i < h->used - 1 && (seen += h->bucket[i].count) < rank)
		i++;
	return h->bucket[i].most_ns;
}

size_t histogram_ranges(const struct histogram *h,
			struct histogram_range range[HISTOGRAM_RANGES])
{
	unsigned int first, last;

	if (!h->used)
		return 0;
	first = h->bucket[0].number / STEPS;
	last = h->bucket[h->used - 1].number / STEPS;
	for (unsigned int i = first; i <= last; i++) {
		range[i - first] = (struct histogram_range){
			.from_us = range_begin(i) / US,
			.to_us = (range_begin(i) + range_size(i)) / US - 1,
		};
	}
	for (uint16_t i = 0; i < h->used; i++)
		range[h->bucket[i].number / STEPS - first].count += h->bucket[i].count;
	return last - first + 1;
}

static int range_text(char *to, size_t size, const struct histogram_range *range)
{
	return snprintf(to, size, "%" PRIu64 "..%" PRIu64, range->from_us, range->to_us);
}

void histogram_bars(const struct histogram *h, int width, struct output *out)
{
	struct histogram_range range[HISTOGRAM_RANGES];
	size_t ranges = histogram_ranges(h, range);
	int label = strlen("   usecs"), digits = strlen("count"), len, bar;
	uint64_t most = 1;
	char text[48];

	for (size_t i = 0; i < ranges; i++) {
		if (range[i].count > most)
			most = range[i].count;
		len = range_text(text, sizeof(text), &range[i]);
		label = len > label ? len : label;
	}
	len = snprintf(text, sizeof(text), "%" PRIu64, most);
	digits = len > digits ? len : digits;
	bar = width - label - digits - (int)strlen(" :  ||");

	output_printf(out, "%*s : count\n", label, "usecs");
	for (size_t i = 0; i < ranges; i++) {
		/* long double has 64 bits of precision, and the product may have more. */
		int stars = (long double)range[i].count * bar / most;

		range_text(text, sizeof(text), &range[i]);
		output_printf(out, "%*s : %-*" PRIu64 " |", label, text, digits,
			      range[i].count);
		for (int column = 0; column < bar; column++)
			output_bytes(out, column < stars ? "*" : " ", 1);
		output_bytes(out, "|\n", 2);
	}
}

void histogram_json(const struct histogram *h, struct output *out)
{
	struct histogram_range range[HISTOGRAM_RANGES];
	size_t ranges = histogram_ranges(h, range);

	output_bytes(out, "[", 1);
	for (size_t i = 0; i < ranges; i++)
		output_printf(out, "%s{\"from_us\":%" PRIu64 ",\"to_us\":%" PRIu64
			      ",\"count\":%" PRIu64 "}", i ? "," : "",
			      range[i].from_us, range[i].to_us, range[i].count);
	output_bytes(out, "]", 1);
}
