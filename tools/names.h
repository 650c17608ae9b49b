/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of states, causes, roles and flags. A number that this reader does not
 * know is printed as STATE_<n>, CAUSE_<n>, ROLE_<n> or flag-<n>.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "number.h"

#define NAME_MAX_LEN 16			/* "retrans_timeout", "listener_closed", a NUL */
#define NAMES_MAX 32

struct names {
	char prefix[8];			/* of a number without a name */
	char name[NAMES_MAX][NAME_MAX_LEN];
	uint8_t len[UINT8_MAX + 1];	/* 0: not yet counted, or no name */
};

extern struct names state_names, cause_names, role_names, flag_names;

char *put_new_name(char *to, struct names *names, uint8_t n);

static inline char *put_name(char *to, struct names *names, uint8_t n)
{
	if (!names->len[n])
		return put_new_name(to, names, n);
	/* The compiler sees that it is less than NAME_MAX_LEN. */
	return put_short(to, names->name[n], names->len[n] % NAME_MAX_LEN);
}

static inline char *put_state(char *to, uint8_t state)
{
	return put_name(to, &state_names, state);
}

static inline char *put_cause(char *to, uint8_t cause)
{
	return put_name(to, &cause_names, cause);
}

static inline char *put_role(char *to, uint8_t role)
{
	return put_name(to, &role_names, role);
}

static inline char *put_flag(char *to, uint8_t bit)
{
	return put_name(to, &flag_names, bit);
}

unsigned int cause_named(const char *word);	/* in any letter case; 0: none */

/* As the module's files have it: also STATE_<n>. Returns false if it is none. */
bool state_named(const char *word, uint8_t *state);

#endif
