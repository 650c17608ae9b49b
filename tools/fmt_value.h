/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The value of a field as text, for each kind: a number, or a word of printable ASCII
 * without blank or quote; nothing if there is no value. value_flags() and value_comm()
 * are in each format, as they differ.
 */
#ifndef FMT_VALUE_H
#define FMT_VALUE_H

#include <sys/socket.h>

#include "address.h"
#include "clock.h"
#include "format.h"
#include "names.h"
#include "number.h"

#include "tcpfsm.h"

#define VALUE(kind, argument)						\
	static inline char *value_##kind(char *to,			\
					 __attribute__((unused)) struct view *view, \
					 argument)

/* CLOCK_MONOTONIC; shown as UTC. */
VALUE(time, uint64_t mono_ns)
{
	return put_utc_time(to, &view->clock, mono_ns);
}

VALUE(number, uint64_t n)
{
	return put_number(to, n);
}

VALUE(port, uint16_t port)
{
	return put_port(to, port);
}

/* A large number, nearly always the same as in the record before. */
VALUE(netns, uint32_t netns)
{
	if (netns != view->netns || !view->netns_len) {
		view->netns = netns;
		view->netns_len = put_number(view->netns_text, netns) - view->netns_text;
	}
	memcpy(to, view->netns_text, NETNS_MAX);
	return to + view->netns_len;
}

/* As ss -e shows it. */
VALUE(id, uint64_t id)
{
	return put_hex(to, id);
}

VALUE(family, uint8_t family)
{
	if (family == AF_INET)
		*to++ = '4';
	else if (family == AF_INET6)
		*to++ = '6';
	return to;
}

VALUE(address, const uint8_t address[16])
{
	return put_address(to, address);
}

VALUE(state, uint8_t state)
{
	return put_state(to, state);
}

VALUE(cause, uint8_t cause)
{
	return cause ? put_cause(to, cause) : to;
}

VALUE(role, uint8_t role)
{
	return role ? put_role(to, role) : to;
}

/* This flag is a field of its own, not shown among the others. */
VALUE(dwell_min, uint32_t flags)
{
	if (flags & TCPFSM_F_DWELL_MIN)
		return put_literal(to, "true");
	return put_literal(to, "false");
}

/* Whether value_*() may put nothing. */
enum {
	MAY_BE_EMPTY_time = 0, MAY_BE_EMPTY_number = 0, MAY_BE_EMPTY_port = 0,
	MAY_BE_EMPTY_netns = 0, MAY_BE_EMPTY_id = 0, MAY_BE_EMPTY_family = 1,
	MAY_BE_EMPTY_address = 0, MAY_BE_EMPTY_state = 0,
	MAY_BE_EMPTY_cause = 1, MAY_BE_EMPTY_role = 1,
	MAY_BE_EMPTY_dwell_min = 0,
};

/* The maximum length of each. */
enum {
	MAX_time = UTC_TIME_LEN,
	MAX_number = NUMBER_MAX,
	MAX_port = 5,
	MAX_netns = NETNS_MAX,
	MAX_id = HEX_MAX,
	MAX_family = 1,
	MAX_address = ADDRESS_MAX,
	MAX_state = NAME_MAX_LEN,
	MAX_cause = NAME_MAX_LEN,
	MAX_role = NAME_MAX_LEN,
	MAX_dwell_min = 5,
};

#endif
