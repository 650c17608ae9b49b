// SPDX-License-Identifier: GPL-2.0
/* The options of the command line. */
#include "options.h"
#include "format.h"
#include "names.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

enum { OPT_SINCE_LOAD = 256, OPT_COLOUR, OPT_PROC };
enum { EXAMPLE_WIDTH = 30 };

static const struct argp_option option_table[] = {
	{ "output", 'o', "FORMAT", 0, "text (default), json or csv", 1 },
	{ "extended", 'x', NULL, 0, "All fields, full addresses, long lines", 1 },
	{ "count", 'n', "N", 0, "Stop after N transitions", 1 },
	{ "since-load", OPT_SINCE_LOAD, NULL, 0,
	  "Start with the oldest record held, not from now on", 1 },
	{ "color", OPT_COLOUR, "WHEN", 0, "auto (default), always or never", 1 },
	{ "write", 'w', "FILE", 0, "Save the records in FILE (- = stdout), show nothing", 2 },
	{ "read", 'r', "FILE", 0, "Show the records saved in FILE (- = stdin)", 2 },
	{ "proc", OPT_PROC, "DIR", 0, "The module's files are in DIR, not /proc/net/tcpfsm", 3 },
	{ "version", 'V', NULL, 0, "Print the versions of reader and module", -1 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, NULL, -1 },
	{ 0 }
};

static const char doc[] =
	"Show the TCP state transitions of this machine as they happen.\n"
	"explain, without options: the meaning of a CAUSE, or of all, and what to look at next."
	"\vExit status: 0 ok, 1 error, 2 wrong usage, 3 records were lost.\n"
	"\n"
	"Examples:\n";

static const struct {
	const char *words, *what;
} examples[] = {
	{ "", "what happens from now on" },
	{ "--since-load -n 20", "the 20 oldest transitions held" },
	{ "-o json | jq -c '[.old, .new]'", "two members of each object" },
	{ "-w trace", "save until Ctrl-C" },
	{ "-x -r trace", "what was saved, with all fields" },
	{ "explain rcv_rst", "what this cause means" },
};

/* The options, and which of them were given. */
struct parse {
	struct options *options;
	bool format_given;
	bool proc_given;
	bool option_given;		/* any option */
	bool cause_given;
};

static const struct format *parse_format(struct argp_state *state,
					 const char *word)
{
	static const struct format *const formats[] = {
		&format_text, &format_json, &format_csv,
	};

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		if (!strcmp(word, formats[i]->name))
			return formats[i];
	}
	argp_error(state, "-o '%s': not one of text, json, csv", word);
	return NULL;
}

static uint64_t parse_count(struct argp_state *state, const char *word)
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
	if (!strcmp(word, "auto"))
		return terminal_has_colour();
	if (strcmp(word, "always") && strcmp(word, "never"))
		argp_error(state, "--color '%s': not one of auto, always, never",
			   word);
	return !strcmp(word, "always");
}

static void parse_word(struct argp_state *state, struct parse *parse,
		       const char *word)
{
	struct options *options = parse->options;

	if (!options->explain && !strcmp(word, "explain")) {
		options->explain = true;
	} else if (options->explain && !parse->cause_given) {
		options->cause = cause_named(word);
		parse->cause_given = true;
		if (!options->cause)
			argp_failure(state, argp_err_exit_status, 0,
				     "explain '%s': not a cause; 'explain' alone lists all causes",
				     word);
	} else {
		argp_error(state, "unexpected argument '%s'", word);
	}
}

static void check_contradictions(struct argp_state *state,
				 const struct parse *parse)
{
	const struct options *options = parse->options;

	if (options->explain && parse->option_given)
		argp_error(state, "explain is about causes, not records: it takes no options");
	if (options->read && options->since_load)
		argp_error(state, "--since-load is about the running module, -r about a file");
	if (options->read && parse->proc_given)
		argp_error(state, "--proc is about the running module, -r about a file");
	if (options->write && parse->format_given)
		argp_error(state, "-w saves records as they are; -o shows them (use -r later)");
	if (options->write && options->extended)
		argp_error(state, "-w saves records as they are; -x shows them (use -r later)");
	if (options->extended && options->format != &format_text)
		argp_error(state, "-x is about text; %s always has all fields",
			   options->format->name);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct parse *parse = state->input;
	struct options *options = parse->options;

	for (const struct argp_option *o = option_table; o->name || o->key; o++)
		parse->option_given |= o->key == key;

	switch (key) {
	case 'o':
		options->format = parse_format(state, arg);
		parse->format_given = true;
		return 0;
	case 'x':
		options->extended = true;
		return 0;
	case 'n':
		options->count = parse_count(state, arg);
		return 0;
	case 'w':
		options->write = arg;
		return 0;
	case 'r':
		options->read = arg;
		return 0;
	case 'V':
		options->version = true;
		return 0;
	case 'h':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		return 0;
	case OPT_SINCE_LOAD:
		options->since_load = true;
		return 0;
	case OPT_COLOUR:
		options->colour = parse_colour(state, arg);
		return 0;
	case OPT_PROC:
		options->proc = arg;
		parse->proc_given = true;
		return 0;
	case ARGP_KEY_ARG:
		parse_word(state, parse, arg);
		return 0;
	case ARGP_KEY_END:
		check_contradictions(state, parse);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Appends the examples, with the name of this program. */
static char *put_examples(int key, const char *text, void *input)
{
	const char *name = program_invocation_short_name;
	char *examples_text = NULL;
	size_t size;
	FILE *to;

	(void)input;
	if (key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	to = open_memstream(&examples_text, &size);
	if (!to)
		return (char *)text;
	fputs(text, to);
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++)
		fprintf(to, "  %s %-*s %s\n", name, EXAMPLE_WIDTH,
			examples[i].words, examples[i].what);
	fclose(to);
	return examples_text;
}

void options_parse(struct options *options, int argc, char **argv)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.args_doc = "\nexplain [CAUSE]",
		.doc = doc,
		.help_filter = put_examples,
	};
	struct parse parse = { .options = options };

	*options = (struct options){
		.format = &format_text,
		.proc = "/proc/net/tcpfsm",
		.count = UINT64_MAX,
		.colour = terminal_has_colour(),
	};
	argp_err_exit_status = 2;
	if (argp_parse(&argp, argc, argv, 0, NULL, &parse))
		exit(1);			/* out of memory */
}
