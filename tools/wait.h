/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting for input, for a signal to stop, or for our own reader to leave. */
#ifndef WAIT_H
#define WAIT_H

#include <stdbool.h>

struct output;

bool wait_init(void);			/* catches SIGINT, SIGTERM, SIGHUP */

/*
 * True when @in can be read. Flushes @out before it sleeps, not before: a lone
 * line appears at once, a flood in large writes. False when it is time to stop.
 */
bool wait_for_input(int in, struct output *out);

#endif
