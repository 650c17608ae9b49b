// SPDX-License-Identifier: GPL-2.0
/*
 * The set "variety": a few connections at a time, in which a random field changes.
 * The output for one record must not have cached text of another.
 */
#include "generate.h"

#include <stddef.h>
#include <string.h>

static void any_address(void *to, size_t size)
{
	static const uint8_t some[][16] = {
		{ 0 }, LOOPBACK6, IPV4(127, 0, 0, 1), IPV4(0, 0, 0, 0),
		IPV4(255, 255, 255, 255), IPV4(9, 10, 99, 100),
		IPV4(198, 51, 100, 120), { 0x20, 1, 0xd, 0xb8, [15] = 7 },
		{ [9] = 1, 0xff, 0xff, 1, 2, 3, 4 },
		{ 0x20, 1, 0xd, 0xb8, 0x12, 0x34, 0x56, 0x78,
		  0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78 },
	};

	memcpy(to, some[below(ARRAY_SIZE(some))], size);
	for (uint64_t n = below(3); n; n--)		/* or one byte or two different */
		((uint8_t *)to)[below(size)] = next_random() >> below(9);
}

static void any_comm(void *to, size_t size)
{
	static const char some[][TCPFSM_COMM_LEN + 1] = {
		"", "nginx", "0123456789abcdef", "a b", "a,b", "\"", "\\x41",
		"kworker/0:1", "caf\xc3\xa9", "\xf0\x9f\x90\xa7", "\033[2J",
	};

	memcpy(to, some[below(ARRAY_SIZE(some))], size);
	for (uint64_t n = below(3); n; n--)
		((uint8_t *)to)[below(size)] = next_random();
}

/* The low bytes, on a machine of either byte order. */
static void store(void *to, size_t size, uint64_t number)
{
	switch (size) {
	case 1:
		*(uint8_t *)to = number;
		break;
	case 2:
		*(uint16_t *)to = number;
		break;
	case 4:
		*(uint32_t *)to = number;
		break;
	default:
		*(uint64_t *)to = number;
	}
}

/* Each number of bits is equally likely. */
static void any_number(void *to, size_t size)
{
	store(to, size, next_random() >> below(64));
}

/* Mostly known ones, some of a later module. */
static void any_small(void *to, size_t size)
{
	store(to, size, below(8) ? below(TCPFSM_NR_CAUSES) : next_random());
}

static void any_state(void *to, size_t size)
{
	store(to, size, 1 + (below(16) ? below(TCPFSM_NR_STATES - 1) : below(255)));
}

static void any_bits(void *to, size_t size)
{
	static const uint32_t some[] = { KNOWN_ALL, KNOWN_BARE, 0 };

	if (below(8))
		store(to, size, some[below(3)] ^ 1u << below(14));
	else
		store(to, size, next_random());
}

#define FIELD(member, any) {						\
	offsetof(struct tcpfsm_record, member),				\
	sizeof(((struct tcpfsm_record *)0)->member),			\
	any_##any							\
}

/* Fields with cached text, and those that change the meaning of others, come twice. */
static const struct {
	size_t offset, size;
	void (*any)(void *to, size_t size);
} changes[] = {
	FIELD(known,      bits),
	FIELD(known,      bits),
	FIELD(flags,      bits),
	FIELD(flags,      bits),
	FIELD(laddr,      address),
	FIELD(laddr,      address),
	FIELD(raddr,      address),
	FIELD(raddr,      address),
	FIELD(old_state,  state),
	FIELD(new_state,  state),
	FIELD(dwell_ns,   number),
	FIELD(dwell_ns,   number),
	FIELD(cause,      small),
	FIELD(family,     small),
	FIELD(open_role,  small),
	FIELD(close_role, small),
	FIELD(owner_comm, comm),
	FIELD(actor_comm, comm),
	FIELD(id,         number),
	FIELD(bytes_in,   number),
	FIELD(bytes_out,  number),
	FIELD(lport,      number),
	FIELD(rport,      number),
	FIELD(cpu,        number),
	FIELD(ring,       number),
	FIELD(error,      number),
	FIELD(netns,      number),
	FIELD(ifindex,    number),
	FIELD(mark,       number),
	FIELD(accept_wait_us, number),
	FIELD(srtt_us,    number),
	FIELD(min_rtt_us, number),
	FIELD(segs_in,    number),
	FIELD(segs_out,   number),
	FIELD(retrans,    number),
	FIELD(owner_pid,  number),
	FIELD(owner_uid,  number),
	FIELD(actor_pid,  number),
};

static void change(struct tcpfsm_record *r)
{
	size_t i = below(ARRAY_SIZE(changes));

	changes[i].any((char *)r + changes[i].offset, changes[i].size);
}

/* Mostly a little later, in the same second; sometimes at the same time, or years later. */
static uint64_t time_after(uint64_t now)
{
	switch (below(64)) {
	case 0:
		return now + (next_random() >> (10 + below(32)));
	case 1:
		return now;
	default:
		return now + below(1 << 26);
	}
}

void put_variety(void)
{
	struct tcpfsm_record records[16];
	uint64_t now = START_NS;

	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		records[i] = connection_record(i);
	for (unsigned long n = 0; n < count; n++) {
		struct tcpfsm_record *r = &records[below(ARRAY_SIZE(records))];

		for (uint64_t times = below(4); times; times--)
			change(r);
		now = time_after(now);
		any_number(&r->seq, sizeof(r->seq));
		r->mono_ns = now;
		r->kind = !below(64);
		put_bytes_of(r);
	}
}
