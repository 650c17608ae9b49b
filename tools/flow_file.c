// SPDX-License-Identifier: GPL-2.0
/* The module's file flows. */
#include "flow_file.h"
#include "flow_row.h"
#include "proc_file.h"
#include "wait.h"

struct flow_taker {
	void (*take)(void *to, const struct flow_row *row);
	void *to;
};

static bool take_line(void *to, char *line, uint64_t nr)
{
	const struct flow_taker *taker = to;
	struct flow_row row;

	if (nr == 1)			/* the headings */
		return true;
	if (!flow_row_parse(&row, line))
		return false;
	taker->take(taker->to, &row);
	return true;
}

bool flow_file_read(const char *proc, void (*take)(void *to, const struct flow_row *row),
		    void *to)
{
	struct flow_taker taker = { take, to };

	return proc_file_read(proc, "flows", "a flow", take_line, &taker);
}

struct seed {
	struct connections *all;
	uint64_t now_ns;
};

static void put(struct connections *all, struct tcpfsm_record *r, uint64_t mono_ns,
		uint8_t old_state, uint8_t new_state)
{
	r->mono_ns = mono_ns;
	r->old_state = old_state;
	r->new_state = new_state;
	connections_record(all, r, false);
}

/* What the file says of a transition: when the first and the last were, and the handshake. */
static void put_transition(const struct seed *seed, const struct flow_row *row, int n,
			   uint64_t begun_ns, uint64_t since_ns)
{
	bool last = n == row->states - 1;
	struct tcpfsm_record r = row->r;

	r.known &= ~TCPFSM_KNOWN_DWELL;
	r.flags = last ? row->r.flags & ~TCPFSM_F_DWELL_MIN : 0;
	if (row->has_handshake && row->path[n] == TCPFSM_ESTABLISHED) {
		r.known |= TCPFSM_KNOWN_DWELL;
		r.dwell_ns = row->handshake_ns;
	} else if (n == 1 && last) {
		r.known |= TCPFSM_KNOWN_DWELL;
		r.flags |= TCPFSM_F_DWELL_MIN;
		r.dwell_ns = since_ns - begun_ns;
	}
	put(seed->all, &r, last ? since_ns : begun_ns, row->path[n - 1], row->path[n]);
}

static void put_records(void *to, const struct flow_row *row)
{
	const struct seed *seed = to;
	uint64_t since_ns = seed->now_ns, begun_ns;
	struct tcpfsm_record r = row->r;

	if (row->r.known & TCPFSM_KNOWN_DWELL && row->r.dwell_ns < since_ns)
		since_ns -= row->r.dwell_ns;
	begun_ns = since_ns;
	if (row->has_age && row->age_ns < seed->now_ns && seed->now_ns - row->age_ns < since_ns)
		begun_ns = seed->now_ns - row->age_ns;
	for (int n = 1; n < row->states; n++)
		put_transition(seed, row, n, begun_ns, since_ns);
	if (row->states > 1)
		return;
	r.dwell_ns = since_ns - begun_ns;
	put(seed->all, &r, since_ns, r.new_state, r.new_state);
}

bool flow_file_connections(const char *proc, struct connections *all)
{
	struct seed seed = { all, wait_now() };
	bool ok = flow_file_read(proc, put_records, &seed);

	connections_known_until(all, wait_now());
	return ok;
}
