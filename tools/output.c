// SPDX-License-Identifier: GPL-2.0
/* Buffered output. */
#include "output.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void output_init(struct output *out, int fd, const char *name)
{
	out->name = name;
	out->fd = fd;
	out->error = 0;
	out->empty = false;
	out->end = out->buf;
}

/* Creates or opens @path, but does not empty it; not if it is the file being read. */
static bool create(struct output *out, const char *path, int input)
{
	struct stat st, input_st;
	int fd;

	/* Only its owner may read it, as with the file in /proc. */
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
	if (fd < 0 || fstat(fd, &st) || fstat(input, &input_st)) {
		warn("%s", path);
		return false;
	}

	if (S_ISREG(st.st_mode) && st.st_dev == input_st.st_dev &&
	    st.st_ino == input_st.st_ino) {
		warnx("%s: is the file being read", path);
		return false;
	}

	output_init(out, fd, path);
	out->empty = S_ISREG(st.st_mode);
	return true;
}

bool output_open(struct output *out, const char *write, int input)
{
	if (write && strcmp(write, "-"))
		return create(out, write, input);

	output_init(out, STDOUT_FILENO, "standard output");
	if (!write || !isatty(STDOUT_FILENO))
		return true;
	warnx("-w -: will not write records to a terminal");
	return false;
}

void output_empty(struct output *out)
{
	if (out->empty && ftruncate(out->fd, 0))
		out->error = errno;
}

void output_flush(struct output *out)
{
	const char *p = out->buf;
	size_t left = out->end - p;

	out->end = out->buf;
	while (left && !out->error) {
		ssize_t n = write(out->fd, p, left);

		if (n >= 0) {
			p += n;
			left -= n;
		} else if (errno == EAGAIN) {
			/* Another program set O_NONBLOCK on this terminal. */
			struct pollfd pfd = { .fd = out->fd, .events = POLLOUT };

			poll(&pfd, 1, -1);
		} else if (errno != EINTR) {
			out->error = errno;
		}
	}
}

void output_text(struct output *out, const char *text, size_t len)
{
	for (size_t at = 0; at < len; at += OUTPUT_SIZE) {
		size_t left = len - at;

		output_bytes(out, text + at, left < OUTPUT_SIZE ? left : OUTPUT_SIZE);
	}
}

void output_printf(struct output *out, const char *format, ...)
{
	va_list arguments;
	char *text;
	int len;

	va_start(arguments, format);
	len = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (len < 0)
		err(1, NULL);
	output_text(out, text, len);
	free(text);
}

bool output_close(struct output *out)
{
	output_flush(out);
	if (close(out->fd) && !out->error)
		out->error = errno;

	/* The program that reads the output has ended, as in "reader | head". */
	if (!out->error || out->error == EPIPE)
		return true;

	errno = out->error;
	warn("%s", out->name);
	return false;
}
