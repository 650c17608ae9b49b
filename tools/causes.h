/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why transitions happened and why connections failed: how often, what to look at next, and
 * a ladder of the first failure of each kind.
 */
#ifndef CAUSES_H
#define CAUSES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct connection;

/* Counts a connection, or a listener; when it is CLOSED, or at the end of input. */
void causes_add(const struct connection *c);

/*
 * Draws the ladder, if it is the first of its kind; both ends are complete. @number: the
 * caller's, for this connection.
 */
void causes_draw(const struct connection *c, uint64_t number, uint64_t lost_ns);
bool causes_drew(uint64_t number);

/* Parts of a page. @put_also: the rest of the heading of a connection's ladder. */
void causes_table(FILE *to);
void causes_ladders(FILE *to, void (*put_also)(FILE *to, uint64_t number));

#endif
