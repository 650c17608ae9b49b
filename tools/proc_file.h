/* SPDX-License-Identifier: GPL-2.0 */
/* The module's files of text, line by line. */
#ifndef PROC_FILE_H
#define PROC_FILE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * @proc: their directory. Lines are numbered from 1 and end in LF; @take may change them, and
 * returns false if the line is not @what ("a flow"). Returns false after a message.
 */
bool proc_file_read(const char *proc, const char *name, const char *what,
		    bool (*take)(void *to, char *line, uint64_t nr), void *to);

#endif
