// SPDX-License-Identifier: GPL-2.0
/*
 * --capture. Of two readers that capture at once the second is refused: each would put
 * back the filter of the other.
 *
 * The lock is the name of a socket, which ends with this process. flock() of the file
 * does not exclude another reader: in /proc/net each open() gets an inode of its own.
 */
#include "capture.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REFUSED "# refused: "		/* in the file: why the last filter was refused */

static const char *file;
static char before[2 * CAPTURE_MAX];
static volatile sig_atomic_t active;

/* Only one process can have an abstract name (unix(7)): that of the file, or its end. */
static bool lock(void)
{
	static const char kind[] = "tcpfsm-capture:";
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	char *to = name.sun_path + 1;
	size_t room = sizeof(name.sun_path) - sizeof(kind), length = strlen(file);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(to, kind, sizeof(kind) - 1);
	memcpy(to + sizeof(kind) - 1, length > room ? file + length - room : file,
	       length > room ? room : length);
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&name, sizeof(name)))
		return true;
	if (fd >= 0 && errno == EADDRINUSE)
		warnx("%s: another reader captures", file);
	else
		warn("%s: cannot lock it", file);
	return false;
}

/* Reads the file; returns false after a message. */
static bool read_filter(char *text, size_t size)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (n < 0)
		warn("%s", file);
	else
		text[n] = '\0';
	if (fd >= 0)
		close(fd);
	return n >= 0;
}

/* Returns 0 or errno. */
static int write_filter(const char *text)
{
	size_t length = strlen(text);
	int fd = open(file, O_WRONLY | O_TRUNC | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, length) != (ssize_t)length)
		error = errno;
	close(fd);
	return error;
}

static void say_refused(int error)
{
	char text[sizeof(before)];
	const char *reason = NULL;

	if (error == EINVAL && read_filter(text, sizeof(text)))
		reason = strstr(text, REFUSED);
	if (reason)
		warnx("%s: %.*s", file, (int)strcspn(reason + strlen(REFUSED), "\n"),
		      reason + strlen(REFUSED));
	else
		warnx("%s: %s", file, strerror(error));
}

static void end_at_exit(void)
{
	capture_end();
}

bool capture_begin(const char *path, const char *text)
{
	int error;

	file = path;
	if (!lock() || !read_filter(before, sizeof(before)))
		return false;
	before[strcspn(before, "\n")] = '\0';
	/* To write "clear", its text for none, would also set the matrix to 0. */
	if (!strcmp(before, "clear"))
		*before = '\0';
	strcat(before, "\n");
	atexit(end_at_exit);
	active = true;
	error = write_filter(text);
	if (!error)
		return true;
	active = false;
	say_refused(error);
	return false;
}

bool capture_end(void)
{
	int error;

	if (!active)
		return true;
	error = write_filter(before);
	active = false;
	if (error)
		warnx("%s: cannot put back '%.*s': %s", file, (int)strcspn(before, "\n"),
		      before, strerror(error));
	return !error;
}

void capture_abandon(void)
{
	if (active)
		write_filter(before);
}
