/* SPDX-License-Identifier: GPL-2.0 */
/* A row of flows: a connection that is alive, of the module's file or of a recording. */
#ifndef FLOW_ROW_H
#define FLOW_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "connection.h"

#include "tcpfsm.h"

struct flow_row {
	/*
	 * For the filter: old and new state are the state it is in, the dwell is the time
	 * in it, and flags are all of the connection's.
	 */
	struct tcpfsm_record r;
	uint64_t age_ns;
	uint64_t handshake_ns;
	bool has_age, age_least;
	bool has_handshake;
	uint8_t states;			/* in @path */
	uint8_t path[CONNECTION_PATH_MAX];
};

/* @now_ns: CLOCK_MONOTONIC of the last record. */
void flow_row_of(struct flow_row *row, const struct connection *c, uint64_t now_ns);

/* Parses a line of /proc/net/tcpfsm/flows. Returns false if it is none. */
bool flow_row_parse(struct flow_row *row, const char *line);

#endif
