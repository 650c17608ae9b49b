// SPDX-License-Identifier: GPL-2.0
/*
 * follow -o perfetto: each connection as a track of a trace, which Perfetto and
 * chrome://tracing open; a slice for each state.
 *
 * This is the JSON array of the Trace Event Format, since both viewers read it, and read it
 * also without its last bracket. Slices are pairs of B and E, which name a time once: as a
 * beginning and a duration they might overlap by rounding.
 */
#include "connection.h"
#include "connection_columns.h"
#include "escape.h"
#include "names.h"
#include "number.h"
#include "options.h"
#include "output.h"
#include "slices.h"
#include "style.h"
#include "view.h"

#include <inttypes.h>

/*
 * A track is a thread of its owner. No process of this machine has that number, nor one
 * above: the greatest pid_max is 2^22.
 */
#define PID_UNKNOWN (UINT32_C(1) << 22 | 1)

static struct style json;
static struct table connection_table, slice_table;
static uint64_t tracks;
static uint64_t lost_before;		/* records, before the first one */
static bool has_events;

struct slice_row {
	const struct slice *slice;
	const struct connection *c;
};

static bool get_entered_by(const void *row, struct value *value)
{
	const struct slice_row *s = row;

	value->number = s->slice->entered ? s->slice->entered->cause : 0;
	return value->number;
}

static bool get_left_by(const void *row, struct value *value)
{
	const struct slice_row *s = row;

	value->number = s->slice->left ? s->slice->left->cause : 0;
	return value->number;
}

static bool get_dwell(const void *row, struct value *value)
{
	const struct slice_row *s = row;

	if (!s->slice->left || !s->slice->left->has_dwell)
		return false;
	value->number = s->slice->left->dwell_ns;
	return true;
}

static bool get_dwell_min(const void *row, struct value *value)
{
	const struct slice_row *s = row;

	value->number = s->slice->least;
	return true;
}

static bool get_errno(const void *row, struct value *value)
{
	const struct slice_row *s = row;

	value->number = s->slice->left ? s->slice->left->error : 0;
	return value->number;
}

static bool get_flags(const void *row, struct value *value)
{
	const struct slice_row *s = row;

	value->number = s->slice->entered ? s->slice->entered->flags : 0;
	return true;
}

static bool get_missing(const void *row, struct value *value)
{
	const struct slice_row *s = row;

	value->number = s->slice->missing;
	return true;
}

static bool get_owner(const void *row, struct value *value)
{
	const struct slice_row *s = row;

	return cell_owner(s->c, value);
}

#define DATA(field, what, of, getter) \
	{ NULL, field, what, IN_DATA, .kind = of, .get = getter }

static const struct column columns[] = {
	DATA("cause", "why it entered the state", VALUE_CAUSE, get_entered_by),
	DATA("left_by", "why it left the state", VALUE_CAUSE, get_left_by),
	DATA("dwell_ns", "time spent in it", VALUE_DURATION, get_dwell),
	DATA("dwell_min", "whether dwell_ns is a lower bound", VALUE_BOOL, get_dwell_min),
	DATA("errno", "the socket's error when it left the state", VALUE_NUMBER, get_errno),
	DATA("flags", "notes of the transition to it", VALUE_FLAGS, get_flags),
	DATA("missing", "whether records of its end are missing", VALUE_BOOL, get_missing),
	DATA("owner", "the process that the connection belongs to", VALUE_OWNER, get_owner),
};

const struct columns slice_columns = {
	.name = "follow -o perfetto",
	.column = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
};

static void begin(struct show *show)
{
	json = *show->style;
	json.format = FORMAT_JSON;
	table_begin(&connection_table, &life_columns, &json, show->out);
	table_begin(&slice_table, &slice_columns, &json, show->out);
	output_bytes(show->out, "[\n", 2);
}

static void put_text(struct show *show, const char *text)
{
	output_bytes(show->out, text, strlen(text));
}

static void begin_event(struct show *show, const char *phase)
{
	output_printf(show->out, "%s{\"ph\":\"%s\"", has_events ? ",\n" : "", phase);
	has_events = true;
}

struct track {
	uint32_t pid;
	uint64_t tid;
};

static void put_track(struct show *show, const struct track *track)
{
	output_printf(show->out, ",\"pid\":%" PRIu32 ",\"tid\":%" PRIu64, track->pid,
		      track->tid);
}

/* The format has microseconds. */
static void put_time(struct show *show, uint64_t ns)
{
	output_printf(show->out, ",\"ts\":%" PRIu64 ".%03" PRIu64, ns / 1000, ns % 1000);
}

static void put_metadata(struct show *show, const struct track *track, const char *what,
		     const char *name)
{
	begin_event(show, "M");
	put_track(show, track);
	output_printf(show->out, ",\"name\":\"%s\",\"args\":{\"name\":\"%s\"}}", what, name);
}

/* Writes a row as the arguments of an event, and ends the event. */
static void put_arguments(struct show *show, struct table *table, const void *row)
{
	put_text(show, ",\"args\":");
	table_row(table, row);
	output_put(show->out, show->out->end - 1);	/* the end of its line */
	put_text(show, "}");
}

static void begin_slice(struct show *show, const struct track *track, uint64_t ns,
			const char *name)
{
	begin_event(show, "B");
	put_track(show, track);
	put_time(show, ns);
	output_printf(show->out, ",\"name\":\"%s\"", name);
}

static void end_slice(struct show *show, const struct track *track, uint64_t ns)
{
	begin_event(show, "E");
	put_track(show, track);
	put_time(show, ns);
	put_text(show, "}");
}

static char *put_end(char *to, const struct connection *c,
		     bool (*cell)(const void *row, struct value *value))
{
	struct value value = { 0 };
	int unseen = 0;

	if (!cell(c, &value))
		return put_literal(to, "-");
	return value_text(to, &value, VALUE_ENDPOINT, VALUE_LOG, &json, &unseen);
}

/* "127.0.0.1:55874 -> 127.0.0.1:80": the arrow goes from the end that opened it. */
static void put_names(struct show *show, const struct track *track,
		      const struct connection *c)
{
	bool passive = connection_open_role(c) == TCPFSM_ROLE_PASSIVE;
	char name[2 * VALUE_TEXT_MAX], *end;

	end = put_end(name, c, cell_local);
	end = put_word(end, passive ? " <- " : " -> ");
	*put_end(end, c, cell_peer) = '\0';
	put_metadata(show, track, "thread_name", name);

	end = put_literal(name, "owner not known");
	if (c->now.known & TCPFSM_KNOWN_OWNER)
		end = put_escaped_json(name, c->now.owner_comm, TCPFSM_COMM_LEN);
	if (end == name)
		*end++ = '-';
	*end = '\0';
	put_metadata(show, track, "process_name", name);
}

static void put_slice(struct show *show, const struct track *track,
		      const struct connection *c, const struct slice *slice)
{
	struct slice_row row = { .slice = slice, .c = c };
	char name[NAME_MAX_LEN + 1];

	*put_state(name, slice->state) = '\0';
	begin_slice(show, track, slice->begin_ns, name);
	put_arguments(show, &slice_table, &row);
	if (!slice->open)
		end_slice(show, track, slice->end_ns);
}

/* The word of its end is the name: viewers give each name a colour, and search them. */
static const char *name_of(const struct connection *c)
{
	const char *end = connection_end(c);

	return end ? end : c->ended_ns ? "ended" : "alive";
}

/* @now_ns: as for connection_slices(). A viewer ends what has no end with the trace. */
static void put_connection(struct show *show, struct connection *c, uint64_t now_ns)
{
	struct track track = {
		.pid = c->now.known & TCPFSM_KNOWN_OWNER ? c->now.owner_pid : PID_UNKNOWN,
		.tid = PID_UNKNOWN + ++tracks,
	};
	struct slice slice[SLICES_MAX];
	size_t count = connection_slices(c, now_ns, slice);

	if (!count)
		return;
	put_names(show, &track, c);
	begin_slice(show, &track, slice[0].begin_ns, name_of(c));
	put_arguments(show, &connection_table, c);
	for (size_t i = 0; i < count; i++)
		put_slice(show, &track, c, &slice[i]);
	if (!slice[count - 1].open)
		end_slice(show, &track, slice[count - 1].end_ns);
	show->rows++;
}

/* Later its owner is better known, and its arguments have their last values. */
static void event(struct show *show, struct connection *c, enum connection_event event)
{
	if (event == CONNECTION_CLOSED && !connection_is_listener(c))
		put_connection(show, c, 0);
}

static void put_lost(struct show *show, uint64_t count, uint64_t ns)
{
	begin_event(show, "i");
	put_time(show, ns);
	output_printf(show->out, ",\"pid\":0,\"tid\":0,\"s\":\"g\",\"name\":\"lost %" PRIu64
		      " records\"}", count);
}

/* A loss at the beginning of the input has no time: it is put before the first record. */
static void lost(struct show *show, uint64_t count, uint64_t mono_ns)
{
	if (mono_ns)
		put_lost(show, count, mono_ns);
	else if (__builtin_add_overflow(lost_before, count, &lost_before))
		lost_before = UINT64_MAX;
}

static void put_alive(void *to, struct connection *c)
{
	struct show *show = to;

	if (!connection_is_listener(c) && (c->fits || (c->twin && c->twin->fits)) &&
	    show->rows < show->options->rows)
		put_connection(show, c, show->last_ns);
}

static void end(struct show *show)
{
	connections_each(show->connections, put_alive, show);
	if (lost_before)
		put_lost(show, lost_before, show->first_ns);
	put_text(show, "\n]\n");
}

const struct view view_perfetto = {
	.name = "follow",
	.formats = 1u << FORMAT_PERFETTO,
	.of_connections = true,
	.let_go = CONNECTION_CLOSED,
	.begin = begin,
	.event = event,
	.lost = lost,
	.end = end,
};
