// SPDX-License-Identifier: GPL-2.0
/*
 * Text for people: one line a transition under a line of headings.
 *
 *   TIME         LOCAL                PEER                 TRANSITION
 *   03:50:12.123 192.0.2.7:41234      198.51.100.1:443     SYN_SENT → ESTABLISHED
 *   # lost 17
 *
 * The headings say where a column should start. A long word pushes what
 * follows it to the right, into the blanks of the next columns, and only when
 * a line has none left is anything shortened: SCREEN columns are the limit.
 * With -x there is no limit and no shortening.
 */
#include "address.h"
#include "escape.h"
#include "fields.h"
#include "format.h"
#include "names.h"
#include "number.h"
#include "output.h"

#include <limits.h>
#include <string.h>

#include "tcpfsm.h"

#define SCREEN 80

#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define CYAN "\033[36m"
#define PLAIN "\033[0m"

struct cell {
	char text[FLAGS_MAX];		/* the longest there is is NOTE */
	int len;			/* bytes */
	int width;			/* columns */
};

struct column {
	const char *heading;
	int width;
	bool marked;			/* may hold → or ≥; the rest is ASCII */
	char *(*put)(char *to, struct view *view, const struct tcpfsm_record *r);
};

static char *put_time(char *to, struct view *view, const struct tcpfsm_record *r)
{
	return put_local_time(to, &view->clock, r->mono_ns);
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
	return put_word(to, "-");
}

static char *put_local(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	return put_endpoint(to, r->known & TCPFSM_KNOWN_LADDR ? r->laddr : NULL,
			    r->known & TCPFSM_KNOWN_LPORT ? r->lport : -1);
}

static char *put_peer(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	if (r->known & TCPFSM_KNOWN_PEER)
		return put_endpoint(to, r->raddr, r->rport);
	return put_word(to, "-");
}

static char *put_transition(char *to, struct view *view,
			    const struct tcpfsm_record *r)
{
	to = put_state(to, r->old_state);
	to = put_word(to, view->utf8 ? " → " : "->");
	return put_state(to, r->new_state);
}

/* "830ns", "12.345us", "1.250ms", "60.004s" */
static char *put_dwell(char *to, struct view *view, const struct tcpfsm_record *r)
{
	static const char *const units[] = { "us", "ms", "s" };
	uint64_t thousandths = r->dwell_ns;
	size_t unit = 0;

	if (!(r->known & TCPFSM_KNOWN_DWELL))
		return put_word(to, "-");
	if (r->flags & TCPFSM_F_DWELL_MIN)
		to = put_word(to, view->utf8 ? "≥" : ">=");
	if (thousandths < 1000)
		return put_word(put_number(to, thousandths), "ns");

	for (; unit < 2 && thousandths >= 1000 * 1000; unit++)
		thousandths /= 1000;
	to = put_number(to, thousandths / 1000);
	*to++ = '.';
	to = put_digits(to, thousandths % 1000, 3);
	return put_word(to, units[unit]);
}

static char *put_why(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	return put_cause(to, r->cause);		/* 0 is "-" */
}

static char *put_task(char *to, const uint8_t *comm, uint32_t pid)
{
	to = put_escaped(to, comm, TCPFSM_COMM_LEN);
	*to++ = '/';
	return put_number(to, pid);
}

static char *put_owner(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	if (r->known & TCPFSM_KNOWN_OWNER)
		return put_task(to, r->owner_comm, r->owner_pid);
	return put_word(to, "-");
}

static char *put_actor(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	if (r->known & TCPFSM_KNOWN_ACTOR)
		return put_task(to, r->actor_comm, r->actor_pid);
	return put_word(to, "-");
}

static char *put_note(char *to, struct view *view, const struct tcpfsm_record *r)
{
	uint64_t flags = r->flags & ~TCPFSM_F_DWELL_MIN;	/* told by DWELL */
	char *start = to;

	(void)view;
	for (unsigned int bit = 0; flags >> bit; bit++) {
		if (!(flags >> bit & 1))
			continue;
		if (to > start)
			*to++ = ',';
		to = put_flag(to, bit);
	}
	/* The one step that the two are in RFC 9293's picture. */
	if (flags & TCPFSM_F_SAME_SEGMENT)
		to = put_word(to, ",FIN_WAIT_1->TIME_WAIT");
	return to > start ? to : put_word(to, "-");
}

/* 20, not the 21 of the longest IPv4: there is room for all but the rarest. */
enum { BRIEF_TIME, BRIEF_LOCAL, BRIEF_PEER, BRIEF_TRANSITION, NR_BRIEF };
static const struct column brief[NR_BRIEF] = {
	[BRIEF_TIME]	   = { "TIME",       LOCAL_TIME_LEN, false, put_time },
	[BRIEF_LOCAL]	   = { "LOCAL",      20, false, put_local },
	[BRIEF_PEER]	   = { "PEER",       20, false, put_peer },
	[BRIEF_TRANSITION] = { "TRANSITION", 24, true,  put_transition },
};

/* The columns of /proc/net/tcpfsm/log, then the other fields as name=value. */
static const struct column extended[] = {
	{ "TIME",       UTC_TIME_LEN, false, put_utc },
	{ "NETNS",      10, false, put_netns },
	{ "ID",         6,  false, put_id },
	{ "LOCAL",      21, false, put_local },
	{ "PEER",       21, false, put_peer },
	{ "TRANSITION", 24, true,  put_transition },
	{ "DWELL",      10, true,  put_dwell },
	{ "CAUSE",      10, false, put_why },
	{ "OWNER",      16, false, put_owner },
	{ "ACTOR",      16, false, put_actor },
	{ "NOTE",       4,  false, put_note },
};

#define NR_EXTENDED (sizeof(extended) / sizeof(extended[0]))

static void measure(struct cell *cell, const char *end, bool marked)
{
	cell->len = end - cell->text;
	cell->width = cell->len;

	/* Each mark, …, → and ≥, is \xe2 and two more bytes in one column. */
	for (const char *p = cell->text; marked; p += 3) {
		p = memchr(p, '\xe2', end - p);
		if (!p)
			break;
		cell->width -= 2;
	}
}

static int line_width(const struct cell *cells, size_t count)
{
	int width = count - 1;

	for (size_t i = 0; i < count; i++)
		width += cells[i].width;
	return width;
}

static void drop_blanks(struct cell *cell)
{
	char *to = cell->text;

	for (int i = 0; i < cell->len; i++) {
		if (cell->text[i] != ' ')
			*to++ = cell->text[i];
	}
	measure(cell, to, true);
}

static void elide(struct view *view, struct cell *cell, int width)
{
	char *end = cell->text + cell->len;

	if (view->utf8)
		end = elide_endpoint(cell->text, end, width, "…", 1);
	else
		end = elide_endpoint(cell->text, end, width, "..", 2);
	measure(cell, end, true);
}

/* First the arrow gives up its blanks, then the longer address its middle. */
static void fit(struct view *view, struct cell cells[NR_BRIEF])
{
	struct cell *local = &cells[BRIEF_LOCAL], *peer = &cells[BRIEF_PEER];
	int room, half;

	if (line_width(cells, NR_BRIEF) <= SCREEN)
		return;

	drop_blanks(&cells[BRIEF_TRANSITION]);
	room = SCREEN - line_width(cells, NR_BRIEF) + local->width + peer->width;
	half = room / 2;
	if (local->width <= half)
		elide(view, peer, room - local->width);
	else if (peer->width <= half)
		elide(view, local, room - peer->width);
	else {
		elide(view, local, half);
		elide(view, peer, room - half);
	}
}

static void print_cells(struct view *view, const struct column *columns,
			const struct cell *cells, size_t count, int limit,
			const char *colour)
{
	int spare = limit - line_width(cells, count);
	int at = 0, next = 0;

	for (size_t i = 0; i < count; i++) {
		bool coloured = colour && columns[i].put == put_transition;
		int blanks = 1;

		if (coloured)
			output_word(view->out, colour);
		output_bytes(view->out, cells[i].text, cells[i].len);
		if (coloured)
			output_word(view->out, PLAIN);

		if (i + 1 == count)
			break;
		at += cells[i].width;
		next += columns[i].width + 1;
		if (next > at + 1 && spare > 0) {
			blanks += next - at - 1 < spare ? next - at - 1 : spare;
			spare -= blanks - 1;
		}
		output_blanks(view->out, blanks);
		at += blanks;
	}
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

static void text_begin(struct view *view)
{
	const struct column *columns = view->extended ? extended : brief;
	size_t count = view->extended ? NR_EXTENDED : NR_BRIEF;
	struct cell cells[NR_EXTENDED];

	for (size_t i = 0; i < count; i++)
		measure(&cells[i], put_word(cells[i].text, columns[i].heading),
			false);

	if (view->colour)
		output_word(view->out, BOLD);
	print_cells(view, columns, cells, count, INT_MAX, NULL);
	output_word(view->out, view->colour ? PLAIN "\n" : "\n");
}

/* Only what is known: a field that is not there is unknown. */
static void print_other_fields(struct view *view, const struct tcpfsm_record *r)
{
	for (size_t i = 0; i < nr_fields; i++) {
		struct value value;

		if (fields[i].column)
			continue;
		field_value(&fields[i], r, &view->clock, &value);
		if (value.type == VALUE_UNKNOWN)
			continue;

		output_word(view->out, " ");
		if (fields[i].object) {
			output_word(view->out, fields[i].object);
			output_word(view->out, "_");
		}
		output_word(view->out, fields[i].name);
		output_word(view->out, "=");
		if (value.type == VALUE_NUMBER)
			output_number(view->out, value.number);
		else
			output_bytes(view->out, value.word, value.len);
	}
}

static void text_record(struct view *view, const struct tcpfsm_record *r)
{
	const struct column *columns = view->extended ? extended : brief;
	size_t count = view->extended ? NR_EXTENDED : NR_BRIEF;
	struct cell cells[NR_EXTENDED];

	for (size_t i = 0; i < count; i++)
		measure(&cells[i], columns[i].put(cells[i].text, view, r),
			columns[i].marked);
	if (!view->extended)
		fit(view, cells);

	print_cells(view, columns, cells, count,
		    view->extended ? INT_MAX : SCREEN,
		    view->colour ? phase_colour(r->new_state) : NULL);
	if (view->extended)
		print_other_fields(view, r);
	output_word(view->out, "\n");
}

static void text_lost(struct view *view, const struct tcpfsm_record *r)
{
	output_word(view->out, view->colour ? RED "# lost " : "# lost ");
	output_number(view->out, r->lost);
	output_word(view->out, view->colour ? PLAIN "\n" : "\n");
}

const struct format format_text = {
	.name = "text",
	.begin = text_begin,
	.record = text_record,
	.lost = text_lost,
};
