// SPDX-License-Identifier: GPL-2.0
/*
 * --capture. The file stays open and locked, so that of two readers the second is refused:
 * each would restore what the other had set.
 */
#include "capture.h"
#include "filter.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TEXT_MAX 4096			/* the module takes 1024 bytes */

static const char *file;
static int fd = -1;
static char before[TEXT_MAX];

static bool read_before(void)
{
	ssize_t n = pread(fd, before, sizeof(before) - 1, 0);

	if (n < 0) {
		warn("%s", file);
		return false;
	}
	before[n] = '\0';
	before[strcspn(before, "\n")] = '\0';
	/* "clear" if there was none; to write that would also clear the matrix. */
	if (!strcmp(before, "clear"))
		strcpy(before, "\n");
	return true;
}

static bool write_filter(const char *text)
{
	if (pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text))
		return true;
	warn("%s: cannot write '%s'", file, text);
	return false;
}

bool capture_begin(const char *path, const struct filter *filter)
{
	struct filter_error error;
	char text[TEXT_MAX];

	file = path;
	if (!filter_capture(filter, text, sizeof(text), &error)) {
		warnx("--capture: %s", error.message);
		return false;
	}
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		warn("%s", path);
		return false;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno == EWOULDBLOCK)
			warnx("%s: another reader captures", path);
		else
			warn("%s", path);
	} else if (read_before() && write_filter(text)) {
		return true;
	}
	close(fd);
	fd = -1;
	return false;
}

bool capture_end(void)
{
	bool ok;

	if (fd < 0)
		return true;
	ok = write_filter(before);
	close(fd);
	fd = -1;
	return ok;
}
