// SPDX-License-Identifier: GPL-2.0
/* The rows of a ladder, inferred from the transitions of both ends (RFC 9293, 3.5). */
#include "ladder.h"

#include <string.h>

/* Linux delays an ACK by at most this (TCP_DELACK_MAX). */
#define ACK_DELAY_MAX_NS 200000000

/* The segments of one transition, in their order. */
struct steps {
	struct {
		enum ladder_segment segment;
		bool sent;
	} step[3];
	unsigned int count;
	unsigned int at;		/* the transition is beside it, or below all */
};

static void received(struct steps *s, enum ladder_segment segment)
{
	s->step[s->count].segment = segment;
	s->step[s->count++].sent = false;
}

static void sent(struct steps *s, enum ladder_segment segment)
{
	s->step[s->count].segment = segment;
	s->step[s->count++].sent = true;
}

static const struct transition *transition_to(const struct connection *c, uint8_t state)
{
	for (unsigned int i = 0; c && i < c->transitions; i++) {
		if (c->transition[i].new_state == state)
			return &c->transition[i];
	}
	return NULL;
}

/* The transition after @t, or NULL. */
static const struct transition *after(const struct connection *c,
				      const struct transition *t)
{
	return t + 1 < c->transition + c->transitions ? t + 1 : NULL;
}

static const struct transition *before(const struct connection *c,
				       const struct transition *t)
{
	return t > c->transition ? t - 1 : NULL;
}

/*
 * Did the FIN of @side acknowledge the other end's FIN? The other end knows. Without
 * it, an ACK of its own was surely sent if the FIN followed later than an ACK may.
 */
static bool fin_with_ack(struct ladder *l, enum ladder_side side)
{
	const struct connection *c = l->end[side], *other = l->end[!side];
	const struct transition *t = transition_to(other, TCPFSM_TIME_WAIT);

	if (t && t->old_state == TCPFSM_FIN_WAIT_2)
		return t->flags & TCPFSM_F_SAME_SEGMENT;
	if (transition_to(other, TCPFSM_FIN_WAIT_2))
		return false;
	t = transition_to(c, TCPFSM_LAST_ACK);
	if (!t || !t->has_dwell || t->dwell_ns > ACK_DELAY_MAX_NS)
		return false;
	l->maybe_with_ack = true;
	return true;
}

/* net/ipv4/tcp.c:tcp_need_reset. A half-open connection has no socket that could. */
static bool needs_reset(const struct transition *t)
{
	switch (t->old_state) {
	case TCPFSM_ESTABLISHED:
	case TCPFSM_CLOSE_WAIT:
	case TCPFSM_FIN_WAIT_1:
		return true;
	case TCPFSM_FIN_WAIT_2:
		/* Mostly a timewait socket, which is killed in silence. */
		return t->cause != TCPFSM_CAUSE_KILLED;
	case TCPFSM_SYN_RCVD:
		return t->flags & TCPFSM_F_TFO;
	default:
		return false;
	}
}

static void infer_end(const struct transition *t, struct steps *s)
{
	switch (t->cause) {
	case TCPFSM_CAUSE_RCV_ACK:
		received(s, SEGMENT_ACK_OF_FIN);
		break;
	case TCPFSM_CAUSE_RCV_FIN:
		received(s, SEGMENT_FIN);
		sent(s, SEGMENT_ACK_OF_FIN);
		s->at = 1;
		break;
	case TCPFSM_CAUSE_RCV_RST:
		received(s, SEGMENT_RST);
		break;
	case TCPFSM_CAUSE_ICMP:
		received(s, SEGMENT_ICMP);
		break;
	case TCPFSM_CAUSE_OVERFLOW:
		/* In other states, the table of TIME_WAITs was full. */
		if (t->old_state != TCPFSM_SYN_RCVD)
			break;
		received(s, SEGMENT_ACK_OF_SYN);
		/* Else the ACK was dropped, and the timer sent the SYN-ACK again. */
		if (t->has_retrans && !t->retrans)
			sent(s, SEGMENT_RST);
		s->at = 1;
		break;
	case TCPFSM_CAUSE_UNREAD_DATA:
	case TCPFSM_CAUSE_ABORT:
	case TCPFSM_CAUSE_ORPHAN_LIMIT:
	case TCPFSM_CAUSE_NO_MEMORY:
		sent(s, SEGMENT_RST);
		break;
	case TCPFSM_CAUSE_LINGER0:
	case TCPFSM_CAUSE_DISCONNECT:
	case TCPFSM_CAUSE_KILLED:
	case TCPFSM_CAUSE_LISTENER_CLOSED:
		if (needs_reset(t))
			sent(s, SEGMENT_RST);
		break;
	}
}

static void infer_opening(const struct connection *c, const struct transition *t,
			  struct steps *s)
{
	const struct transition *next = after(c, t), *last = before(c, t);

	switch (t->new_state) {
	case TCPFSM_SYN_SENT:
		/* connect() failed before the SYN, or TCP_REPAIR sent none. */
		if (!next || next->cause != TCPFSM_CAUSE_CONNECT)
			sent(s, SEGMENT_SYN);
		break;
	case TCPFSM_SYN_RCVD:
		received(s, SEGMENT_SYN);
		sent(s, SEGMENT_SYN_ACK);
		/* A SYN cookie came back: the SYN left no state. */
		if (t->flags & TCPFSM_F_SYNCOOKIE) {
			received(s, SEGMENT_ACK_OF_SYN);
			s->at = 2;
		}
		break;
	case TCPFSM_ESTABLISHED:
		if (t->cause == TCPFSM_CAUSE_RCV_SYNACK) {
			received(s, SEGMENT_SYN_ACK);
			sent(s, SEGMENT_ACK_OF_SYN);
			s->at = 1;
		} else if (t->cause == TCPFSM_CAUSE_RCV_ACK) {
			/* In a simultaneous open, the SYN-ACKs acknowledge. */
			received(s, last && last->old_state == TCPFSM_SYN_SENT ?
				 SEGMENT_SYN_ACK : SEGMENT_ACK_OF_SYN);
		}
		break;
	}
}

static void infer(const struct connection *c, const struct transition *t, bool with_ack,
		  struct steps *s)
{
	const struct transition *next = after(c, t);

	switch (t->new_state) {
	case TCPFSM_FIN_WAIT_1:
	case TCPFSM_LAST_ACK:
		sent(s, SEGMENT_FIN);
		break;
	case TCPFSM_FIN_WAIT_2:
		received(s, next && next->flags & TCPFSM_F_SAME_SEGMENT ?
			 SEGMENT_FIN : SEGMENT_ACK_OF_FIN);
		break;
	case TCPFSM_CLOSE_WAIT:
		received(s, SEGMENT_FIN);
		if (!with_ack)
			sent(s, SEGMENT_ACK_OF_FIN);
		break;
	case TCPFSM_CLOSING:
		received(s, SEGMENT_FIN);
		sent(s, SEGMENT_ACK_OF_FIN);
		break;
	case TCPFSM_TIME_WAIT:
		if (t->old_state == TCPFSM_CLOSING) {
			received(s, SEGMENT_ACK_OF_FIN);
		} else {
			received(s, SEGMENT_FIN);
			sent(s, SEGMENT_ACK_OF_FIN);
			s->at = 1;
		}
		break;
	case TCPFSM_CLOSED:
		infer_end(t, s);
		break;
	default:
		infer_opening(c, t, s);
	}
}

static struct ladder_row *append(struct ladder *l)
{
	struct ladder_row *row = &l->row[l->rows++];

	memset(row, 0, sizeof(*row));
	return row;
}

static void count_again(struct ladder_row *row, const struct connection *c,
			const struct transition *t)
{
	const struct transition *next = after(c, t);
	uint32_t earlier = t->has_retrans ? t->retrans : 0;

	if (t->new_state != TCPFSM_SYN_SENT && t->new_state != TCPFSM_SYN_RCVD)
		return;
	if (next && next->has_retrans && next->retrans > earlier)
		row->again = next->retrans - earlier;
}

/* A client learns with the SYN-ACK that its SYN carried data. */
static bool has_data(const struct connection *c, const struct transition *t)
{
	const struct transition *next = after(c, t);

	return t->flags & TCPFSM_F_TFO ||
	       (t->new_state == TCPFSM_SYN_SENT && next && next->flags & TCPFSM_F_TFO);
}

static struct ladder_row *arrow(struct ladder *l, enum ladder_side from,
				enum ladder_segment segment)
{
	struct ladder_row **row = &l->arrow[from][segment];

	if (!*row) {
		*row = append(l);
		(*row)->segment = segment;
		(*row)->from = from;
	}
	return *row;
}

/* Times only grow downwards, so a side's events go down, too. */
static bool put_event(struct ladder *l, struct ladder_row *row, enum ladder_side side,
		      const struct transition *t)
{
	if (row < l->row + l->next[side])
		return false;
	row->event[side] = t;
	l->next[side] = row - l->row + 1;
	return true;
}

static void put_transition(struct ladder *l, enum ladder_side side,
			   const struct transition *t, bool with_ack)
{
	struct steps s = { 0 };
	bool placed = false;

	infer(l->end[side], t, with_ack, &s);
	for (unsigned int i = 0; i < s.count; i++) {
		struct ladder_row *row = arrow(l, s.step[i].sent ? side : !side,
					       s.step[i].segment);

		if (s.step[i].sent)
			count_again(row, l->end[side], t);
		if (s.step[i].segment == SEGMENT_SYN)
			row->data |= has_data(l->end[side], t);
		if (i >= s.at && !placed)
			placed = put_event(l, row, side, t);
	}
	if (!placed)
		put_event(l, append(l), side, t);
}

static void put_missing(struct ladder *l, enum ladder_side side)
{
	append(l)->missing[side] = true;
	l->next[side] = l->rows;
}

static bool all_established(const struct ladder *l, const unsigned int done[2])
{
	for (int side = LEFT; side <= RIGHT; side++) {
		const struct connection *c = l->end[side];

		if (c && (!done[side] ||
			  c->transition[done[side] - 1].new_state != TCPFSM_ESTABLISHED))
			return false;
	}
	return true;
}

/* The side whose event comes next; false: there is none. */
static bool choose(const struct ladder *l, const unsigned int done[2],
		   enum ladder_side *side)
{
	const struct transition *t[2] = { NULL, NULL };

	for (int i = LEFT; i <= RIGHT; i++) {
		if (l->end[i] && done[i] < l->end[i]->transitions)
			t[i] = &l->end[i]->transition[done[i]];
	}
	*side = !t[LEFT] || (t[RIGHT] && t[RIGHT]->mono_ns < t[LEFT]->mono_ns);
	return t[*side];
}

/* Nothing came back before a timer ended this end. */
static void mark_unanswered(struct ladder *l, enum ladder_side side)
{
	const struct connection *c = l->end[side];
	const struct transition *t = transition_to(c, TCPFSM_CLOSED);
	enum ladder_segment segment = SEGMENT_FIN;
	struct ladder_row *row;

	if (!t)
		return;
	switch (t->cause) {
	case TCPFSM_CAUSE_TIMEOUT:
		segment = SEGMENT_SYN;
		break;
	case TCPFSM_CAUSE_SYNACK_TIMEOUT:
		segment = SEGMENT_SYN_ACK;
		break;
	case TCPFSM_CAUSE_RETRANS_TIMEOUT:
	case TCPFSM_CAUSE_USER_TIMEOUT:
		break;
	default:
		return;
	}
	row = l->arrow[side][segment];
	if (row && !row->event[!side] && !l->arrow[!side][SEGMENT_ACK_OF_FIN])
		row->unanswered = true;
}

static bool is_active(const struct connection *c)
{
	if (c->now.open_role)
		return c->now.open_role == TCPFSM_ROLE_ACTIVE;
	return !transition_to(c, TCPFSM_SYN_RCVD);
}

static void choose_sides(struct ladder *l, const struct connection *c)
{
	const struct connection *twin = c->twin == c ? NULL : c->twin;
	bool left = is_active(c);

	if (twin && is_active(twin) == left)
		left = c->begun_ns < twin->begun_ns ||
		       (c->begun_ns == twin->begun_ns && c->now.id < twin->now.id);
	l->end[left ? LEFT : RIGHT] = c;
	l->end[left ? RIGHT : LEFT] = twin;
}

void ladder_build(struct ladder *l, const struct connection *c, uint64_t lost_ns)
{
	unsigned int done[2] = { 0, 0 };
	bool with_ack[2], was_open = false;
	enum ladder_side side;

	memset(l, 0, offsetof(struct ladder, row));
	l->lost_ns = lost_ns;
	choose_sides(l, c);
	with_ack[LEFT] = fin_with_ack(l, LEFT);
	with_ack[RIGHT] = fin_with_ack(l, RIGHT);

	while (choose(l, done, &side)) {
		const struct transition *t = &l->end[side]->transition[done[side]];

		if (!done[LEFT] && !done[RIGHT])
			l->start_ns = t->mono_ns;
		if (!was_open && all_established(l, done))
			was_open = append(l)->open = true;
		if (done[side] && (t->flags & TCPFSM_F_GAP ||
				   t[-1].new_state != t->old_state))
			put_missing(l, side);
		put_transition(l, side, t, with_ack[side]);
		done[side]++;
	}

	for (side = LEFT; side <= RIGHT; side++) {
		if (l->end[side] && l->end[side]->cut)
			put_missing(l, side);
		if (with_ack[side] && l->arrow[side][SEGMENT_FIN])
			l->arrow[side][SEGMENT_FIN]->with_ack = true;
		mark_unanswered(l, side);
	}
}
