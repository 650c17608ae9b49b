// SPDX-License-Identifier: GPL-2.0
/* The columns of a connection that is alive. */
#include "flow_columns.h"
#include "flow_row.h"
#include "record_columns.h"

#define GET(name, expression, when)					\
	static bool get_##name(const void *at, struct value *value)	\
	{								\
		const struct flow_row *row = at;			\
									\
		value->number = expression;				\
		return when;						\
	}

GET(state, row->r.new_state, true)
GET(in_state_exact, row->r.dwell_ns, row->r.known & TCPFSM_KNOWN_DWELL)
GET(in_state_min, !!(row->r.flags & TCPFSM_F_DWELL_MIN),
    row->r.known & TCPFSM_KNOWN_DWELL)
GET(age_exact, row->age_ns, row->has_age)
GET(age_min, row->age_least, row->has_age)
GET(handshake, row->handshake_ns, row->has_handshake)
GET(opened, row->r.open_role, row->r.open_role)
GET(closed, row->r.close_role, row->r.close_role)
GET(netns, row->r.netns, true)
GET(id, row->r.id, row->r.known & TCPFSM_KNOWN_ID)
GET(flags, row->r.flags & ~TCPFSM_F_DWELL_MIN, true)

static bool get_in_state(const void *at, struct value *value)
{
	const struct flow_row *row = at;

	value->least = row->r.flags & TCPFSM_F_DWELL_MIN;
	return get_in_state_exact(at, value);
}

static bool get_age(const void *at, struct value *value)
{
	const struct flow_row *row = at;

	value->least = row->age_least;
	return get_age_exact(at, value);
}

static bool get_local(const void *at, struct value *value)
{
	return record_local(&((const struct flow_row *)at)->r, value);
}

static bool get_laddr(const void *at, struct value *value)
{
	return get_local(at, value) && value->endpoint.address;
}

static bool get_lport(const void *at, struct value *value)
{
	return get_local(at, value) && value->endpoint.port != VALUE_PORT_UNKNOWN;
}

static bool get_peer(const void *at, struct value *value)
{
	return record_peer(&((const struct flow_row *)at)->r, value);
}

static bool get_owner(const void *at, struct value *value)
{
	return record_owner(&((const struct flow_row *)at)->r, value);
}

static bool get_note(const void *at, struct value *value)
{
	return record_note(&((const struct flow_row *)at)->r, value);
}

static bool get_path(const void *at, struct value *value)
{
	const struct flow_row *row = at;

	value->states.state = row->path;
	value->states.count = row->states;
	return row->states;
}

static const struct column columns[] = {
	{ "STATE", "state", "state it is in", IN_TEXT | IN_DATA, .kind = VALUE_STATE,
	  .width = 11, .get = get_state },
	{ "IN_STATE", NULL, "time in that state", IN_TEXT, .kind = VALUE_DURATION,
	  .width = 10, .narrow = 8, .narrows = 3, .get = get_in_state },
	{ NULL, "in_state_ns", "time in that state", IN_DATA, .kind = VALUE_NUMBER,
	  .get = get_in_state_exact },
	{ NULL, "in_state_min", "whether in_state_ns is a lower bound", IN_DATA,
	  .kind = VALUE_BOOL, .get = get_in_state_min },
	{ "LOCAL", NULL, "this socket's end", IN_TEXT, .kind = VALUE_ENDPOINT,
	  .width = 20, .narrow = 6, .narrows = 1, .gives = GIVES_MIDDLE,
	  .get = get_local },
	{ NULL, "laddr", "this socket's address", IN_DATA, .kind = VALUE_ADDRESS,
	  .get = get_laddr },
	{ NULL, "lport", "this socket's port", IN_DATA, .kind = VALUE_PORT,
	  .get = get_lport },
	{ "PEER", NULL, "the other end", IN_TEXT, .kind = VALUE_ENDPOINT, .width = 18,
	  .gives = GIVES_MIDDLE, .get = get_peer },
	{ NULL, "raddr", "the other end's address", IN_DATA, .kind = VALUE_ADDRESS,
	  .get = get_peer },
	{ NULL, "rport", "the other end's port", IN_DATA, .kind = VALUE_PORT,
	  .get = get_peer },
	{ "AGE", NULL, "time since its first transition", IN_TEXT, .kind = VALUE_DURATION,
	  .width = 10, .narrow = 6, .narrows = 4, .get = get_age },
	{ NULL, "age_ns", "time since its first transition", IN_DATA,
	  .kind = VALUE_NUMBER, .get = get_age_exact },
	{ NULL, "age_min", "whether age_ns is a lower bound", IN_DATA, .kind = VALUE_BOOL,
	  .get = get_age_min },
	{ "OPENED", "open_role", "active or passive opener", IN_TEXT | IN_DATA,
	  .kind = VALUE_ROLE, .width = 7, .narrow = 6, .narrows = 2, .get = get_opened },
	{ "SHAKE", "handshake_ns", "time of the handshake", IN_TEXT | IN_DATA,
	  .kind = VALUE_DURATION, .width = 8, .narrow = 6, .narrows = 5,
	  .get = get_handshake },
	{ "OWNER", "owner", "the process that it belongs to", IN_TEXT | IN_DATA,
	  .kind = VALUE_TASK, .width = 12, .gives = GIVES_END, .get = get_owner },
	{ "CLOSED", "close_role", "active or passive closer", IN_EXTENDED | IN_DATA,
	  .kind = VALUE_ROLE, .width = 7, .get = get_closed },
	{ "NETNS", "netns", "network namespace", IN_EXTENDED | IN_DATA,
	  .kind = VALUE_NETNS, .width = 10, .get = get_netns },
	{ "ID", "id", "socket cookie, as ss -e prints it", IN_EXTENDED | IN_DATA,
	  .kind = VALUE_HEX, .width = 6, .get = get_id },
	{ "PATH", "path", "the states so far, but none that one segment entered and left",
	  IN_EXTENDED | IN_DATA, .kind = VALUE_PATH, .width = 24, .get = get_path },
	{ "NOTE", NULL, "flags", IN_EXTENDED, .kind = VALUE_FLAGS, .width = 4,
	  .get = get_note },
	{ NULL, "flags", "notes", IN_DATA, .kind = VALUE_FLAGS, .get = get_flags },
};

const struct columns flow_columns = {
	.name = "flows", .column = columns, .count = FLOW_COLUMNS,
};

_Static_assert(sizeof(columns) / sizeof(columns[0]) == FLOW_COLUMNS, "FLOW_COLUMNS");
