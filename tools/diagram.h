/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RFC 9293's diagram of the states of a connection (section 3.3.2, figure 5), with the
 * number of times that each transition was seen.
 */
#ifndef DIAGRAM_H
#define DIAGRAM_H

#include <stdint.h>
#include <stdio.h>

#include "tcpfsm.h"

struct connection;

struct diagram {
	uint64_t count[TCPFSM_NR_STATES][TCPFSM_NR_STATES];
	uint64_t failed[TCPFSM_NR_STATES];	/* of those to CLOSED, by the old state */
	uint64_t unknown;			/* from or to a state that has no name */
};

/* All its transitions; the last one of a connection that failed as a failure. */
void diagram_add(struct diagram *d, const struct connection *c);

/* The rules of the image, in colours of the page: --ink, --faint, --back, --bad. */
void diagram_style(FILE *to);
void diagram_svg(const struct diagram *d, FILE *to);

/* Calls @put for each pair of states that the diagram does not show. */
void diagram_others(const struct diagram *d, FILE *to,
		    void (*put)(FILE *to, uint8_t from, uint8_t into, uint64_t count));

#endif
