// SPDX-License-Identifier: GPL-2.0
/* The columns of text: what each says, and which there is room for. */
#include "columns.h"
#include "address.h"
#include "clock.h"
#include "colour.h"
#include "dwell.h"
#include "escape.h"
#include "format.h"
#include "memo.h"
#include "names.h"
#include "number.h"

#include <limits.h>
#include <string.h>

#include "tcpfsm.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static char *put_time(char *to, struct view *view, const struct tcpfsm_record *r)
{
	return put_local_time(to, &view->clock, r->mono_ns);
}

static char *put_second(char *to, struct view *view,
			const struct tcpfsm_record *r)
{
	return put_local_second(to, &view->clock, r->mono_ns);
}

static char *put_utc(char *to, struct view *view, const struct tcpfsm_record *r)
{
	return put_utc_time(to, &view->clock, r->mono_ns);
}

static char *put_netns(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	return put_number(to, r->netns);
}

static char *put_id(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	if (r->known & TCPFSM_KNOWN_ID)
		return put_hex(to, r->id);
	return put_literal(to, "-");
}

/* "1.2.3.4:-", "-:80": half of what is said of an end may be unknown. */
static char *put_half_local(char *to, const struct tcpfsm_record *r)
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

static char *put_local(char *to, struct view *view, const struct tcpfsm_record *r)
{
	const uint32_t both = TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT;

	(void)view;
	if ((r->known & both) == both)
		return put_endpoint(to, r->laddr, r->lport);
	return put_half_local(to, r);
}

/* Without a peer, as of a listener, the address is all there is to know it by. */
static char *put_local_port(char *to, struct view *view,
			    const struct tcpfsm_record *r)
{
	if (!(r->known & TCPFSM_KNOWN_PEER))
		return put_local(to, view, r);
	if (!(r->known & TCPFSM_KNOWN_LPORT))
		return put_literal(to, "-");
	*to++ = ':';
	return put_number(to, r->lport);
}

static char *put_peer(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	if (r->known & TCPFSM_KNOWN_PEER)
		return put_endpoint(to, r->raddr, r->rport);
	return put_literal(to, "-");
}

/* Of the three bytes of → and ≥, two take no column. */
static inline char *put_mark(char *to, struct view *view, const char *utf8,
			     const char *ascii)
{
	if (!view->utf8)
		return put_literal(to, ascii);
	view->unseen += 2;
	return put_literal(to, utf8);
}

/* The phase of a connection's life that a step leads to. */
static const char *phase_colour(unsigned int new_state)
{
	switch (new_state) {
	case TCPFSM_LISTEN:
	case TCPFSM_SYN_SENT:
	case TCPFSM_SYN_RCVD:
		return CYAN;
	case TCPFSM_ESTABLISHED:
		return GREEN;
	case TCPFSM_FIN_WAIT_1:
	case TCPFSM_FIN_WAIT_2:
	case TCPFSM_CLOSE_WAIT:
	case TCPFSM_CLOSING:
	case TCPFSM_LAST_ACK:
	case TCPFSM_TIME_WAIT:
		return YELLOW;
	case TCPFSM_CLOSED:
		return DIM;
	default:
		return RED;
	}
}

static inline char *put_colour(char *to, struct view *view, const char *colour)
{
	view->unseen += strlen(colour);
	return put_word(to, colour);
}

static char *put_transition(char *to, struct view *view,
			    const struct tcpfsm_record *r)
{
	if (view->colour)
		to = put_colour(to, view, phase_colour(r->new_state));
	to = put_state(to, r->old_state);
	to = put_mark(to, view, " → ", "->");
	to = put_state(to, r->new_state);
	return view->colour ? put_colour(to, view, PLAIN) : to;
}

/* A lower bound is told with its mark, and in brief without parts of a unit. */
static inline char *put_dwell_mark(char *to, struct view *view,
				   const struct tcpfsm_record *r)
{
	if (r->flags & TCPFSM_F_DWELL_MIN)
		to = put_mark(to, view, "≥", ">=");
	return to;
}

static char *put_all_dwell(char *to, struct view *view,
			   const struct tcpfsm_record *r)
{
	if (!(r->known & TCPFSM_KNOWN_DWELL))
		return put_literal(to, "-");
	return put_dwell(put_dwell_mark(to, view, r), r->dwell_ns);
}

static char *put_short_dwell(char *to, struct view *view,
			     const struct tcpfsm_record *r)
{
	if (!(r->known & TCPFSM_KNOWN_DWELL))
		return put_literal(to, "-");
	return put_brief_dwell(put_dwell_mark(to, view, r), r->dwell_ns,
			       r->flags & TCPFSM_F_DWELL_MIN);
}

/* Who waits a day needs no milliseconds, and a line has an end. */
static char *put_some_dwell(char *to, struct view *view,
			    const struct tcpfsm_record *r)
{
	if (r->dwell_ns < UINT64_C(100000) * 1000000000)
		return put_all_dwell(to, view, r);
	return put_short_dwell(to, view, r);
}

static char *put_why(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	return put_cause(to, r->cause);		/* 0 is "-" */
}

static char *spell_task(char *to, const uint8_t comm[TCPFSM_COMM_LEN], uint32_t pid)
{
	to = put_escaped(to, comm, TCPFSM_COMM_LEN);
	*to++ = '/';
	return put_number(to, pid);
}

static char *put_task(char *to, const uint8_t comm[TCPFSM_COMM_LEN], uint32_t pid)
{
	static struct memo memo;

	return put_memo(to, &memo, comm, pid, spell_task);
}

static char *put_owner(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	if (r->known & TCPFSM_KNOWN_OWNER)
		return put_task(to, r->owner_comm, r->owner_pid);
	return put_literal(to, "-");
}

static char *put_actor(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	if (r->known & TCPFSM_KNOWN_ACTOR)
		return put_task(to, r->actor_comm, r->actor_pid);
	return put_literal(to, "-");
}

static char *put_note(char *to, struct view *view, const struct tcpfsm_record *r)
{
	uint32_t flags = r->flags & ~TCPFSM_F_DWELL_MIN;	/* told by DWELL */
	char *start = to;

	(void)view;
	for (uint32_t rest = flags; rest; rest &= rest - 1) {
		if (to > start)
			*to++ = ',';
		to = put_flag(to, __builtin_ctz(rest));
	}
	/* The one step that the two are in RFC 9293's picture. */
	if (flags & TCPFSM_F_SAME_SEGMENT)
		to = put_literal(to, ",FIN_WAIT_1->TIME_WAIT");
	return to > start ? to : put_literal(to, "-");
}

/* Heading, width, what it says; then how it differs from others. */
#define COLUMN(text, columns, ...) {					\
	.heading = text,						\
	.width = columns,						\
	.put = __VA_ARGS__						\
}

/*
 * On a screen. Wide enough for nearly all: not for the 21 of the longest IPv4
 * endpoint, the 15 of the longest cause, nor for long IPv6.
 */
enum { TIME, LOCAL, PEER, TRANSITION, DWELL, CAUSE };
static const struct column screen[] = {
	[TIME]       = COLUMN("TIME",       LOCAL_TIME_LEN, put_time),
	[LOCAL]      = COLUMN("LOCAL",      20, put_local, .gives = GIVES_MIDDLE),
	[PEER]       = COLUMN("PEER",       20, put_peer, .gives = GIVES_MIDDLE),
	[TRANSITION] = COLUMN("TRANSITION", 24, put_transition, .gives = GIVES_BLANKS),
	[DWELL]      = COLUMN("DWELL",      10, put_some_dwell),
	[CAUSE]      = COLUMN("CAUSE",      11, put_why),
};

/*
 * What gives way, in this order, until all of them fit: who looks knows his
 * own address, and the end of a number tells the least of it. With all three,
 * they are 80 columns.
 */
static const struct {
	size_t at;
	struct column column;
} narrower[] = {
	{ LOCAL, COLUMN("LOCAL", 6, put_local_port, .gives = GIVES_MIDDLE) },
	{ DWELL, COLUMN("DWELL", 6, put_short_dwell) },
	{ TIME,  COLUMN("TIME", LOCAL_SECOND_LEN, put_second) },
};

/* With -x: those of /proc/net/tcpfsm/log. */
static const struct column extended[] = {
	COLUMN("TIME",       UTC_TIME_LEN, put_utc),
	COLUMN("NETNS",      10, put_netns),
	COLUMN("ID",         6,  put_id),
	COLUMN("LOCAL",      21, put_local),
	COLUMN("PEER",       21, put_peer),
	COLUMN("TRANSITION", 24, put_transition),
	COLUMN("DWELL",      10, put_all_dwell),
	COLUMN("CAUSE",      10, put_why),
	COLUMN("OWNER",      16, put_owner),
	COLUMN("ACTOR",      16, put_actor),
	COLUMN("NOTE",       4,  put_note),
};

_Static_assert(ARRAY_SIZE(extended) == COLUMNS_MAX, "COLUMNS_MAX is the most");

static int width(const struct columns *columns)
{
	int sum = columns->count - 1;

	for (size_t i = 0; i < columns->count; i++)
		sum += columns->column[i].width;
	return sum;
}

void columns_of_screen(struct columns *columns, int limit)
{
	columns->limit = limit;
	columns->count = ARRAY_SIZE(screen);
	memcpy(columns->column, screen, sizeof(screen));

	for (size_t i = 0; i < ARRAY_SIZE(narrower) && width(columns) > limit; i++)
		columns->column[narrower[i].at] = narrower[i].column;
}

void columns_of_log(struct columns *columns)
{
	columns->limit = INT_MAX;
	columns->count = ARRAY_SIZE(extended);
	memcpy(columns->column, extended, sizeof(extended));
}
