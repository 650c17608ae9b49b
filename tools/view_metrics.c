// SPDX-License-Identifier: GPL-2.0
/*
 * metrics: figures for Prometheus. At once, those that the module counts; with --interval also
 * those that only records give, which are counted as long as this process runs. Of a recording,
 * all are counted from its records.
 *
 * No label has a port, an address, a process or a namespace: their number has no bound.
 */
#include "buckets.h"
#include "connection.h"
#include "exposition.h"
#include "filter.h"
#include "flow_file.h"
#include "flow_row.h"
#include "metrics_stats.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "replace.h"
#include "text.h"
#include "version.h"
#include "view.h"
#include "wait.h"

#include <err.h>
#include <stdlib.h>

#define STATES (UINT8_MAX + 1)			/* a later module may have any */
#define CAUSES (UINT8_MAX + 1)
#define BIT(n) (UINT64_C(1) << (n))

/* In the order of a connection's life; @label is that of node_exporter's tcpstat. */
static const struct {
	uint8_t state;
	const char *label;
	uint64_t into, causes;		/* shown from the start: rate() misses a first value */
} states[] = {
	{ TCPFSM_CLOSED, "close", BIT(TCPFSM_LISTEN) | BIT(TCPFSM_SYN_SENT), 0 },
	{ TCPFSM_LISTEN, "listen", BIT(TCPFSM_SYN_RCVD) | BIT(TCPFSM_CLOSED), 0 },
	{ TCPFSM_SYN_SENT, "syn_sent",
	  BIT(TCPFSM_SYN_RCVD) | BIT(TCPFSM_ESTABLISHED) | BIT(TCPFSM_CLOSED),
	  BIT(TCPFSM_CAUSE_RCV_SYNACK) | BIT(TCPFSM_CAUSE_RCV_RST) |
	  BIT(TCPFSM_CAUSE_TIMEOUT) | BIT(TCPFSM_CAUSE_USER_TIMEOUT) |
	  BIT(TCPFSM_CAUSE_ICMP) },
	{ TCPFSM_SYN_RCVD, "syn_recv", BIT(TCPFSM_ESTABLISHED) | BIT(TCPFSM_CLOSED),
	  BIT(TCPFSM_CAUSE_RCV_ACK) | BIT(TCPFSM_CAUSE_RCV_RST) |
	  BIT(TCPFSM_CAUSE_SYNACK_TIMEOUT) | BIT(TCPFSM_CAUSE_OVERFLOW) |
	  BIT(TCPFSM_CAUSE_LISTENER_CLOSED) },
	{ TCPFSM_ESTABLISHED, "established",
	  BIT(TCPFSM_FIN_WAIT_1) | BIT(TCPFSM_CLOSE_WAIT) | BIT(TCPFSM_CLOSED),
	  BIT(TCPFSM_CAUSE_CLOSE) | BIT(TCPFSM_CAUSE_RCV_FIN) | BIT(TCPFSM_CAUSE_RCV_RST) |
	  BIT(TCPFSM_CAUSE_RETRANS_TIMEOUT) | BIT(TCPFSM_CAUSE_KEEPALIVE) |
	  BIT(TCPFSM_CAUSE_USER_TIMEOUT) | BIT(TCPFSM_CAUSE_UNREAD_DATA) |
	  BIT(TCPFSM_CAUSE_LINGER0) | BIT(TCPFSM_CAUSE_ABORT) },
	{ TCPFSM_FIN_WAIT_1, "fin_wait1",
	  BIT(TCPFSM_FIN_WAIT_2) | BIT(TCPFSM_CLOSING) | BIT(TCPFSM_CLOSED),
	  BIT(TCPFSM_CAUSE_RETRANS_TIMEOUT) | BIT(TCPFSM_CAUSE_RCV_RST) },
	{ TCPFSM_FIN_WAIT_2, "fin_wait2", BIT(TCPFSM_TIME_WAIT) | BIT(TCPFSM_CLOSED),
	  BIT(TCPFSM_CAUSE_FW2_TIMEOUT) | BIT(TCPFSM_CAUSE_OVERFLOW) },
	{ TCPFSM_CLOSE_WAIT, "close_wait", BIT(TCPFSM_LAST_ACK) | BIT(TCPFSM_CLOSED),
	  BIT(TCPFSM_CAUSE_CLOSE) | BIT(TCPFSM_CAUSE_RCV_RST) },
	{ TCPFSM_CLOSING, "closing", BIT(TCPFSM_TIME_WAIT) | BIT(TCPFSM_CLOSED),
	  BIT(TCPFSM_CAUSE_OVERFLOW) },
	{ TCPFSM_LAST_ACK, "last_ack", BIT(TCPFSM_CLOSED),
	  BIT(TCPFSM_CAUSE_RCV_ACK) | BIT(TCPFSM_CAUSE_RETRANS_TIMEOUT) },
	{ TCPFSM_TIME_WAIT, "time_wait", BIT(TCPFSM_CLOSED),
	  BIT(TCPFSM_CAUSE_TW_EXPIRED) | BIT(TCPFSM_CAUSE_TW_REUSED) |
	  BIT(TCPFSM_CAUSE_TW_RECYCLED) },
};

#define STATES_KNOWN (sizeof(states) / sizeof(states[0]))

/* Counted from records. */
static uint64_t transitions[STATES][STATES], causes[STATES][CAUSES], lost_records;
static struct buckets dwells[STATES], accepts, handshakes[TCPFSM_ROLE_PASSIVE + 1];

/* Of this moment. */
static uint64_t alive[STATES], unaccepted;

static struct show *shown;
static uint64_t next_ns;			/* of --interval */
static bool failed;

static void count_flow(void *to, const struct flow_row *row)
{
	const struct show *show = to;

	if (!filter_takes(show->filter, &row->r))
		return;
	alive[row->r.new_state]++;
	/* Of a recording, the flags are those of all its transitions. */
	unaccepted += row->r.flags & TCPFSM_F_UNACCEPTED &&
		      !(row->r.known & TCPFSM_KNOWN_ACCEPT);
}

static void count_connection(void *to, struct connection *c)
{
	const struct show *show = to;
	struct flow_row row;

	flow_row_of(&row, c, show->last_ns);
	count_flow(to, &row);
}

static void name_state(char name[NAME_MAX_LEN + 1], uint8_t state)
{
	*put_state(name, state) = '\0';
}

static void put_transitions(FILE *to, uint64_t count[STATES][STATES])
{
	char old[NAME_MAX_LEN + 1], new[NAME_MAX_LEN + 1];
	uint64_t always[STATES] = { 0 };

	for (size_t i = 0; i < STATES_KNOWN; i++)
		always[states[i].state] = states[i].into;
	exposition_head(to, "tcpfsm_transitions_total", METRIC_COUNTER,
			"Transitions from one state to another.");
	for (unsigned int i = 0; i < STATES; i++) {
		for (unsigned int j = 0; j < STATES; j++) {
			if (!count[i][j] && (j >= TCPFSM_NR_STATES || !(always[i] >> j & 1)))
				continue;
			name_state(old, i);
			name_state(new, j);
			exposition_sample(to, "tcpfsm_transitions_total", count[i][j],
					  "old", old, "new", new, NULL);
		}
	}
}

static void put_alive(FILE *to)
{
	exposition_head(to, "tcpfsm_connection_states", METRIC_GAUGE,
			"Sockets in each state, with the words of node_tcp_connection_states.");
	for (size_t i = 0; i < STATES_KNOWN; i++)
		exposition_sample(to, "tcpfsm_connection_states", alive[states[i].state],
				  "state", states[i].label, NULL);
	exposition_head(to, "tcpfsm_unaccepted_connections", METRIC_GAUGE,
			"Connections that no accept() has returned yet.");
	exposition_sample(to, "tcpfsm_unaccepted_connections", unaccepted, NULL);
}

static void put_causes(FILE *to)
{
	char old[NAME_MAX_LEN + 1], cause[NAME_MAX_LEN + 1];
	uint64_t always[STATES] = { 0 };

	for (size_t i = 0; i < STATES_KNOWN; i++)
		always[states[i].state] = states[i].causes;
	exposition_head(to, "tcpfsm_causes_total", METRIC_COUNTER,
			"Transitions from a state by cause.");
	for (unsigned int i = 0; i < STATES; i++) {
		for (unsigned int j = 0; j < CAUSES; j++) {
			if (!causes[i][j] && (j >= TCPFSM_NR_CAUSES || !(always[i] >> j & 1)))
				continue;
			name_state(old, i);
			*put_cause(cause, j) = '\0';
			exposition_sample(to, "tcpfsm_causes_total", causes[i][j], "old", old,
					  "cause", cause, NULL);
		}
	}
}

static void put_histograms(FILE *to)
{
	char name[NAME_MAX_LEN + 1];

	exposition_head(to, "tcpfsm_handshake_seconds", METRIC_HISTOGRAM,
			"From the first SYN to ESTABLISHED, by this end's role.");
	exposition_buckets(to, "tcpfsm_handshake_seconds", &handshakes[TCPFSM_ROLE_ACTIVE],
			   "role", "active");
	exposition_buckets(to, "tcpfsm_handshake_seconds", &handshakes[TCPFSM_ROLE_PASSIVE],
			   "role", "passive");
	exposition_head(to, "tcpfsm_accept_wait_seconds", METRIC_HISTOGRAM,
			"From ESTABLISHED to accept().");
	exposition_buckets(to, "tcpfsm_accept_wait_seconds", &accepts, NULL, NULL);
	exposition_head(to, "tcpfsm_dwell_seconds", METRIC_HISTOGRAM,
			"Time spent in a state, counted when the state is left.");
	for (size_t i = 0; i < STATES_KNOWN; i++) {
		if (states[i].state == TCPFSM_CLOSED)
			continue;
		name_state(name, states[i].state);
		exposition_buckets(to, "tcpfsm_dwell_seconds", &dwells[states[i].state],
				   "state", name);
	}
}

static void put_of_records(FILE *to)
{
	put_causes(to);
	put_histograms(to);
	exposition_head(to, "tcpfsm_metrics_lost_records_total", METRIC_COUNTER,
			"Records that are missing in causes, handshakes, dwells and accept waits.");
	exposition_sample(to, "tcpfsm_metrics_lost_records_total", lost_records, NULL);
}

/* What the module counts. With a filter it cannot count transitions. */
static bool put_of_module(FILE *to, struct show *show)
{
	static uint64_t matrix[STATES][STATES];
	const char *proc = show->options->proc;

	for (size_t i = 0; i < STATES; i++)
		alive[i] = 0;
	unaccepted = 0;
	if (!metrics_stats(to, proc) || !metrics_matrix(matrix, proc) ||
	    !flow_file_read(proc, count_flow, show))
		return false;
	put_transitions(to, show->filter ? transitions : matrix);
	put_alive(to);
	return true;
}

/* Into the file of --textfile, or to the output. */
static bool publish(struct show *show, const char *text, size_t size)
{
	if (show->options->textfile)
		return replace_file(show->options->textfile, text, size);
	output_text(show->out, text, size);
	return true;
}

static bool now(struct show *show)
{
	char *text;
	size_t size;
	FILE *to = text_begin(&text, &size);
	bool ok = put_of_module(to, show);

	text_end(to);
	ok = ok && publish(show, text, size);
	free(text);
	return ok;
}

static void write_again(void)
{
	char *text;
	size_t size;
	FILE *to = text_begin(&text, &size);
	bool ok = put_of_module(to, shown);

	put_of_records(to);
	text_end(to);
	failed = !(ok && publish(shown, text, size));
	free(text);
}

static void due(void)
{
	write_again();
	next_ns = wait_now() + shown->options->interval_ns;
	wait_until(next_ns, due);
}

static void begin(struct show *show)
{
	shown = show;
	for (size_t i = 0; i < STATES; i++)
		dwells[i].bounds = &bucket_decades;
	accepts.bounds = &bucket_thirds;
	handshakes[TCPFSM_ROLE_ACTIVE].bounds = &bucket_thirds;
	handshakes[TCPFSM_ROLE_PASSIVE].bounds = &bucket_thirds;
	if (!show->options->interval_ns)
		return;
	due();
	if (failed)
		wait_end();
}

/* On a machine that is never quiet, wait_until() would not be called. */
static void come_to(struct show *show, uint64_t mono_ns)
{
	if (show->options->interval_ns && mono_ns >= next_ns && wait_now() >= next_ns)
		due();
}

static void record(struct show *show, const struct tcpfsm_record *r)
{
	show->rows++;
	transitions[r->old_state][r->new_state]++;
	causes[r->old_state][r->cause]++;
	if (r->known & TCPFSM_KNOWN_DWELL && !(r->flags & TCPFSM_F_DWELL_MIN))
		buckets_add(&dwells[r->old_state], r->dwell_ns);
}

/* With the first record that knows it. */
static void count_accept(struct connection *c)
{
	if (c->has_shown || !(c->now.known & TCPFSM_KNOWN_ACCEPT))
		return;
	c->has_shown = true;
	buckets_add(&accepts, c->now.accept_wait_us * UINT64_C(1000));
}

static void changed(struct show *show, struct connection *c)
{
	if (c->fits || !show->filter)
		count_accept(c);
}

static void event(struct show *show, struct connection *c, enum connection_event what)
{
	uint64_t ns;

	(void)show;
	if (what == CONNECTION_OPENED && connection_handshake(c, &ns))
		buckets_add(&handshakes[connection_open_role(c) == TCPFSM_ROLE_ACTIVE ?
					TCPFSM_ROLE_ACTIVE : TCPFSM_ROLE_PASSIVE], ns);
	else if (what == CONNECTION_CLOSED)
		count_accept(c);
}

static void lost(struct show *show, uint64_t count, uint64_t mono_ns)
{
	(void)show;
	(void)mono_ns;
	if (__builtin_add_overflow(lost_records, count, &lost_records))
		lost_records = UINT64_MAX;
}

static void end_of_records(struct show *show)
{
	char *text;
	size_t size;
	FILE *to = text_begin(&text, &size);

	exposition_head(to, "tcpfsm_build_info", METRIC_GAUGE,
			"The version of this program; always 1.");
	exposition_sample(to, "tcpfsm_build_info", 1, "version", reader_version, NULL);
	put_transitions(to, transitions);
	connections_each(show->connections, count_connection, show);
	put_alive(to);
	put_of_records(to);
	text_end(to);
	failed = !publish(show, text, size);
	free(text);
}

static void end(struct show *show)
{
	/* What a damaged file has is no replacement for what is there. */
	if (!show->options->interval_ns && !(show->damaged_at && show->options->textfile))
		end_of_records(show);
	else if (show->options->interval_ns && !failed)
		write_again();
}

static int status(int of_command)
{
	if (failed)
		return EXIT_FAILURE;
	return of_command > 0 ? of_command : EXIT_SUCCESS;
}

static bool check(const struct options *options)
{
	bool of_records = options->interval_ns || options->for_ns != UINT64_MAX ||
			  options->rows != UINT64_MAX || options->read ||
			  options->since_load || options->command;

	if (options->interval_ns && !options->textfile)
		warnx("--interval needs --textfile: the file to replace");
	else if (options->interval_ns && options->read)
		warnx("--interval is about the running module, -r about a file");
	else if (options->filter && !of_records)
		warnx("metrics: the counters of the module know no filter; --interval, --for and "
		      "-r count records");
	else
		return true;
	return false;
}

const struct view view_metrics = {
	.name = "metrics",
	.what = "figures for Prometheus",
	.options = VIEW_TEXTFILE | VIEW_INTERVAL,
	.formats = 1u << FORMAT_PROMETHEUS,
	.of_connections = true,
	.let_go = CONNECTION_CLOSED,
	.check = check,
	.now = now,
	.begin = begin,
	.time = come_to,
	.record = record,
	.event = event,
	.changed = changed,
	.lost = lost,
	.end = end,
	.status = status,
};
