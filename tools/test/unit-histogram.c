// SPDX-License-Identifier: GPL-2.0
/*
 * Histograms of random durations of all sizes: percentiles against the sorted durations,
 * ranges against a count, and a merged histogram against one that got all.
 */
#include "histogram.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETS 499
#define DURATIONS_MAX 997

static unsigned int passed, failed;

static void expect(const char *what, unsigned int set, bool good)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s: set %u\n", what, set);
}

static uint64_t next_random(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;
	uint64_t x = state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static int by_duration(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return *one < *other ? -1 : *one > *other;
}

static void test_percentiles(unsigned int set, const struct histogram *h,
			     const uint64_t *sorted, size_t count)
{
	for (unsigned int percent = 1; percent <= 100; percent++) {
		uint64_t exact = sorted[(count * percent + 99) / 100 - 1];
		uint64_t got = histogram_percentile(h, percent);
		uint64_t more = exact < 1000 ? 8 : exact / 128;

		expect("a percentile is near", set, got >= exact && got - exact <= more);
		expect("a percentile is a duration", set,
		       bsearch(&got, sorted, count, sizeof(got), by_duration));
	}
	expect("p100 is the maximum", set, histogram_percentile(h, 100) == h->max_ns);
	expect("the maximum is exact", set, h->max_ns == sorted[count - 1]);
}

static void test_ranges(unsigned int set, const struct histogram *h,
			const uint64_t *sorted, size_t count)
{
	struct histogram_range range[HISTOGRAM_RANGES];
	size_t ranges = histogram_ranges(h, range), seen = 0;

	for (size_t i = 0; i < ranges; i++) {
		size_t inside = 0;

		while (seen + inside < count &&
		       sorted[seen + inside] / 1000 <= range[i].to_us)
			inside++;
		seen += inside;
		expect("a range has its durations", set, inside == range[i].count);
		expect("a range begins behind the one before", set,
		       !i || range[i].from_us == range[i - 1].to_us + 1);
		expect("a range is a power of two", set,
		       !(range[i].from_us & (range[i].from_us - 1)) &&
		       range[i].to_us == 2 * range[i].from_us - !!range[i].from_us);
	}
	expect("the ranges have all", set, seen == count);
	expect("the first one and the last one are not empty", set,
	       range[0].count && range[ranges - 1].count);
}

static void test_set(unsigned int set)
{
	static uint64_t duration[DURATIONS_MAX];
	struct histogram h = { 0 }, half[2] = { { 0 } };
	size_t count = next_random() % DURATIONS_MAX + 1;
	unsigned int shift = next_random() % 47;

	for (size_t i = 0; i < count; i++) {
		duration[i] = next_random() >> (8 + (shift + next_random() % 10));
		histogram_add(&h, duration[i]);
		histogram_add(&half[i % 2], duration[i]);
	}
	qsort(duration, count, sizeof(*duration), by_duration);
	test_percentiles(set, &h, duration, count);
	test_ranges(set, &h, duration, count);

	histogram_merge(&half[0], &half[1]);
	expect("a merged one is the same", set,
	       half[0].count == h.count && half[0].max_ns == h.max_ns &&
	       half[0].used == h.used &&
	       !memcmp(half[0].bucket, h.bucket, h.used * sizeof(*h.bucket)));
	histogram_free(&half[0]);
	histogram_free(&half[1]);
	histogram_free(&h);
}

static void test_edges(void)
{
	static const uint64_t edges[] = { 0, 1, 7, 8, 999, 1000, 1001, 1999, 2000,
					  UINT64_MAX };
	struct histogram_range range[HISTOGRAM_RANGES];
	struct histogram h = { 0 };

	expect("an empty one has no ranges", 0, !histogram_ranges(&h, range));
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
		histogram_add(&h, edges[i]);
		expect("the maximum so far", i,
		       histogram_percentile(&h, 100) == edges[i]);
	}
	expect("the ranges are all", 0, histogram_ranges(&h, range) == HISTOGRAM_RANGES);
	expect("below 1 us", 0,
	       range[0].count == 5 && !range[0].from_us && !range[0].to_us);
	expect("1 us", 0,
	       range[1].count == 3 && range[1].from_us == 1 && range[1].to_us == 1);
	expect("2..3 us", 0,
	       range[2].count == 1 && range[2].from_us == 2 && range[2].to_us == 3);
	expect("the last one has what is more", 0,
	       range[HISTOGRAM_RANGES - 1].count == 1);
	histogram_free(&h);
}

int main(void)
{
	for (unsigned int set = 0; set < SETS; set++)
		test_set(set);
	test_edges();
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
