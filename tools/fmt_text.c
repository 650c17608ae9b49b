// SPDX-License-Identifier: GPL-2.0
/*
 * Text for people: one line a transition under a line of headings.
 *
 *   TIME     LOCAL  PEER                 TRANSITION               DWELL  CAUSE
 *   03:50:12 :41234 198.51.100.1:443     SYN_SENT → ESTABLISHED   12.3ms rcv_synack
 *   # lost 17
 *
 * This is what 80 columns hold; a wider screen gets more. With -x there is no
 * limit and no shortening.
 */
#include "colour.h"
#include "fields.h"
#include "format.h"
#include "line.h"
#include "output.h"

#include "tcpfsm.h"

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
	if (view->extended)
		columns_of_log(&view->columns);
	else
		columns_of_screen(&view->columns, view->width);

	if (view->colour)
		output_word(view->out, BOLD);
	line_headings(view);
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
	line_record(view, r, view->colour ? phase_colour(r->new_state) : NULL);
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
