/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text of each column. All of this is inlined into the lines of columns.c, because
 * calls would be most of the cost of a line.
 */
#ifndef CELL_H
#define CELL_H

#include <string.h>

#include "address.h"
#include "clock.h"
#include "colour.h"
#include "dwell.h"
#include "escape.h"
#include "format.h"
#include "memo.h"
#include "names.h"
#include "number.h"
#include "fmt_value.h"

#include "tcpfsm.h"

#define CELL(name)							\
	static inline __attribute__((always_inline)) char *cell_##name(	\
					char *to,			\
					__attribute__((unused)) struct view *view, \
					const struct tcpfsm_record *r,	\
					__attribute__((unused)) long *unseen)

CELL(time)
{
	return put_local_time(to, &view->clock, r->mono_ns);
}

CELL(second)
{
	return put_local_second(to, &view->clock, r->mono_ns);
}

CELL(utc)
{
	return put_utc_time(to, &view->clock, r->mono_ns);
}

CELL(netns)
{
	return value_netns(to, view, r->netns);
}

CELL(id)
{
	if (r->known & TCPFSM_KNOWN_ID)
		return put_hex(to, r->id);
	return put_literal(to, "-");
}

/* "1.2.3.4:-", "-:80": only the address or only the port is known. */
static inline char *put_half_local(char *to, const struct tcpfsm_record *r)
{
	if (r->known & TCPFSM_KNOWN_LADDR) {
		to = put_endpoint(to, r->laddr, 0);
		to[-1] = '-';
		return to;
	}
	to = put_literal(to, "-");
	if (r->known & TCPFSM_KNOWN_LPORT)
		to = put_number(put_literal(to, ":"), r->lport);
	return to;
}

CELL(local)
{
	const uint32_t both = TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT;

	if ((r->known & both) == both)
		return put_endpoint(to, r->laddr, r->lport);
	return put_half_local(to, r);
}

/* The address as well if there is no peer: nothing else identifies a listener. */
CELL(local_port)
{
	if (!(r->known & TCPFSM_KNOWN_PEER))
		return cell_local(to, view, r, unseen);
	if (!(r->known & TCPFSM_KNOWN_LPORT))
		return put_literal(to, "-");
	*to++ = ':';
	return put_port(to, r->lport);
}

CELL(peer)
{
	if (r->known & TCPFSM_KNOWN_PEER)
		return put_endpoint(to, r->raddr, r->rport);
	return put_literal(to, "-");
}

/* → and ≥ have three bytes and take one column. */
static inline char *put_mark(char *to, const struct view *view, const char *utf8,
			     const char *ascii, long *unseen)
{
	if (!view->utf8)
		return put_literal(to, ascii);
	*unseen += 2;
	return put_literal(to, utf8);
}

/* Not inlined: lines without colour would have to save its registers. */
static __attribute__((noinline)) char *put_phase_colour(char *to, uint8_t new_state)
{
	return put_word(to, phase_colour(new_state));
}

CELL(transition)
{
	char *start = to;

	if (view->colour)
		to = put_phase_colour(to, r->new_state);
	*unseen += to - start;
	to = put_state(to, r->old_state);
	to = put_mark(to, view, " → ", "->", unseen);
	to = put_state(to, r->new_state);
	if (!view->colour)
		return to;
	*unseen += sizeof(PLAIN) - 1;
	return put_literal(to, PLAIN);
}

/* Marks a lower bound. */
static inline char *put_least_mark(char *to, const struct view *view, long *unseen)
{
	return put_mark(to, view, "≥", ">=", unseen);
}

CELL(all_dwell)
{
	if (!(r->known & TCPFSM_KNOWN_DWELL))
		return put_literal(to, "-");
	if (r->flags & TCPFSM_F_DWELL_MIN)
		to = put_least_mark(to, view, unseen);
	return put_dwell(to, r->dwell_ns);
}

CELL(short_dwell)
{
	if (!(r->known & TCPFSM_KNOWN_DWELL))
		return put_literal(to, "-");
	if (r->flags & TCPFSM_F_DWELL_MIN)
		return put_whole_dwell(put_least_mark(to, view, unseen), r->dwell_ns);
	return put_brief_dwell(to, r->dwell_ns);
}

/* Short from about a day on: all digits would not fit into the column. */
CELL(some_dwell)
{
	if (r->dwell_ns < UINT64_C(100000) * 1000000000)
		return cell_all_dwell(to, view, r, unseen);
	return cell_short_dwell(to, view, r, unseen);
}

CELL(cause)
{
	return put_cause(to, r->cause);		/* 0 is "-" */
}

static inline char *spell_task(char *to, const uint8_t comm[TCPFSM_COMM_LEN], uint32_t pid)
{
	to = put_escaped(to, comm, TCPFSM_COMM_LEN);
	*to++ = '/';
	return put_number(to, pid);
}

static inline char *put_task(char *to, const uint8_t comm[TCPFSM_COMM_LEN], uint32_t pid)
{
	static struct memo memo;

	return put_memo(to, &memo, comm, pid, spell_task);
}

CELL(owner)
{
	if (r->known & TCPFSM_KNOWN_OWNER)
		return put_task(to, r->owner_comm, r->owner_pid);
	return put_literal(to, "-");
}

CELL(actor)
{
	if (r->known & TCPFSM_KNOWN_ACTOR)
		return put_task(to, r->actor_comm, r->actor_pid);
	return put_literal(to, "-");
}

CELL(note)
{
	uint32_t flags = r->flags & ~TCPFSM_F_DWELL_MIN;	/* shown in DWELL */
	char *start = to;

	for (uint32_t rest = flags; rest; rest &= rest - 1) {
		if (to > start)
			*to++ = ',';
		to = put_flag(to, __builtin_ctz(rest));
	}
	/* RFC 9293's diagram has one transition for the two. */
	if (flags & TCPFSM_F_SAME_SEGMENT)
		to = put_literal(to, ",FIN_WAIT_1->TIME_WAIT");
	return to > start ? to : put_literal(to, "-");
}

#endif
