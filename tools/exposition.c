// SPDX-License-Identifier: GPL-2.0
/* The text format of Prometheus, version 0.0.4. */
#include "exposition.h"
#include "buckets.h"
#include "escape.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define LABEL_MAX 256			/* bytes of a value; the rest is cut */

void exposition_head(FILE *to, const char *name, enum metric_type type, const char *help)
{
	static const char *const types[] = {
		[METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge",
		[METRIC_HISTOGRAM] = "histogram",
	};

	fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, types[type]);
}

/* Bytes that are not printable ASCII as \xHH: the format wants valid UTF-8. */
static void put_label(FILE *to, const char *name, const char *value)
{
	char text[4 * LABEL_MAX];
	char *end = put_escaped_blank(text, (const uint8_t *)value, strnlen(value, LABEL_MAX));

	fprintf(to, "%s=\"", name);
	for (const char *c = text; c < end; c++) {
		if (*c == '\\' || *c == '"')
			putc('\\', to);
		putc(*c, to);
	}
	putc('"', to);
}

void exposition_sample(FILE *to, const char *name, uint64_t value, ...)
{
	const char *label, *before = "{";
	va_list labels;

	fputs(name, to);
	va_start(labels, value);
	while ((label = va_arg(labels, const char *))) {
		fputs(before, to);
		put_label(to, label, va_arg(labels, const char *));
		before = ",";
	}
	va_end(labels);
	fprintf(to, "%s %" PRIu64 "\n", *before == ',' ? "}" : "", value);
}

static void put_bucket(FILE *to, const char *name, const char *label, const char *value,
		       const char *bound, uint64_t count)
{
	fprintf(to, "%s_bucket{", name);
	if (label) {
		put_label(to, label, value);
		putc(',', to);
	}
	fprintf(to, "le=\"%s\"} %" PRIu64 "\n", bound, count);
}

static void put_total(FILE *to, const char *name, const char *part, const char *label,
		      const char *value)
{
	fprintf(to, "%s_%s", name, part);
	if (label) {
		putc('{', to);
		put_label(to, label, value);
		putc('}', to);
	}
}

void exposition_buckets(FILE *to, const char *name, const struct buckets *b,
			const char *label, const char *value)
{
	uint64_t count = 0;
	char bound[32];

	for (size_t i = 0; i < b->bounds->count; i++) {
		count += b->in[i];
		snprintf(bound, sizeof(bound), "%g", b->bounds->ns[i] / 1e9);
		put_bucket(to, name, label, value, bound, count);
	}
	count += b->in[b->bounds->count];
	put_bucket(to, name, label, value, "+Inf", count);
	put_total(to, name, "sum", label, value);
	fprintf(to, " %" PRIu64 ".%09" PRIu32 "\n", b->sum_s, b->sum_ns);
	put_total(to, name, "count", label, value);
	fprintf(to, " %" PRIu64 "\n", count);
}
