// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a fuzz target with its corpus, one file at a time, without libFuzzer. A target
 * that finds an error aborts; then the last line names the file.
 *
 *   replay FILE|DIRECTORY...	all files in a directory; prints "N inputs"
 */
#include <dirent.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int inputs;

static void replay_file(const char *path, size_t size)
{
	/* Of just this size, so that a sanitizer finds a read behind it. */
	uint8_t *data = malloc(size ? size : 1);
	FILE *file = fopen(path, "r");

	if (!data || !file || fread(data, 1, size, file) != size)
		err(1, "%s", path);
	fclose(file);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, size);
	inputs++;
	free(data);
}

static void replay(const char *path)
{
	struct dirent **names;
	struct stat st;
	int count;

	if (stat(path, &st))
		err(1, "%s", path);
	if (!S_ISDIR(st.st_mode)) {
		replay_file(path, st.st_size);
		return;
	}

	count = scandir(path, &names, NULL, alphasort);
	if (count < 0)
		err(1, "%s", path);
	for (int i = 0; i < count; i++) {
		char *file;

		if (names[i]->d_name[0] != '.') {
			if (asprintf(&file, "%s/%s", path, names[i]->d_name) < 0)
				err(1, NULL);
			replay(file);
			free(file);
		}
		free(names[i]);
	}
	free(names);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	fprintf(stderr, "%u inputs\n", inputs);
	return !inputs;
}
