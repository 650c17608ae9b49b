/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of the module's files, for metrics. */
#ifndef METRICS_STATS_H
#define METRICS_STATS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Prints those of the file stats. @proc: its directory. Returns false after a message. */
bool metrics_stats(FILE *to, const char *proc);

/* Those of the file matrix, by old and new state. Returns false after a message. */
bool metrics_matrix(uint64_t count[UINT8_MAX + 1][UINT8_MAX + 1], const char *proc);

#endif
