/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting for input, for a signal to stop, for a deadline, for the end of a child, or for
 * the output to be closed.
 */
#ifndef WAIT_H
#define WAIT_H

#include <stdbool.h>
#include <stdint.h>

struct output;

bool wait_init(void);			/* catches SIGINT, SIGTERM, SIGHUP */

/* From now on, wait_for_input() returns false after @ns; UINT64_MAX: never. */
void wait_deadline(uint64_t ns);

/* Before a child is made: wait_for_input() will return false when it has ended. */
void wait_child(void);

/* Was there a signal to stop? */
bool wait_stopped(void);

/*
 * Returns true when @in can be read, false when it is time to stop; after the end of a
 * child, only when there is nothing to read. Flushes @out only before it sleeps: a single
 * line appears at once, many lines in large writes.
 */
bool wait_for_input(int in, struct output *out);

#endif
