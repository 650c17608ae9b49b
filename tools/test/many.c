// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of any number of records, the same in each run:
 *
 *   flood        the same transition, from one port after the other
 *   random       any bytes, of a kind that exists
 *   connections  both ends of one short connection after the other, as on a busy
 *                machine; ./cost measures with these
 *   connections6 the same with IPv6
 */
#include "generate.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

uint64_t next_random(void)
{
	static uint64_t x = 88172645463325252ull;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

uint64_t below(uint64_t limit)
{
	return next_random() % limit;
}

void put_flood(void)
{
	for (unsigned long i = 0; i < count; i++)
		put_record((struct tcpfsm_record){ BASE, .rport = i });
}

/* In what the reader checks, a record of random bytes is true. */
void put_random(void)
{
	const uint64_t part = UINT64_MAX / count;

	for (unsigned long i = 0; i < count; i++) {
		union {
			struct tcpfsm_record record;
			uint64_t words[sizeof(struct tcpfsm_record) / 8];
		} any;

		for (size_t j = 0; j < ARRAY_SIZE(any.words); j++)
			any.words[j] = next_random();
		any.record.kind = i % 16 == 15;
		any.record.mono_ns = i * part + any.record.mono_ns % part;
		any.record.old_state += !any.record.old_state;
		any.record.new_state += !any.record.new_state;
		put_bytes_of(&any.record);
	}
}

#define CHANGE(end, old, new, why, actor, us, flags)			\
	{ end, TCPFSM_##old, TCPFSM_##new, TCPFSM_CAUSE_##why, actor, us, flags }

enum end { CLIENT, SERVER };

/* Connect, request, response, close on loopback. */
static const struct transition {
	enum end end;
	uint8_t old_state, new_state, cause;
	bool actor;
	uint32_t dwell_us;
	uint32_t flags;
} connection[] = {
	CHANGE(CLIENT, CLOSED,      SYN_SENT,    CONNECT,    true,  0,        0),
	CHANGE(SERVER, LISTEN,      SYN_RCVD,    RCV_SYN,    false, 0,        0),
	CHANGE(CLIENT, SYN_SENT,    ESTABLISHED, RCV_SYNACK, false, 21,       0),
	CHANGE(SERVER, SYN_RCVD,    ESTABLISHED, RCV_ACK,    false, 17,       0),
	CHANGE(CLIENT, ESTABLISHED, FIN_WAIT_1,  CLOSE,      true,  113,      0),
	CHANGE(SERVER, ESTABLISHED, CLOSE_WAIT,  RCV_FIN,    false, 98,       0),
	CHANGE(CLIENT, FIN_WAIT_1,  FIN_WAIT_2,  RCV_ACK,    false, 9,        0),
	CHANGE(SERVER, CLOSE_WAIT,  LAST_ACK,    CLOSE,      true,  1250,     0),
	CHANGE(CLIENT, FIN_WAIT_2,  TIME_WAIT,   RCV_FIN,    false, 1260,     0),
	CHANGE(SERVER, LAST_ACK,    CLOSED,      RCV_ACK,    false, 4,        0),
	CHANGE(CLIENT, TIME_WAIT,   CLOSED,      TW_EXPIRED, false, 60004321, 0),
};

struct tcpfsm_record connection_record(unsigned long n)
{
	unsigned long nr = n / ARRAY_SIZE(connection);
	const struct transition *change = &connection[n % ARRAY_SIZE(connection)];
	bool client = change->end == CLIENT;
	struct tcpfsm_record r = {
		.seq = n + 1,
		.mono_ns = START_NS + n * 12347,
		.id = 0x1000 + 2 * nr + !client,
		.dwell_ns = change->dwell_us * 1000ull + n % 1000,
		.laddr = IPV4(127, 0, 0, 1),
		.raddr = IPV4(127, 0, 0, 1),
		.known = KNOWN_BARE | TCPFSM_KNOWN_OWNER,
		.flags = change->flags,
		.netns = 4026531840,
		.owner_pid = 1234 + client,
		.owner_uid = client ? 1000 : 33,
		.family = AF_INET,
		.old_state = change->old_state,
		.new_state = change->new_state,
		.cause = change->cause,
		.open_role = client ? TCPFSM_ROLE_ACTIVE : TCPFSM_ROLE_PASSIVE,
	};

	strcpy((char *)r.owner_comm, client ? "curl" : "nginx");
	r.lport = client ? 10000 + nr % 55000 : 443;
	r.rport = client ? 443 : 10000 + nr % 55000;
	if (change->dwell_us)
		r.known |= TCPFSM_KNOWN_DWELL;
	if (change->actor) {
		r.known |= TCPFSM_KNOWN_ACTOR;
		r.actor_pid = r.owner_pid;
		memcpy(r.actor_comm, r.owner_comm, TCPFSM_COMM_LEN);
	}
	if (r.old_state == TCPFSM_ESTABLISHED || n % ARRAY_SIZE(connection) > 5) {
		r.known |= TCPFSM_KNOWN_SRTT | TCPFSM_KNOWN_MIN_RTT |
			   TCPFSM_KNOWN_COUNTS;
		r.close_role = r.open_role;
		r.srtt_us = 30;
		r.min_rtt_us = 11;
		r.bytes_in = 4096 + nr % 100;
		r.bytes_out = 78;
		r.segs_in = 5;
		r.segs_out = 6;
		if (!client) {
			r.known |= TCPFSM_KNOWN_ACCEPT;
			r.accept_wait_us = 14;
		}
	}
	return r;
}

void put_connections6(void)
{
	static const uint8_t here[] = { 0x20, 1, 0xd, 0xb8, [15] = 7 };
	static const uint8_t there[] = {
		0x20, 1, 0xd, 0xb8, 0, 0x12, 0, 0, 0, 0, 0x02, 0x1b, 0x21, 0xff,
		0xfe, 0x9a,
	};

	for (unsigned long n = 0; n < count; n++) {
		struct tcpfsm_record r = connection_record(n);
		bool client = r.open_role == TCPFSM_ROLE_ACTIVE;

		r.family = AF_INET6;
		memcpy(r.laddr, client ? here : there, 16);
		memcpy(r.raddr, client ? there : here, 16);
		put_bytes_of(&r);
	}
}

void put_connections(void)
{
	for (unsigned long n = 0; n < count; n++) {
		struct tcpfsm_record r = connection_record(n);

		put_bytes_of(&r);
	}
}
