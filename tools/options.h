/* SPDX-License-Identifier: GPL-2.0 */
/* The options of the command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct format;

enum group_by { BY_NOTHING, BY_PEER, BY_PORT, BY_OWNER, BY_CAUSE, BY_NETNS };

struct options {
	const struct format *format;
	const char *read;		/* -r, or NULL: live */
	const char *write;		/* -w, or NULL: show */
	const char *proc;		/* where the module's files are */
	uint64_t count;			/* -n; no limit: UINT64_MAX */
	bool since_load;
	bool extended;
	bool colour;
	bool failed;			/* --failed, of life and handshakes */
	bool histogram;			/* --histogram, of handshakes */
	enum group_by by;		/* --by, of summary */
	bool version;
	bool explain;
	unsigned int cause;		/* to explain; 0: all */
};

/* Wrong usage ends the program with status 2, --help with 0. */
void options_parse(struct options *options, int argc, char **argv);

#endif
