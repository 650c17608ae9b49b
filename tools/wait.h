/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting for input, for a signal to stop, or for the output to be closed. */
#ifndef WAIT_H
#define WAIT_H

#include <stdbool.h>

struct output;

bool wait_init(void);			/* catches SIGINT, SIGTERM, SIGHUP */

/*
 * Returns true when @in can be read, false when it is time to stop. Flushes @out only
 * before it sleeps: a single line appears at once, many lines in large writes.
 */
bool wait_for_input(int in, struct output *out);

#endif
