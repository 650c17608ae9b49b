// SPDX-License-Identifier: GPL-2.0
/* life: one line a connection, when it ends. */
#include "connection.h"
#include "connection_columns.h"
#include "options.h"
#include "style.h"
#include "view.h"

static struct table table;

static bool get_ended(const void *row, struct value *value)
{
	const struct connection *c = row;

	value->number = c->ended_ns;
	return c->ended_ns;
}

static bool get_handshake(const void *row, struct value *value)
{
	return connection_handshake(row, &value->number);
}

static bool get_life_exact(const void *row, struct value *value)
{
	bool least;

	value->number = connection_life(row, 0, &least);
	return ((const struct connection *)row)->ended_ns;
}

static bool get_life(const void *row, struct value *value)
{
	value->number = connection_life(row, 0, &value->least);
	return true;
}

static bool get_life_min(const void *row, struct value *value)
{
	bool least;

	connection_life(row, 0, &least);
	value->number = least;
	return true;
}

static bool get_end(const void *row, struct value *value)
{
	value->word = connection_end(row);
	return value->word;
}

static bool get_failed(const void *row, struct value *value)
{
	value->number = connection_failed(row);
	return true;
}

static bool side(enum connection_side which, struct value *value)
{
	static const char *const names[] = {
		[SIDE_US] = "us", [SIDE_PEER] = "peer", [SIDE_BOTH] = "both",
	};

	value->word = names[which];
	return value->word;
}

static bool get_closer(const void *row, struct value *value)
{
	return side(connection_closer(row), value);
}

/* RFC 9293: the end that acknowledges the last FIN stays. */
static bool get_time_wait(const void *row, struct value *value)
{
	const struct connection *c = row;
	const struct transition *last = &c->transition[c->transitions - 1];
	bool us = connection_entering(c, TCPFSM_TIME_WAIT);
	bool peer = (c->twin && connection_entering(c->twin, TCPFSM_TIME_WAIT)) ||
		    (last->old_state == TCPFSM_LAST_ACK &&
		     last->cause == TCPFSM_CAUSE_RCV_ACK);

	if (us)
		return side(peer ? SIDE_BOTH : SIDE_US, value);
	return side(peer ? SIDE_PEER : SIDE_UNKNOWN, value);
}

/* A function that gets the member of its last record, known if one of @what is set. */
#define GET(name, member, what)						\
	static bool get_##name(const void *row, struct value *value)	\
	{								\
		const struct connection *c = row;			\
									\
		value->number = c->now.member;				\
		return c->now.known & (what);				\
	}

GET(bytes_in, bytes_in, TCPFSM_KNOWN_COUNTS)
GET(bytes_out, bytes_out, TCPFSM_KNOWN_COUNTS)
GET(retrans, retrans, TCPFSM_KNOWN_COUNTS | TCPFSM_KNOWN_RETRANS)
GET(srtt_us, srtt_us, TCPFSM_KNOWN_SRTT)
GET(min_rtt_us, min_rtt_us, TCPFSM_KNOWN_MIN_RTT)
GET(accept_wait_us, accept_wait_us, TCPFSM_KNOWN_ACCEPT)

static bool get_srtt(const void *row, struct value *value)
{
	bool known = get_srtt_us(row, value);

	value->number *= 1000;
	return known;
}

static bool get_min_rtt(const void *row, struct value *value)
{
	bool known = get_min_rtt_us(row, value);

	value->number *= 1000;
	return known;
}

static bool get_accept_wait(const void *row, struct value *value)
{
	bool known = get_accept_wait_us(row, value);

	value->number *= 1000;
	return known;
}

static bool get_path(const void *row, struct value *value)
{
	static uint8_t states[CONNECTION_PATH_MAX];

	value->states.state = states;
	value->states.count = connection_path(row, states);
	return true;
}

/*
 * The narrow widths have room for a commonplace line; the owner may have less than it
 * needs, since the columns before it give their blanks.
 */
static const struct column columns[] = {
	{ "ENDED", NULL, "time of TIME_WAIT or CLOSED, local", IN_TEXT,
	  .kind = VALUE_TIME, .width = 12, .narrow = 8, .narrows = 4, .get = get_ended },
	{ "LOCAL", NULL, "this socket's end", IN_TEXT, .kind = VALUE_ENDPOINT,
	  .width = 20, .narrow = 6, .narrows = 1, .gives = GIVES_MIDDLE,
	  .get = cell_local },
	{ "PEER", NULL, "the other end", IN_TEXT, .kind = VALUE_ENDPOINT,
	  .width = 20, .narrow = 15, .narrows = 5, .gives = GIVES_MIDDLE,
	  .get = cell_peer },
	{ "OPEN", NULL, "active or passive opener", IN_TEXT, .kind = VALUE_ROLE,
	  .width = 7, .narrow = 4, .narrows = 3, .gives = GIVES_END,
	  .get = cell_open_role },
	{ "SHAKE", NULL, "duration of the handshake", IN_TEXT, .kind = VALUE_DURATION,
	  .width = 9, .narrow = 6, .narrows = 2, .get = get_handshake },
	{ "LIFE", NULL, "from its first transition to its end", IN_TEXT,
	  .kind = VALUE_DURATION, .width = 9, .narrow = 6, .narrows = 2,
	  .get = get_life },
	{ "END", NULL, "how it ended: refused, or a cause", IN_TEXT, .kind = VALUE_WORD,
	  .width = 9, .narrow = 5, .narrows = 6, .gives = GIVES_END, .get = get_end },
	{ "BY", NULL, "the end that closed or reset it first", IN_TEXT,
	  .kind = VALUE_WORD, .width = 4, .get = get_closer },
	{ "IN", NULL, "bytes received", IN_TEXT, .kind = VALUE_BYTES, .width = 4,
	  .get = get_bytes_in },
	{ "OUT", NULL, "bytes sent and acknowledged", IN_TEXT, .kind = VALUE_BYTES,
	  .width = 4, .get = get_bytes_out },
	{ "RT", NULL, "segments sent again", IN_TEXT, .kind = VALUE_NUMBER, .width = 2,
	  .gives = GIVES_END, .get = get_retrans },
	{ "OWNER", NULL, "the process that the connection belongs to", IN_TEXT,
	  .kind = VALUE_TASK, .width = 15, .narrow = 5, .narrows = 7, .gives = GIVES_END,
	  .get = cell_owner },
	{ "UID", NULL, "its user", IN_EXTENDED, .kind = VALUE_NUMBER, .width = 5,
	  .get = cell_owner_uid },
	{ "NETNS", NULL, "network namespace: its name, or its inode", IN_EXTENDED,
	  .kind = VALUE_NETNS, .width = 10, .get = cell_netns },
	{ "ID", NULL, "socket cookie, as ss -e prints it", IN_EXTENDED,
	  .kind = VALUE_HEX, .width = 8, .get = cell_id },
	{ "SRTT", NULL, "smoothed round-trip time", IN_EXTENDED,
	  .kind = VALUE_DURATION, .width = 9, .get = get_srtt },
	{ "MIN_RTT", NULL, "least round-trip time", IN_EXTENDED,
	  .kind = VALUE_DURATION, .width = 9, .get = get_min_rtt },
	{ "ACCEPT", NULL, "from ESTABLISHED to accept()", IN_EXTENDED,
	  .kind = VALUE_DURATION, .width = 9, .get = get_accept_wait },
	{ "TW", NULL, "the end that stays in TIME_WAIT", IN_EXTENDED, .kind = VALUE_WORD,
	  .width = 4, .get = get_time_wait },
	{ "NOTE", NULL, "flags of its transitions", IN_EXTENDED, .kind = VALUE_FLAGS,
	  .width = 4, .get = cell_note },
	{ "PATH", NULL, "its states, but none that one segment entered and left",
	  IN_EXTENDED, .kind = VALUE_PATH, .width = 4, .get = get_path },

#define DATA(field, what, of, getter, ...) \
	{ NULL, field, what, IN_DATA, .kind = of, .get = getter, __VA_ARGS__ }
	DATA("ts", "time of TIME_WAIT or CLOSED, UTC", VALUE_TIME, get_ended,
	     .of_loss = true),
	DATA("mono_ns", "the same, CLOCK_MONOTONIC", VALUE_NUMBER, get_ended,
	     .of_loss = true),
	DATA("id", "socket cookie, as ss -e prints it", VALUE_HEX, cell_id),
	DATA("netns", "inode of the network namespace", VALUE_NETNS, cell_netns),
	DATA("laddr", "this socket's address", VALUE_ADDRESS, cell_laddr),
	DATA("lport", "this socket's port", VALUE_PORT, cell_lport),
	DATA("raddr", "the other end's address", VALUE_ADDRESS, cell_peer),
	DATA("rport", "the other end's port", VALUE_PORT, cell_peer),
	DATA("open_role", "active or passive opener", VALUE_ROLE, cell_open_role),
	DATA("handshake_ns", "duration of the handshake", VALUE_DURATION, get_handshake),
	DATA("life_ns", "from its first transition to its end", VALUE_DURATION,
	     get_life_exact),
	DATA("life_min", "whether life_ns is a lower bound", VALUE_BOOL, get_life_min),
	DATA("end", "how it ended: refused, or a cause", VALUE_WORD, get_end),
	DATA("failed", "whether it did not open or not close cleanly", VALUE_BOOL,
	     get_failed),
	DATA("closer", "the end that closed or reset it first", VALUE_WORD, get_closer),
	DATA("bytes_in", "bytes received", VALUE_BYTES, get_bytes_in),
	DATA("bytes_out", "bytes sent and acknowledged", VALUE_BYTES, get_bytes_out),
	DATA("retrans", "segments sent again", VALUE_NUMBER, get_retrans),
	DATA("owner", "the process that the connection belongs to", VALUE_OWNER,
	     cell_owner),
	DATA("srtt_us", "smoothed round-trip time", VALUE_NUMBER, get_srtt_us),
	DATA("min_rtt_us", "least round-trip time", VALUE_NUMBER, get_min_rtt_us),
	DATA("accept_wait_us", "from ESTABLISHED to accept()", VALUE_NUMBER,
	     get_accept_wait_us),
	DATA("time_wait", "the end that stays in TIME_WAIT", VALUE_WORD, get_time_wait),
	DATA("flags", "notes of its transitions", VALUE_FLAGS, cell_flags),
	DATA("path", "its states, but none that one segment entered and left", VALUE_PATH,
	     get_path),
};

const struct columns life_columns = {
	.name = "life",
	.column = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.stream = true,
};

static void begin(struct show *show)
{
	table_begin(&table, &life_columns, show->style, show->out);
}

static void event(struct show *show, struct connection *c, enum connection_event event)
{
	if (event != CONNECTION_ENDED || connection_is_listener(c) ||
	    (show->options->failed && !connection_failed(c)))
		return;
	table_row(&table, c);
	show->rows++;
}

static void lost(struct show *show, uint64_t count, uint64_t mono_ns)
{
	(void)show;
	table_lost(&table, count, mono_ns);
}

const struct view view_life = {
	.name = "life",
	.what = "one line a connection, when it ends",
	.options = VIEW_FAILED,
	.columns = { &life_columns },
	.formats = 1u << FORMAT_TEXT | 1u << FORMAT_JSON | 1u << FORMAT_CSV,
	.of_connections = true,
	.let_go = CONNECTION_ENDED,
	.begin = begin,
	.event = event,
	.lost = lost,
};
