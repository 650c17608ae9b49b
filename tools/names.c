// SPDX-License-Identifier: GPL-2.0
/* The words of the record's small numbers. */
#include "names.h"
#include "number.h"

#include <stddef.h>
#include <strings.h>

#include "tcpfsm.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const char *const states[] = TCPFSM_STATE_NAMES;
static const char *const causes[] = TCPFSM_CAUSE_NAMES;
static const char *const flags[] = TCPFSM_FLAG_NAMES;
static const char *const roles[] = {
	[TCPFSM_ROLE_ACTIVE]  = "active",
	[TCPFSM_ROLE_PASSIVE] = "passive",
};

_Static_assert(ARRAY_SIZE(states) == TCPFSM_NR_STATES, "a state has no name");
_Static_assert(ARRAY_SIZE(causes) == TCPFSM_NR_CAUSES, "a cause has no name");
_Static_assert(1u << (ARRAY_SIZE(flags) - 1) == TCPFSM_F_DWELL_MIN,
	       "a flag has no name");

static char *put_name(char *to, const char *const *names, size_t count,
		      unsigned int n, const char *prefix)
{
	if (n < count && names[n])
		return put_word(to, names[n]);
	return put_number(put_word(to, prefix), n);
}

char *put_state(char *to, unsigned int state)
{
	return put_name(to, states, ARRAY_SIZE(states), state, "STATE_");
}

char *put_cause(char *to, unsigned int cause)
{
	return put_name(to, causes, ARRAY_SIZE(causes), cause, "CAUSE_");
}

char *put_role(char *to, unsigned int role)
{
	return put_name(to, roles, ARRAY_SIZE(roles), role, "ROLE_");
}

char *put_flag(char *to, unsigned int bit)
{
	return put_name(to, flags, ARRAY_SIZE(flags), bit, "flag-");
}

unsigned int cause_named(const char *word)
{
	for (unsigned int i = 1; i < ARRAY_SIZE(causes); i++) {
		if (!strcasecmp(word, causes[i]))
			return i;
	}
	return 0;
}
