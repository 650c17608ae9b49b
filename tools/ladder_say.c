// SPDX-License-Identifier: GPL-2.0
/* The words of a ladder: names, labels and remarks. */
#include "address.h"
#include "escape.h"
#include "ladder_say.h"
#include "names.h"
#include "nsnames.h"
#include "number.h"

#include <string.h>

void ladder_cause(uint8_t cause, char word[LADDER_TEXT_MAX])
{
	*put_cause(word, cause) = '\0';
}

void ladder_state(uint8_t state, char text[LADDER_TEXT_MAX])
{
	*put_state(text, state) = '\0';
}

void ladder_owner(const struct ladder *l, enum ladder_side side,
		  char name[LADDER_NAME_MAX])
{
	const struct connection *c = l->end[side];
	char comm[4 * TCPFSM_COMM_LEN + 1];

	*name = '\0';
	if (!c || !(c->now.known & TCPFSM_KNOWN_OWNER))
		return;
	*put_escaped(comm, c->now.owner_comm, TCPFSM_COMM_LEN) = '\0';
	snprintf(name, LADDER_NAME_MAX, "%s/%u", comm, c->now.owner_pid);
}

void ladder_endpoint(const struct ladder *l, enum ladder_side side,
		     char name[LADDER_NAME_MAX])
{
	const struct connection *c = l->end[side];
	const uint32_t local = TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT;
	char *end = NULL;

	if (c && (c->now.known & local) == local) {
		end = spell_endpoint(name, c->now.laddr, c->now.lport);
	} else if (!c) {
		c = l->end[!side];
		if (c->now.known & TCPFSM_KNOWN_PEER)
			end = spell_endpoint(name, c->now.raddr, c->now.rport);
	}
	if (!end)
		end = put_literal(name, "-");
	*end = '\0';
}

void ladder_netns(const struct ladder *l, enum ladder_side side,
		  char name[LADDER_NAME_MAX])
{
	const struct connection *c = l->end[side], *other = l->end[!side];
	const char *found;

	*name = '\0';
	if (!c || !other || c->now.netns == other->now.netns)
		return;
	found = nsname(c->now.netns);
	if (found)
		*put_escaped(put_literal(name, "netns "), (const uint8_t *)found,
			     (LADDER_NAME_MAX - sizeof("netns ")) / 4) = '\0';
	else
		snprintf(name, LADDER_NAME_MAX, "netns %u", c->now.netns);
}

static const char *segment_name(const struct ladder_row *row)
{
	static const char *const name[] = {
		[SEGMENT_SYN] = "SYN",
		[SEGMENT_SYN_ACK] = "SYN+ACK",
		[SEGMENT_ACK_OF_SYN] = "ACK",
		[SEGMENT_FIN] = "FIN",
		[SEGMENT_ACK_OF_FIN] = "ACK",
		[SEGMENT_RST] = "RST",
		[SEGMENT_ICMP] = "ICMP",
	};

	if (row->data)
		return "SYN+data";
	return row->with_ack ? "FIN+ACK" : name[row->segment];
}

void ladder_label(const struct ladder_row *row, char text[LADDER_TEXT_MAX])
{
	if (row->again)
		snprintf(text, LADDER_TEXT_MAX, "%s x%llu", segment_name(row),
			 row->again + 1ull);
	else
		snprintf(text, LADDER_TEXT_MAX, "%s", segment_name(row));
}

bool ladder_is_bad(const struct ladder_row *row)
{
	return row->segment == SEGMENT_RST || row->segment == SEGMENT_ICMP ||
	       row->unanswered;
}

/* All forms round down. */
static void put_seconds(uint64_t ns, char text[LADDER_TEXT_MAX])
{
	unsigned long long tenths = ns / 100000000;

	snprintf(text, LADDER_TEXT_MAX, "%llu.%llu s", tenths / 10, tenths % 10);
}

void ladder_time(const struct ladder *l, uint64_t mono_ns, char text[LADDER_TEXT_MAX])
{
	uint64_t ns = mono_ns - l->start_ns;

	if (ns >= 10000000000)
		put_seconds(ns, text);
	else
		snprintf(text, LADDER_TEXT_MAX, "%llu.%03llu ms",
			 (unsigned long long)ns / 1000000,
			 (unsigned long long)ns / 1000 % 1000);
}

/* Three digits: "0.297 ms", "2.97 ms", "29.7 ms". */
static void duration(uint64_t ns, char text[LADDER_TEXT_MAX])
{
	unsigned long long us = ns / 1000;

	if (ns >= 10000000000)
		put_seconds(ns, text);
	else if (us >= 100000)
		snprintf(text, LADDER_TEXT_MAX, "%llu ms", us / 1000);
	else if (us >= 10000)
		snprintf(text, LADDER_TEXT_MAX, "%llu.%llu ms", us / 1000, us / 100 % 10);
	else if (us >= 1000)
		snprintf(text, LADDER_TEXT_MAX, "%llu.%02llu ms", us / 1000,
			 us / 10 % 100);
	else
		snprintf(text, LADDER_TEXT_MAX, "0.%03llu ms", us);
}

bool ladder_is_plain(uint8_t cause)
{
	switch (cause) {
	case 0:
	case TCPFSM_CAUSE_CONNECT:
	case TCPFSM_CAUSE_LISTEN:
	case TCPFSM_CAUSE_RCV_SYN:
	case TCPFSM_CAUSE_RCV_SYNACK:
	case TCPFSM_CAUSE_RCV_ACK:
	case TCPFSM_CAUSE_RCV_FIN:
	case TCPFSM_CAUSE_TW_EXPIRED:
		return true;
	default:
		return false;
	}
}

/* Of an open connection: the label of a SYN or a SYN-ACK says how often it was sent. */
static bool counts_segments(uint8_t cause)
{
	return cause == TCPFSM_CAUSE_RETRANS_TIMEOUT ||
	       cause == TCPFSM_CAUSE_USER_TIMEOUT || cause == TCPFSM_CAUSE_KEEPALIVE;
}

static unsigned int remarks_of_end(const struct transition *t,
				   char text[LADDER_REMARKS_MAX][LADDER_TEXT_MAX])
{
	unsigned int n = 0;

	if (t->cause == TCPFSM_CAUSE_CONNECT || !ladder_is_plain(t->cause))
		ladder_cause(t->cause, text[n++]);
	if (t->error && t->cause != TCPFSM_CAUSE_KILLED)
		snprintf(text[n++], LADDER_TEXT_MAX, "%s", strerror(t->error));
	if (t->has_retrans && t->retrans && counts_segments(t->cause))
		snprintf(text[n++], LADDER_TEXT_MAX, "%u segment%s sent again",
			 t->retrans, t->retrans == 1 ? "" : "s");
	return n;
}

unsigned int ladder_remarks(const struct ladder *l, enum ladder_side side,
			    const struct transition *t,
			    char text[LADDER_REMARKS_MAX][LADDER_TEXT_MAX])
{
	char word[LADDER_TEXT_MAX], took[LADDER_TEXT_MAX];
	uint64_t ns;

	switch (t->new_state) {
	case TCPFSM_CLOSED:
		return remarks_of_end(t, text);
	case TCPFSM_ESTABLISHED:
		if (t->flags & TCPFSM_F_SYNCOOKIE) {
			strcpy(text[0], "SYN cookie");
			return 1;
		}
		if (!connection_handshake(l->end[side], &ns))
			return 0;
		duration(ns, took);
		snprintf(text[0], LADDER_TEXT_MAX, "handshake %.20s", took);
		return 1;
	case TCPFSM_LAST_ACK:
		ladder_cause(t->cause, word);
		duration(t->dwell_ns, took);
		if (t->has_dwell)
			snprintf(text[0], LADDER_TEXT_MAX, "%.20s, %s%.20s later", word,
				 t->flags & TCPFSM_F_DWELL_MIN ? ">=" : "", took);
		else
			strcpy(text[0], word);
		return 1;
	default:
		if (ladder_is_plain(t->cause))
			return 0;
		ladder_cause(t->cause, text[0]);
		return 1;
	}
}

static uint8_t last_state(const struct connection *c)
{
	return c->transition[c->transitions - 1].new_state;
}

void ladder_still(const struct ladder *l, enum ladder_side side,
		  char text[LADDER_TEXT_MAX])
{
	const struct connection *c = l->end[side];
	char state[LADDER_TEXT_MAX];

	*text = '\0';
	if (!c || c->ended_ns || c->cut)
		return;
	ladder_state(last_state(c), state);
	snprintf(text, LADDER_TEXT_MAX, "%s %.20s",
		 c->now.mono_ns <= l->lost_ns ? "last seen in" : "still", state);
}
