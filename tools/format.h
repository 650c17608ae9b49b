/* SPDX-License-Identifier: GPL-2.0 */
/* How records are shown: one struct format per -o word. */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdbool.h>

#include "clock.h"
#include "columns.h"

struct output;
struct tcpfsm_record;

struct view {
	struct output *out;
	struct clock clock;
	struct columns columns;		/* of text, once it has begun */
	int width;			/* of the screen */
	bool extended;			/* -x */
	bool colour;
	bool utf8;			/* the terminal shows → */
};

struct format {
	const char *name;
	void (*begin)(struct view *view);	/* or NULL */
	void (*record)(struct view *view, const struct tcpfsm_record *record);
	void (*lost)(struct view *view, const struct tcpfsm_record *record);
};

extern const struct format format_text, format_json, format_csv;

#endif
