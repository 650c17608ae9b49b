// SPDX-License-Identifier: GPL-2.0
/* The options of the command line. */
#include "options.h"
#include "capture.h"
#include "escape.h"
#include "explain.h"
#include "filter.h"
#include "filter_words.h"
#include "help.h"
#include "names.h"
#include "view.h"

#include <argp.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum {
	OPT_SINCE_LOAD = 256, OPT_COLOUR, OPT_PROC, OPT_FOR, OPT_FAILED, OPT_HISTOGRAM,
	OPT_BY, OPT_COUNT, OPT_RUN, OPT_TEXTFILE, OPT_INTERVAL, OPT_CAPTURE, OPT_LIST,
};

static const struct argp_option option_table[] = {
	{ "output", 'o', "FORMAT", 0, "text (default), json, csv, perfetto; of ladder mermaid, svg; of report html; of metrics prometheus", 1 },
	{ "extended", 'x', NULL, 0, "More columns, full addresses, long lines", 1 },
	{ "number", 'n', "N", 0, "Stop after N rows", 1 },
	{ "for", OPT_FOR, "TIME", 0, "Stop after this time: 500ms, 10s, 2m", 1 },
	{ "since-load", OPT_SINCE_LOAD, NULL, 0,
	  "Start with the oldest record held, not from now on", 1 },
	{ "color", OPT_COLOUR, "WHEN", 0, "auto (default), always or never", 1 },
	{ "failed", OPT_FAILED, NULL, 0,
	  "life, handshakes: only what failed", 2 },
	{ "histogram", OPT_HISTOGRAM, NULL, 0, "handshakes: how long they took, as bars", 2 },
	{ "by", OPT_BY, "WORD", 0, "summary: a row for each peer, port, owner, cause or netns", 2 },
	{ "count", OPT_COUNT, "COLUMNS", 0, "flows: how many have the same owner,state,...", 2 },
	{ "run", OPT_RUN, "COMMAND", 0, "watch: run it for each line, by sh -c", 2 },
	{ "textfile", OPT_TEXTFILE, "FILE", 0, "metrics: replace this file, for node_exporter", 2 },
	{ "interval", OPT_INTERVAL, "TIME", 0, "metrics: replace it again and again", 2 },
	{ "write", 'w', "FILE", 0, "Save the records in FILE (- = stdout), show nothing", 3 },
	{ "read", 'r', "FILE", 0, "Show the records saved in FILE (- = stdin)", 3 },
	{ "capture", OPT_CAPTURE, NULL, 0,
	  "The module records only what fits the filter, until this program ends", 3 },
	{ "proc", OPT_PROC, "DIR", 0, "The module's files are in DIR, not /proc/net/tcpfsm", 3 },
	{ "version", 'V', NULL, 0, "Print the versions of this program and the module", -1 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, -1 },
	{ "list", OPT_LIST, NULL, OPTION_HIDDEN, NULL, -1 },
	{ 0 }
};

/* The options, and which of them were given. */
struct parse {
	struct options *options;
	char *filter;			/* its words */
	const char *format;		/* -o */
	bool option_given;		/* any option */
	bool view_given;
	bool capture_given;
	bool proc_given;
	bool cause_given;
};

/* Adds a word to a list of words. */
static void append(char *list, size_t size, const char *word)
{
	size_t length = strlen(list);

	snprintf(list + length, size - length, "%s%s", length ? ", " : "", word);
}

static enum format parse_format(struct argp_state *state, const char *word)
{
	char all[64] = "";

	for (int i = 0; format_names[i]; i++) {
		if (!strcmp(word, format_names[i]))
			return i;
		append(all, sizeof(all), format_names[i]);
	}
	argp_error(state, "-o '%s': not one of %s", word, all);
	return FORMAT_TEXT;
}

static uint64_t parse_rows(struct argp_state *state, const char *word)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(word, &end, 10);
	/* strtoull() accepts blanks and signs, even "-1" */
	if (*word < '0' || *word > '9' || *end || errno || !n)
		argp_error(state, "-n '%s': not a number from 1", word);
	return n;
}

static uint64_t parse_time(struct argp_state *state, const char *option, const char *word)
{
	static const struct { const char *unit; double ns; } units[] = {
		{ "ms", 1e6 }, { "s", 1e9 }, { "m", 60e9 }, { "h", 3600e9 },
	};
	const char *end = word + strspn(word, "0123456789.");
	double n = strtod(word, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (!strcmp(end, units[i].unit) &&
		    n * units[i].ns >= 1 && n * units[i].ns < 1e18)
			return n * units[i].ns;
	}
	argp_error(state, "%s '%s': not a time such as 500ms, 10s or 2m", option, word);
	return 0;
}

/* On a terminal with colours, unless the user set NO_COLOR (https://no-color.org). */
static bool terminal_has_colour(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
	       !(term && !strcmp(term, "dumb"));
}

static bool parse_colour(struct argp_state *state, const char *word)
{
	int i = 0;

	while (colour_words[i] && strcmp(word, colour_words[i]))
		i++;
	if (!colour_words[i])
		argp_error(state, "--color '%s': not one of auto, always, never", word);
	return i ? i == 1 : terminal_has_colour();
}

static void add_filter_word(struct parse *parse, const char *word)
{
	char *text;

	if (asprintf(&text, "%s%s%s", parse->filter ? parse->filter : "",
		     parse->filter ? " " : "", word) < 0)
		err(1, NULL);
	free(parse->filter);
	parse->filter = text;
}

static void parse_cause(struct argp_state *state, struct parse *parse, const char *word)
{
	if (parse->cause_given)
		argp_error(state, "unexpected argument '%s'", word);
	parse->options->cause = explain_named(word);
	parse->cause_given = true;
	if (!parse->options->cause)
		argp_failure(state, argp_err_exit_status, 0,
			     "explain '%s': not a cause; 'explain' alone lists all causes",
			     word);
}

/* The first word may be a view; the others are the filter, up to "--" and a command. */
static void parse_word(struct argp_state *state, struct parse *parse, const char *word)
{
	struct options *options = parse->options;

	if (state->quoted && state->next > state->quoted) {
		options->command = &state->argv[state->next - 1];
		state->next = state->argc;
	} else if (options->explain) {
		parse_cause(state, parse, word);
	} else if (parse->view_given && options->view->argument && !options->argument) {
		options->argument = word;
	} else if (parse->view_given || parse->filter) {
		add_filter_word(parse, word);
	} else if (!strcmp(word, "explain")) {
		options->explain = true;
	} else if (view_named(word)) {
		options->view = view_named(word);
		parse->view_given = true;
	} else {
		add_filter_word(parse, word);
	}
}

/* The line, a caret below each byte of the word, and the reason. */
static void filter_error(struct argp_state *state, const struct parse *parse,
			 const struct filter_error *error, const char *hint)
{
	const uint8_t *line = (const uint8_t *)parse->filter;
	size_t length = strlen(parse->filter);
	char *shown = malloc(4 * length + 1), *carets = malloc(4 * length + 2), *word, *end;
	size_t at = error->at < length ? error->at : length;
	size_t rest = error->length < length - at ? error->length : length - at;

	if (!shown || !carets)
		err(1, NULL);
	word = put_escaped_blank(shown, line, at);
	end = put_escaped_blank(word, line + at, rest);
	memset(carets, '^', end - word + 1);
	carets[end > word ? end - word : 1] = '\0';
	*put_escaped_blank(end, line + at + rest, length - at - rest) = '\0';
	argp_failure(state, argp_err_exit_status, 0, "%s\n%*s%s\n%s: %s%s", shown,
		     (int)(strlen(state->name) + strlen(": ") + (word - shown)), "", carets,
		     state->name, error->message, hint);
}

static const char *filter_hint(const struct parse *parse, const struct filter_error *error)
{
	char word[FILTER_TEXT_MAX];

	if (error->at)
		return "";
	if (!parse->view_given)
		return " (nor is it a view, see --help)";
	snprintf(word, sizeof(word), "%.*s", (int)error->length, parse->filter);
	if (parse->options->argument && filter_states_named(word))
		return " (STATES is one word: quote it)";
	return "";
}

static void parse_filter(struct argp_state *state, struct parse *parse)
{
	static char capture[CAPTURE_MAX + 1];
	struct options *options = parse->options;
	struct filter_error error;

	if (!parse->filter)
		return;
	options->filter = filter_parse(parse->filter, &error);
	if (!options->filter)
		filter_error(state, parse, &error, filter_hint(parse, &error));
	if (parse->capture_given) {
		if (!filter_capture(options->filter, capture, sizeof(capture), &error))
			filter_error(state, parse, &error, "");
		options->capture = capture;
	}
	options->words = parse->filter;
}

static void check_by(struct argp_state *state, const struct view *view, const char *by)
{
	char has[64] = "";

	for (const char *const *word = view->by; *word; word++) {
		if (!strcmp(*word, by))
			return;
		append(has, sizeof(has), *word);
	}
	argp_error(state, "--by '%s': not one of %s", by, has);
}

static void check_view(struct argp_state *state, const struct parse *parse)
{
	const struct options *options = parse->options;
	const struct view *view = options->view;
	const bool given[] = {
		options->failed, options->histogram, options->by, options->count_by,
		options->run, options->textfile, options->interval_ns,
	};
	char has[64] = "";

	for (int i = 0; view_option_names[i]; i++) {
		if (given[i] && !(view->options & 1u << i))
			argp_error(state, "%s has no %s", view->name, view_option_names[i]);
	}
	if (options->by)
		check_by(state, view, options->by);
	if (view->formats & 1u << options->format)
		return;
	for (int i = 0; format_names[i]; i++) {
		if (view->formats & 1u << i)
			append(has, sizeof(has), format_names[i]);
	}
	argp_error(state, "-o %s: %s writes %s only", parse->format, view->name, has);
}

static void check_contradictions(struct argp_state *state, const struct parse *parse)
{
	const struct options *options = parse->options;

	if (options->explain && (parse->option_given || options->command))
		argp_error(state, "explain is about causes, not records: it takes no options");
	if (options->read && options->since_load)
		argp_error(state, "-r reads a file: it takes no --since-load");
	if (options->read && parse->proc_given)
		argp_error(state, "-r reads a file: it takes no --proc");
	if (options->read && parse->capture_given)
		argp_error(state, "-r reads a file: it takes no --capture");
	if (options->read && options->command)
		argp_error(state, "-r reads a file: it takes no COMMAND");
	if (state->quoted && !options->command)
		argp_error(state, "there is no COMMAND behind --");
	if (options->command && options->for_ns != UINT64_MAX)
		argp_error(state, "--for and COMMAND both say when to stop");
	if (parse->capture_given && !options->filter)
		argp_error(state, "--capture needs a filter");
	if (options->write && parse->format)
		argp_error(state, "-w saves records as they are; -o shows them (use -r later)");
	if (options->write && options->extended)
		argp_error(state, "-w saves records as they are; -x shows them (use -r later)");
	if (options->write && options->view != views[0])
		argp_error(state, "-w saves records as they are; %s shows them (use -r later)",
			   options->view->name);
	check_view(state, parse);
	if (options->extended && options->format != FORMAT_TEXT)
		argp_error(state, "%s%s takes no -x, which is for text",
			   parse->format ? "-o " : "",
			   parse->format ? parse->format : options->view->name);
}

/* The options without a word of their own. */
static bool parse_flag(int key, struct parse *parse)
{
	struct options *options = parse->options;
	const struct {
		int key;
		bool *flag;
	} flags[] = {
		{ 'x', &options->extended }, { 'V', &options->version },
		{ OPT_SINCE_LOAD, &options->since_load }, { OPT_FAILED, &options->failed },
		{ OPT_HISTOGRAM, &options->histogram }, { OPT_LIST, &options->list },
		{ OPT_CAPTURE, &parse->capture_given },
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (flags[i].key == key)
			return *flags[i].flag = true;
	}
	return false;
}

static const char *parse_file(const struct argp_state *state, const char *option,
			      const char *arg)
{
	if (!*arg)
		argp_error(state, "%s '': not the name of a file", option);
	return arg;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parse *parse = state->input;
	struct options *options = parse->options;

	for (const struct argp_option *o = option_table; o->name || o->key; o++)
		parse->option_given |= o->key == key;
	if (parse_flag(key, parse))
		return 0;

	switch (key) {
	case 'o':
		options->format = parse_format(state, arg);
		parse->format = arg;
		return 0;
	case 'n':
		options->rows = parse_rows(state, arg);
		return 0;
	case OPT_FOR:
		options->for_ns = parse_time(state, "--for", arg);
		return 0;
	case 'w':
		options->write = parse_file(state, "-w", arg);
		return 0;
	case 'r':
		options->read = parse_file(state, "-r", arg);
		return 0;
	case 'h':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		return 0;
	case OPT_COLOUR:
		options->colour = parse_colour(state, arg);
		return 0;
	case OPT_BY:
		options->by = arg;
		return 0;
	case OPT_COUNT:
		options->count_by = arg;
		return 0;
	case OPT_RUN:
		options->run = arg;
		return 0;
	case OPT_TEXTFILE:
		options->textfile = parse_file(state, "--textfile", arg);
		return 0;
	case OPT_INTERVAL:
		options->interval_ns = parse_time(state, "--interval", arg);
		return 0;
	case OPT_PROC:
		options->proc = arg;
		parse->proc_given = true;
		return 0;
	case ARGP_KEY_ARG:
		parse_word(state, parse, arg);
		return 0;
	case ARGP_KEY_END:
		if (!options->view)
			options->view = views[0];
		if (!parse->format)
			options->format = __builtin_ctz(options->view->formats);
		parse_filter(state, parse);
		check_contradictions(state, parse);
		if (options->view->other &&
		    options->view->other->formats & 1u << options->format)
			options->view = options->view->other;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void options_parse(struct options *options, int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.args_doc = "[VIEW] [FILTER...] [-- COMMAND...]\nexplain [CAUSE]",
		.doc = help_doc,
		.help_filter = help_add,
	};
	struct parse parse = { .options = options };

	*options = (struct options){
		.proc = "/proc/net/tcpfsm",
		.rows = UINT64_MAX,
		.for_ns = UINT64_MAX,
		.colour = terminal_has_colour(),
	};
	argp_err_exit_status = 2;
	/* In order: argp moves words otherwise, even over "--". */
	if (argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &parse))
		exit(1);			/* out of memory */
}

void options_list(void)
{
	help_list(option_table);
}
