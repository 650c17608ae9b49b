/* SPDX-License-Identifier: GPL-2.0 */
/* The value of a cell, and how text, JSON and CSV print it. */
#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct style;

/* The comment names the member of struct value; JSON prints it as the word in brackets. */
enum value_kind {
	VALUE_TIME,		/* number: CLOCK_MONOTONIC, ns; narrow: without fraction [RFC 3339] */
	VALUE_NUMBER,		/* number [number] */
	VALUE_BYTES,		/* number; text: "244B", "1.1K" [number] */
	VALUE_DURATION,		/* number, ns; text: "265us"; narrow: three digits [number] */
	VALUE_RATE,		/* rate: per second [number] */
	VALUE_HEX,		/* number: a socket cookie, as ss -e prints it [string] */
	VALUE_BOOL,		/* number: 0 or 1; text: "yes", "-" [true, false] */
	VALUE_WORD,		/* word: of our own, printable ASCII [string] */
	VALUE_STATE,		/* number [string] */
	VALUE_CAUSE,		/* number [string] */
	VALUE_ROLE,		/* number; narrow: "act", "pas" [string] */
	VALUE_TRANSITION,	/* transition; text: "SYN_SENT → ESTABLISHED" [not shown] */
	VALUE_PATH,		/* states; text: "SYN_SENT>ESTABLISHED" [array of strings] */
	VALUE_FLAGS,		/* number: TCPFSM_F_* [array of strings] */
	VALUE_ADDRESS,		/* endpoint.address [string] */
	VALUE_PORT,		/* endpoint.port [number] */
	VALUE_ENDPOINT,		/* endpoint; narrow: ":80" if .narrow_port [not shown] */
	VALUE_NETNS,		/* number: inode; text: its name in /run/netns [number] */
	VALUE_TASK,		/* task; text: "curl/172" [object: pid, uid if known, comm] */
};

#define VALUE_PORT_UNKNOWN UINT32_MAX
#define VALUE_UID_UNKNOWN UINT32_MAX

struct value {
	bool least;			/* a lower bound; text marks it with "≥" */
	union {
		uint64_t number;
		double rate;
		const char *word;
		struct { uint8_t old_state, new_state; } transition;
		struct { const uint8_t *state; size_t count; } states;
		struct {
			const uint8_t *address;	/* 16 bytes; NULL: unknown */
			uint32_t port;		/* VALUE_PORT_UNKNOWN */
			uint32_t ifindex;	/* of a link-local address; 0: unknown */
			bool narrow_port;	/* the user knows the address: ":80" will do */
		} endpoint;
		struct {
			const uint8_t *comm;	/* TCPFSM_COMM_LEN bytes */
			uint32_t pid;
			uint32_t uid;		/* VALUE_UID_UNKNOWN */
		} task;
	};
};

#endif
