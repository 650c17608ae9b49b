/* SPDX-License-Identifier: GPL-2.0 */
/* The text format of Prometheus, version 0.0.4. */
#ifndef EXPOSITION_H
#define EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

struct buckets;

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* Once for each @name, before its samples. @help: one line. */
void exposition_head(FILE *to, const char *name, enum metric_type type, const char *help);

/* Behind @value: names of labels, each with its value, of any bytes, up to a NULL. */
void exposition_sample(FILE *to, const char *name, uint64_t value, ...)
	__attribute__((sentinel));

/* All samples of a histogram, with one label, or with none: NULL. */
void exposition_buckets(FILE *to, const char *name, const struct buckets *b,
			const char *label, const char *value);

#endif
