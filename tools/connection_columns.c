// SPDX-License-Identifier: GPL-2.0
/* The cells that more than one view of connections shows. */
#include "connection_columns.h"
#include "connection.h"
#include "record_columns.h"

static const struct tcpfsm_record *record_of(const void *row)
{
	const struct connection *c = row;

	return &c->now;
}

bool cell_local(const void *row, struct value *value)
{
	return record_local(record_of(row), value);
}

bool cell_laddr(const void *row, struct value *value)
{
	return cell_local(row, value) && value->endpoint.address;
}

bool cell_lport(const void *row, struct value *value)
{
	return cell_local(row, value) && value->endpoint.port != VALUE_PORT_UNKNOWN;
}

bool cell_peer(const void *row, struct value *value)
{
	return record_peer(record_of(row), value);
}

bool cell_owner(const void *row, struct value *value)
{
	return record_owner(record_of(row), value);
}

bool cell_owner_uid(const void *row, struct value *value)
{
	value->number = record_of(row)->owner_uid;
	return record_of(row)->known & TCPFSM_KNOWN_OWNER;
}

bool cell_id(const void *row, struct value *value)
{
	value->number = record_of(row)->id;
	return true;
}

bool cell_netns(const void *row, struct value *value)
{
	value->number = record_of(row)->netns;
	return true;
}

bool cell_open_role(const void *row, struct value *value)
{
	value->number = connection_open_role(row);
	return value->number;
}

/* The other two are about one transition. */
bool cell_flags(const void *row, struct value *value)
{
	const struct connection *c = row;

	value->number = c->gap ? TCPFSM_F_GAP : 0;
	for (int i = 0; i < c->transitions; i++)
		value->number |= c->transition[i].flags;
	value->number &= ~(uint64_t)(TCPFSM_F_SAME_SEGMENT | TCPFSM_F_DWELL_MIN);
	return true;
}

bool cell_note(const void *row, struct value *value)
{
	return cell_flags(row, value) && value->number;
}
