/* SPDX-License-Identifier: GPL-2.0 */
/* --capture: the module records only what fits the filter, while this program runs. */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>

struct filter;

/*
 * Replaces the module's filter, in the file @path, by @filter. Returns false after a
 * message: if @filter cannot be said there, or if another reader captures.
 */
bool capture_begin(const char *path, const struct filter *filter);

/* Puts the filter from before back; returns false after a message. */
bool capture_end(void);

#endif
