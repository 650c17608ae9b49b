/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of a record: one table, in the order in which JSON and CSV print them.
 * A user defines these macros and then writes FIELDS:
 *
 *   FIELD(where, "name", kind, member, known)
 *   OBJECT("name", known)				its members follow, up to END
 *   MEMBER(where, "object", "name", kind, member, known)
 *   END("object", known)
 *
 * where	COLUMN: text has a column for it; OTHER: text has none
 * kind		of value, see value.h
 * member	of struct tcpfsm_record
 * known	TCPFSM_KNOWN_*: the value is known if one of its bits is set; ALWAYS: always
 *
 * It is not an array, because fields are most of the cost of a line: this way the
 * compiler knows name, size and kind of each.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include "tcpfsm.h"

#define FIELDS								\
FIELD(COLUMN, "ts",         time,      mono_ns,    ALWAYS)		\
FIELD(OTHER,  "mono_ns",    number,    mono_ns,    ALWAYS)		\
FIELD(OTHER,  "seq",        number,    seq,        ALWAYS)		\
FIELD(OTHER,  "cpu",        number,    cpu,        ALWAYS)		\
FIELD(OTHER,  "ring",       number,    ring,       ALWAYS)		\
FIELD(COLUMN, "id",         id,        id,         ID)			\
FIELD(COLUMN, "netns",      netns,     netns,      ALWAYS)		\
FIELD(OTHER,  "family",     family,    family,     ALWAYS)		\
FIELD(COLUMN, "laddr",      address,   laddr,      LADDR)		\
FIELD(COLUMN, "lport",      port,      lport,      LPORT)		\
FIELD(COLUMN, "raddr",      address,   raddr,      PEER)		\
FIELD(COLUMN, "rport",      port,      rport,      PEER)		\
FIELD(COLUMN, "old",        state,     old_state,  ALWAYS)		\
FIELD(COLUMN, "new",        state,     new_state,  ALWAYS)		\
FIELD(COLUMN, "dwell_ns",   number,    dwell_ns,   DWELL)		\
FIELD(COLUMN, "dwell_min",  dwell_min, flags,      DWELL)		\
FIELD(COLUMN, "cause",      cause,     cause,      ALWAYS)		\
FIELD(OTHER,  "errno",      number,    error,      ERRNO)		\
FIELD(COLUMN, "flags",      flags,     flags,      ALWAYS)		\
FIELD(OTHER,  "open_role",  role,      open_role,  ALWAYS)		\
FIELD(OTHER,  "close_role", role,      close_role, ALWAYS)		\
OBJECT("owner", OWNER)							\
MEMBER(COLUMN, "owner", "pid",  number, owner_pid,  OWNER)		\
MEMBER(OTHER,  "owner", "uid",  number, owner_uid,  OWNER)		\
MEMBER(COLUMN, "owner", "comm", comm,   owner_comm, OWNER)		\
END("owner", OWNER)							\
OBJECT("actor", ACTOR)							\
MEMBER(COLUMN, "actor", "pid",  number, actor_pid,  ACTOR)		\
MEMBER(COLUMN, "actor", "comm", comm,   actor_comm, ACTOR)		\
END("actor", ACTOR)							\
FIELD(OTHER,  "srtt_us",    number,    srtt_us,    SRTT)		\
FIELD(OTHER,  "min_rtt_us", number,    min_rtt_us, MIN_RTT)		\
FIELD(OTHER,  "bytes_in",   number,    bytes_in,   COUNTS)		\
FIELD(OTHER,  "bytes_out",  number,    bytes_out,  COUNTS)		\
FIELD(OTHER,  "segs_in",    number,    segs_in,    COUNTS)		\
FIELD(OTHER,  "segs_out",   number,    segs_out,   COUNTS)		\
FIELD(OTHER,  "retrans",    number,    retrans,    ANY_RETRANS)		\
FIELD(OTHER,  "ifindex",    number,    ifindex,    ROUTE)		\
FIELD(OTHER,  "mark",       number,    mark,       ROUTE)		\
FIELD(OTHER,  "accept_wait_us", number, accept_wait_us, ACCEPT)

#define TCPFSM_KNOWN_ALWAYS 0
#define TCPFSM_KNOWN_ANY_RETRANS (TCPFSM_KNOWN_COUNTS | TCPFSM_KNOWN_RETRANS)

#define IS_KNOWN(record, what)						\
	(!TCPFSM_KNOWN_##what || ((record)->known & TCPFSM_KNOWN_##what))

#endif
