/* SPDX-License-Identifier: GPL-2.0 */
/* The options of the command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "style.h"

struct filter;
struct view;

struct options {
	const struct view *view;
	enum format format;
	struct filter *filter;		/* NULL: everything */
	const char *words;		/* those of the filter, or NULL */
	const char *argument;		/* the word that the view takes, or NULL */
	const char *read;		/* -r, or NULL: live */
	const char *write;		/* -w, or NULL: show */
	const char *proc;		/* where the module's files are */
	const char *capture;		/* --capture: the module's filter, or NULL */
	const char *by;			/* --by, or NULL */
	const char *count_by;		/* --count, or NULL */
	const char *run;		/* --run, or NULL */
	const char *textfile;		/* --textfile, or NULL */
	char **command;			/* behind --, up to a NULL; NULL: none */
	uint64_t rows;			/* -n; no limit: UINT64_MAX */
	uint64_t for_ns;		/* --for; no limit: UINT64_MAX */
	uint64_t interval_ns;		/* --interval, or 0 */
	bool since_load;
	bool extended;
	bool colour;
	bool failed;
	bool histogram;
	bool version;
	bool list;
	bool explain;
	unsigned int cause;		/* to explain; 0: all */
};

/* Wrong usage ends the program with status 2, --help with 0. */
void options_parse(struct options *options, int argc, char **argv);

/* What --list prints: see help.h. */
void options_list(void);

#endif
