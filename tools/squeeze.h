/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A line that is too long for the screen: blanks are left out first, then the middle
 * of the longest address.
 */
#ifndef SQUEEZE_H
#define SQUEEZE_H

struct tcpfsm_record;
struct view;

char *put_squeezed(char *to, struct view *view, const struct tcpfsm_record *r);

#endif
