/* SPDX-License-Identifier: GPL-2.0 */
/* What --help prints beside the options, and --list. */
#ifndef HELP_H
#define HELP_H

struct argp_option;

extern const char help_doc[];

/* For argp: the views before the options, the examples behind them. */
char *help_add(int key, const char *text, void *input);

/*
 * For the manual page and the completion: one row each, words separated by tabs, "-" for
 * none: view NAME WHAT; column VIEW TABLE NAME HEADING HELP; option LONG SHORT ARGUMENT
 * HELP; filter WORD ARGUMENT HELP; state NAME; cause NAME.
 */
void help_list(const struct argp_option *options);

#endif
