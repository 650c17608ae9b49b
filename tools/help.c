// SPDX-License-Identifier: GPL-2.0
/* What --help prints beside the options, and --list; the words that options take. */
#include "help.h"
#include "explain.h"
#include "filter.h"
#include "names.h"
#include "style.h"
#include "table.h"
#include "view.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tcpfsm.h"

enum { EXAMPLE_WIDTH = 34 };

const char help_doc[] =
	"Show the TCP state transitions of this machine, and its connections.\n"
	"\v"
	"FILTER is in the language of ss(8), with more words, such as cause, comm and dwell. "
	"The manual page tcpfsm(8) lists them, and the columns of each view.\n"
	"With COMMAND: run it, show what happens until it ends, and exit with its status.\n"
	"explain, without options: the meaning of a CAUSE, or of all, and what to look at "
	"next.\n"
	"\n"
	"Exit status: 0 ok, 1 error, 2 wrong usage, 3 records were lost.\n";

static const struct {
	const char *words, *what;
} examples[] = {
	{ "", "what happens from now on" },
	{ "dport = :443", "the same, of one port" },
	{ "life --failed", "connections that failed" },
	{ "ladder -- curl http://localhost/", "a picture of curl's connections" },
	{ "-w trace", "save until Ctrl-C" },
	{ "summary --by owner -r trace", "what was saved, by process" },
	{ "-o json | jq -c '[.old, .new]'", "two members of each object" },
	{ "explain rcv_rst", "what this cause means" },
};

const char *const format_names[] = {
	[FORMAT_TEXT] = "text", [FORMAT_JSON] = "json", [FORMAT_CSV] = "csv",
	[FORMAT_MERMAID] = "mermaid", [FORMAT_SVG] = "svg",
	[FORMAT_PERFETTO] = "perfetto", [FORMAT_HTML] = "html",
	[FORMAT_PROMETHEUS] = "prometheus", NULL
};

const char *const colour_words[] = { "auto", "always", "never", NULL };

static void put_views(FILE *to)
{
	fputs("\nViews:\n", to);
	for (const struct view *const *v = views; *v; v++)
		fprintf(to, "  %-11s %s\n", (*v)->name, (*v)->what);
}

static void put_examples(FILE *to)
{
	fputs("\nExamples:\n", to);
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		fprintf(to, "  %s %-*s %s\n", program_invocation_short_name, EXAMPLE_WIDTH,
			examples[i].words, examples[i].what);
}

char *help_add(int key, const char *text, void *input)
{
	char *whole = NULL;
	size_t size;
	FILE *to;

	(void)input;
	if (key != ARGP_KEY_HELP_PRE_DOC && key != ARGP_KEY_HELP_POST_DOC)
		return (char *)text;
	to = open_memstream(&whole, &size);
	if (!to)
		return (char *)text;
	fputs(text, to);
	if (key == ARGP_KEY_HELP_PRE_DOC)
		put_views(to);
	else
		put_examples(to);
	fclose(to);
	return whole;
}

static const char *or_dash(const char *word)
{
	return word && *word ? word : "-";
}

static bool same(const char *a, const char *b)
{
	return !strcmp(or_dash(a), or_dash(b));
}

/* The same column in another form, for another width of the screen? */
static bool is_listed(const struct columns *columns, size_t n)
{
	const struct column *c = columns->column;

	for (size_t i = 0; i < n; i++) {
		if (same(c[i].name, c[n].name) && same(c[i].heading, c[n].heading) &&
		    same(c[i].help, c[n].help))
			return true;
	}
	return false;
}

/* Prints the words whose bits are set. */
static void list_words(const char *const *words, unsigned int bits)
{
	const char *before = "\t";

	if (!bits)
		fputs("\t-", stdout);
	for (unsigned int i = 0; words[i]; i++) {
		if (bits >> i & 1) {
			printf("%s%s", before, words[i]);
			before = ",";
		}
	}
}

static void list_view(const struct view *view)
{
	printf("view\t%s", view->name);
	list_words(format_names, view->formats);
	list_words(view_option_names, view->options);
	printf("\t%s\n", view->what);
}

static void list_values(const char *option, const char *const *words)
{
	while (words && *words)
		printf("value\t%s\t%s\n", option, *words++);
}

/* Where a column is shown, as bits of the words below. */
static unsigned int shown_in(const struct column *c)
{
	return (c->where & (IN_TEXT | IN_NARROW) ? 1u << 0 : 0) |
	       (c->where & (IN_TEXT | IN_EXTENDED | IN_REST) ? 1u << 1 : 0) |
	       (c->where & IN_DATA ? 1u << 2 : 0);
}

static void list_columns(const struct view *view, const struct columns *columns)
{
	static const char *const where[] = { "text", "-x", "data", NULL };

	for (size_t i = 0; i < columns->count; i++) {
		const struct column *c = &columns->column[i];

		if (is_listed(columns, i))
			continue;
		printf("column\t%s\t%s\t%s\t%s", view->name, columns->name,
		       or_dash(c->name), or_dash(c->heading));
		list_words(where, shown_in(c));
		printf("\t%s\n", c->help);
	}
}

static void list_options(const struct argp_option *options)
{
	/* argp's own. */
	puts("option\t--help\t-h\t-\tPrint the views, the options and examples");
	for (const struct argp_option *o = options; o->name || o->key; o++) {
		char letter[] = { '-', o->key, '\0' };

		if (!(o->flags & OPTION_HIDDEN))
			printf("option\t--%s\t%s\t%s\t%s\n", o->name,
			       o->key < 256 ? letter : "-", or_dash(o->arg), o->doc);
	}
}

static void list_filter(void)
{
	for (const struct filter_word *w = filter_words; w->word; w++)
		printf("filter\t%s\t%s\t%s\n", w->word, or_dash(w->argument), w->help);
	for (const struct filter_group *g = filter_groups; g->name; g++) {
		const char *before = "\t";

		printf("group\t%s", g->name);
		for (unsigned int i = 1; i < TCPFSM_NR_STATES; i++) {
			if (g->states >> i & 1) {
				printf("%s%s", before, state_names.name[i]);
				before = ",";
			}
		}
		putchar('\n');
	}
}

void help_list(const struct argp_option *options)
{
	for (const struct view *const *v = views; *v; v++)
		list_view(*v);
	list_options(options);
	list_values("--output", format_names);
	list_values("--color", colour_words);
	for (const struct view *const *v = views; *v; v++) {
		list_values("--by", (*v)->by);
		for (const struct columns *const *c = (*v)->columns; *c; c++)
			list_columns(*v, *c);
	}
	list_filter();
	for (unsigned int i = 1; i < TCPFSM_NR_STATES; i++)
		printf("state\t%s\n", state_names.name[i]);
	for (unsigned int i = 0; i < NAMES_MAX && flag_names.name[i][0]; i++)
		printf("flag\t%s\n", flag_names.name[i]);
	for (unsigned int i = 1; i < TCPFSM_NR_CAUSES; i++)
		printf("cause\t%s\t%s\t%s\n", cause_names.name[i], explain_what(i),
		       explain_next(i));
}
