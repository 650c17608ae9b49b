// SPDX-License-Identifier: GPL-2.0
/*
 * top: the connections that are alive, and how many are in which state, again each second.
 * On a recording it shows what is alive at its end.
 */
#include "colour.h"
#include "connection.h"
#include "filter.h"
#include "flow_columns.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "terminal.h"
#include "top_rows.h"
#include "view.h"
#include "wait.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NSEC_PER_SEC UINT64_C(1000000000)
#define FILTER_MAX 1024
#define CELL_WIDTH 26			/* of a state with its count and rate */
#define SHIFT 8				/* columns that Left and Right scroll */

/* In the order of a connection's life. */
static const uint8_t states[] = {
	TCPFSM_LISTEN, TCPFSM_SYN_SENT, TCPFSM_SYN_RCVD, TCPFSM_ESTABLISHED,
	TCPFSM_FIN_WAIT_1, TCPFSM_FIN_WAIT_2, TCPFSM_CLOSING, TCPFSM_TIME_WAIT,
	TCPFSM_CLOSE_WAIT, TCPFSM_LAST_ACK, TCPFSM_CLOSED,
};

#define STATES (sizeof(states) / sizeof(states[0]))

static struct show *shown;
static struct top_rows rows;
static uint64_t rows_ns;		/* the time of @rows */
static uint64_t entered[TCPFSM_NR_STATES];	/* since @entered_ns */
static double rate[TCPFSM_NR_STATES];	/* per second */
static uint64_t entered_ns, next_ns;
static uint64_t lost_records;

static const struct filter *filter;
static bool paused, closed_too, descending, extended;
static size_t sort_by, first;		/* a column; the row at the top */
static int left;			/* columns left of the screen */
static size_t widest;			/* line of the table */
static bool typing;
static char typed[FILTER_MAX];		/* so far */
static char filter_text[FILTER_MAX];	/* of @filter; "": longer than that */
static char message[256];

static struct table table;
static struct output text;
static struct style style;

/* Columns that have a heading, to sort by. */
static bool can_sort(size_t n)
{
	return flow_columns.column[n].heading &&
	       (extended || !(flow_columns.column[n].where & IN_EXTENDED));
}

static void begin_table(void)
{
	style = *shown->style;
	style.extended = extended;
	style.colour = false;		/* of escape sequences */
	style.width = terminal_columns() > 80 ? terminal_columns() : 80;
	left = 0;
	table_init(&table, &flow_columns, &style, &text);
}

static void take_rates(uint64_t now_ns)
{
	double seconds = (now_ns - entered_ns) / 1e9;

	for (size_t i = 0; i < TCPFSM_NR_STATES; i++)
		rate[i] = now_ns > entered_ns ? entered[i] / seconds : 0;
	if (!shown->live)
		return;
	memset(entered, 0, sizeof(entered));
	entered_ns = now_ns;
}

static void collect(void)
{
	rows_ns = shown->live ? wait_now() : shown->last_ns;
	if (!shown->live)
		entered_ns = shown->first_ns;
	take_rates(rows_ns);
	top_rows_collect(&rows, shown->connections, filter, rows_ns, closed_too);
	top_rows_sort(&rows, &flow_columns.column[sort_by], descending);
}

static void put(int row, int column, const char *colour, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void put(int row, int column, const char *colour, const char *format, ...)
{
	char line[FILTER_MAX + 64];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	terminal_put(row, column, line, strlen(line), colour);
}

static void put_title(void)
{
	char time[LOCAL_SECOND_LEN + 1], wrong[64] = "";

	*put_local_second(time, &shown->style->clock, rows_ns) = '\0';
	put(0, 0, BOLD, "tcpfsm top  %s  %llu alive, %zu shown%s%s%s%s", time,
	    (unsigned long long)rows.alive, rows.count, closed_too ? " with closed" : "",
	    paused ? "  PAUSED" : "", shown->live ? "" : "  ",
	    shown->live ? "" : shown->options->read);
	if (lost_records)
		snprintf(wrong, sizeof(wrong), "  lost %llu", (unsigned long long)lost_records);
	if (shown->damaged_at)
		strcat(wrong, "  DAMAGED");
	put(0, terminal_columns() - strlen(wrong), RED, "%s", wrong);
}

/* Returns the number of lines. If @most are too few, states without a connection give way. */
static int put_states(int row, int most)
{
	int cells = (terminal_columns() + 1) / (CELL_WIDTH + 1), n = 0;
	bool all;

	if (!cells)
		cells = 1;
	all = (int)STATES <= most * cells;
	for (size_t i = 0; i < STATES; i++) {
		unsigned int state = states[i];
		bool used = rows.in_state[state] || rate[state] >= 0.05;

		if (!all && (!rows.in_state[state] || n == most * cells))
			continue;
		put(row + n / cells, n % cells * (CELL_WIDTH + 1),
		    used ? phase_colour(state) : DIM, "%-11s %6llu %5.*f/s",
		    state_names.name[state], (unsigned long long)rows.in_state[state],
		    rate[state] < 100, rate[state]);
		n++;
	}
	return (n + cells - 1) / cells;
}

/* The filter, and behind it the order. What is typed is cut at its begin. */
static void put_prompt(int row)
{
	char order[64], line[FILTER_MAX + sizeof("filter: _  ")] = "";
	int columns = terminal_columns(), length;

	length = snprintf(order, sizeof(order), "sorted by %s, %s first",
			  flow_columns.column[sort_by].heading,
			  descending ? "largest" : "smallest");
	put(row, columns - length, DIM, "%s", order);
	if (typing)
		length = snprintf(line, sizeof(line), "filter: %s_  ", typed);
	else if (filter)
		length = snprintf(line, sizeof(line), "filter: %s  ",
				  *filter_text ? filter_text : "of the command line");
	put(row, typing && length > columns ? columns - length : 0, typing ? BOLD : NULL,
	    "%s", line);
}

static void put_keys(int row)
{
	if (*message)
		put(row, 0, RED, "%s", message);
	else
		put(row, 0, DIM, "q quit  < > sort  r reverse  / filter  p pause  c closed  "
		    "x columns  arrows");
}

/* A line of the table; its first word is the state. */
static void put_line(int row, const char *line, const char *colour)
{
	size_t length = strcspn(line, "\n"), word = strcspn(line, " \n");

	terminal_put(row, -left, line, length, NULL);
	terminal_put(row, -left, line, word, colour);
	if (length > widest)
		widest = length;
}

static const char *why_no_rows(void)
{
	if (filter && rows.alive)
		return "The filter takes none of these connections.";
	if (!closed_too && top_rows_has_closed())
		return "All connections have closed; c shows them.";
	return "There is no connection.";
}

static void put_rows(int row, int lines)
{
	size_t last = first + lines < rows.count ? first + lines : rows.count;

	for (size_t i = first; i < last; i++)
		table_measure(&table, rows.row[i]);
	table_start(&table);
	*text.end = '\0';
	widest = strcspn(text.buf, "\n");
	terminal_put(row, -left, text.buf, widest, BOLD);
	text.end = text.buf;
	if (!rows.count)
		put(row + 1, 0, NULL, "%s", why_no_rows());
	for (size_t i = first; i < last; i++) {
		table_row(&table, rows.row[i]);
		*text.end = '\0';
		put_line(++row, text.buf, phase_colour(rows.row[i]->r.new_state));
		text.end = text.buf;
	}
}

static void draw(void)
{
	int lines = terminal_rows() - 4, top;	/* title, prompt, headings, keys */

	terminal_erase();
	put_title();
	top = 1 + put_states(1, lines > 0 ? lines / 2 : 0);
	lines -= top - 1;
	put_prompt(top++);
	if (lines < 0)
		lines = 0;
	if (first + lines > rows.count)
		first = rows.count > (size_t)lines ? rows.count - lines : 0;
	put_rows(top, lines);
	put_keys(terminal_rows() - 1);
	terminal_show();
}

static void refresh(void)
{
	if (!paused)
		collect();
	draw();
}

static void due(void)
{
	next_ns = wait_now() + NSEC_PER_SEC;
	refresh();
	wait_until(next_ns, due);
}

static void sort_next(int step)
{
	do {
		sort_by = (sort_by + FLOW_COLUMNS + step) % FLOW_COLUMNS;
	} while (!can_sort(sort_by));
}

static void move(long by)
{
	if (by < 0 && first < (size_t)-by)
		first = 0;
	else
		first += by;
}

static void shift(int by)
{
	if (by < 0)
		left = left > -by ? left + by : 0;
	else if (widest > (size_t)left + terminal_columns())
		left += by;
}

/* Returns false if what was typed is no filter: then the one before stays. */
static bool set_filter(void)
{
	static struct filter *own;
	struct filter_error error;
	struct filter *new = NULL;

	if (*typed) {
		new = filter_parse(typed, &error);
		if (!new) {
			snprintf(message, sizeof(message), error.length ? "'%.*s': %s" : "%.*s%s",
				 (int)error.length, typed + error.at, error.message);
			return false;
		}
	}
	filter_free(own);
	filter = own = new;
	strcpy(filter_text, typed);
	first = 0;
	return true;
}

static void type(int key)
{
	size_t length = strlen(typed);

	if (key == '\r' || key == '\n') {
		typing = !set_filter();
	} else if (key == '\033') {
		typing = false;
	} else if (key == TERMINAL_DELETE) {
		typed[length ? length - 1 : 0] = '\0';
	} else if (key == TERMINAL_CLEAR) {
		*typed = '\0';
	} else if (key >= ' ' && key <= '~' && length + 1 < sizeof(typed)) {
		typed[length] = key;
		typed[length + 1] = '\0';
	}
}

static void press(int key)
{
	const long page = terminal_rows() / 2;

	switch (key) {
	case 'q': wait_end(); break;
	case '>': sort_next(1); break;
	case '<': sort_next(-1); break;
	case 'r': descending = !descending; break;
	case 'p': case ' ': paused = !paused; break;
	case 'c': closed_too = !closed_too; break;
	case 'x':
		extended = !extended;
		if (!can_sort(sort_by))
			sort_next(1);
		begin_table();
		break;
	case '/':
		typing = true;
		strcpy(typed, filter_text);
		break;
	case TERMINAL_ABOVE: move(-1); break;
	case TERMINAL_BELOW: move(1); break;
	case TERMINAL_PAGE_ABOVE: move(-page); break;
	case TERMINAL_PAGE_BELOW: move(page); break;
	case TERMINAL_LEFT: shift(-SHIFT); break;
	case TERMINAL_RIGHT: shift(SHIFT); break;
	case TERMINAL_FIRST: first = 0; break;
	case TERMINAL_LAST: first = rows.count; break;
	}
}

static void on_keys(void)
{
	int key;

	while ((key = terminal_key()) != TERMINAL_NOTHING) {
		*message = '\0';
		if (key == TERMINAL_RESIZED)
			begin_table();
		else if (typing)
			type(key);
		else
			press(key);
	}
	/* A pause is of the time: what is shown may be sorted and filtered. */
	top_rows_filter(&rows, filter);
	top_rows_sort(&rows, &flow_columns.column[sort_by], descending);
	refresh();
}

static void begin(struct show *show)
{
	shown = show;
	filter = show->filter;
	if (filter && strlen(show->options->words) < sizeof(filter_text))
		strcpy(filter_text, show->options->words);
	sort_by = 1;			/* IN_STATE */
	descending = true;
	extended = show->options->extended;
	output_init(&text, -1, "the screen");
	if (!terminal_begin(show->options->colour))
		exit(EXIT_FAILURE);
	begin_table();
	entered_ns = wait_now();
	wait_also(terminal_input(), on_keys);
	due();
}

/* On a machine that is never quiet, nothing is due while it waits. */
static void come_to(struct show *show, uint64_t mono_ns)
{
	if (show->live && mono_ns >= next_ns && wait_now() >= next_ns)
		due();
}

static void count(const struct connection *c)
{
	if (c->now.new_state < TCPFSM_NR_STATES)
		entered[c->now.new_state]++;
}

static void changed(struct show *show, struct connection *c)
{
	(void)show;
	count(c);
}

static void event(struct show *show, struct connection *c, enum connection_event what)
{
	(void)show;
	if (what != CONNECTION_CLOSED)
		return;
	count(c);
	top_rows_closed(c);
}

static void lost(struct show *show, uint64_t n, uint64_t mono_ns)
{
	(void)show;
	(void)mono_ns;
	lost_records += n;
}

static void end(struct show *show)
{
	if (show->at_end || (show->damaged_at && !show->live)) {
		due();
		while (wait_for_input(-1, show->out))
			;
	}
	terminal_end();
}

static bool check(const struct options *options)
{
	if (options->command)
		warnx("top has the terminal for itself: it takes no COMMAND");
	else if (options->rows != UINT64_MAX)
		warnx("top has as many rows as the terminal: it takes no -n");
	else
		return true;
	return false;
}

const struct view view_top = {
	.name = "top",
	.what = "the connections that are alive, on the whole terminal",
	.formats = 1u << FORMAT_TEXT,
	.of_connections = true,
	.begins_alive = true,
	.asks_filter = true,
	.let_go = CONNECTION_CLOSED,
	.check = check,
	.begin = begin,
	.time = come_to,
	.event = event,
	.changed = changed,
	.lost = lost,
	.end = end,
};
