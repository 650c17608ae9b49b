/* SPDX-License-Identifier: GPL-2.0 */
/* --run: a command for one row after another, which has the row in its environment. */
#ifndef RUN_EACH_H
#define RUN_EACH_H

#include <stdbool.h>

struct columns;
struct output;
struct style;

/*
 * Runs @command by sh -c when those of the rows before have ended, while wait_for_input()
 * waits. Each column of @columns that is data is a variable, TCPFSM_<NAME>; a value that is
 * unknown is empty. A command that fails is reported.
 */
void run_each(const char *command, const struct columns *columns, const void *row,
	      struct style *style, const struct output *out);

/*
 * Runs the rest, but not after a signal, or when @out was closed. Returns false if a command
 * failed, or was not run because of a signal.
 */
bool run_each_end(void);

#endif
