/* SPDX-License-Identifier: GPL-2.0 */
/* A record, or a flow, as one line: the format of `log`, `follow` and `flows`. */
#ifndef TCPFSM_TEXT_H
#define TCPFSM_TEXT_H

#include <linux/types.h>

#include "uapi/tcpfsm.h"

/*
 * Room for a line. The longest possible one has 631 bytes: of `flows`, with 16 states in
 * its path, two addresses of 54 bytes and an owner of 4 * 16 + 11.
 */
#define TEXT_LINE_MAX	704

/* The time of day for text_record(); set @real_offset_ns, and zero the rest. */
struct text_clock {
	s64 real_offset_ns;	/* CLOCK_REALTIME - CLOCK_MONOTONIC */
	u64 secs;		/* the second that @text shows */
	char text[104];
};

extern const char *const text_state_names[TCPFSM_NR_STATES];

/* Return: bytes written to @buf (TEXT_LINE_MAX), newline included, no NUL. */
size_t text_header(char *buf);
size_t text_record(char *buf, const struct tcpfsm_record *rec,
		   struct text_clock *clock);

struct flow;

/* The same for `flows`; @now is CLOCK_MONOTONIC. */
size_t text_flow_header(char *buf);
size_t text_flow(char *buf, const struct flow *flow, u64 now);

#endif /* TCPFSM_TEXT_H */
