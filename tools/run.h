/* SPDX-License-Identifier: GPL-2.0 */
/* The command behind "--": it runs while the records are read. */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>

/*
 * Starts @command, with this program's standard files; wait_for_input() watches it. With
 * @follow, process_tree.h has all that comes from it.
 * Returns 0, or after a message the status to exit with: 127 if there is no such command,
 * 126 if it cannot be run.
 */
int run_start(char *const *command, bool follow);

/*
 * Sends it @signal, unless that is 0, and waits for its end. Returns the status to exit
 * with: its own, or 128 and the number of the signal that killed it.
 */
int run_end(int signal);

#endif
