// SPDX-License-Identifier: GPL-2.0
/* The words of the record's small numbers. */
#include "names.h"
#include "number.h"

#include <stddef.h>
#include <strings.h>

#include "tcpfsm.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Without pointers, so that a name is a copy of all its bytes; see number.h. */
static const char states[][NAME_MAX_LEN] = TCPFSM_STATE_NAMES;
static const char causes[][NAME_MAX_LEN] = TCPFSM_CAUSE_NAMES;
static const char flags[][NAME_MAX_LEN] = TCPFSM_FLAG_NAMES;
static const char roles[][NAME_MAX_LEN] = {
	[TCPFSM_ROLE_ACTIVE]  = "active",
	[TCPFSM_ROLE_PASSIVE] = "passive",
};

_Static_assert(ARRAY_SIZE(states) == TCPFSM_NR_STATES, "a state has no name");
_Static_assert(ARRAY_SIZE(causes) == TCPFSM_NR_CAUSES, "a cause has no name");
_Static_assert(1u << (ARRAY_SIZE(flags) - 1) == TCPFSM_F_DWELL_MIN,
	       "a flag has no name");

_Static_assert(ARRAY_SIZE(causes) <= NAMES_MAX, "names.len[] is too short");

#define NAMES(table, word) {						\
	.name = table, .count = ARRAY_SIZE(table), .prefix = word	\
}

struct names state_names = NAMES(states, "STATE_");
struct names cause_names = NAMES(causes, "CAUSE_");
struct names role_names = NAMES(roles, "ROLE_");
struct names flag_names = NAMES(flags, "flag-");

char *put_new_name(char *to, struct names *names, unsigned int n)
{
	if (n >= names->count || !names->name[n][0])
		return put_number(put_word(to, names->prefix), n);

	names->len[n] = strlen(names->name[n]);
	memcpy(to, names->name[n], NAME_MAX_LEN);
	return to + names->len[n];
}

unsigned int cause_named(const char *word)
{
	for (unsigned int i = 1; i < ARRAY_SIZE(causes); i++) {
		if (!strcasecmp(word, causes[i]))
			return i;
	}
	return 0;
}
