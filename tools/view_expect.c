// SPDX-License-Identifier: GPL-2.0
/*
 * expect: did each connection of COMMAND, or of a recording, go one of the ways that the
 * user names? One that did not is shown as a difference, with the causes.
 */
#include "connection.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "process_tree.h"
#include "record_columns.h"
#include "sequence.h"
#include "style.h"
#include "value.h"
#include "view.h"
#include "wait.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* TIME_WAIT lasts 60 s, and so does FIN_WAIT_2 without a process. */
#define LINGER_NS UINT64_C(75000000000)

_Static_assert(CONNECTION_PATH_MAX <= SEQUENCE_STEPS_MAX, "a path may not fit");

static struct sequences ways;
static struct show *shown;		/* for unfinished() */
static uint64_t connections, differences;
static bool has_lost;

/* The states of a connection, and how it went to each; NULL: not known. */
struct path {
	size_t count;
	struct sequence_state state[CONNECTION_PATH_MAX];
	const struct transition *by[CONNECTION_PATH_MAX];
};

static void add_state(struct path *path, uint8_t state, const struct transition *by)
{
	path->by[path->count] = by;
	path->state[path->count++] = (struct sequence_state){ .state = state };
}

/*
 * Whether two segments or one bring the peer's ACK and its FIN is chance: FIN_WAIT_2 need
 * not be expected. Nor need the end of TIME_WAIT, a minute later.
 */
static void path_of(const struct connection *c, struct path *path)
{
	path->count = 0;
	for (int i = 0; i < c->transitions; i++) {
		const struct transition *t = &c->transition[i];

		if (!path->count || path->state[path->count - 1].state != t->old_state)
			add_state(path, t->old_state, NULL);
		else if (t->flags & TCPFSM_F_SAME_SEGMENT)
			path->state[path->count - 1].may_miss = true;
		add_state(path, t->new_state, t);
		if (t->old_state == TCPFSM_TIME_WAIT && t->new_state == TCPFSM_CLOSED)
			path->state[path->count - 1].may_miss = true;
	}
}

/*
 * Its owner is, or was, of COMMAND. A child belongs to the process that called listen(),
 * which may have ended; a process that called connect() was there then.
 */
static bool is_of_command(const struct connection *c)
{
	if (!(c->now.known & TCPFSM_KNOWN_OWNER))
		return false;
	if (!c->whole_begin || connection_open_role(c) == TCPFSM_ROLE_ACTIVE)
		return process_tree_had(c->now.owner_pid, c->begun_ns);
	return process_tree_has(c->now.owner_pid);
}

/* A filter selects one of two ends, so the other end does not matter. */
static bool is_wanted(const struct show *show, const struct connection *c)
{
	return c->fits && !c->has_shown && !connection_is_listener(c) &&
	       (!show->options->command || is_of_command(c));
}

static void put_row(struct output *out, char mark, const char *expected,
		    const struct path *path, size_t at)
{
	const struct transition *t = at < path->count ? path->by[at] : NULL;
	char state[NAME_MAX_LEN] = "", cause[NAME_MAX_LEN] = "";
	char line[SEQUENCE_WORD_MAX + 3 * NAME_MAX_LEN], *end;

	if (at < path->count)
		*put_state(state, path->state[at].state) = '\0';
	if (t && t->cause)
		*put_cause(cause, t->cause) = '\0';
	end = line + snprintf(line, sizeof(line), "%c %-12s %-12s %s", mark, expected, state,
			      cause);
	while (end[-1] == ' ')
		end--;
	*end = '\0';
	output_printf(out, "%s\n", line);
}

static void put_value(struct show *show, const struct connection *c, enum value_kind kind,
		      bool (*get)(const struct tcpfsm_record *r, struct value *value))
{
	struct value value = { 0 };
	char text[VALUE_TEXT_MAX], *end = text;
	int unseen = 0;

	if (get(&c->now, &value))
		end = value_text(text, &value, kind, VALUE_FULL, show->style, &unseen);
	else
		*end++ = '-';
	output_bytes(show->out, text, end - text);
}

static void put_difference(struct show *show, const struct connection *c,
			   const struct sequence *s, const struct path *path,
			   const struct sequence_match *match)
{
	struct output *out = show->out;
	size_t last = path->count - 1;

	output_printf(out, "%s", differences++ ? "\n" : "");
	put_value(show, c, VALUE_TASK, record_owner);
	output_bytes(out, " ", 1);
	put_value(show, c, VALUE_ENDPOINT, record_local);
	output_bytes(out, " ", 1);
	put_value(show, c, VALUE_ENDPOINT, record_peer);
	output_printf(out, "\n  %-12s %-12s %s\n", "EXPECTED", "HAPPENED", "CAUSE");
	for (size_t i = 0; i < match->states; i++) {
		int step = match->step_of[i];

		put_row(out, ' ', step < 0 ? "" : s->step[step].word, path, i);
	}
	for (size_t i = match->steps; i < s->count; i++)
		put_row(out, '-', s->step[i].word, path, path->count);
	for (size_t i = match->states; i < path->count; i++)
		put_row(out, '+', "", path, i);
	if (match->so_far && path->state[last].state != TCPFSM_CLOSED)
		output_printf(out, "  It is still in %s.\n",
			      state_names.name[path->state[last].state % NAMES_MAX]);
}

/* @last: nothing follows. */
static void judge(struct show *show, struct connection *c, bool last)
{
	const struct sequence *s;
	struct sequence_match match;
	struct path path;

	path_of(c, &path);
	s = sequences_compare(&ways, path.state, path.count, &match);
	if (!last && !match.whole && match.so_far)
		return;
	c->has_shown = true;
	connections++;
	if (match.whole)
		return;
	put_difference(show, c, s, &path, &match);
	show->rows++;
}

static void event(struct show *show, struct connection *c, enum connection_event what)
{
	/* A recording has the rest: a difference is shown to its end. */
	if ((what == CONNECTION_CLOSED || (what == CONNECTION_ENDED && show->live)) &&
	    is_wanted(show, c))
		judge(show, c, what == CONNECTION_CLOSED);
}

static void judge_rest(void *to, struct connection *c)
{
	struct show *show = to;

	if (show->rows < show->options->rows && is_wanted(show, c))
		judge(show, c, true);
}

static void look_for_unfinished(void *to, struct connection *c)
{
	struct sequence_match match;
	struct path path;
	bool *found = to;

	if (*found || !is_wanted(shown, c))
		return;
	path_of(c, &path);
	sequences_compare(&ways, path.state, path.count, &match);
	*found = match.so_far && !match.whole;
}

static bool unfinished(void)
{
	bool found = false;

	connections_each(shown->connections, look_for_unfinished, &found);
	return found;
}

static void begin(struct show *show)
{
	shown = show;
	wait_linger(LINGER_NS, unfinished);
}

static void lost(struct show *show, uint64_t count, uint64_t mono_ns)
{
	(void)show;
	(void)count;
	(void)mono_ns;
	has_lost = true;
}

static const char *other_pid_namespace(void)
{
	/* include/linux/proc_ns.h: PROC_PID_INIT_INO */
	static const char initial[] = "pid:[4026531836]";
	char link[sizeof(initial)] = "";

	if (readlink("/proc/self/ns/pid", link, sizeof(link) - 1) < 0 || !strcmp(link, initial))
		return "";
	return "; in this pid namespace the owner of a connection is not known";
}

static void end(struct show *show)
{
	connections_each(show->connections, judge_rest, show);
	if (!connections)
		warnx("%s no connection%s%s",
		      show->options->command ? "the command made" : "the recording has",
		      show->filter ? " that fits the filter" : "",
		      show->options->command ? other_pid_namespace() : "");
	else if (!differences && !has_lost && !show->damaged_at)
		warnx("%llu connection%s, all as expected", (unsigned long long)connections,
		      connections == 1 ? "" : "s");
}

static int status(int of_command)
{
	if (!connections || differences)
		return EXIT_FAILURE;
	return of_command > 0 ? of_command : EXIT_SUCCESS;
}

static bool check(const struct options *options)
{
	char message[160];

	if (!options->argument) {
		warnx("expect needs the states, as one word: 'CLOSED SYN_SENT ESTABLISHED *'");
		return false;
	}
	if (!sequences_parse(&ways, options->argument, message, sizeof(message))) {
		warnx("expect '%s': %s", options->argument, message);
		return false;
	}
	if (options->extended) {
		warnx("expect takes no -x");
		return false;
	}
	if (!options->command && !options->read)
		warnx("expect needs a COMMAND, or a recording (-r)");
	return options->command || options->read;
}

const struct view view_expect = {
	.name = "expect",
	.what = "checks that all connections of COMMAND go through these states",
	.argument = "STATES",
	.formats = 1u << FORMAT_TEXT,
	.of_connections = true,
	.asks_filter = true,
	.follows_command = true,
	.let_go = CONNECTION_CLOSED,
	.check = check,
	.begin = begin,
	.event = event,
	.lost = lost,
	.end = end,
	.unfinished = unfinished,
	.status = status,
};
