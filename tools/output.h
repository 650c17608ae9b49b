/* SPDX-License-Identifier: GPL-2.0 */
/* Buffered output. */
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
	int error;			/* of a write that failed: nothing more is written */
	bool empty;			/* a regular file: output_empty() empties it */
	char *end;			/* of the bytes in @buf */
	char buf[OUTPUT_SIZE];
};

void output_init(struct output *out, int fd, const char *name);

/*
 * Opens the file @write of -w ("-": standard output), or standard output if it is NULL.
 * Returns false after a message, also if it is the file that @input reads, or if
 * records would go to a terminal.
 */
bool output_open(struct output *out, const char *write, int input);

/* Empties the file of -w; called when the header of the new recording has come. */
void output_empty(struct output *out);

void output_flush(struct output *out);

/* Returns room for @size bytes, at most OUTPUT_SIZE; output_put() says where they end. */
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

/* output_bytes() of any length. */
void output_text(struct output *out, const char *text, size_t len);

/* For lines that are few: it is slow. */
void output_printf(struct output *out, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Flushes and closes; returns false after a message if a write failed. */
bool output_close(struct output *out);

#endif
