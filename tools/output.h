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
	size_t len;
	char buf[OUTPUT_SIZE];
};

void output_init(struct output *out, int fd, const char *name);

/*
 * Standard output, or where -w asks to @write (NULL: nowhere), but not onto
 * the file that @input reads, nor records to a terminal: false after a message.
 */
bool output_open(struct output *out, const char *write, int input);

void output_flush(struct output *out);

static inline void output_bytes(struct output *out, const void *bytes,
				size_t len)
{
	if (len > sizeof(out->buf) - out->len)
		output_flush(out);
	memcpy(out->buf + out->len, bytes, len);
	out->len += len;
}

static inline void output_word(struct output *out, const char *word)
{
	output_bytes(out, word, strlen(word));
}

void output_number(struct output *out, uint64_t n);
void output_blanks(struct output *out, int count);	/* fewer than OUTPUT_SIZE */

/* Call between two lines: keeps them whole when the buffer runs full. */
void output_line_end(struct output *out);

/* Flushes, closes; false after a message if anything was not written. */
bool output_close(struct output *out);

#endif
