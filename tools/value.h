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
	VALUE_BOOL,		/* number: 0 or 1; text: "yes", "no" [true, false] */
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
	VALUE_TASK,		/* task; text: "curl/172" [object: pid, comm] */
	VALUE_OWNER,		/* the same [object: pid, uid, comm] */
	VALUE_COMM,		/* task.comm; text: "curl" [string] */
};

enum value_form {
	VALUE_FULL,
	VALUE_NARROW,		/* shorter, if the kind has such a form */
	VALUE_LOG,		/* as /proc/net/tcpfsm/log: UTC, seconds, ASCII */
};

#define VALUE_PORT_UNKNOWN UINT32_MAX

/*
 * A column sets all members that its kind uses, but for @least, which is false before.
 */
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
			uint32_t uid;		/* of an owner */
		} task;
	};
};

/* The longest text of any kind: a path or flags. */
#define VALUE_TEXT_MAX 800

/*
 * These are put_*() as in number.h. value_text() adds to @unseen the bytes that take no
 * column of a terminal. A value that is unknown is the caller's.
 */
char *value_text(char *to, const struct value *value, enum value_kind kind,
		 enum value_form form, struct style *style, int *unseen);
char *value_json(char *to, const struct value *value, enum value_kind kind,
		 struct style *style);
char *value_csv(char *to, const struct value *value, enum value_kind kind,
		struct style *style);

/* Below 0 if @a comes before @b in ascending order, 0 if they are the same. */
int value_order(const struct value *a, const struct value *b, enum value_kind kind);

#endif
