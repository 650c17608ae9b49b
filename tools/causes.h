/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why transitions happened and why connections failed: how often, what to look at next, and
 * a ladder of the first failure of each kind.
 */
#ifndef CAUSES_H
#define CAUSES_H

#include <stdint.h>
#include <stdio.h>

struct connection;

/* Counts a connection, or a listener; when it is CLOSED, or at the end of input. */
void causes_add(const struct connection *c);

/* Draws the ladder, if it is the first of its kind; both ends are complete. */
void causes_draw(const struct connection *c, uint64_t lost_ns);

/* Parts of a page. */
void causes_table(FILE *to);
void causes_ladders(FILE *to);

#endif
