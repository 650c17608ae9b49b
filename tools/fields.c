// SPDX-License-Identifier: GPL-2.0
/* What a record says. */
#include "fields.h"
#include "clock.h"
#include "number.h"

#include <string.h>
#include <sys/socket.h>

#include "tcpfsm.h"

#define KNOWN(bit) .known = TCPFSM_KNOWN_##bit
#define ALWAYS .known = 0
#define COLUMN .column = true

/* JSON's name, what it is, where it is; then what must be known to tell it. */
#define FIELD(text, type, member, ...) {				\
	.name = text,							\
	.kind = FIELD_##type,						\
	.offset = offsetof(struct tcpfsm_record, member),		\
	.size = sizeof(((struct tcpfsm_record *)0)->member),		\
	__VA_ARGS__							\
}

const struct field fields[] = {
	FIELD("ts",          TIME,      mono_ns,     COLUMN),
	FIELD("mono_ns",     NUMBER,    mono_ns,     ALWAYS),
	FIELD("seq",         NUMBER,    seq,         ALWAYS),
	FIELD("cpu",         NUMBER,    cpu,         ALWAYS),
	FIELD("ring",        NUMBER,    ring,        ALWAYS),
	FIELD("id",          ID,        id,          KNOWN(ID), COLUMN),
	FIELD("netns",       NUMBER,    netns,       COLUMN),
	FIELD("family",      FAMILY,    family,      ALWAYS),
	FIELD("laddr",       ADDRESS,   laddr,       KNOWN(LADDR), COLUMN),
	FIELD("lport",       NUMBER,    lport,       KNOWN(LPORT), COLUMN),
	FIELD("raddr",       ADDRESS,   raddr,       KNOWN(PEER), COLUMN),
	FIELD("rport",       NUMBER,    rport,       KNOWN(PEER), COLUMN),
	FIELD("old",         STATE,     old_state,   COLUMN),
	FIELD("new",         STATE,     new_state,   COLUMN),
	FIELD("dwell_ns",    NUMBER,    dwell_ns,    KNOWN(DWELL), COLUMN),
	FIELD("dwell_min",   DWELL_MIN, flags,       KNOWN(DWELL), COLUMN),
	FIELD("cause",       CAUSE,     cause,       COLUMN),
	FIELD("errno",       NUMBER,    error,       KNOWN(ERRNO)),
	FIELD("flags",       FLAGS,     flags,       COLUMN),
	FIELD("open_role",   ROLE,      open_role,   ALWAYS),
	FIELD("close_role",  ROLE,      close_role,  ALWAYS),
	FIELD("pid",         NUMBER,    owner_pid,   KNOWN(OWNER), COLUMN, .object = "owner"),
	FIELD("uid",         NUMBER,    owner_uid,   KNOWN(OWNER), .object = "owner"),
	FIELD("comm",        COMM,      owner_comm,  KNOWN(OWNER), COLUMN, .object = "owner"),
	FIELD("pid",         NUMBER,    actor_pid,   KNOWN(ACTOR), COLUMN, .object = "actor"),
	FIELD("comm",        COMM,      actor_comm,  KNOWN(ACTOR), COLUMN, .object = "actor"),
	FIELD("srtt_us",     NUMBER,    srtt_us,     KNOWN(SRTT)),
	FIELD("min_rtt_us",  NUMBER,    min_rtt_us,  KNOWN(MIN_RTT)),
	FIELD("bytes_in",    NUMBER,    bytes_in,    KNOWN(COUNTS)),
	FIELD("bytes_out",   NUMBER,    bytes_out,   KNOWN(COUNTS)),
	FIELD("segs_in",     NUMBER,    segs_in,     KNOWN(COUNTS)),
	FIELD("segs_out",    NUMBER,    segs_out,    KNOWN(COUNTS)),
	FIELD("retrans",     NUMBER,    retrans,     KNOWN(COUNTS)),
	FIELD("ifindex",     NUMBER,    ifindex,     KNOWN(ROUTE)),
	FIELD("mark",        NUMBER,    mark,        KNOWN(ROUTE)),
};

const size_t nr_fields = sizeof(fields) / sizeof(fields[0]);

static uint64_t load(const void *from, size_t size)
{
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
	} n;

	memcpy(&n, from, size);
	switch (size) {
	case 1:
		return n.u8;
	case 2:
		return n.u16;
	case 4:
		return n.u32;
	default:
		return n.u64;
	}
}

/* The word of a number where 0 means that it was not told. */
static char *put_told(char *to, char *(*put)(char *, unsigned int),
		      unsigned int n)
{
	return n ? put(to, n) : to;
}

void field_value(const struct field *field, const struct tcpfsm_record *record,
		 struct clock *clock, struct value *value)
{
	const uint8_t *at = (const uint8_t *)record + field->offset;
	char *end = value->word;

	value->type = VALUE_UNKNOWN;
	if ((record->known & field->known) != field->known)
		return;

	switch (field->kind) {
	case FIELD_NUMBER:
		value->type = VALUE_NUMBER;
		value->number = load(at, field->size);
		return;
	case FIELD_FAMILY:
		if (*at == AF_INET || *at == AF_INET6) {
			value->type = VALUE_NUMBER;
			value->number = *at == AF_INET ? 4 : 6;
		}
		return;
	case FIELD_DWELL_MIN:
		value->type = VALUE_BOOL;
		value->number = !!(record->flags & TCPFSM_F_DWELL_MIN);
		return;
	case FIELD_FLAGS:
		value->type = VALUE_FLAGS;
		value->number = record->flags & ~TCPFSM_F_DWELL_MIN;
		return;
	case FIELD_COMM:
		value->type = VALUE_COMM;
		value->bytes = at;
		value->len = field->size;
		return;
	case FIELD_TIME:
		end = put_utc_time(end, clock, load(at, field->size));
		break;
	case FIELD_ID:
		end = put_hex(end, load(at, field->size));
		break;
	case FIELD_ADDRESS:
		end = put_address(end, at);
		break;
	case FIELD_STATE:
		end = put_state(end, *at);
		break;
	case FIELD_CAUSE:
		end = put_told(end, put_cause, *at);
		break;
	case FIELD_ROLE:
		end = put_told(end, put_role, *at);
		break;
	}

	value->len = end - value->word;
	if (value->len)
		value->type = VALUE_WORD;
}
