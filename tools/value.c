// SPDX-License-Identifier: GPL-2.0
/* How text, JSON and CSV print a value. */
#include "value.h"
#include "address.h"
#include "colour.h"
#include "dwell.h"
#include "escape.h"
#include "names.h"
#include "nsnames.h"
#include "number.h"
#include "style.h"

#include <stdio.h>
#include <string.h>

#include "tcpfsm.h"

/* A sign of three bytes that takes one column, with blanks around it or without. */
static char *put_sign(char *to, bool utf8, const char *sign, const char *ascii,
		      int *unseen)
{
	if (!utf8)
		return put_word(to, ascii);
	*unseen += 2;
	return put_word(to, sign);
}

static char *put_seconds(char *to, uint64_t ns)
{
	to = put_number(to, ns / 1000000000);
	*to++ = '.';
	to = put_digits(to, ns, 9);
	return put_literal(to, "s");
}

/* From about a day on all digits would be wider than a column. */
static char *put_duration(char *to, const struct value *value, enum value_form form)
{
	if (form == VALUE_LOG)
		return put_seconds(to, value->number);
	if (form == VALUE_FULL && value->number < UINT64_C(100000) * 1000000000)
		return put_dwell(to, value->number);
	if (value->least)
		return put_whole_dwell(to, value->number);
	return put_brief_dwell(to, value->number);
}

/* "244B", "1.1K", "23M": two digits at least, rounded down. */
static char *put_bytes(char *to, uint64_t n)
{
	static const char units[] = "BKMGTPE";
	int unit = 0;
	uint64_t rest = 0;

	for (; n >= 1024; unit++) {
		rest = n % 1024;
		n /= 1024;
	}
	to = put_number(to, n);
	if (unit && n < 10) {
		*to++ = '.';
		to = put_number(to, rest * 10 / 1024);
	}
	*to++ = units[unit];
	return to;
}

static char *put_time(char *to, uint64_t ns, enum value_form form, struct style *style)
{
	if (form == VALUE_LOG)
		return put_utc_time(to, &style->clock, ns);
	if (form == VALUE_NARROW)
		return put_local_second(to, &style->clock, ns);
	return put_local_time(to, &style->clock, ns);
}

static char *put_short_role(char *to, uint64_t role)
{
	if (role == TCPFSM_ROLE_ACTIVE)
		return put_literal(to, "act");
	if (role == TCPFSM_ROLE_PASSIVE)
		return put_literal(to, "pas");
	return put_role(to, role);
}

static char *put_port(char *to, uint32_t port)
{
	return port == VALUE_PORT_UNKNOWN ? put_literal(to, "-") : put_number(to, port);
}

/* The interface of a link-local address (fe80::/10), or NULL. */
static const char *interface_of(const struct value *value)
{
	const uint8_t *address = value->endpoint.address;

	if (address[0] != 0xfe || (address[1] & 0xc0) != 0x80)
		return NULL;
	return ifname(value->endpoint.ifindex);
}

/* "[fe80::1%eth0]:80" */
static char *put_link_local(char *to, const struct value *value, const char *interface)
{
	*to++ = '[';
	to = put_address(to, value->endpoint.address);
	*to++ = '%';
	to = put_word(to, interface);
	to = put_literal(to, "]:");
	return put_port(to, value->endpoint.port);
}

/* "1.2.3.4:80", and where one is unknown "1.2.3.4:-", "-:80", "-". */
static char *put_ends(char *to, const struct value *value, enum value_form form)
{
	const uint8_t *address = value->endpoint.address;
	uint32_t port = value->endpoint.port;
	const char *interface;

	if (form == VALUE_NARROW && value->endpoint.narrow_port) {
		if (port != VALUE_PORT_UNKNOWN)
			*to++ = ':';
		return put_port(to, port);
	}
	if (!address) {
		to = put_literal(to, "-");
		return port == VALUE_PORT_UNKNOWN ? to : put_port(put_literal(to, ":"), port);
	}
	interface = form == VALUE_LOG ? NULL : interface_of(value);
	if (interface)
		return put_link_local(to, value, interface);
	if (port != VALUE_PORT_UNKNOWN)
		return put_endpoint(to, address, port);
	to = put_endpoint(to, address, 0);
	to[-1] = '-';
	return to;
}

static char *put_transition(char *to, const struct value *value, enum value_form form,
			    const struct style *style, int *unseen)
{
	char *start = to;

	if (style->colour) {
		to = put_word(to, phase_colour(value->transition.new_state));
		*unseen += to - start;
	}
	to = put_state(to, value->transition.old_state);
	to = form == VALUE_LOG ? put_literal(to, "->") :
				 put_sign(to, style->utf8, " → ", "->", unseen);
	to = put_state(to, value->transition.new_state);
	if (!style->colour)
		return to;
	*unseen += sizeof(PLAIN) - 1;
	return put_literal(to, PLAIN);
}

static char *put_coloured_state(char *to, uint64_t state, const struct style *style,
				int *unseen)
{
	char *start = to;

	if (!style->colour)
		return put_state(to, state);
	to = put_word(to, phase_colour(state));
	*unseen += to - start + sizeof(PLAIN) - 1;
	return put_literal(put_state(to, state), PLAIN);
}

/* The states between @before and @after each, with @between. */
static char *put_path(char *to, const struct value *value, const char *quote,
		      const char *between)
{
	for (size_t i = 0; i < value->states.count; i++) {
		if (i)
			to = put_word(to, between);
		to = put_word(to, quote);
		to = put_state(to, value->states.state[i]);
		to = put_word(to, quote);
	}
	return to;
}

static char *put_flags(char *to, uint32_t flags, const char *quote, const char *between)
{
	for (uint32_t rest = flags; rest; rest &= rest - 1) {
		if (rest != flags)
			to = put_word(to, between);
		to = put_word(to, quote);
		to = put_flag(to, __builtin_ctz(rest));
		to = put_word(to, quote);
	}
	return to;
}

static char *put_note(char *to, uint32_t flags)
{
	if (!flags)
		return put_literal(to, "-");
	to = put_flags(to, flags, "", ",");
	/* RFC 9293's diagram has one transition for the two. */
	if (flags & TCPFSM_F_SAME_SEGMENT)
		to = put_literal(to, ",FIN_WAIT_1->TIME_WAIT");
	return to;
}

static char *spell_task(char *to, const uint8_t comm[TCPFSM_COMM_LEN], uint32_t pid)
{
	to = put_escaped(to, comm, TCPFSM_COMM_LEN);
	*to++ = '/';
	return put_number(to, pid);
}

static char *put_netns(char *to, uint64_t netns)
{
	const char *name = nsname(netns);

	/* An escaped byte takes four. */
	return name ? put_escaped(to, (const uint8_t *)name, VALUE_TEXT_MAX / 4) :
		      put_number(to, netns);
}

static char *put_rate(char *to, double rate)
{
	return to + snprintf(to, 24, "%.*f", rate < 10 ? 2 : rate < 100 ? 1 : 0,
			     rate < 1e15 ? rate : 1e15);
}

/* The text without its mark. */
char *value_text(char *to, const struct value *value, enum value_kind kind,
		 enum value_form form, struct style *style, int *unseen)
{
	static struct memo tasks;

	switch (kind) {
	case VALUE_TIME:
		return put_time(to, value->number, form, style);
	case VALUE_NUMBER:
		return put_number(to, value->number);
	case VALUE_BYTES:
		return put_bytes(to, value->number);
	case VALUE_DURATION:
		if (value->least)
			to = put_sign(to, style->utf8 && form != VALUE_LOG, "≥", ">=", unseen);
		return put_duration(to, value, form);
	case VALUE_RATE:
		return put_rate(to, value->rate);
	case VALUE_HEX:
		return put_hex(to, value->number);
	case VALUE_BOOL:
		return put_word(to, value->number ? "yes" : "no");
	case VALUE_WORD:
		return put_word(to, value->word);
	case VALUE_STATE:
		return put_coloured_state(to, value->number, style, unseen);
	case VALUE_CAUSE:
		return put_cause(to, value->number);
	case VALUE_ROLE:
		return form == VALUE_NARROW ? put_short_role(to, value->number) :
					      put_role(to, value->number);
	case VALUE_TRANSITION:
		return put_transition(to, value, form, style, unseen);
	case VALUE_PATH:
		return put_path(to, value, "", ">");
	case VALUE_FLAGS:
		return put_note(to, value->number);
	case VALUE_ADDRESS:
		return put_address(to, value->endpoint.address);
	case VALUE_PORT:
		return put_number(to, value->endpoint.port);
	case VALUE_ENDPOINT:
		return put_ends(to, value, form);
	case VALUE_NETNS:
		return form == VALUE_LOG ? put_number(to, value->number) : put_netns(to, value->number);
	case VALUE_TASK:
	case VALUE_OWNER:
		return put_memo(to, &tasks, value->task.comm, value->task.pid, spell_task);
	case VALUE_COMM:
		return put_escaped(to, value->task.comm, TCPFSM_COMM_LEN);
	}
	return to;
}


static char *put_task_json(char *to, const struct value *value, bool owner)
{
	to = put_number(put_literal(to, "{\"pid\":"), value->task.pid);
	if (owner)
		to = put_number(put_literal(to, ",\"uid\":"), value->task.uid);
	to = put_literal(to, ",\"comm\":\"");
	to = put_escaped_json(to, value->task.comm, TCPFSM_COMM_LEN);
	return put_literal(to, "\"}");
}

/* Where a machine wants the same text as a person. */
static char *put_bare(char *to, const struct value *value, enum value_kind kind,
		      struct style *style)
{
	int unseen = 0;

	return value_text(to, value, kind, VALUE_LOG, style, &unseen);
}

char *value_json(char *to, const struct value *value, enum value_kind kind,
		 struct style *style)
{
	switch (kind) {
	case VALUE_NUMBER:
	case VALUE_BYTES:
	case VALUE_DURATION:
	case VALUE_NETNS:
		return put_number(to, value->number);
	case VALUE_PORT:
		return put_number(to, value->endpoint.port);
	case VALUE_RATE:
		return put_rate(to, value->rate);
	case VALUE_BOOL:
		return put_word(to, value->number ? "true" : "false");
	case VALUE_PATH:
		*to++ = '[';
		to = put_path(to, value, "\"", ",");
		*to++ = ']';
		return to;
	case VALUE_FLAGS:
		*to++ = '[';
		to = put_flags(to, value->number, "\"", ",");
		*to++ = ']';
		return to;
	case VALUE_TASK:
	case VALUE_OWNER:
		return put_task_json(to, value, kind == VALUE_OWNER);
	case VALUE_COMM:
		*to++ = '"';
		to = put_escaped_json(to, value->task.comm, TCPFSM_COMM_LEN);
		*to++ = '"';
		return to;
	default:
		*to++ = '"';
		to = put_bare(to, value, kind, style);
		*to++ = '"';
		return to;
	}
}

static char *put_comm_csv(char *to, const uint8_t comm[TCPFSM_COMM_LEN])
{
	char text[4 * TCPFSM_COMM_LEN];
	char *end = put_escaped_blank(text, comm, TCPFSM_COMM_LEN);

	return put_quoted_csv(to, text, end - text);
}

char *value_csv(char *to, const struct value *value, enum value_kind kind,
		struct style *style)
{
	switch (kind) {
	case VALUE_FLAGS:
		return put_flags(to, value->number, "", "|");
	case VALUE_TASK:
	case VALUE_OWNER:
		to = put_number(to, value->task.pid);
		*to++ = ',';
		if (kind == VALUE_OWNER) {
			to = put_number(to, value->task.uid);
			*to++ = ',';
		}
		return put_comm_csv(to, value->task.comm);
	case VALUE_COMM:
		return put_comm_csv(to, value->task.comm);
	case VALUE_NUMBER:
	case VALUE_BYTES:
	case VALUE_DURATION:
	case VALUE_NETNS:
	case VALUE_PORT:
	case VALUE_RATE:
	case VALUE_BOOL:
		return value_json(to, value, kind, style);
	default:
		return put_bare(to, value, kind, style);
	}
}
