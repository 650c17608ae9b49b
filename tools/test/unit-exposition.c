// SPDX-License-Identifier: GPL-2.0
/*
 * Histograms for Prometheus against a count of random durations, and around each bound; their
 * text; labels of hostile bytes.
 */
#include "buckets.h"
#include "exposition.h"
#include "text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SETS 97
#define DURATIONS 997
#define NS_PER_S UINT64_C(1000000000)

static unsigned int passed, failed;

static void expect(const char *what, uint64_t want, uint64_t got)
{
	if (want == got) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s: expected %" PRIu64 ", got %" PRIu64 "\n", what, want, got);
}

static void expect_text(const char *what, const char *want, const char *got)
{
	if (!strcmp(want, got)) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s: expected\n%sgot\n%s", what, want, got);
}

static uint64_t next_random(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state = state * 6364136223846793005 + 1442695040888963407;
	return state >> 11;
}

/* Of all sizes, up to 2^52 ns: 52 days. */
static uint64_t next_duration(void)
{
	return next_random() >> (next_random() % 53);
}

static void test_bounds(const struct bucket_bounds *bounds)
{
	for (size_t i = 0; i < bounds->count; i++) {
		struct buckets b = { .bounds = bounds };

		buckets_add(&b, bounds->ns[i] - 1);
		buckets_add(&b, bounds->ns[i]);
		buckets_add(&b, bounds->ns[i] + 1);
		expect("a duration that is the bound is in the bucket", 2, b.in[i]);
		expect("a longer one is in the next bucket", 1, b.in[i + 1]);
		expect("bounds ascend", true, !i || bounds->ns[i - 1] < bounds->ns[i]);
	}
	expect("the bounds have room", true, bounds->count <= BUCKETS_MAX);
}

static void test_counts(const struct bucket_bounds *bounds)
{
	struct buckets b = { .bounds = bounds };
	uint64_t ns[DURATIONS], sum = 0, seen = 0;

	for (size_t i = 0; i < DURATIONS; i++) {
		ns[i] = next_duration();
		sum += ns[i];
		buckets_add(&b, ns[i]);
	}
	for (size_t i = 0; i < bounds->count; i++) {
		uint64_t want = 0;

		for (size_t j = 0; j < DURATIONS; j++)
			want += ns[j] <= bounds->ns[i];
		seen += b.in[i];
		expect("durations up to a bound", want, seen);
	}
	expect("all durations", DURATIONS, seen + b.in[bounds->count]);
	expect("the sum, seconds", sum / NS_PER_S, b.sum_s);
	expect("the sum, the rest", sum % NS_PER_S, b.sum_ns);
}

/* Nanoseconds in 64 bits would overflow: 2^63 three times. */
static void test_large_sum(void)
{
	struct buckets b = { .bounds = &bucket_decades };

	for (int i = 0; i < 3; i++)
		buckets_add(&b, UINT64_C(1) << 63);
	expect("a large sum, seconds", 27670116110, b.sum_s);
	expect("a large sum, the rest", 564327424, b.sum_ns);
	expect("a large duration is in the last bucket", 3, b.in[bucket_decades.count]);
}

static void test_text(void)
{
	static const struct bucket_bounds bounds = { 2, { 2500000, 100 * NS_PER_S } };
	struct buckets b = { .bounds = &bounds };
	char *text;
	size_t size;
	FILE *to = text_begin(&text, &size);

	buckets_add(&b, 2500000);
	buckets_add(&b, 3 * NS_PER_S + 7);
	buckets_add(&b, 101 * NS_PER_S);
	exposition_head(to, "x_seconds", METRIC_HISTOGRAM, "Help.");
	exposition_buckets(to, "x_seconds", &b, "role", "active");
	exposition_buckets(to, "y_seconds", &b, NULL, NULL);
	exposition_sample(to, "z_total", UINT64_MAX, NULL);
	text_end(to);
	expect_text("a histogram",
		    "# HELP x_seconds Help.\n"
		    "# TYPE x_seconds histogram\n"
		    "x_seconds_bucket{role=\"active\",le=\"0.0025\"} 1\n"
		    "x_seconds_bucket{role=\"active\",le=\"100\"} 2\n"
		    "x_seconds_bucket{role=\"active\",le=\"+Inf\"} 3\n"
		    "x_seconds_sum{role=\"active\"} 104.002500007\n"
		    "x_seconds_count{role=\"active\"} 3\n"
		    "y_seconds_bucket{le=\"0.0025\"} 1\n"
		    "y_seconds_bucket{le=\"100\"} 2\n"
		    "y_seconds_bucket{le=\"+Inf\"} 3\n"
		    "y_seconds_sum 104.002500007\n"
		    "y_seconds_count 3\n"
		    "z_total 18446744073709551615\n", text);
	free(text);
}

static void test_labels(void)
{
	char *text;
	size_t size;
	FILE *to = text_begin(&text, &size);

	exposition_sample(to, "x", 1, "a", "", "b", "q\"\\\n\x80}", NULL);
	text_end(to);
	expect_text("labels", "x{a=\"\",b=\"q\\\"\\\\x5c\\\\x0a\\\\x80}\"} 1\n", text);
	free(text);
}

int main(void)
{
	test_bounds(&bucket_decades);
	test_bounds(&bucket_thirds);
	for (int set = 0; set < SETS; set++) {
		test_counts(&bucket_decades);
		test_counts(&bucket_thirds);
	}
	test_large_sum();
	test_text();
	test_labels();
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
