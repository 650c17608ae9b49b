/* SPDX-License-Identifier: GPL-2.0 */
/* The versions of this reader and of the module. */
#ifndef VERSION_H
#define VERSION_H

#include <stdbool.h>

struct input;

extern const char reader_version[];

/* @raw: the module's file; its header has the version. Returns false after a message. */
bool print_versions(struct input *in, const char *raw);

#endif
