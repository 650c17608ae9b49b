// SPDX-License-Identifier: GPL-2.0
/* What the transitions of a connection say of it. */
#include "connection.h"
#include "names.h"

const struct transition *connection_entering(const struct connection *c, uint8_t state)
{
	for (int i = 0; i < c->transitions; i++) {
		if (c->transition[i].new_state == state)
			return &c->transition[i];
	}
	return NULL;
}

static const struct transition *last_of(const struct connection *c)
{
	return &c->transition[c->transitions - 1];
}

bool connection_is_listener(const struct connection *c)
{
	return c->transition[0].new_state == TCPFSM_LISTEN ||
	       (c->transition[0].old_state == TCPFSM_LISTEN &&
		c->transition[0].new_state == TCPFSM_CLOSED);
}

bool connection_is_opening(const struct connection *c)
{
	uint8_t first = c->transition[0].old_state;

	if (connection_is_listener(c))
		return false;
	return first == TCPFSM_CLOSED || first == TCPFSM_LISTEN ||
	       first == TCPFSM_SYN_SENT || first == TCPFSM_SYN_RCVD;
}

uint8_t connection_open_role(const struct connection *c)
{
	const struct transition *first = &c->transition[0];

	if (c->now.open_role)
		return c->now.open_role;
	if (first->old_state == TCPFSM_SYN_SENT || first->new_state == TCPFSM_SYN_SENT)
		return TCPFSM_ROLE_ACTIVE;
	if (first->old_state == TCPFSM_LISTEN && !connection_is_listener(c))
		return TCPFSM_ROLE_PASSIVE;
	return 0;
}

size_t connection_path(const struct connection *c, uint8_t *state)
{
	size_t count = 0;

	for (int i = 0; i < c->transitions; i++) {
		const struct transition *t = &c->transition[i];

		if (!count || state[count - 1] != t->old_state)
			state[count++] = t->old_state;
		else if (t->flags & TCPFSM_F_SAME_SEGMENT)
			count--;
		/* flow_file.c: all that is known may be the state it is in. */
		if (t->new_state != t->old_state)
			state[count++] = t->new_state;
	}
	return count;
}

static bool add_dwell(const struct transition *t, uint64_t *ns)
{
	*ns += t->dwell_ns;
	return t->has_dwell && !(t->flags & (TCPFSM_F_SYNCOOKIE | TCPFSM_F_DWELL_MIN |
					     TCPFSM_F_ACK_DROPPED));
}

bool connection_handshake(const struct connection *c, uint64_t *ns)
{
	const struct transition *t = connection_entering(c, TCPFSM_ESTABLISHED);

	*ns = 0;
	if (!t || !add_dwell(t, ns))
		return false;
	if (t->old_state != TCPFSM_SYN_RCVD)
		return true;
	/* Simultaneous open: from our SYN on. */
	if (t > c->transition && t[-1].old_state == TCPFSM_SYN_SENT)
		return add_dwell(&t[-1], ns);
	return connection_open_role(c) != TCPFSM_ROLE_ACTIVE;
}

uint64_t connection_life(const struct connection *c, uint64_t now_ns, bool *least)
{
	const struct transition *first = &c->transition[0];
	uint64_t begin = c->begun_ns, end = c->ended_ns ? c->ended_ns : now_ns;

	*least = !c->whole_begin;
	if (*least && first->has_dwell && first->dwell_ns <= begin)
		begin -= first->dwell_ns;
	return end > begin ? end - begin : 0;
}

/*
 * Without its hooks (hooks=0) the module does not see that a timewait socket takes over:
 * the connection ends with what its socket did last.
 */
static bool hides_time_wait(const struct transition *t)
{
	if (t->new_state != TCPFSM_CLOSED)
		return false;
	if (t->old_state == TCPFSM_CLOSING)
		return t->cause == TCPFSM_CAUSE_RCV_ACK;
	return t->old_state == TCPFSM_FIN_WAIT_2 &&
	       (t->cause == TCPFSM_CAUSE_RCV_FIN || t->cause == TCPFSM_CAUSE_RCV_ACK ||
		t->cause == TCPFSM_CAUSE_CLOSE || t->cause == TCPFSM_CAUSE_EXIT);
}

/* A FIN went in each direction, and both were acknowledged. */
static bool is_orderly(const struct connection *c)
{
	const struct transition *last = last_of(c);

	return hides_time_wait(last) || connection_entering(c, TCPFSM_TIME_WAIT) ||
	       last->old_state == TCPFSM_TIME_WAIT ||
	       (last->old_state == TCPFSM_LAST_ACK && last->new_state == TCPFSM_CLOSED &&
		last->cause == TCPFSM_CAUSE_RCV_ACK);
}

static const char *name_of(uint8_t cause)
{
	return cause && cause < TCPFSM_NR_CAUSES ? cause_names.name[cause] : NULL;
}

static bool end_is_known(const struct connection *c)
{
	uint8_t state = last_of(c)->new_state;

	return c->ended_ns && (state == TCPFSM_CLOSED || state == TCPFSM_TIME_WAIT);
}

const char *connection_end(const struct connection *c)
{
	const struct transition *last = last_of(c), *fin;

	if (!end_is_known(c))
		return NULL;
	if (is_orderly(c)) {
		fin = connection_entering(c, TCPFSM_FIN_WAIT_1);
		if (!fin)
			fin = connection_entering(c, TCPFSM_LAST_ACK);
		return fin ? name_of(fin->cause) : NULL;
	}
	if (last->old_state == TCPFSM_SYN_SENT && last->cause == TCPFSM_CAUSE_RCV_RST)
		return "refused";
	return name_of(last->cause);
}

/* Which end sends a RST for that cause; SIDE_UNKNOWN: neither. */
static enum connection_side resetter(uint8_t cause)
{
	switch (cause) {
	case TCPFSM_CAUSE_RCV_RST:
		return SIDE_PEER;
	case TCPFSM_CAUSE_DISCONNECT:
	case TCPFSM_CAUSE_UNREAD_DATA:
	case TCPFSM_CAUSE_LINGER0:
	case TCPFSM_CAUSE_ABORT:
	case TCPFSM_CAUSE_KILLED:
	case TCPFSM_CAUSE_ORPHAN_LIMIT:
	case TCPFSM_CAUSE_NO_MEMORY:
	case TCPFSM_CAUSE_LISTENER_CLOSED:
		return SIDE_US;
	default:
		return SIDE_UNKNOWN;
	}
}

/* Of an end without a FIN in each direction. */
static enum connection_side side_of(uint8_t cause)
{
	switch (cause) {
	case TCPFSM_CAUSE_CLOSE:
	case TCPFSM_CAUSE_SHUTDOWN:
	case TCPFSM_CAUSE_EXIT:
	case TCPFSM_CAUSE_OVERFLOW:
		return SIDE_US;
	default:
		return resetter(cause);
	}
}

enum connection_side connection_closer(const struct connection *c)
{
	const struct transition *last = last_of(c);

	if (last->new_state == TCPFSM_CLOSED && !is_orderly(c))
		return side_of(last->cause);
	if (connection_entering(c, TCPFSM_CLOSING))
		return SIDE_BOTH;
	if (connection_entering(c, TCPFSM_FIN_WAIT_1))
		return SIDE_US;
	if (connection_entering(c, TCPFSM_CLOSE_WAIT))
		return SIDE_PEER;
	/* Records are missing; the module may have seen more. */
	if (c->now.close_role == TCPFSM_ROLE_ACTIVE)
		return SIDE_US;
	return c->now.close_role == TCPFSM_ROLE_PASSIVE ? SIDE_PEER : SIDE_UNKNOWN;
}

bool connection_was_reset(const struct connection *c)
{
	const struct transition *last = last_of(c);

	return last->new_state == TCPFSM_CLOSED &&
	       (c->opened_ns || !connection_is_opening(c)) &&
	       resetter(last->cause) != SIDE_UNKNOWN;
}

bool connection_failed(const struct connection *c)
{
	return end_is_known(c) && !is_orderly(c);
}
