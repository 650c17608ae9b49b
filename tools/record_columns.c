// SPDX-License-Identifier: GPL-2.0
/*
 * The columns of a record. In JSON and CSV they are its fields; in text with -x those of
 * /proc/net/tcpfsm/log, and the other fields behind them.
 */
#include "record_columns.h"
#include "nsnames.h"

#include <sys/socket.h>

#include "tcpfsm.h"

/* A function that gets the member of a record, known if one of the bits @what is set. */
#define GET(name, member, what)						\
	static bool get_##name(const void *row, struct value *value)	\
	{								\
		const struct tcpfsm_record *r = row;			\
									\
		value->number = r->member;				\
		return !(what) || (r->known & (what));			\
	}

GET(time, mono_ns, 0)
GET(seq, seq, 0)
GET(cpu, cpu, 0)
GET(ring, ring, 0)
GET(id, id, TCPFSM_KNOWN_ID)
GET(netns, netns, 0)
GET(old, old_state, 0)
GET(new, new_state, 0)
GET(errno, error, TCPFSM_KNOWN_ERRNO)
GET(dwell_exact, dwell_ns, TCPFSM_KNOWN_DWELL)
GET(owner_uid, owner_uid, TCPFSM_KNOWN_OWNER)
GET(srtt, srtt_us, TCPFSM_KNOWN_SRTT)
GET(min_rtt, min_rtt_us, TCPFSM_KNOWN_MIN_RTT)
GET(bytes_in, bytes_in, TCPFSM_KNOWN_COUNTS)
GET(bytes_out, bytes_out, TCPFSM_KNOWN_COUNTS)
GET(segs_in, segs_in, TCPFSM_KNOWN_COUNTS)
GET(segs_out, segs_out, TCPFSM_KNOWN_COUNTS)
GET(retrans, retrans, TCPFSM_KNOWN_COUNTS | TCPFSM_KNOWN_RETRANS)
GET(ifindex, ifindex, TCPFSM_KNOWN_ROUTE)
GET(mark, mark, TCPFSM_KNOWN_ROUTE)
GET(accept_wait, accept_wait_us, TCPFSM_KNOWN_ACCEPT)

static bool get_family(const void *row, struct value *value)
{
	const struct tcpfsm_record *r = row;

	value->number = r->family == AF_INET ? 4 : 6;
	return r->family == AF_INET || r->family == AF_INET6;
}

/* 0: none. */
static bool get_cause(const void *row, struct value *value)
{
	const struct tcpfsm_record *r = row;

	value->number = r->cause;
	return r->cause;
}

static bool get_open_role(const void *row, struct value *value)
{
	const struct tcpfsm_record *r = row;

	value->number = r->open_role;
	return r->open_role;
}

static bool get_close_role(const void *row, struct value *value)
{
	const struct tcpfsm_record *r = row;

	value->number = r->close_role;
	return r->close_role;
}

static bool get_dwell(const void *row, struct value *value)
{
	const struct tcpfsm_record *r = row;

	value->least = r->flags & TCPFSM_F_DWELL_MIN;
	return get_dwell_exact(row, value);
}

static bool get_dwell_min(const void *row, struct value *value)
{
	const struct tcpfsm_record *r = row;

	value->number = !!(r->flags & TCPFSM_F_DWELL_MIN);
	return r->known & TCPFSM_KNOWN_DWELL;
}

/* That the dwell is a lower bound is shown there. */
static bool get_flags(const void *row, struct value *value)
{
	const struct tcpfsm_record *r = row;

	value->number = r->flags & ~TCPFSM_F_DWELL_MIN;
	return true;
}

bool record_note(const struct tcpfsm_record *r, struct value *value)
{
	return get_flags(r, value) && value->number;
}

static bool get_note(const void *row, struct value *value)
{
	return record_note(row, value);
}

static bool get_transition(const void *row, struct value *value)
{
	const struct tcpfsm_record *r = row;

	value->transition.old_state = r->old_state;
	value->transition.new_state = r->new_state;
	return true;
}

/* 0 where its name is not known. */
static uint32_t interface_of(const struct tcpfsm_record *r)
{
	return r->ifindex && (r->known & TCPFSM_KNOWN_ROUTE) && nsnames_own(r->netns) ?
	       r->ifindex : 0;
}

bool record_local(const struct tcpfsm_record *r, struct value *value)
{
	value->endpoint.address = r->known & TCPFSM_KNOWN_LADDR ? r->laddr : NULL;
	value->endpoint.port = r->known & TCPFSM_KNOWN_LPORT ? r->lport : VALUE_PORT_UNKNOWN;
	value->endpoint.ifindex = interface_of(r);
	/* Without a peer, nothing else identifies a listener. */
	value->endpoint.narrow_port = r->known & TCPFSM_KNOWN_PEER;
	return r->known & (TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT);
}

bool record_peer(const struct tcpfsm_record *r, struct value *value)
{
	value->endpoint.address = r->raddr;
	value->endpoint.port = r->rport;
	value->endpoint.ifindex = interface_of(r);
	value->endpoint.narrow_port = false;
	return r->known & TCPFSM_KNOWN_PEER;
}

static bool get_local(const void *row, struct value *value)
{
	return record_local(row, value);
}

static bool get_laddr(const void *row, struct value *value)
{
	return record_local(row, value) && value->endpoint.address;
}

static bool get_lport(const void *row, struct value *value)
{
	return record_local(row, value) && value->endpoint.port != VALUE_PORT_UNKNOWN;
}

static bool get_peer(const void *row, struct value *value)
{
	return record_peer(row, value);
}

bool record_owner(const struct tcpfsm_record *r, struct value *value)
{
	value->task.comm = r->owner_comm;
	value->task.pid = r->owner_pid;
	value->task.uid = r->owner_uid;
	return r->known & TCPFSM_KNOWN_OWNER;
}

static bool get_owner(const void *row, struct value *value)
{
	return record_owner(row, value);
}

static bool get_actor(const void *row, struct value *value)
{
	const struct tcpfsm_record *r = row;

	value->task.comm = r->actor_comm;
	value->task.pid = r->actor_pid;
	return r->known & TCPFSM_KNOWN_ACTOR;
}

/* The widths on a screen are enough for most lines, those with -x are log's. */
static const struct column columns[] = {
	{ "TIME", NULL, "time of the transition, local", IN_NARROW, .kind = VALUE_TIME,
	  .width = 12, .narrow = 8, .narrows = 3, .get = get_time },
	{ "TIME", NULL, "time of the transition, UTC", IN_EXTENDED, .log = true,
	  .kind = VALUE_TIME, .width = 30, .get = get_time },
	{ "NETNS", NULL, "inode of the network namespace", IN_EXTENDED, .log = true,
	  .kind = VALUE_NETNS, .width = 10, .get = get_netns },
	{ "ID", NULL, "socket cookie, as ss -e prints it", IN_EXTENDED, .log = true,
	  .kind = VALUE_HEX, .width = 8, .get = get_id },
	{ "LOCAL", NULL, "this socket's end", IN_NARROW, .kind = VALUE_ENDPOINT,
	  .width = 20, .narrow = 6, .narrows = 1, .gives = GIVES_MIDDLE, .get = get_local },
	{ "LOCAL", NULL, "this socket's end", IN_EXTENDED, .log = true,
	  .kind = VALUE_ENDPOINT, .width = 21, .get = get_local },
	{ "PEER", NULL, "the other end", IN_NARROW, .kind = VALUE_ENDPOINT,
	  .width = 20, .gives = GIVES_MIDDLE, .get = get_peer },
	{ "PEER", NULL, "the other end", IN_EXTENDED, .log = true,
	  .kind = VALUE_ENDPOINT, .width = 21, .get = get_peer },
	{ "TRANSITION", NULL, "old and new state", IN_TEXT, .log = true,
	  .kind = VALUE_TRANSITION, .width = 24, .gives = GIVES_BLANKS, .get = get_transition },
	{ "DWELL", NULL, "time in the old state", IN_NARROW, .kind = VALUE_DURATION,
	  .width = 10, .narrow = 6, .narrows = 2, .get = get_dwell },
	{ "DWELL", NULL, "time in the old state", IN_EXTENDED, .log = true,
	  .kind = VALUE_DURATION, .width = 13, .get = get_dwell },
	{ "CAUSE", NULL, "why: see explain", IN_NARROW, .kind = VALUE_CAUSE,
	  .width = 11, .get = get_cause },
	{ "CAUSE", NULL, "why: see explain", IN_EXTENDED, .log = true, .kind = VALUE_CAUSE,
	  .width = 15, .get = get_cause },
	{ "OWNER", NULL, "the process that the connection belongs to", IN_EXTENDED,
	  .log = true, .kind = VALUE_TASK, .width = 15, .get = get_owner },
	{ "ACTOR", NULL, "the task that caused the transition", IN_EXTENDED, .log = true,
	  .kind = VALUE_TASK, .width = 15, .get = get_actor },
	{ "NOTE", NULL, "flags", IN_EXTENDED, .log = true, .kind = VALUE_FLAGS,
	  .width = 4, .get = get_note },

#define DATA(field, what, of, getter, ...) \
	{ NULL, field, what, IN_DATA, .kind = of, .get = getter, __VA_ARGS__ }
#define REST(field, what, of, getter, ...) \
	{ NULL, field, what, IN_DATA | IN_REST, .kind = of, .get = getter, __VA_ARGS__ }
	DATA("ts", "time of the transition, UTC", VALUE_TIME, get_time, .of_loss = true),
	REST("mono_ns", "the same, CLOCK_MONOTONIC", VALUE_NUMBER, get_time, .of_loss = true),
	REST("seq", "number of the record in its ring", VALUE_NUMBER, get_seq),
	REST("cpu", "that recorded it", VALUE_NUMBER, get_cpu),
	REST("ring", "number of the ring on that CPU", VALUE_NUMBER, get_ring),
	DATA("id", "socket cookie, as ss -e prints it", VALUE_HEX, get_id),
	DATA("netns", "inode of the network namespace", VALUE_NETNS, get_netns),
	REST("family", "4 or 6, as the socket has it", VALUE_NUMBER, get_family),
	DATA("laddr", "this socket's address", VALUE_ADDRESS, get_laddr),
	DATA("lport", "this socket's port", VALUE_PORT, get_lport),
	DATA("raddr", "the other end's address", VALUE_ADDRESS, get_peer),
	DATA("rport", "the other end's port", VALUE_PORT, get_peer),
	DATA("old", "old state", VALUE_STATE, get_old),
	DATA("new", "new state", VALUE_STATE, get_new),
	DATA("dwell_ns", "time in the old state", VALUE_NUMBER, get_dwell_exact),
	DATA("dwell_min", "whether dwell_ns is a lower bound", VALUE_BOOL, get_dwell_min),
	DATA("cause", "why: see explain", VALUE_CAUSE, get_cause),
	REST("errno", "the socket's error", VALUE_NUMBER, get_errno),
	DATA("flags", "notes", VALUE_FLAGS, get_flags),
	REST("open_role", "active or passive opener", VALUE_ROLE, get_open_role),
	REST("close_role", "active or passive closer", VALUE_ROLE, get_close_role),
	DATA("owner", "the process that the connection belongs to", VALUE_OWNER, get_owner),
	DATA("actor", "the task that caused the transition", VALUE_TASK, get_actor),
	{ NULL, "owner_uid", "user of the owner", IN_REST, .kind = VALUE_NUMBER,
	  .get = get_owner_uid },
	REST("srtt_us", "smoothed round-trip time", VALUE_NUMBER, get_srtt),
	REST("min_rtt_us", "least round-trip time", VALUE_NUMBER, get_min_rtt),
	REST("bytes_in", "bytes received", VALUE_NUMBER, get_bytes_in),
	REST("bytes_out", "bytes sent and acknowledged", VALUE_NUMBER, get_bytes_out),
	REST("segs_in", "segments received", VALUE_NUMBER, get_segs_in),
	REST("segs_out", "segments sent", VALUE_NUMBER, get_segs_out),
	REST("retrans", "segments sent again", VALUE_NUMBER, get_retrans),
	REST("ifindex", "SO_BINDTODEVICE", VALUE_NUMBER, get_ifindex),
	REST("mark", "SO_MARK", VALUE_NUMBER, get_mark),
	REST("accept_wait_us", "from ESTABLISHED to accept()", VALUE_NUMBER, get_accept_wait),
};

const struct columns record_columns = {
	.name = "transitions",
	.column = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.stream = true,
};
