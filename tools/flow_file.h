/* SPDX-License-Identifier: GPL-2.0 */
/* The module's file flows: the connections that are alive at this moment. */
#ifndef FLOW_FILE_H
#define FLOW_FILE_H

#include <stdbool.h>

struct connections;
struct flow_row;

/* @proc: the directory of the module's files. Returns false after a message. */
bool flow_file_read(const char *proc, void (*take)(void *to, const struct flow_row *row),
		    void *to);

/*
 * Puts them into @all, as if their records had been read: a live view begins with them.
 * The records must have been opened before.
 */
bool flow_file_connections(const char *proc, struct connections *all);

#endif
