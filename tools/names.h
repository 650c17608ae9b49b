/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of the record's small numbers. One that this reader does not know
 * is printed as STATE_<n>, CAUSE_<n>, ROLE_<n> or flag-<n>, never left out.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdint.h>
#include <string.h>

#define NAME_MAX_LEN 16			/* "retrans_timeout", "listener_closed", a NUL */
#define FLAGS_MAX 352			/* all 32 bits, known or not, and a step */

#define NAMES_MAX 32

/* The length of each is counted when it is first needed. */
struct names {
	const char (*name)[NAME_MAX_LEN];
	unsigned int count;
	const char *prefix;		/* of a number that has no name */
	uint8_t len[NAMES_MAX];
};

extern struct names state_names, cause_names, role_names, flag_names;

char *put_new_name(char *to, struct names *names, unsigned int n);

static inline char *put_name(char *to, struct names *names, unsigned int n)
{
	if (n >= NAMES_MAX || !names->len[n])
		return put_new_name(to, names, n);
	memcpy(to, names->name[n], NAME_MAX_LEN);
	return to + names->len[n];
}

static inline char *put_state(char *to, unsigned int state)
{
	return put_name(to, &state_names, state);
}

static inline char *put_cause(char *to, unsigned int cause)
{
	return put_name(to, &cause_names, cause);
}

static inline char *put_role(char *to, unsigned int role)
{
	return put_name(to, &role_names, role);
}

static inline char *put_flag(char *to, unsigned int bit)
{
	return put_name(to, &flag_names, bit);
}

unsigned int cause_named(const char *word);	/* in any letter case; 0 if none */

#endif
