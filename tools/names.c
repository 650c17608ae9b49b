// SPDX-License-Identifier: GPL-2.0
/* The words of the record's small numbers. */
#include "names.h"
#include "number.h"

#include <stddef.h>
#include <strings.h>

#include "tcpfsm.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct names state_names = { .prefix = "STATE_", .name = TCPFSM_STATE_NAMES };
struct names cause_names = { .prefix = "CAUSE_", .name = TCPFSM_CAUSE_NAMES };
struct names flag_names = { .prefix = "flag-", .name = TCPFSM_FLAG_NAMES };
struct names role_names = {
	.prefix = "ROLE_",
	.name = {
		[TCPFSM_ROLE_ACTIVE]  = "active",
		[TCPFSM_ROLE_PASSIVE] = "passive",
	},
};

static const char *const states[] = TCPFSM_STATE_NAMES;
static const char *const causes[] = TCPFSM_CAUSE_NAMES;
static const char *const flags[] = TCPFSM_FLAG_NAMES;

_Static_assert(ARRAY_SIZE(states) == TCPFSM_NR_STATES, "a state has no name");
_Static_assert(ARRAY_SIZE(causes) == TCPFSM_NR_CAUSES, "a cause has no name");
_Static_assert(1u << (ARRAY_SIZE(flags) - 1) == TCPFSM_F_DWELL_MIN,
	       "a flag has no name");

char *put_new_name(char *to, struct names *names, uint8_t n)
{
	if (n >= NAMES_MAX || !names->name[n][0])
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
