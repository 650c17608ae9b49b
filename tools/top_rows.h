/* SPDX-License-Identifier: GPL-2.0 */
/* What top shows: connections, in order, and how many are in which state. */
#ifndef TOP_ROWS_H
#define TOP_ROWS_H

#include "flow_row.h"

#define TOP_CLOSED_MAX 1000		/* closed connections that are kept, the latest */

struct column;
struct connections;
struct filter;

struct top_rows {
	const struct flow_row **row;	/* those that the filter takes */
	size_t count;
	uint64_t alive;			/* with and without it */
	uint64_t in_state[TCPFSM_NR_STATES];	/* of those that are alive */
};

/* All connections as they are at @now_ns; also closed ones if @closed. */
void top_rows_collect(struct top_rows *rows, struct connections *all,
		      const struct filter *filter, uint64_t now_ns, bool closed);

/* Again those that the filter takes. */
void top_rows_filter(struct top_rows *rows, const struct filter *filter);

/* By that column; an unknown value comes last. */
void top_rows_sort(struct top_rows *rows, const struct column *column, bool descending);

/* @c has closed: it may be shown later. */
void top_rows_closed(const struct connection *c);
bool top_rows_has_closed(void);

#endif
