/* SPDX-License-Identifier: GPL-2.0 */
/* A record stream: /proc/net/tcpfsm/raw, a saved copy, or a pipe of either. */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tcpfsm.h"

#define INPUT_SIZE (64 * 1024)		/* holds any header, any record */

struct input {
	const char *name;		/* for messages */
	int fd;
	bool live;			/* the module writes it now */
	bool drained;			/* the last read() took all there was */
	bool checked;			/* @header is filled in and valid */
	struct tcpfsm_header header;
	size_t record_size;		/* SIZE_MAX until the header was taken */
	uint64_t last_ns;		/* the time of the last transition */
	uint64_t gone;			/* bytes taken and no longer in @buf */
	size_t start, end;		/* in @buf: bytes read, not yet taken */
	unsigned char buf[INPUT_SIZE] __attribute__((aligned(8)));
};

enum input_result {
	INPUT_MORE,			/* bytes were read */
	INPUT_WAIT,			/* none for now */
	INPUT_END,
	INPUT_BAD,			/* after a message */
};

bool input_open(struct input *in, const char *path);	/* "-": stdin */
bool input_open_live(struct input *in, const char *path, bool since_load);
void input_close(struct input *in);

enum input_result input_fill(struct input *in);	/* one read() */

/*
 * The next item of the stream if all its bytes were read, else NULL: first the header
 * (header_size bytes), once; then records (record_size bytes each). It is valid until
 * the next input_fill(), and may be unaligned.
 */
const void *input_header(struct input *in);

static inline const void *input_take(struct input *in, size_t size)
{
	const void *bytes = in->buf + in->start;

	if (in->end - in->start < size)
		return NULL;
	in->start += size;
	return bytes;
}

/* Returns the number of bytes taken. */
static inline uint64_t input_at(const struct input *in)
{
	return in->gone + in->start;
}

static inline const void *input_record(struct input *in)
{
	return input_take(in, in->record_size);
}

/*
 * Can @r, the record that was taken last, be true? If not, it counts as not taken, and
 * false is returned after a message.
 */
bool input_check(struct input *in, const struct tcpfsm_record *r);

#endif
