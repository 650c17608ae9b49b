// SPDX-License-Identifier: GPL-2.0
/*
 * Writes record streams for the tests, from tables:
 *
 *   generate SET [NAME=VALUE...] > FILE
 *
 * NAME is a member of the header (header_size, record_size, version, endian) that is
 * written with VALUE instead of the right value; "count" is the number of records that
 * the sets of many.c and variety.c write.
 */
#include "generate.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define START_REAL_NS 1795233012123456789	/* 2026-11-21T03:50:12.123456789Z */
#define INTERVAL_NS 1234567

enum side { CLIENT, SERVER, LISTENER, MAPPED };

struct transition {
	enum side side;
	uint8_t old_state, new_state, cause;
	uint32_t flags;
	uint16_t error;
};

#define CHANGE(side, old, new, cause, ...)				\
	{ side, TCPFSM_##old, TCPFSM_##new, TCPFSM_CAUSE_##cause, __VA_ARGS__ }
#define END { 0 }				/* of one connection's sequence */

/* Sequences of transitions of connections; every second connection is IPv6. */
static const struct transition sequences[] = {
	/* a client connects and closes first */
	CHANGE(CLIENT, CLOSED, SYN_SENT, CONNECT, 0),
	CHANGE(CLIENT, SYN_SENT, ESTABLISHED, RCV_SYNACK, 0),
	CHANGE(CLIENT, ESTABLISHED, FIN_WAIT_1, CLOSE, 0),
	CHANGE(CLIENT, FIN_WAIT_1, FIN_WAIT_2, RCV_ACK, 0),
	CHANGE(CLIENT, FIN_WAIT_2, TIME_WAIT, RCV_FIN, 0),
	CHANGE(CLIENT, TIME_WAIT, CLOSED, TW_EXPIRED, 0),
	END,
	/* a server accepts, the peer closes first */
	CHANGE(SERVER, LISTEN, SYN_RCVD, RCV_SYN, 0),
	CHANGE(SERVER, SYN_RCVD, ESTABLISHED, RCV_ACK, 0),
	CHANGE(SERVER, ESTABLISHED, CLOSE_WAIT, RCV_FIN, 0),
	CHANGE(SERVER, CLOSE_WAIT, LAST_ACK, CLOSE, 0),
	CHANGE(SERVER, LAST_ACK, CLOSED, RCV_ACK, 0),
	END,
	/* the peer's FIN and its ACK of ours come in one segment */
	CHANGE(CLIENT, ESTABLISHED, FIN_WAIT_1, CLOSE, 0),
	CHANGE(CLIENT, FIN_WAIT_1, FIN_WAIT_2, RCV_ACK, 0),
	CHANGE(CLIENT, FIN_WAIT_2, TIME_WAIT, RCV_FIN, TCPFSM_F_SAME_SEGMENT),
	CHANGE(CLIENT, TIME_WAIT, CLOSED, TW_REUSED, 0),
	END,
	/* the peer's FIN never comes */
	CHANGE(CLIENT, FIN_WAIT_2, CLOSED, FW2_TIMEOUT, 0),
	END,
	/* a half-open connection never completes */
	CHANGE(SERVER, LISTEN, SYN_RCVD, RCV_SYN, 0),
	CHANGE(SERVER, SYN_RCVD, CLOSED, SYNACK_TIMEOUT, 0),
	END,
	/* a SYN cookie */
	CHANGE(SERVER, LISTEN, SYN_RCVD, RCV_SYN, TCPFSM_F_SYNCOOKIE),
	CHANGE(SERVER, SYN_RCVD, ESTABLISHED, RCV_ACK, TCPFSM_F_SYNCOOKIE),
	END,
	/* TCP Fast Open */
	CHANGE(CLIENT, CLOSED, SYN_SENT, CONNECT, TCPFSM_F_TFO),
	CHANGE(CLIENT, SYN_SENT, ESTABLISHED, RCV_SYNACK, TCPFSM_F_TFO),
	END,
	/* refused; unreachable; not answered */
	CHANGE(CLIENT, SYN_SENT, CLOSED, RCV_RST, 0, 111),
	END,
	CHANGE(CLIENT, SYN_SENT, CLOSED, ICMP, 0, 113),
	END,
	CHANGE(CLIENT, SYN_SENT, CLOSED, TIMEOUT, 0, 110),
	END,
	/* simultaneous open, simultaneous close */
	CHANGE(CLIENT, SYN_SENT, SYN_RCVD, RCV_SYN, 0),
	CHANGE(CLIENT, SYN_RCVD, ESTABLISHED, RCV_ACK, 0),
	CHANGE(CLIENT, ESTABLISHED, FIN_WAIT_1, SHUTDOWN, 0),
	CHANGE(CLIENT, FIN_WAIT_1, CLOSING, RCV_FIN, 0),
	CHANGE(CLIENT, CLOSING, TIME_WAIT, RCV_ACK, 0),
	END,
	/* reset by the peer, by us, by timers */
	CHANGE(SERVER, ESTABLISHED, CLOSED, RCV_RST, 0, 104),
	END,
	CHANGE(SERVER, ESTABLISHED, CLOSED, UNREAD_DATA, 0),
	END,
	CHANGE(CLIENT, ESTABLISHED, CLOSED, LINGER0, 0),
	END,
	CHANGE(CLIENT, FIN_WAIT_1, CLOSED, ORPHAN_LIMIT, 0),
	END,
	CHANGE(CLIENT, ESTABLISHED, CLOSED, KEEPALIVE, 0, 110),
	END,
	CHANGE(SERVER, CLOSE_WAIT, CLOSED, KILLED, 0, 103),
	END,
	CHANGE(SERVER, LAST_ACK, CLOSED, RETRANS_TIMEOUT, 0),
	END,
	CHANGE(CLIENT, FIN_WAIT_1, TIME_WAIT, UNKNOWN, 0),
	END,
	/* a listener opens and closes */
	CHANGE(LISTENER, CLOSED, LISTEN, LISTEN, 0),
	CHANGE(LISTENER, LISTEN, CLOSED, CLOSE, 0),
	END,
	/* IPv4 on an IPv6 socket */
	CHANGE(MAPPED, CLOSED, SYN_SENT, CONNECT, 0),
	CHANGE(MAPPED, SYN_SENT, ESTABLISHED, RCV_SYNACK, 0),
	END,
};

static struct tcpfsm_record sequence_record(const struct transition *change, unsigned int n)
{
	struct tcpfsm_record r = {
		.id = 0x1000 + n,
		.lport = 41000 + n,
		.rport = 443,
		.known = KNOWN_BARE | (change->error ? TCPFSM_KNOWN_ERRNO : 0),
		.old_state = change->old_state,
		.new_state = change->new_state,
		.cause = change->cause,
		.flags = change->flags,
		.error = change->error,
	};
	static const uint8_t here4[] = IPV4(192, 0, 2, 7);
	static const uint8_t there4[] = IPV4(198, 51, 100, 120);
	static const uint8_t here6[] = { 0x20, 1, 0xd, 0xb8, [15] = 7 };
	static const uint8_t there6[] = { 0x20, 1, 0xd, 0xb8, 0xff, [14] = 1, 0x20 };
	bool v6 = n % 2 && change->side != MAPPED;

	memcpy(r.laddr, v6 ? here6 : here4, 16);
	memcpy(r.raddr, v6 ? there6 : there4, 16);
	r.family = v6 || change->side == MAPPED ? AF_INET6 : AF_INET;
	if (change->side == SERVER || change->side == LISTENER) {
		r.rport = r.lport;
		r.lport = 443;
	}
	if (change->side == LISTENER) {
		memset(r.raddr, 0, 16);
		r.rport = 0;
		r.known &= ~TCPFSM_KNOWN_PEER;
	}
	return r;
}

/* Values that the tracepoint alone does not have. */
static const struct tcpfsm_record unknown[] = {
	{ .old_state = TCPFSM_CLOSED, .new_state = TCPFSM_SYN_SENT },
	{ BASE, .known = 0, .cause = TCPFSM_CAUSE_UNKNOWN },
	{ BASE, .known = KNOWN_BARE & ~TCPFSM_KNOWN_ID },
	{ BASE, .known = KNOWN_BARE & ~TCPFSM_KNOWN_LADDR },
	{ BASE, .known = KNOWN_BARE & ~TCPFSM_KNOWN_LPORT },
	{ BASE, .known = KNOWN_BARE & ~TCPFSM_KNOWN_PEER },
	{ BASE, .known = KNOWN_BARE & ~TCPFSM_KNOWN_ROUTE },
	{ BASE, .known = 0, .srtt_us = 1, .min_rtt_us = 2, .bytes_in = 3,
	  .owner_pid = 4, .actor_pid = 5, .error = 6, .dwell_ns = 7,
	  .ifindex = 8, .mark = 9, .owner_comm = "owner", .actor_comm = "actor" },
	/* known, and zero */
	{ BASE, .known = KNOWN_ALL },
	/* numbers of a later module */
	{ BASE, .family = 1, .old_state = 12, .new_state = 13 },
	{ BASE, .family = 255, .old_state = 255, .new_state = 255, .cause = 255,
	  .open_role = 3, .close_role = 255 },
};

static const struct tcpfsm_record addresses[] = {
	{ BASE, .laddr = IPV4(0, 0, 0, 0), .lport = 0 },
	{ BASE, .laddr = IPV4(255, 255, 255, 255), .lport = 65535,
	  .raddr = IPV4(255, 255, 255, 255), .rport = 65535 },
	{ BASE, .laddr = IPV4(192, 168, 100, 101), .lport = 65535,
	  .raddr = IPV4(192, 168, 100, 102), .rport = 65535,
	  .old_state = TCPFSM_ESTABLISHED, .new_state = TCPFSM_CLOSE_WAIT },
	{ BASE, .family = AF_INET6, .laddr = { 0 }, .raddr = LOOPBACK6 },
	{ BASE, .family = AF_INET6, .laddr = LOOPBACK6, .lport = 80,
	  .raddr = { 0x20, 1, 0xd, 0xb8, 0x12, 0x34, 0x56, 0x78,
		     0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78 } },
	{ BASE, .family = AF_INET6,
	  .laddr = { 0xfe, 0x80, [8] = 0x50, 0x54, 0, 0xff, 0xfe, 0x12, 0x34, 0x56 },
	  .raddr = { 0xfe, 0x80, [8] = 0x50, 0x54, 0, 0xff, 0xfe, 0x65, 0x43, 0x21 } },
	{ BASE, .family = AF_INET6, .lport = 65535, .rport = 65535,
	  .laddr = { 0x20, 1, 0xd, 0xb8, 0x12, 0x34, 0x56, 0x78,
		     0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78 },
	  .raddr = { 0x20, 1, 0xd, 0xb8, 0x87, 0x65, 0x43, 0x21,
		     0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 },
	  .old_state = TCPFSM_ESTABLISHED, .new_state = TCPFSM_FIN_WAIT_1 },
	{ BASE, .family = AF_INET6, .laddr = IPV4(10, 0, 0, 1),
	  .raddr = IPV4(10, 0, 0, 2) },
};

#define FULL BASE, .known = KNOWN_ALL, .owner_pid = 1234, .owner_uid = 33,	\
	.actor_pid = 1235, .owner_comm = "nginx", .actor_comm = "nginx"

/* A process may give itself any name. */
static const struct tcpfsm_record hostile[] = {
	{ FULL, .owner_comm = "a b", .actor_comm = "Isolated Web Co" },
	{ FULL, .owner_comm = "\033[2J\033]0;x\a", .actor_comm = "\r\n\t\v\f\b" },
	{ FULL, .owner_comm = "\"},{\"seq\":0", .actor_comm = "a,b\"c\"" },
	{ FULL, .owner_comm = "\\x41\\", .actor_comm = "'$(reboot)`" },
	{ FULL, .owner_comm = "caf\xc3\xa9", .actor_comm = "caf\xe9" },
	{ FULL, .owner_comm = "\xe2\x80\xae" "evil", .actor_comm = "\xf0\x9f\x90\xa7" },
	{ FULL, .owner_comm = "\xc0\xaf\xed\xa0\x80", .actor_comm = "\xf4\x90\x80\x80" },
	{ FULL, .owner_comm = "\x9b" "2J\x7f\x80\xff", .actor_comm = "cut \xf0\x9f" },
	{ FULL, .owner_comm = "0123456789abcdef", .actor_comm = "" },
	{ FULL, .owner_comm = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 },
	  .actor_comm = "kworker/0:1" },
	{ FULL, .owner_comm = "-", .actor_comm = "# lost 9" },
};

/* Names that would be part of a page, and one that is not. */
static const char *const names[] = {
	"<script>", "</script>", "\"><img onerror=1", "&amp;&lt;&#60;", "'onload='1", "</title>",
	"-->", "]]>", "javascript:1", "\033[2J\r\n\t", "caf\xc3\xa9\xff\xfe", "\xe2\x80\xae" "evil",
};

/* A refused connection of a process with each name; or of one with a name of no effect. */
static void put_refused(bool plain)
{
	for (size_t i = 0; i < 2 * ARRAY_SIZE(names); i++) {
		struct tcpfsm_record r = {
			BASE, .known = KNOWN_ALL, .id = 0x100 + i / 2, .lport = 50000 + i / 2,
			.rport = 81, .owner_pid = 1000 + i / 2, .dwell_ns = INTERVAL_NS,
			.old_state = i % 2 ? TCPFSM_SYN_SENT : TCPFSM_CLOSED,
			.new_state = i % 2 ? TCPFSM_CLOSED : TCPFSM_SYN_SENT,
			.cause = i % 2 ? TCPFSM_CAUSE_RCV_RST : TCPFSM_CAUSE_CONNECT,
			.open_role = TCPFSM_ROLE_ACTIVE,
		};

		memcpy(r.owner_comm, plain ? "plain" : names[i / 2],
		       strlen(plain ? "plain" : names[i / 2]));
		put_record(r);
	}
}

static void put_hostile_names(void)
{
	put_refused(false);
}

static void put_plain_names(void)
{
	put_refused(true);
}

static const struct tcpfsm_record flags[] = {
	{ FULL, .flags = TCPFSM_F_SAME_SEGMENT },
	{ FULL, .flags = TCPFSM_F_SYNCOOKIE },
	{ FULL, .flags = TCPFSM_F_TFO },
	{ FULL, .flags = TCPFSM_F_EXIT },
	{ FULL, .flags = TCPFSM_F_PREEXISTING },
	{ FULL, .flags = TCPFSM_F_GAP },
	{ FULL, .flags = TCPFSM_F_REUSED },
	{ FULL, .flags = TCPFSM_F_DWELL_MIN, .dwell_ns = 1 },
	{ BASE, .flags = TCPFSM_F_DWELL_MIN },
	{ FULL, .flags = TCPFSM_F_PREEXISTING | TCPFSM_F_EXIT | TCPFSM_F_GAP },
	{ FULL, .flags = TCPFSM_F_UNACCEPTED },
	{ FULL, .flags = ~0u },
	{ FULL, .flags = TCPFSM_F_TFO | TCPFSM_F_UNACCEPTED },
	{ FULL, .flags = 1u << 10 },
	{ FULL, .flags = TCPFSM_F_ACK_DROPPED },
};

#define DWELL(ns) { FULL, .dwell_ns = (ns), .cause = TCPFSM_CAUSE_RCV_SYNACK }

static const struct tcpfsm_record full[] = {
	{ FULL, .cause = TCPFSM_CAUSE_RCV_SYNACK, .error = 104,
	  .dwell_ns = 12345678, .bytes_in = 1001, .bytes_out = 2002,
	  .ifindex = 3, .mark = 0x10, .srtt_us = 4004, .min_rtt_us = 3003,
	  .segs_in = 55, .segs_out = 66, .retrans = 7, .accept_wait_us = 808,
	  .open_role = TCPFSM_ROLE_ACTIVE, .close_role = TCPFSM_ROLE_PASSIVE },
	{ FULL, .seq = ~0ull, .id = ~0ull, .dwell_ns = ~0ull, .bytes_in = ~0ull,
	  .bytes_out = ~0ull, .lport = 65535, .rport = 65535, .cpu = 65535, .ring = 255,
	  .error = 65535, .netns = ~0u, .ifindex = ~0u, .mark = ~0u,
	  .srtt_us = ~0u, .min_rtt_us = ~0u, .segs_in = ~0u, .segs_out = ~0u,
	  .retrans = ~0u, .accept_wait_us = ~0u, .owner_pid = ~0u, .owner_uid = ~0u, .actor_pid = ~0u,
	  .open_role = TCPFSM_ROLE_PASSIVE, .close_role = TCPFSM_ROLE_ACTIVE },
	DWELL(0), DWELL(999), DWELL(1000), DWELL(999999), DWELL(1000000),
	DWELL(999999999), DWELL(1000000000), DWELL(60000000000),
	/* a half-open connection; one that was not accepted; that of an older module */
	{ BASE, .known = KNOWN_BARE | TCPFSM_KNOWN_RETRANS, .retrans = 5,
	  .old_state = TCPFSM_SYN_RCVD, .new_state = TCPFSM_CLOSED,
	  .cause = TCPFSM_CAUSE_SYNACK_TIMEOUT },
	{ FULL, .known = KNOWN_ALL & ~TCPFSM_KNOWN_ACCEPT, .flags = TCPFSM_F_UNACCEPTED,
	  .old_state = TCPFSM_ESTABLISHED, .new_state = TCPFSM_CLOSE_WAIT,
	  .cause = TCPFSM_CAUSE_RCV_FIN, .dwell_ns = 12345678 },
	{ FULL, .known = KNOWN_ALL & ~(TCPFSM_KNOWN_RETRANS | TCPFSM_KNOWN_ACCEPT),
	  .retrans = 6 },
};

#define WHY(old, new, why, ns, ...)					\
	{ FULL, .old_state = TCPFSM_##old, .new_state = TCPFSM_##new,	\
	  .cause = TCPFSM_CAUSE_##why, .dwell_ns = (ns), __VA_ARGS__ }
#define AT_LEAST .flags = TCPFSM_F_DWELL_MIN

/* Each cause in a transition that can have it, and dwells of all sizes. */
static const struct tcpfsm_record causes[] = {
	WHY(CLOSED,      SYN_SENT,    CONNECT,         0, .known = KNOWN_BARE),
	WHY(CLOSED,      LISTEN,      LISTEN,          830),
	WHY(LISTEN,      SYN_RCVD,    RCV_SYN,         999),
	WHY(SYN_SENT,    ESTABLISHED, RCV_SYNACK,      1000),
	WHY(SYN_RCVD,    ESTABLISHED, RCV_ACK,         12345),
	WHY(ESTABLISHED, CLOSE_WAIT,  RCV_FIN,         123456),
	WHY(SYN_SENT,    CLOSED,      RCV_RST,         999999, .error = 111),
	WHY(ESTABLISHED, FIN_WAIT_1,  CLOSE,           1000000),
	WHY(ESTABLISHED, FIN_WAIT_1,  SHUTDOWN,        1250000),
	WHY(CLOSE_WAIT,  LAST_ACK,    EXIT,            12500000),
	WHY(ESTABLISHED, CLOSED,      DISCONNECT,      999999999),
	WHY(SYN_SENT,    CLOSED,      TIMEOUT,         130123456789, .error = 110),
	WHY(FIN_WAIT_1,  CLOSED,      RETRANS_TIMEOUT, 999999999999, .error = 110),
	WHY(ESTABLISHED, CLOSED,      KEEPALIVE,       1000000000000, .error = 110),
	WHY(ESTABLISHED, CLOSED,      USER_TIMEOUT,    7199999999999, .error = 110),
	WHY(SYN_RCVD,    CLOSED,      SYNACK_TIMEOUT,  63000000000),
	WHY(FIN_WAIT_2,  CLOSED,      FW2_TIMEOUT,     59994321000),
	WHY(TIME_WAIT,   CLOSED,      TW_EXPIRED,      60004321000),
	WHY(TIME_WAIT,   CLOSED,      TW_REUSED,       9876543210),
	WHY(TIME_WAIT,   CLOSED,      TW_RECYCLED,     1000000000),
	WHY(SYN_SENT,    CLOSED,      ICMP,            3061234567, .error = 113),
	WHY(ESTABLISHED, CLOSED,      UNREAD_DATA,     7200000000000),
	WHY(ESTABLISHED, CLOSED,      LINGER0,         99999999999999),
	WHY(FIN_WAIT_2,  CLOSED,      ABORT,           100000000000000),
	WHY(CLOSE_WAIT,  CLOSED,      KILLED,          172799999999999, .error = 103),
	WHY(FIN_WAIT_1,  CLOSED,      ORPHAN_LIMIT,    172800000000000),
	WHY(LAST_ACK,    CLOSED,      NO_MEMORY,       259200000000000),
	WHY(ESTABLISHED, CLOSED,      LISTENER_CLOSED, 12345678, AT_LEAST),
	WHY(SYN_RCVD,    CLOSED,      OVERFLOW,        12345, AT_LEAST),
	WHY(TIME_WAIT,   CLOSED,      NETNS_EXIT,      830000000, AT_LEAST),
	WHY(ESTABLISHED, CLOSED,      UNKNOWN,         1020000000000, AT_LEAST),
};

static const struct tcpfsm_record loss[] = {
	{ .kind = TCPFSM_LOST, .lost = 17 },
	{ BASE },
	{ BASE, .kind = TCPFSM_LOST, .lost = 1 },	/* the rest means nothing */
	{ BASE },
	{ .kind = TCPFSM_LOST, .lost = 1ull << 33 },
};

/* Their sum is one more than a counter can hold. */
static const struct tcpfsm_record losses[] = {
	{ .kind = TCPFSM_LOST, .lost = UINT64_MAX },
	{ .kind = TCPFSM_LOST, .lost = 1 },
};

/* The second record of each cannot be true. */
static const struct tcpfsm_record kind[] = {
	{ BASE },
	{ BASE, .kind = 2 },
};

static const struct tcpfsm_record old_state[] = {
	{ BASE },
	{ BASE, .old_state = 0 },
};

static const struct tcpfsm_record new_state[] = {
	{ BASE },
	{ BASE, .new_state = 0 },
};

static struct tcpfsm_header header = {
	.magic = { 't', 'c', 'p', 'f', 's', 'm', '\r', '\n' },
	.endian = TCPFSM_ENDIAN,
	.version = TCPFSM_VERSION,
	.header_size = sizeof(struct tcpfsm_header),
	.record_size = sizeof(struct tcpfsm_record),
	.netns = 4026531840,
	.real_offset_ns = START_REAL_NS - START_NS,
	.mono_ns = START_NS,
	.flags = TCPFSM_HEADER_ALL_NETNS,
	.module_version = "0.1-test",
};
static uint64_t written;
unsigned long count = 1000;

/* The bytes that a later module appends are not zero: a test would not notice zeros. */
static void put(const void *bytes, size_t len, size_t size)
{
	fwrite(bytes, 1, len < size ? len : size, stdout);
	for (; len < size; len++)
		putchar(0xa5);
}

void put_bytes_of(const struct tcpfsm_record *record)
{
	put(record, sizeof(*record), header.record_size);
	written++;
}

void put_record(struct tcpfsm_record record)
{
	if (record.kind == TCPFSM_TRANSITION && !record.seq)
		record.seq = written + 1;
	record.mono_ns = START_NS + written * INTERVAL_NS;
	if (!record.netns)
		record.netns = header.netns;
	put_bytes_of(&record);
}

static void put_sequences(void)
{
	for (size_t i = 0, n = 0; i < ARRAY_SIZE(sequences); i++) {
		if (sequences[i].old_state)
			put_record(sequence_record(&sequences[i], n));
		else
			n++;
	}
}

static const struct set {
	const char *name;
	const struct tcpfsm_record *records;
	size_t count;
	void (*put)(void);
} sets[] = {
	{ "sequences", .put = put_sequences },
	{ "flood", .put = put_flood },
	{ "random", .put = put_random },
	{ "connections", .put = put_connections },
	{ "connections6", .put = put_connections6 },
	{ "variety", .put = put_variety },
	{ "ladders", .put = put_ladders },
	{ "hostile-names", .put = put_hostile_names },
	{ "plain-names", .put = put_plain_names },
	{ "unknown", unknown, ARRAY_SIZE(unknown) },
	{ "addresses", addresses, ARRAY_SIZE(addresses) },
	{ "hostile", hostile, ARRAY_SIZE(hostile) },
	{ "flags", flags, ARRAY_SIZE(flags) },
	{ "full", full, ARRAY_SIZE(full) },
	{ "causes", causes, ARRAY_SIZE(causes) },
	{ "loss", loss, ARRAY_SIZE(loss) },
	{ "losses", losses, ARRAY_SIZE(losses) },
	{ "kind", kind, ARRAY_SIZE(kind) },
	{ "old_state", old_state, ARRAY_SIZE(old_state) },
	{ "new_state", new_state, ARRAY_SIZE(new_state) },
};

static void set_header(const char *name, unsigned long value)
{
	if (!strcmp(name, "header_size"))
		header.header_size = value;
	else if (!strcmp(name, "record_size"))
		header.record_size = value;
	else if (!strcmp(name, "version"))
		header.version = value;
	else if (!strcmp(name, "endian"))
		header.endian = value;
	else if (!strcmp(name, "count"))
		count = value;
	else
		errx(2, "%s: no such member", name);
}

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (!value)
			errx(2, "%s: not NAME=VALUE", argv[i]);
		*value++ = '\0';
		set_header(argv[i], strtoul(value, NULL, 0));
	}

	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(sets); i++) {
		const struct set *set = &sets[i];

		if (strcmp(argv[1], set->name))
			continue;
		put(&header, sizeof(header), header.header_size);
		for (size_t j = 0; j < set->count; j++)
			put_record(set->records[j]);
		if (set->put)
			set->put();
		return fflush(stdout) ? 1 : 0;
	}
	errx(2, "usage: generate SET [NAME=VALUE...]");
}
