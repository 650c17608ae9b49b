/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line of text: words in the columns of a view, without the line's end.
 *
 * The headings say where a column should start. A long word pushes what
 * follows it to the right, into the blanks of the next columns, and only when
 * a line has none left is anything shortened.
 */
#ifndef LINE_H
#define LINE_H

struct tcpfsm_record;
struct view;

char *put_headings(char *to, struct view *view);
char *put_line(char *to, struct view *view, const struct tcpfsm_record *r);

#endif
