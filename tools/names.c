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

/* A set of names; the length of each is counted when it is first needed. */
struct names {
	const char (*name)[NAME_MAX_LEN];
	unsigned int count;
	const char *prefix;
	uint8_t len[32];
};

#define NAMES(table, word) {						\
	.name = table, .count = ARRAY_SIZE(table), .prefix = word	\
}

_Static_assert(ARRAY_SIZE(causes) <= 32, "names.len[] is too short");

static char *put_unknown(char *to, struct names *names, unsigned int n)
{
	if (n >= names->count || !names->name[n][0])
		return put_number(put_word(to, names->prefix), n);

	names->len[n] = strlen(names->name[n]);
	memcpy(to, names->name[n], NAME_MAX_LEN);
	return to + names->len[n];
}

static inline char *put_name(char *to, struct names *names, unsigned int n)
{
	if (n >= sizeof(names->len) || !names->len[n])
		return put_unknown(to, names, n);
	memcpy(to, names->name[n], NAME_MAX_LEN);
	return to + names->len[n];
}

char *put_state(char *to, unsigned int state)
{
	static struct names names = NAMES(states, "STATE_");

	return put_name(to, &names, state);
}

char *put_cause(char *to, unsigned int cause)
{
	static struct names names = NAMES(causes, "CAUSE_");

	return put_name(to, &names, cause);
}

char *put_role(char *to, unsigned int role)
{
	static struct names names = NAMES(roles, "ROLE_");

	return put_name(to, &names, role);
}

char *put_flag(char *to, unsigned int bit)
{
	static struct names names = NAMES(flags, "flag-");

	return put_name(to, &names, bit);
}

unsigned int cause_named(const char *word)
{
	for (unsigned int i = 1; i < ARRAY_SIZE(causes); i++) {
		if (!strcasecmp(word, causes[i]))
			return i;
	}
	return 0;
}
