/* SPDX-License-Identifier: GPL-2.0 */
/* What --help prints beside the options, and --list; the words that options take. */
#ifndef HELP_H
#define HELP_H

struct argp_option;

extern const char help_doc[];

/* Arguments, up to a NULL. */
extern const char *const format_names[];	/* of --output, by enum format */
extern const char *const colour_words[];	/* of --color */

/* For argp: the views before the options, the examples behind them. */
char *help_add(int key, const char *text, void *input);

/*
 * For the manual page and the completion. A row is one of these, its words separated by
 * tabs, "-" for none; those with an s are lists, separated by commas:
 *
 *   view NAME FORMATS OPTIONS WHAT		OPTIONS: that not every view has
 *   option LONG SHORT ARGUMENT HELP
 *   value LONG WORD				an argument of the option
 *   column VIEW TABLE NAME HEADING WHERES HELP	WHERES: text, -x, data
 *   filter WORD ARGUMENT HELP
 *   group NAME STATES
 *   state NAME, flag NAME
 *   cause NAME WHAT NEXT
 */
void help_list(const struct argp_option *options);

#endif
