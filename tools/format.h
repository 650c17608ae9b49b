/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The output formats: one struct format per word of -o. Its functions are put_*() as
 * in number.h; they put at most LINE_MAX_LEN bytes.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <stdbool.h>

#include "clock.h"
#include "column.h"
#include "number.h"

#define LINE_MAX_LEN 4000
#define NETNS_MAX 10			/* 2^32 - 1 */

struct tcpfsm_record;

struct view {
	struct clock clock;
	struct columns columns;		/* of text; set by begin() */
	int width;			/* of the screen */
	uint32_t netns;			/* of netns_text, if netns_len is not 0 */
	uint32_t netns_len;
	char netns_text[NETNS_MAX + PUT_SLACK];
	bool extended;			/* -x */
	bool colour;
	bool utf8;			/* the terminal shows → */
};

struct format {
	const char *name;
	char *(*begin)(char *to, struct view *view);	/* or NULL */
	put_record record;
	put_record lost;
};

extern const struct format format_text, format_json, format_csv;

#endif
