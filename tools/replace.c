// SPDX-License-Identifier: GPL-2.0
/* Replacing a file at once, by a rename. */
#include "replace.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			text += n;
			size -= n;
		}
	}
	return true;
}

/* The new file is in the same directory, and its name does not end in that of @path. */
bool replace_file(const char *path, const char *text, size_t size)
{
	char *new;
	bool ok;
	int fd;

	if (asprintf(&new, "%s.XXXXXX", path) < 0)
		err(1, NULL);
	fd = mkostemp(new, O_CLOEXEC);
	ok = fd >= 0 && write_all(fd, text, size) && !fchmod(fd, 0644);
	if (fd >= 0 && close(fd))
		ok = false;
	ok = ok && !rename(new, path);
	if (!ok) {
		warn("%s", path);
		if (fd >= 0)
			unlink(new);
	}
	free(new);
	return ok;
}
