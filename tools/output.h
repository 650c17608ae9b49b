/* SPDX-License-Identifier: GPL-2.0 */
/* What is to be written, held back until there is enough or nothing to add. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#define OUTPUT_SIZE (64 * 1024)

struct output {
	const char *name;		/* for messages */
	int fd;
	int error;			/* errno of the write that failed; then
					 * nothing is written any more
					 */
	bool empty;			/* a file of ours, which may hold an older recording */
	char *end;			/* of what is in @buf */
	char buf[OUTPUT_SIZE];
};

void output_init(struct output *out, int fd, const char *name);

/*
 * Standard output, or where -w asks to @write (NULL: nowhere), but not onto
 * the file that @input reads, nor records to a terminal: false after a message.
 */
bool output_open(struct output *out, const char *write, int input);

/* What -w writes to may lose what it held only when there is something in its place. */
void output_empty(struct output *out);

void output_flush(struct output *out);

/* A place for @size bytes, at most OUTPUT_SIZE; then say where what is put ends. */
static inline char *output_place(struct output *out, size_t size)
{
	if (out->end > out->buf + sizeof(out->buf) - size)
		output_flush(out);
	return out->end;
}

static inline void output_put(struct output *out, char *end)
{
	out->end = end;
}

static inline void output_bytes(struct output *out, const void *bytes,
				size_t len)
{
	memcpy(output_place(out, len), bytes, len);
	out->end += len;
}

/* Flushes, closes; false after a message if anything was not written. */
bool output_close(struct output *out);

#endif
