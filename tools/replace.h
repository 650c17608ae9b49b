/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REPLACE_H
#define REPLACE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes @text the contents of the file @path, readable by all: who reads it gets the old
 * contents or the new ones, never a part. Returns false after a message: the file is then as
 * it was.
 */
bool replace_file(const char *path, const char *text, size_t size);

#endif
