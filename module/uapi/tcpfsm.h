/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The stream of /proc/net/tcpfsm/raw: one struct tcpfsm_header, then struct
 * tcpfsm_record without end. A copy of that stream is a valid file.
 *
 * The byte order is the machine's; see @endian. Every field has a fixed size, there is
 * no padding, and all bytes are defined: an unknown field is zero, and its bit in @known
 * is clear. A reader must
 *  - check @magic, @endian and @version, and refuse those it does not know;
 *  - advance by @header_size and @record_size, not by its own sizeof: new fields are
 *    added at the end only, and @version stays as it is.
 *
 * Times are nanoseconds of CLOCK_MONOTONIC; add @real_offset_ns for UTC.
 * The records of one stream are in time order.
 */
#ifndef _UAPI_TCPFSM_H
#define _UAPI_TCPFSM_H

#include <linux/types.h>

#define TCPFSM_MAGIC	"tcpfsm\r\n"	/* 8 bytes; a copy in text mode destroys it */
#define TCPFSM_ENDIAN	0x01020304u
#define TCPFSM_VERSION	1u
#define TCPFSM_COMM_LEN	16

/* The stream starts with this; 64 bytes. */
struct tcpfsm_header {
	__u8	magic[8];	/* TCPFSM_MAGIC without its NUL */
	__u32	endian;		/* TCPFSM_ENDIAN in the writer's byte order */
	__u32	version;	/* TCPFSM_VERSION */
	__u16	header_size;	/* bytes from here to the first record */
	__u16	record_size;	/* bytes of each record */
	__u32	netns;		/* inode of the namespace it was opened in */
	__s64	real_offset_ns;	/* CLOCK_REALTIME - CLOCK_MONOTONIC at open() */
	__u64	mono_ns;	/* CLOCK_MONOTONIC at open() */
	__u32	flags;		/* TCPFSM_HEADER_* */
	__u8	module_version[20];	/* text, NUL-padded */
};

#define TCPFSM_HEADER_ALL_NETNS	(1u << 0)	/* shows every namespace */

/* The kernel's numbers (include/net/tcp_states.h), RFC 9293's names. */
enum tcpfsm_state {
	TCPFSM_ESTABLISHED = 1,
	TCPFSM_SYN_SENT,
	TCPFSM_SYN_RCVD,
	TCPFSM_FIN_WAIT_1,
	TCPFSM_FIN_WAIT_2,
	TCPFSM_TIME_WAIT,
	TCPFSM_CLOSED,
	TCPFSM_CLOSE_WAIT,
	TCPFSM_LAST_ACK,
	TCPFSM_LISTEN,
	TCPFSM_CLOSING,
	TCPFSM_NR_STATES	/* one more than the last */
};

#define TCPFSM_STATE_NAMES {						\
	[TCPFSM_ESTABLISHED] = "ESTABLISHED",				\
	[TCPFSM_SYN_SENT]    = "SYN_SENT",				\
	[TCPFSM_SYN_RCVD]    = "SYN_RCVD",				\
	[TCPFSM_FIN_WAIT_1]  = "FIN_WAIT_1",				\
	[TCPFSM_FIN_WAIT_2]  = "FIN_WAIT_2",				\
	[TCPFSM_TIME_WAIT]   = "TIME_WAIT",				\
	[TCPFSM_CLOSED]      = "CLOSED",				\
	[TCPFSM_CLOSE_WAIT]  = "CLOSE_WAIT",				\
	[TCPFSM_LAST_ACK]    = "LAST_ACK",				\
	[TCPFSM_LISTEN]      = "LISTEN",				\
	[TCPFSM_CLOSING]     = "CLOSING",				\
}

enum tcpfsm_kind {
	TCPFSM_TRANSITION = 0,	/* one transition of one connection */
	TCPFSM_LOST = 1		/* this reader was too slow and missed records here.
				 * Only @kind, @lost and @mono_ns are set: the
				 * time is that of the record before, or 0
				 */
};

/* Bits of @known: the fields that were known at that moment. */
#define TCPFSM_KNOWN_ID		(1u << 0)	/* @id */
#define TCPFSM_KNOWN_LADDR	(1u << 1)	/* @laddr */
#define TCPFSM_KNOWN_LPORT	(1u << 2)	/* @lport */
#define TCPFSM_KNOWN_PEER	(1u << 3)	/* @raddr, @rport */
#define TCPFSM_KNOWN_DWELL	(1u << 4)	/* @dwell_ns */
#define TCPFSM_KNOWN_SRTT	(1u << 5)	/* @srtt_us */
#define TCPFSM_KNOWN_MIN_RTT	(1u << 6)	/* @min_rtt_us */
#define TCPFSM_KNOWN_COUNTS	(1u << 7)	/* @bytes_*, @segs_*, @retrans */
#define TCPFSM_KNOWN_OWNER	(1u << 8)	/* @owner_* */
#define TCPFSM_KNOWN_ACTOR	(1u << 9)	/* @actor_*; clear: no task made it */
#define TCPFSM_KNOWN_ERRNO	(1u << 10)	/* @error */
#define TCPFSM_KNOWN_ROUTE	(1u << 11)	/* @ifindex, @mark */
#define TCPFSM_KNOWN_RETRANS	(1u << 12)	/* @retrans alone: of a half-open connection */
#define TCPFSM_KNOWN_ACCEPT	(1u << 13)	/* @accept_wait_us */

/* Bits of @flags. */
#define TCPFSM_F_SAME_SEGMENT	(1u << 0)	/* one segment made the transition before, too */
#define TCPFSM_F_SYNCOOKIE	(1u << 1)	/* made from a SYN cookie: no request was kept */
#define TCPFSM_F_TFO		(1u << 2)	/* RFC 7413: data in the SYN */
#define TCPFSM_F_EXIT		(1u << 3)	/* the actor was exiting */
#define TCPFSM_F_PREEXISTING	(1u << 4)	/* older than the module */
#define TCPFSM_F_GAP		(1u << 5)	/* transitions of this connection are missing */
#define TCPFSM_F_REUSED		(1u << 6)	/* the socket had a connection before */
#define TCPFSM_F_DWELL_MIN	(1u << 7)	/* @dwell_ns is a lower bound */
#define TCPFSM_F_UNACCEPTED	(1u << 8)	/* no accept() has returned it yet */
#define TCPFSM_F_ACK_DROPPED	(1u << 9)	/* we dropped an ACK of our SYN-ACK before */

#define TCPFSM_FLAG_NAMES {						\
	"same-segment", "syncookie", "tfo", "exit", "pre-existing",	\
	"gap", "reused", "dwell-min", "unaccepted", "ack-dropped",	\
}

/* The cause of a transition. 0: none was recorded; TCPFSM_CAUSE_UNKNOWN: not decided. */
enum tcpfsm_cause {
	TCPFSM_CAUSE_CONNECT = 1,	/* connect() sent a SYN, or failed before it did */
	TCPFSM_CAUSE_LISTEN,		/* listen(), or a listen() that failed half-way */
	TCPFSM_CAUSE_RCV_SYN,		/* the peer's SYN arrived */
	TCPFSM_CAUSE_RCV_SYNACK,	/* the peer's SYN-ACK arrived */
	TCPFSM_CAUSE_RCV_ACK,		/* an ACK of our SYN or FIN arrived */
	TCPFSM_CAUSE_RCV_FIN,		/* the peer's FIN arrived */
	TCPFSM_CAUSE_RCV_RST,		/* the peer reset the connection */
	TCPFSM_CAUSE_CLOSE,		/* the last close() */
	TCPFSM_CAUSE_SHUTDOWN,		/* shutdown() */
	TCPFSM_CAUSE_EXIT,		/* the process ended; its owner, if a kernel thread closes */
	TCPFSM_CAUSE_DISCONNECT,	/* connect(AF_UNSPEC) */
	TCPFSM_CAUSE_TIMEOUT,		/* our SYN was not answered */
	TCPFSM_CAUSE_RETRANS_TIMEOUT,	/* data, FIN or a window probe was not answered */
	TCPFSM_CAUSE_KEEPALIVE,		/* keepalive probes were not answered */
	TCPFSM_CAUSE_USER_TIMEOUT,	/* TCP_USER_TIMEOUT expired */
	TCPFSM_CAUSE_SYNACK_TIMEOUT,	/* our SYN-ACK was not answered */
	TCPFSM_CAUSE_FW2_TIMEOUT,	/* the peer's FIN never came */
	TCPFSM_CAUSE_TW_EXPIRED,	/* TIME_WAIT lasted its 60 s */
	TCPFSM_CAUSE_TW_REUSED,		/* a new SYN took the tuple over */
	TCPFSM_CAUSE_TW_RECYCLED,	/* a local connect() took the port */
	TCPFSM_CAUSE_ICMP,		/* an ICMP error */
	TCPFSM_CAUSE_UNREAD_DATA,	/* data unread at close(), or received after it: we reset */
	TCPFSM_CAUSE_LINGER0,		/* close() with SO_LINGER 0: we reset */
	TCPFSM_CAUSE_ABORT,		/* reset by us for another reason */
	TCPFSM_CAUSE_KILLED,		/* ss -K, SOCK_DESTROY */
	TCPFSM_CAUSE_ORPHAN_LIMIT,	/* too many orphans */
	TCPFSM_CAUSE_NO_MEMORY,		/* out of memory for TCP */
	TCPFSM_CAUSE_LISTENER_CLOSED,	/* its listener went away */
	TCPFSM_CAUSE_OVERFLOW,		/* the accept queue, or the table of TIME_WAITs, was full */
	TCPFSM_CAUSE_NETNS_EXIT,	/* its network namespace went away */
	TCPFSM_CAUSE_UNKNOWN,		/* not decided; counted in `stats` */
	TCPFSM_NR_CAUSES
};

#define TCPFSM_CAUSE_NAMES {						\
	"-", "connect", "listen", "rcv_syn", "rcv_synack", "rcv_ack",	\
	"rcv_fin", "rcv_rst", "close", "shutdown", "exit", "disconnect",\
	"timeout", "retrans_timeout", "keepalive", "user_timeout",	\
	"synack_timeout", "fw2_timeout", "tw_expired", "tw_reused",	\
	"tw_recycled", "icmp", "unread_data", "linger0", "abort",	\
	"killed", "orphan_limit", "no_memory", "listener_closed",	\
	"overflow", "netns_exit", "unknown",				\
}

/* The part of this end in opening or closing; 0: not known. */
enum tcpfsm_role {
	TCPFSM_ROLE_ACTIVE = 1,		/* sent the first SYN, or the first FIN */
	TCPFSM_ROLE_PASSIVE
};

/* One transition, or one loss; 192 bytes. */
struct tcpfsm_record {
	union {
		__u64	seq;	/* number in @ring of @cpu, from 1: of the machine's
				 * records if the stream was opened in the initial
				 * namespace, else of that namespace's; a hole in
				 * the numbers is a loss
				 */
		__u64	lost;	/* TCPFSM_LOST: how many */
	};
	__u64	mono_ns;	/* time of the transition */
	__u64	id;		/* socket cookie: SO_COOKIE, ss -e's sk: */
	__u64	dwell_ns;	/* time spent in @old_state */
	__u64	bytes_in;	/* RFC 4898 tcpEStatsAppHCThruOctetsReceived */
	__u64	bytes_out;	/* RFC 4898 tcpEStatsAppHCThruOctetsAcked */
	__u64	ns_seq;		/* number in @ring of @cpu among those of @netns, from 0 */
	__u8	laddr[16];	/* network order; IPv4 as ::ffff:a.b.c.d */
	__u8	raddr[16];
	__u16	lport;		/* host order */
	__u16	rport;
	__u16	cpu;		/* that recorded it */
	__u16	error;		/* sk_err, positive errno */
	__u32	known;		/* TCPFSM_KNOWN_* */
	__u32	flags;		/* TCPFSM_F_* */
	__u32	netns;		/* inode: lsns, /proc/PID/ns/net */
	__u32	ifindex;	/* SO_BINDTODEVICE, 0 = none */
	__u32	mark;		/* SO_MARK */
	__u32	srtt_us;	/* smoothed round-trip time */
	__u32	min_rtt_us;	/* least round-trip time in the kernel's window */
	__u32	segs_in;	/* RFC 4898 tcpEStatsPerfSegsIn */
	__u32	segs_out;	/* RFC 4898 tcpEStatsPerfSegsOut */
	__u32	retrans;	/* segments retransmitted; half-open: SYN-ACKs */
	__u32	owner_pid;	/* thread group the connection belongs to */
	__u32	owner_uid;
	__u32	actor_pid;	/* thread group that made this transition */
	__u8	owner_comm[TCPFSM_COMM_LEN];	/* NUL-padded, any bytes */
	__u8	actor_comm[TCPFSM_COMM_LEN];
	__u8	family;		/* AF_INET or AF_INET6, as the socket has it */
	__u8	old_state;	/* enum tcpfsm_state */
	__u8	new_state;	/* enum tcpfsm_state */
	__u8	cause;		/* enum tcpfsm_cause, or 0 */
	__u8	open_role;	/* enum tcpfsm_role, or 0 */
	__u8	close_role;	/* enum tcpfsm_role, or 0 */
	__u8	kind;		/* enum tcpfsm_kind */
	__u8	ring;		/* number of the ring on @cpu */
	__u32	accept_wait_us;	/* from ESTABLISHED to accept() */
};

#ifdef __cplusplus
#define TCPFSM_ASSERT(what)	static_assert(what, #what)
#else
#define TCPFSM_ASSERT(what)	_Static_assert(what, #what)
#endif
#define TCPFSM_AT(type, field, at) \
	TCPFSM_ASSERT(__builtin_offsetof(struct type, field) == (at))

TCPFSM_AT(tcpfsm_header, endian, 8);
TCPFSM_AT(tcpfsm_header, version, 12);
TCPFSM_AT(tcpfsm_header, header_size, 16);
TCPFSM_AT(tcpfsm_header, record_size, 18);
TCPFSM_AT(tcpfsm_header, netns, 20);
TCPFSM_AT(tcpfsm_header, real_offset_ns, 24);
TCPFSM_AT(tcpfsm_header, mono_ns, 32);
TCPFSM_AT(tcpfsm_header, flags, 40);
TCPFSM_AT(tcpfsm_header, module_version, 44);
TCPFSM_ASSERT(sizeof(struct tcpfsm_header) == 64);

TCPFSM_AT(tcpfsm_record, seq, 0);
TCPFSM_AT(tcpfsm_record, mono_ns, 8);
TCPFSM_AT(tcpfsm_record, id, 16);
TCPFSM_AT(tcpfsm_record, dwell_ns, 24);
TCPFSM_AT(tcpfsm_record, bytes_in, 32);
TCPFSM_AT(tcpfsm_record, bytes_out, 40);
TCPFSM_AT(tcpfsm_record, ns_seq, 48);
TCPFSM_AT(tcpfsm_record, laddr, 56);
TCPFSM_AT(tcpfsm_record, raddr, 72);
TCPFSM_AT(tcpfsm_record, lport, 88);
TCPFSM_AT(tcpfsm_record, rport, 90);
TCPFSM_AT(tcpfsm_record, cpu, 92);
TCPFSM_AT(tcpfsm_record, error, 94);
TCPFSM_AT(tcpfsm_record, known, 96);
TCPFSM_AT(tcpfsm_record, flags, 100);
TCPFSM_AT(tcpfsm_record, netns, 104);
TCPFSM_AT(tcpfsm_record, ifindex, 108);
TCPFSM_AT(tcpfsm_record, mark, 112);
TCPFSM_AT(tcpfsm_record, srtt_us, 116);
TCPFSM_AT(tcpfsm_record, min_rtt_us, 120);
TCPFSM_AT(tcpfsm_record, segs_in, 124);
TCPFSM_AT(tcpfsm_record, segs_out, 128);
TCPFSM_AT(tcpfsm_record, retrans, 132);
TCPFSM_AT(tcpfsm_record, owner_pid, 136);
TCPFSM_AT(tcpfsm_record, owner_uid, 140);
TCPFSM_AT(tcpfsm_record, actor_pid, 144);
TCPFSM_AT(tcpfsm_record, owner_comm, 148);
TCPFSM_AT(tcpfsm_record, actor_comm, 164);
TCPFSM_AT(tcpfsm_record, family, 180);
TCPFSM_AT(tcpfsm_record, old_state, 181);
TCPFSM_AT(tcpfsm_record, new_state, 182);
TCPFSM_AT(tcpfsm_record, cause, 183);
TCPFSM_AT(tcpfsm_record, open_role, 184);
TCPFSM_AT(tcpfsm_record, close_role, 185);
TCPFSM_AT(tcpfsm_record, kind, 186);
TCPFSM_AT(tcpfsm_record, ring, 187);
TCPFSM_AT(tcpfsm_record, accept_wait_us, 188);
TCPFSM_ASSERT(sizeof(struct tcpfsm_record) == 192);

#endif /* _UAPI_TCPFSM_H */
