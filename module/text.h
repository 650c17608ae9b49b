/* SPDX-License-Identifier: GPL-2.0 */
/* A record, or a flow, as one line: the format of `log`, `follow` and `flows`. */
#ifndef TCPFSM_TEXT_H
#define TCPFSM_TEXT_H

#include <linux/types.h>

#include "uapi/tcpfsm.h"

/* No line is longer: 11 words, two addresses of 50, two names of 4 * 16 + 11. */
#define TEXT_LINE_MAX	512

extern const char *const text_state_names[TCPFSM_NR_STATES];

/* Return: bytes written to @buf (TEXT_LINE_MAX), newline included, no NUL. */
size_t text_header(char *buf);
size_t text_record(char *buf, const struct tcpfsm_record *rec,
		   s64 real_offset_ns);

struct flow;

/* The same for `flows`; @now is CLOCK_MONOTONIC. */
size_t text_flow_header(char *buf);
size_t text_flow(char *buf, const struct flow *flow, u64 now);

#endif /* TCPFSM_TEXT_H */
