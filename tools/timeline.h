/* SPDX-License-Identifier: GPL-2.0 */
/* Connections as rows of a time axis, a slice for each state; of many, an even choice. */
#ifndef TIMELINE_H
#define TIMELINE_H

#include <stdint.h>
#include <stdio.h>

struct connection;
struct style;

/* @now_ns: as for connection_slices(). */
void timeline_add(const struct connection *c, uint64_t now_ns);

/* The rules of the page, and the part that has the rows. */
void timeline_style(FILE *to);
void timeline_html(struct style *style, FILE *to);

#endif
