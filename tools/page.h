/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A page of HTML that needs no other file, no network and no JavaScript: its frame, its
 * style, and values in it. What comes from a record is escaped.
 */
#ifndef PAGE_H
#define PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "value.h"

struct histogram;

/* @style: the rules of the parts that the page has, beside its own. */
void page_begin(FILE *to, const char *title, void (*const *style)(FILE *to));
void page_end(FILE *to);

/* Around an image that scrolls sideways on a narrow screen. */
void page_wide_begin(FILE *to);
void page_wide_end(FILE *to);

/* Thousands are set apart; the text is HTML. */
#define PAGE_COUNT_MAX 80
void page_count(char text[PAGE_COUNT_MAX], uint64_t count);

const char *page_duration(uint64_t ns);		/* "12.3 us"; valid until the next call */

void page_text(FILE *to, const char *text);	/* of any bytes */

/* The value of a column of @row, or "-". */
void page_value(FILE *to, bool (*get)(const void *row, struct value *value),
		enum value_kind kind, enum value_form form, const void *row,
		struct style *style);

/* Bars of powers of two, and percentiles. */
void page_histogram(FILE *to, const char *title, const struct histogram *h);

#endif
