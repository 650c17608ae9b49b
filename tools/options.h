/* SPDX-License-Identifier: GPL-2.0 */
/* The options of the command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct format;

struct options {
	const struct format *format;
	const char *read;		/* -r, or NULL: live */
	const char *write;		/* -w, or NULL: show */
	const char *proc;		/* where the module's files are */
	uint64_t count;			/* -n; no limit: UINT64_MAX */
	bool since_load;
	bool extended;
	bool colour;
	bool version;
	bool explain;
	unsigned int cause;		/* to explain; 0: all */
};

/* Wrong usage ends the program with status 2, --help with 0. */
void options_parse(struct options *options, int argc, char **argv);

#endif
