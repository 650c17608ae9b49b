// SPDX-License-Identifier: GPL-2.0
/* summary: connections by peer, port, owner, cause or namespace; or one block for all. */
#include "connection.h"
#include "group.h"
#include "number.h"
#include "options.h"
#include "output.h"
#include "style.h"
#include "table.h"
#include "view.h"

#include <arpa/inet.h>
#include <err.h>
#include <inttypes.h>
#include <string.h>

#define ROWS_DEFAULT 20

static enum group_by by;
static const char *const by_words[] = { "peer", "port", "owner", "cause", "netns", NULL };
static uint64_t lost_records, last_loss_ns;

static bool get_row(const void *row, struct value *value)
{
	static const char *const names[] = {
		[ROW_GROUP] = "group", [ROW_OTHERS] = "others", [ROW_ALL] = "all",
	};
	const struct group *g = row;

	value->word = names[g->row];
	return true;
}

static bool has_key(const struct group *g)
{
	return g->row == ROW_GROUP && g->known;
}

static bool get_peer(const void *row, struct value *value)
{
	const struct group *g = row;

	value->endpoint.address = g->key;
	return has_key(g);
}

static bool get_port(const void *row, struct value *value)
{
	const struct group *g = row;

	value->endpoint.port = g->key[0] << 8 | g->key[1];
	return has_key(g);
}

static bool get_netns(const void *row, struct value *value)
{
	const struct group *g = row;
	uint32_t inode;

	memcpy(&inode, g->key, sizeof(inode));
	value->number = ntohl(inode);
	return has_key(g);
}

static bool get_owner(const void *row, struct value *value)
{
	const struct group *g = row;

	value->task.comm = g->key;
	return has_key(g);
}

static bool get_cause(const void *row, struct value *value)
{
	static char word[GROUP_KEY_LEN + 1];
	const struct group *g = row;

	memcpy(word, g->key, GROUP_KEY_LEN);
	value->word = word;
	return has_key(g);
}

static bool get_label(const void *row, struct value *value);

/* A function that gets a number of the group. */
#define GET(member)							\
	static bool get_##member(const void *row, struct value *value)	\
	{								\
		const struct group *g = row;				\
									\
		value->number = g->member;				\
		return true;						\
	}

GET(connections)
GET(opened)
GET(failed)
GET(reset)
GET(bytes_in)
GET(bytes_out)
GET(closed_by_us)
GET(closed_by_peer)
GET(time_wait)

static bool percentile(const struct group *g, unsigned int percent, struct value *value)
{
	if (!g->took.count)
		return false;
	value->number = histogram_percentile(&g->took, percent);
	return true;
}

static bool get_p50(const void *row, struct value *value)
{
	return percentile(row, 50, value);
}

static bool get_p99(const void *row, struct value *value)
{
	return percentile(row, 99, value);
}

/* begin() leaves out the columns of the other groups: that of a group is at ROW + by. */
enum { LABEL, ROW };

static struct column columns[] = {
	[LABEL] = { "GROUP", NULL, "peer, port of the service, owner, cause or namespace",
		    IN_TEXT, .kind = VALUE_WORD, .width = 15, .gives = GIVES_END,
		    .get = get_label },
	[ROW] = { NULL, "row", "group, others (the groups that are not shown) or all",
		  IN_DATA, .kind = VALUE_WORD, .get = get_row },
	[ROW + BY_PEER] = { NULL, "peer", "address of the other end", IN_DATA,
			    .kind = VALUE_ADDRESS, .get = get_peer },
	[ROW + BY_PORT] = { NULL, "port", "of the service: of the passive opener",
			    IN_DATA, .kind = VALUE_PORT, .get = get_port },
	[ROW + BY_OWNER] = { NULL, "owner", "name of the process", IN_DATA,
			     .kind = VALUE_COMM, .get = get_owner },
	[ROW + BY_CAUSE] = { NULL, "cause", "how it ended, as END of life", IN_DATA,
			     .kind = VALUE_WORD, .get = get_cause },
	[ROW + BY_NETNS] = { NULL, "netns", "inode of the network namespace", IN_DATA,
			     .kind = VALUE_NETNS, .get = get_netns },
	{ "CONNS", "connections", "connections; of this machine, both ends are counted",
	  IN_TEXT | IN_DATA, .kind = VALUE_NUMBER, .width = 5, .get = get_connections },
	{ "OPENED", "opened", "became ESTABLISHED", IN_TEXT | IN_DATA,
	  .kind = VALUE_NUMBER, .width = 6, .get = get_opened },
	{ "FAILED", "failed", "ended before they were ESTABLISHED", IN_TEXT | IN_DATA,
	  .kind = VALUE_NUMBER, .width = 6, .get = get_failed },
	{ "RESET", "reset", "were open, and one end reset them", IN_TEXT | IN_DATA,
	  .kind = VALUE_NUMBER, .width = 5, .get = get_reset },
	{ "P50", "handshake_p50_ns", "median duration of the handshakes",
	  IN_TEXT | IN_DATA, .kind = VALUE_DURATION, .width = 9, .narrow = 6,
	  .narrows = 1, .get = get_p50 },
	{ "P99", "handshake_p99_ns", "99 % of the handshakes took no longer",
	  IN_TEXT | IN_DATA, .kind = VALUE_DURATION, .width = 9, .narrow = 6,
	  .narrows = 1, .get = get_p99 },
	{ "IN", "bytes_in", "bytes received", IN_TEXT | IN_DATA, .kind = VALUE_BYTES,
	  .width = 5, .get = get_bytes_in },
	{ "OUT", "bytes_out", "bytes sent and acknowledged", IN_TEXT | IN_DATA,
	  .kind = VALUE_BYTES, .width = 5, .get = get_bytes_out },
	{ "BY_US", "closed_by_us", "this end closed or reset first", IN_TEXT | IN_DATA,
	  .kind = VALUE_NUMBER, .width = 5, .get = get_closed_by_us },
	{ "BY_PEER", "closed_by_peer", "the other end closed or reset first",
	  IN_TEXT | IN_DATA, .kind = VALUE_NUMBER, .width = 7,
	  .get = get_closed_by_peer },
	{ "TW", "time_wait", "this end went to TIME_WAIT", IN_TEXT | IN_DATA,
	  .kind = VALUE_NUMBER, .width = 5, .get = get_time_wait },
};

static const struct columns summary_columns = {
	.name = "summary",
	.column = columns,
	.count = sizeof(columns) / sizeof(columns[0]),
	.stream = true,
};

static struct style *label_style;

static bool get_label(const void *row, struct value *value)
{
	static char text[VALUE_TEXT_MAX + 1];
	const struct column *column = &columns[ROW + by];
	const struct group *g = row;
	struct value group = { 0 };
	int unseen;

	if (g->row != ROW_GROUP)
		return get_row(row, value);
	if (!column->get(row, &group))
		return false;
	*value_text(text, &group, column->kind, VALUE_FULL, label_style, &unseen) = '\0';
	value->word = text;
	return true;
}

static void begin(struct show *show)
{
	static const char *const headings[] = {
		[BY_PEER] = "PEER", [BY_PORT] = "PORT", [BY_OWNER] = "OWNER",
		[BY_CAUSE] = "CAUSE", [BY_NETNS] = "NETNS",
	};

	label_style = show->style;
	for (unsigned int i = BY_PEER; i <= BY_NETNS; i++) {
		if (show->options->by && !strcmp(by_words[i - 1], show->options->by))
			by = i;
		else
			columns[ROW + i].where = 0;
	}
	if (by != BY_NOTHING)
		columns[LABEL].heading = headings[by];
}

static void event(struct show *show, struct connection *c, enum connection_event event)
{
	(void)show;
	if (event == CONNECTION_ENDED && !connection_is_listener(c))
		group_count(c, by);
}

static void lost(struct show *show, uint64_t n, uint64_t mono_ns)
{
	(void)show;
	if (__builtin_add_overflow(lost_records, n, &lost_records))
		lost_records = UINT64_MAX;
	last_loss_ns = mono_ns;
}

static void count_alive(void *to, struct connection *c)
{
	(void)to;
	if (!c->ended_ns && !connection_is_listener(c) &&
	    (c->fits || (c->twin && c->twin->fits)))
		group_count(c, by);
}

static void show_rows(struct show *show)
{
	static struct group *list[GROUPS_MAX + 2];
	uint64_t limit = show->options->rows;
	uint64_t only_others = group_others.connections;
	struct table table;
	size_t rows = 0;

	if (by != BY_NOTHING)
		rows = group_rows(list, limit == UINT64_MAX ? ROWS_DEFAULT :
					 limit < GROUPS_MAX ? limit : GROUPS_MAX);
	if (group_others.connections)
		list[rows++] = &group_others;
	list[rows++] = &group_all;

	table_init(&table, &summary_columns, show->style, show->out);
	for (size_t i = 0; i < rows; i++)
		table_measure(&table, list[i]);
	table_start(&table);
	for (size_t i = 0; i < rows; i++)
		table_row(&table, list[i]);
	if (lost_records)
		table_lost(&table, lost_records, last_loss_ns);
	if (only_others)
		warnx("others has %" PRIu64 " connections of groups beyond the limit, %d",
		      only_others, GROUPS_MAX);
}

/* One line for each column, and its sentence of help. */
static void show_block(struct show *show)
{
	for (size_t i = ROW + BY_NETNS + 1; i < summary_columns.count; i++) {
		char text[VALUE_TEXT_MAX + 1] = "-";
		struct value value = { 0 };
		int unseen;

		if (columns[i].get(&group_all, &value))
			*value_text(text, &value, columns[i].kind, VALUE_FULL,
				    show->style, &unseen) = '\0';
		output_printf(show->out, "%-8s %-10s %s\n", columns[i].heading, text,
			      columns[i].help);
	}
	if (lost_records)
		output_printf(show->out, "# lost %" PRIu64 "\n", lost_records);
}

static void end(struct show *show)
{
	connections_each(show->connections, count_alive, NULL);
	if (by == BY_NOTHING && show->style->format == FORMAT_TEXT)
		show_block(show);
	else
		show_rows(show);
}

const struct view view_summary = {
	.name = "summary",
	.what = "numbers of connections, by peer, port, owner, cause or namespace",
	.options = VIEW_BY,
	.by = by_words,
	.columns = { &summary_columns },
	.formats = 1u << FORMAT_TEXT | 1u << FORMAT_JSON | 1u << FORMAT_CSV,
	.of_connections = true,
	.let_go = CONNECTION_ENDED,
	.begin = begin,
	.event = event,
	.lost = lost,
	.end = end,
};
