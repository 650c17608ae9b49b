// SPDX-License-Identifier: GPL-2.0
/* Which of two values comes first in a list. */
#include "value.h"

#include <string.h>

#include "tcpfsm.h"

static int by_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_endpoint(const struct value *a, const struct value *b)
{
	int order;

	if (!a->endpoint.address || !b->endpoint.address)
		return by_number(!a->endpoint.address, !b->endpoint.address);
	order = memcmp(a->endpoint.address, b->endpoint.address, 16);
	return order ? order : by_number(a->endpoint.port, b->endpoint.port);
}

static int by_task(const struct value *a, const struct value *b)
{
	int order = memcmp(a->task.comm, b->task.comm, TCPFSM_COMM_LEN);

	return order ? order : by_number(a->task.pid, b->task.pid);
}

static int by_states(const struct value *a, const struct value *b)
{
	size_t a_count = a->states.count, b_count = b->states.count;
	int order = memcmp(a->states.state, b->states.state,
			   a_count < b_count ? a_count : b_count);

	return order ? order : by_number(a_count, b_count);
}

int value_order(const struct value *a, const struct value *b, enum value_kind kind)
{
	switch (kind) {
	case VALUE_ADDRESS:
	case VALUE_PORT:
	case VALUE_ENDPOINT:
		return by_endpoint(a, b);
	case VALUE_TASK:
	case VALUE_OWNER:
	case VALUE_COMM:
		return by_task(a, b);
	case VALUE_PATH:
		return by_states(a, b);
	case VALUE_WORD:
		return strcmp(a->word, b->word);
	case VALUE_RATE:
		return a->rate < b->rate ? -1 : a->rate > b->rate;
	case VALUE_TRANSITION:
		return by_number(a->transition.old_state << 8 | a->transition.new_state,
				 b->transition.old_state << 8 | b->transition.new_state);
	default:
		return by_number(a->number, b->number);
	}
}
