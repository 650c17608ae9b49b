/* SPDX-License-Identifier: GPL-2.0 */
/* --capture: the module records only what fits the filter, while this program runs. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>

#define CAPTURE_MAX 1024		/* the longest filter that the module takes, bytes */

/*
 * Replaces the module's filter, in the file @path, by @text, until capture_end() or
 * exit(). @path stays the caller's and is used until then. Returns false after a message,
 * also if another reader captures.
 */
bool capture_begin(const char *path, const char *text);

/* Puts the filter from before back, once; returns false after a message. */
bool capture_end(void);

/* The same without a message, for a signal handler. */
void capture_abandon(void);

#endif
