/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of the record's small numbers. One that this reader does not know
 * is printed as STATE_<n>, CAUSE_<n>, ROLE_<n> or flag-<n>, never left out.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdint.h>

#define NAME_MAX_LEN 16			/* "retrans_timeout", "listener_closed", a NUL */
#define FLAGS_MAX 352			/* all 32 bits, known or not, and a step */

char *put_state(char *to, unsigned int state);
char *put_cause(char *to, unsigned int cause);
char *put_role(char *to, unsigned int role);
char *put_flag(char *to, unsigned int bit);

unsigned int cause_named(const char *word);	/* in any letter case; 0 if none */

#endif
