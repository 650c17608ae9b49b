// SPDX-License-Identifier: GPL-2.0
/* The time that a connection spent in each of its states. */
#include "slices.h"

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * The old state of a transition before which records are missing: its dwell says when it
 * began. Returns whether there is such a slice.
 */
static bool before(const struct transition *t, uint64_t from_ns, struct slice *slice)
{
	if (t->old_state == TCPFSM_CLOSED || t->old_state == TCPFSM_LISTEN ||
	    !t->has_dwell || t->dwell_ns > t->mono_ns)
		return false;
	*slice = (struct slice){
		.begin_ns = later(t->mono_ns - t->dwell_ns, from_ns),
		.end_ns = later(t->mono_ns, from_ns),
		.left = t,
		.state = t->old_state,
		.least = t->flags & TCPFSM_F_DWELL_MIN,
	};
	return true;
}

/* The state that the transition @t entered; @next is the transition after it, or NULL. */
static struct slice after(const struct connection *c, const struct transition *t,
			  const struct transition *next, uint64_t now_ns)
{
	struct slice slice = {
		.begin_ns = t->mono_ns,
		.entered = t,
		.state = t->new_state,
	};

	if (!next) {
		slice.open = now_ns && !c->cut;
		slice.missing = !slice.open;
		slice.end_ns = later(t->mono_ns, slice.open ? now_ns : 0);
		return slice;
	}
	slice.end_ns = later(t->mono_ns, next->mono_ns);
	if (next->old_state == t->new_state)
		slice.left = next;
	else
		slice.missing = true;
	return slice;
}

size_t connection_slices(const struct connection *c, uint64_t now_ns,
			 struct slice slice[SLICES_MAX])
{
	uint64_t from_ns;
	size_t count = 0;

	for (int i = 0; i < c->transitions; i++) {
		const struct transition *t = &c->transition[i];
		struct slice *last = count ? &slice[count - 1] : NULL;

		if ((!i || t[-1].new_state != t->old_state) &&
		    before(t, last ? last->begin_ns : 0, &slice[count])) {
			if (last && last->end_ns > slice[count].begin_ns)
				last->end_ns = slice[count].begin_ns;
			count++;
		}
		if (t->new_state == TCPFSM_CLOSED)
			continue;
		slice[count] = after(c, t, i + 1 < c->transitions ? t + 1 : NULL, now_ns);
		/* In a damaged file time may go back. */
		if (count) {
			from_ns = slice[count - 1].end_ns;
			slice[count].begin_ns = later(slice[count].begin_ns, from_ns);
			slice[count].end_ns = later(slice[count].end_ns, from_ns);
		}
		count++;
	}
	return count;
}
