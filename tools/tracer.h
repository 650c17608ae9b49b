/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process of its own between this program and COMMAND: it follows COMMAND and whatever
 * comes from it, as strace -f does, and reports each task before that runs.
 */
#ifndef TRACER_H
#define TRACER_H

#include <stdint.h>
#include <sys/types.h>

/* A task begins or ends: a process, or a thread of one. */
struct tracer_report {
	uint64_t mono_ns;
	uint32_t pid;
	uint32_t ended;			/* 0 or 1 */
};

/*
 * Follows its child @command, which waits to be followed, and writes the reports to @to.
 * Returns 0, or errno if it cannot follow.
 */
int tracer_attach(pid_t command, int to);

/* Until @command ends; what came from it goes on. Returns its status, as of waitpid(). */
int tracer_loop(void);

#endif
