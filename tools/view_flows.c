// SPDX-License-Identifier: GPL-2.0
/*
 * flows: the connections that are alive, the longest time in their state first. Live,
 * they come from the module's file flows, at once; from records, those alive at the end.
 */
#include "connection.h"
#include "filter.h"
#include "flow_row.h"
#include "number.h"
#include "options.h"
#include "record_columns.h"
#include "style.h"
#include "view.h"

#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* A row, or with --count one of those that are the same in the columns named. */
struct counted {
	struct flow_row row;
	uint64_t count;
	char *key;			/* their text */
};

static struct counted *rows;
static size_t count, room;

#define GET(name, expression, when)					\
	static bool get_##name(const void *at, struct value *value)	\
	{								\
		const struct flow_row *row = at;			\
									\
		value->number = expression;				\
		return when;						\
	}

GET(state, row->r.new_state, true)
GET(in_state_exact, row->r.dwell_ns, row->r.known & TCPFSM_KNOWN_DWELL)
GET(in_state_min, !!(row->r.flags & TCPFSM_F_DWELL_MIN),
    row->r.known & TCPFSM_KNOWN_DWELL)
GET(age_exact, row->age_ns, row->has_age)
GET(age_min, row->age_least, row->has_age)
GET(handshake, row->handshake_ns, row->has_handshake)
GET(opened, row->r.open_role, row->r.open_role)
GET(closed, row->r.close_role, row->r.close_role)
GET(netns, row->r.netns, true)
GET(id, row->r.id, row->r.known & TCPFSM_KNOWN_ID)
GET(flags, row->r.flags & ~TCPFSM_F_DWELL_MIN, true)

static bool get_in_state(const void *at, struct value *value)
{
	const struct flow_row *row = at;

	value->least = row->r.flags & TCPFSM_F_DWELL_MIN;
	return get_in_state_exact(at, value);
}

static bool get_age(const void *at, struct value *value)
{
	const struct flow_row *row = at;

	value->least = row->age_least;
	return get_age_exact(at, value);
}

static bool get_local(const void *at, struct value *value)
{
	return record_local(&((const struct flow_row *)at)->r, value);
}

static bool get_laddr(const void *at, struct value *value)
{
	return get_local(at, value) && value->endpoint.address;
}

static bool get_lport(const void *at, struct value *value)
{
	return get_local(at, value) && value->endpoint.port != VALUE_PORT_UNKNOWN;
}

static bool get_peer(const void *at, struct value *value)
{
	return record_peer(&((const struct flow_row *)at)->r, value);
}

static bool get_owner(const void *at, struct value *value)
{
	return record_owner(&((const struct flow_row *)at)->r, value);
}

static bool get_note(const void *at, struct value *value)
{
	return record_note(&((const struct flow_row *)at)->r, value);
}

static bool get_path(const void *at, struct value *value)
{
	const struct flow_row *row = at;

	value->states.state = row->path;
	value->states.count = row->states;
	return row->states;
}

static bool get_count(const void *at, struct value *value)
{
	value->number = ((const struct counted *)at)->count;
	return true;
}

static const struct column columns[] = {
	{ "STATE", "state", "state it is in", IN_TEXT | IN_DATA, .kind = VALUE_STATE,
	  .width = 11, .get = get_state },
	{ "IN_STATE", NULL, "time in that state", IN_TEXT, .kind = VALUE_DURATION,
	  .width = 10, .narrow = 8, .narrows = 3, .get = get_in_state },
	{ NULL, "in_state_ns", "time in that state", IN_DATA, .kind = VALUE_NUMBER,
	  .get = get_in_state_exact },
	{ NULL, "in_state_min", "whether in_state_ns is a lower bound", IN_DATA,
	  .kind = VALUE_BOOL, .get = get_in_state_min },
	{ "LOCAL", NULL, "this socket's end", IN_TEXT, .kind = VALUE_ENDPOINT,
	  .width = 20, .narrow = 6, .narrows = 1, .gives = GIVES_MIDDLE,
	  .get = get_local },
	{ NULL, "laddr", "this socket's address", IN_DATA, .kind = VALUE_ADDRESS,
	  .get = get_laddr },
	{ NULL, "lport", "this socket's port", IN_DATA, .kind = VALUE_PORT,
	  .get = get_lport },
	{ "PEER", NULL, "the other end", IN_TEXT, .kind = VALUE_ENDPOINT, .width = 18,
	  .gives = GIVES_MIDDLE, .get = get_peer },
	{ NULL, "raddr", "the other end's address", IN_DATA, .kind = VALUE_ADDRESS,
	  .get = get_peer },
	{ NULL, "rport", "the other end's port", IN_DATA, .kind = VALUE_PORT,
	  .get = get_peer },
	{ "AGE", NULL, "time since its first transition", IN_TEXT, .kind = VALUE_DURATION,
	  .width = 10, .narrow = 6, .narrows = 4, .get = get_age },
	{ NULL, "age_ns", "time since its first transition", IN_DATA,
	  .kind = VALUE_NUMBER, .get = get_age_exact },
	{ NULL, "age_min", "whether age_ns is a lower bound", IN_DATA, .kind = VALUE_BOOL,
	  .get = get_age_min },
	{ "OPENED", "open_role", "active or passive opener", IN_TEXT | IN_DATA,
	  .kind = VALUE_ROLE, .width = 7, .narrow = 6, .narrows = 2, .get = get_opened },
	{ "SHAKE", "handshake_ns", "time of the handshake", IN_TEXT | IN_DATA,
	  .kind = VALUE_DURATION, .width = 8, .narrow = 6, .narrows = 5,
	  .get = get_handshake },
	{ "OWNER", "owner", "the process that it belongs to", IN_TEXT | IN_DATA,
	  .kind = VALUE_TASK, .width = 12, .gives = GIVES_END, .get = get_owner },
	{ "CLOSED", "close_role", "active or passive closer", IN_EXTENDED | IN_DATA,
	  .kind = VALUE_ROLE, .width = 7, .get = get_closed },
	{ "NETNS", "netns", "network namespace", IN_EXTENDED | IN_DATA,
	  .kind = VALUE_NETNS, .width = 10, .get = get_netns },
	{ "ID", "id", "socket cookie, as ss -e prints it", IN_EXTENDED | IN_DATA,
	  .kind = VALUE_HEX, .width = 6, .get = get_id },
	{ "PATH", "path", "the states so far", IN_EXTENDED | IN_DATA, .kind = VALUE_PATH,
	  .width = 24, .get = get_path },
	{ "NOTE", NULL, "flags", IN_EXTENDED, .kind = VALUE_FLAGS, .width = 4,
	  .get = get_note },
	{ NULL, "flags", "notes", IN_DATA, .kind = VALUE_FLAGS, .get = get_flags },
};

static const struct columns flow_columns = {
	.name = "flows", .column = columns, .count = ARRAY_SIZE(columns),
};

static const struct column count_column = {
	"COUNT", "count", "how many there are", IN_TEXT | IN_DATA, .kind = VALUE_NUMBER,
	.width = 5, .get = get_count,
};

static const struct columns count_columns = {
	.name = "counts", .column = &count_column, .count = 1,
};

static void add_row(struct show *show, const struct flow_row *row)
{
	if (!filter_takes(show->filter, &row->r))
		return;
	if (count == room) {
		room = room ? 2 * room : 1024;
		rows = reallocarray(rows, room, sizeof(*rows));
		if (!rows)
			err(1, NULL);
	}
	rows[count++] = (struct counted){ .row = *row, .count = 1 };
}

/* An unknown time goes last. */
static int by_time(const void *a, const void *b)
{
	const struct tcpfsm_record *one = a, *other = b;
	uint64_t time = one->known & TCPFSM_KNOWN_DWELL ? one->dwell_ns : 0;
	uint64_t others = other->known & TCPFSM_KNOWN_DWELL ? other->dwell_ns : 0;

	if (time != others)
		return time > others ? -1 : 1;
	return one->id < other->id ? -1 : one->id > other->id;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct counted *)a)->key, ((const struct counted *)b)->key);
}

static int by_count(const void *a, const void *b)
{
	const struct counted *one = a, *other = b;

	if (one->count != other->count)
		return one->count > other->count ? -1 : 1;
	return strcmp(one->key, other->key);
}

/* Columns of a name are one, whether text or data shows it. */
static bool is_named(const struct column *column, const char *word)
{
	return (column->heading && !strcasecmp(column->heading, word)) ||
	       (column->name && !strcmp(column->name, word));
}

/* Prints the names to choose from. */
static bool no_such_column(const char *word)
{
	char names[512] = "";

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		if (columns[i].heading)
			sprintf(names + strlen(names), " %s", columns[i].heading);
	}
	warnx("--count '%s': no such column; there are%s", word, names);
	return false;
}

/* Fills in @chosen, count_column first; returns their number, or 0 after a message. */
static size_t choose_columns(const char *words,
			     struct column chosen[ARRAY_SIZE(columns) + 1])
{
	char *copy = strdup(words), *rest = copy, *word;
	size_t n = 0;

	if (!copy)
		err(1, NULL);
	chosen[n++] = count_column;
	while ((word = strsep(&rest, ","))) {
		size_t i = 0;

		while (i < ARRAY_SIZE(columns) && !is_named(&columns[i], word))
			i++;
		if (i == ARRAY_SIZE(columns) || n > ARRAY_SIZE(columns)) {
			no_such_column(word);
			n = 0;
			break;
		}
		chosen[n] = columns[i];
		if (!chosen[n].heading)
			chosen[n].heading = chosen[n].name;
		if (!chosen[n].name)
			chosen[n].name = chosen[n].heading;
		chosen[n++].where = IN_TEXT | IN_DATA;
	}
	free(copy);
	return n;
}

static char *key_of(const struct counted *row, const struct column *chosen, size_t n,
		    struct style *style)
{
	char *key = malloc(n * (VALUE_TEXT_MAX + 1)), *to = key;
	int unseen = 0;

	if (!key)
		err(1, NULL);
	for (size_t i = 1; i < n; i++) {
		struct value value = { 0 };

		if (chosen[i].get(row, &value))
			to = value_text(to, &value, chosen[i].kind, VALUE_FULL, style,
					&unseen);
		*to++ = '\t';
	}
	*to++ = '\0';
	return realloc(key, to - key);
}

/* qsort() takes no NULL. */
static void sort(int (*compare)(const void *a, const void *b))
{
	if (count)
		qsort(rows, count, sizeof(*rows), compare);
}

/* Leaves one row of each kind, with their number. */
static void count_rows(const struct column *chosen, size_t n, struct style *style)
{
	struct style plain = { .clock = style->clock };
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		rows[i].key = key_of(&rows[i], chosen, n, &plain);
	sort(by_key);
	for (size_t i = 0; i < count; i++) {
		if (kept && !strcmp(rows[kept - 1].key, rows[i].key)) {
			rows[kept - 1].count++;
			free(rows[i].key);
		} else {
			rows[kept++] = rows[i];
		}
	}
	count = kept;
	sort(by_count);
}

static void put_rows(struct show *show, const struct columns *of)
{
	struct table table;

	table_init(&table, of, show->style, show->out);
	for (size_t i = 0; i < count; i++)
		table_measure(&table, &rows[i]);
	table_start(&table);
	for (size_t i = 0; i < count && i < show->options->rows; i++)
		table_row(&table, &rows[i]);
}

static void put_all(struct show *show)
{
	struct column chosen[ARRAY_SIZE(columns) + 1];
	struct columns of = { .name = "counts", .column = chosen };

	if (show->options->count_by) {
		of.count = choose_columns(show->options->count_by, chosen);
		count_rows(chosen, of.count, show->style);
		put_rows(show, &of);
	} else {
		sort(by_time);
		put_rows(show, &flow_columns);
	}
}

static bool check(const struct options *options)
{
	struct column chosen[ARRAY_SIZE(columns) + 1];

	return !options->count_by || choose_columns(options->count_by, chosen);
}

static bool read_file(struct show *show, FILE *file, const char *path)
{
	struct flow_row row;
	size_t size = 0;
	char *line = NULL;
	uint64_t nr = 0;
	bool ok = true;

	while (ok && getline(&line, &size, file) > 0) {
		if (!nr++)
			continue;
		ok = flow_row_parse(&row, line);
		if (ok)
			add_row(show, &row);
		else
			warnx("%s: line %" PRIu64 " is not a flow", path, nr);
	}
	if (ferror(file)) {
		warn("%s", path);
		ok = false;
	}
	free(line);
	return ok;
}

static bool now(struct show *show)
{
	char *path;
	FILE *file;
	bool ok;

	if (asprintf(&path, "%s/flows", show->options->proc) < 0)
		err(1, NULL);
	file = fopen(path, "re");
	if (!file && errno == ENOENT)
		warnx("%s: not there; is the module loaded? (insmod tcpfsm.ko)", path);
	else if (!file)
		warn("%s", path);
	ok = file && read_file(show, file, path);
	if (file)
		fclose(file);
	free(path);
	if (ok)
		put_all(show);
	return ok;
}

static void add_connection(void *to, struct connection *c)
{
	struct show *show = to;
	struct flow_row row;

	flow_row_of(&row, c, show->last_ns);
	add_row(show, &row);
}

static void end(struct show *show)
{
	connections_each(show->connections, add_connection, show);
	put_all(show);
}

static void event(struct show *show, struct connection *c, enum connection_event what)
{
	(void)show;
	(void)c;
	(void)what;
}

const struct view view_flows = {
	.name = "flows",
	.what = "the connections that are alive, as ss shows them",
	.options = VIEW_COUNT,
	.columns = { &flow_columns, &count_columns },
	.formats = 1u << FORMAT_TEXT | 1u << FORMAT_JSON | 1u << FORMAT_CSV,
	.of_connections = true,
	.let_go = CONNECTION_CLOSED,
	.check = check,
	.now = now,
	.event = event,
	.end = end,
};
