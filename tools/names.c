// SPDX-License-Identifier: GPL-2.0
/* The names of states, causes, roles and flags. */
#include "names.h"
#include "number.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tcpfsm.h"

#define ARRAY_SIZE(...) (sizeof(__VA_ARGS__) / sizeof((__VA_ARGS__)[0]))

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

_Static_assert(ARRAY_SIZE((const char *[])TCPFSM_STATE_NAMES) == TCPFSM_NR_STATES,
	       "a state has no name");
_Static_assert(ARRAY_SIZE((const char *[])TCPFSM_CAUSE_NAMES) == TCPFSM_NR_CAUSES,
	       "a cause has no name");
_Static_assert(1u << (ARRAY_SIZE((const char *[])TCPFSM_FLAG_NAMES) - 1) ==
	       TCPFSM_F_ACK_DROPPED, "a flag has no name");
_Static_assert(TCPFSM_NR_CAUSES <= NAMES_MAX, "NAMES_MAX is too few");

char *put_new_name(char *to, struct names *names, uint8_t n)
{
	if (n >= NAMES_MAX || !names->name[n][0])
		return put_number(put_word(to, names->prefix), n);
	names->len[n] = strlen(names->name[n]);
	return put_word(to, names->name[n]);
}

unsigned int cause_named(const char *word)
{
	for (unsigned int i = 1; i < TCPFSM_NR_CAUSES; i++) {
		if (!strcasecmp(word, cause_names.name[i]))
			return i;
	}
	return 0;
}

bool state_named(const char *word, uint8_t *state)
{
	size_t prefix = strlen(state_names.prefix);
	unsigned long number;
	char *end;

	for (unsigned int i = 1; i < TCPFSM_NR_STATES; i++) {
		if (!strcmp(word, state_names.name[i])) {
			*state = i;
			return true;
		}
	}
	if (strncmp(word, state_names.prefix, prefix) || !isdigit((unsigned char)word[prefix]))
		return false;
	number = strtoul(word + prefix, &end, 10);
	*state = number;
	return !*end && number <= UINT8_MAX;
}
