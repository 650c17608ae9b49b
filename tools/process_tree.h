/* SPDX-License-Identifier: GPL-2.0 */
/* The processes that came from COMMAND, those that have ended among them. */
#ifndef PROCESS_TREE_H
#define PROCESS_TREE_H

#include <stdbool.h>
#include <stdint.h>

/* @from has the reports of a tracer, and does not block. */
void process_tree_begin(int from);

/* Nothing more is asked: the tracer need not wait for room in the pipe. */
void process_tree_end(void);

/* @pid has been in it. */
bool process_tree_has(uint32_t pid);

/* @pid was in it at that time of CLOCK_MONOTONIC. */
bool process_tree_had(uint32_t pid, uint64_t mono_ns);

#endif
