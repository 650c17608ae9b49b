// SPDX-License-Identifier: GPL-2.0
/* The module's files of text, line by line. */
#include "proc_file.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool read_lines(FILE *file, const char *path, const char *what,
		       bool (*take)(void *to, char *line, uint64_t nr), void *to)
{
	size_t size = 0;
	char *line = NULL;
	uint64_t nr = 0;
	bool ok = true;

	while (ok && getline(&line, &size, file) > 0) {
		ok = take(to, line, ++nr);
		if (!ok)
			warnx("%s: line %" PRIu64 " is not %s", path, nr, what);
	}
	if (ferror(file)) {
		warn("%s", path);
		ok = false;
	}
	free(line);
	return ok;
}

bool proc_file_read(const char *proc, const char *name, const char *what,
		    bool (*take)(void *to, char *line, uint64_t nr), void *to)
{
	char *path;
	FILE *file;
	bool ok;

	if (asprintf(&path, "%s/%s", proc, name) < 0)
		err(1, NULL);
	file = fopen(path, "re");
	if (!file && errno == ENOENT)
		warnx("%s: not there; is the module loaded? (modprobe tcpfsm, or insmod tcpfsm.ko)", path);
	else if (!file)
		warn("%s", path);
	ok = file && read_lines(file, path, what, take, to);
	if (file)
		fclose(file);
	free(path);
	return ok;
}
