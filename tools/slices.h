/* SPDX-License-Identifier: GPL-2.0 */
/* The time that a connection spent in each of its states. */
#ifndef SLICES_H
#define SLICES_H

#include "connection.h"

struct columns;

struct slice {
	uint64_t begin_ns, end_ns;	/* CLOCK_MONOTONIC */
	const struct transition *entered, *left;	/* NULL: not recorded */
	uint8_t state;
	bool least;			/* it began earlier */
	bool missing;			/* records of its end are missing */
	bool open;			/* it has not ended */
};

extern const struct columns slice_columns;	/* of view_perfetto.c: a slice's arguments */

#define SLICES_MAX (2 * CONNECTION_TRANSITIONS_MAX)

/*
 * In the order of time, without overlaps; CLOSED is none, nor is LISTEN before a SYN.
 * @now_ns: the end of a slice that has not ended; 0 if the connection is CLOSED. Returns
 * their number.
 */
size_t connection_slices(const struct connection *c, uint64_t now_ns,
			 struct slice slice[SLICES_MAX]);

#endif
