/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waiting for input, for a signal to stop, for a deadline, for the end of a child, or for
 * the output to be closed; and for one more file, and a time, of a view.
 */
#ifndef WAIT_H
#define WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct output;

/*
 * Catches SIGINT, SIGTERM, SIGHUP. A second one kills this program, after @before_kill,
 * which may only do what a signal handler may.
 */
bool wait_init(void (*before_kill)(void));

/* From now on, wait_for_input() returns false after @ns; UINT64_MAX: never. */
void wait_deadline(uint64_t ns);

/* wait_for_input() will return false when @child has ended. False after a message. */
bool wait_child(pid_t child);

/*
 * After the end of the child, wait_for_input() goes on while @unfinished() returns true, for
 * @ns at most.
 */
void wait_linger(uint64_t ns, bool (*unfinished)(void));

/* wait_for_input() calls @ready() when @fd can be read, too, or after a signal; -1: none. */
void wait_also(int fd, void (*ready)(void));

/*
 * wait_for_input() calls @due() once, at @ns of CLOCK_MONOTONIC, or later when there is
 * nothing to read; UINT64_MAX: never.
 */
void wait_until(uint64_t ns, void (*due)(void));

uint64_t wait_now(void);	/* CLOCK_MONOTONIC */

/* When the child ended, CLOCK_MONOTONIC; UINT64_MAX: it has not, or there is none. */
uint64_t wait_child_ended(void);

void wait_end(void);		/* wait_for_input() returns false from now on */
bool wait_stopped(void);		/* by a signal */

/* Or a write failed. */
bool wait_output_closed(const struct output *out);

/* The signal to stop; 0: none, or a terminal has sent it to the child, too. */
int wait_signal_for_child(void);

/*
 * Returns true when @in can be read, false when it is time to stop; after the end of a
 * child, only when there is nothing to read. Flushes @out only before it sleeps: a single
 * line appears at once, many lines in large writes.
 */
bool wait_for_input(int in, struct output *out);

#endif
