// SPDX-License-Identifier: GPL-2.0
/* The counters of the module's files, for metrics. */
#include "metrics_stats.h"
#include "exposition.h"
#include "names.h"
#include "proc_file.h"
#include "version.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STATS_MAX 128
#define NAME_SIZE 64
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/*
 * Rows of one metric stand together. A counter of a later module that is not here is not
 * shown; one that is not in the file has no sample.
 */
static const struct {
	const char *stat;		/* the name in the file, or its first part: */
	bool prefix;			/* the rest is the label's value */
	const char *metric;
	enum metric_type type;
	const char *label, *value;	/* NULL: none */
	const char *help;
} metrics[] = {
	{ "recorded", false, "tcpfsm_records_total", METRIC_COUNTER, NULL, NULL,
	  "Transitions that the module recorded." },
	{ "filtered", false, "tcpfsm_filtered_transitions_total", METRIC_COUNTER, NULL, NULL,
	  "Transitions that the filter of the module left out of the records." },
	{ "not_recorded", false, "tcpfsm_unrecorded_transitions_total", METRIC_COUNTER,
	  NULL, NULL,
	  "Transitions in network namespaces for whose records there was no memory." },
	{ "reader_lost", false, "tcpfsm_reader_lost_records_total", METRIC_COUNTER, NULL, NULL,
	  "Records that were overwritten before one of the readers had read them." },
	{ "overwritten", false, "tcpfsm_overwritten_records_total", METRIC_COUNTER,
	  "half_open", "no", "Records overwritten by newer ones, as is usual." },
	{ "overwritten_half_open", false, "tcpfsm_overwritten_records_total", METRIC_COUNTER,
	  "half_open", "yes", NULL },
	{ "cause_unknown", false, "tcpfsm_unknown_causes_total", METRIC_COUNTER, NULL, NULL,
	  "Records with the cause unknown." },
	{ "self_loops", false, "tcpfsm_self_loops_total", METRIC_COUNTER, NULL, NULL,
	  "Transitions from a state to the same state, which are not recorded." },
	{ "odd_states", false, "tcpfsm_odd_states_total", METRIC_COUNTER, NULL, NULL,
	  "Transitions from or to a number that is no state." },
	{ "skipped_", true, "tcpfsm_skipped_events_total", METRIC_COUNTER, "protocol", NULL,
	  "Events of other protocols, which are not recorded." },
	{ "wake_ups", false, "tcpfsm_wake_ups_total", METRIC_COUNTER, NULL, NULL,
	  "How often sleeping readers were woken." },
	{ "records_per_cpu", false, "tcpfsm_ring_records", METRIC_GAUGE, NULL, NULL,
	  "Records that are held for each CPU." },
	{ "flows_max", false, "tcpfsm_flows_limit", METRIC_GAUGE, NULL, NULL,
	  "Connections that the module can remember at once." },
	{ "flows_live", false, "tcpfsm_flows", METRIC_GAUGE, NULL, NULL,
	  "Connections that the module remembers, half-open ones too." },
	{ "flows_half_open", false, "tcpfsm_half_open_flows", METRIC_GAUGE, NULL, NULL,
	  "Half-open connections that the module remembers." },
	{ "flows_evicted", false, "tcpfsm_evicted_flows_total", METRIC_COUNTER,
	  "half_open", "no", "Connections that the module forgot, since it had no room." },
	{ "flows_half_open_evicted", false, "tcpfsm_evicted_flows_total", METRIC_COUNTER,
	  "half_open", "yes", NULL },
	{ "hook_", true, "tcpfsm_hook_attached", METRIC_GAUGE, "function", NULL,
	  "1 if the module is called by this function of the kernel." },
	{ "hits_", true, "tcpfsm_hook_hits_total", METRIC_COUNTER, "function", NULL,
	  "Calls by this function of the kernel." },
};

struct stats {
	struct stat_line {
		char name[NAME_SIZE];
		uint64_t value;
	} line[STATS_MAX];
	size_t count;
	char version[NAME_SIZE];
};

/* Cuts the first word off @rest. NULL: there is none. */
static char *next_word(char **rest)
{
	char *word;

	do
		word = strsep(rest, " \n");
	while (word && !*word);
	return word;
}

static bool parse_count(const char *word, uint64_t *count)
{
	char *end;

	errno = 0;
	*count = word ? strtoull(word, &end, 10) : 0;
	return word && isdigit((unsigned char)*word) && !*end && !errno;
}

static bool take_stat(void *to, char *line, uint64_t nr)
{
	struct stats *stats = to;
	struct stat_line *stat = &stats->line[stats->count];
	char *rest = line, *name = next_word(&rest), *value = next_word(&rest);

	(void)nr;
	if (!value || next_word(&rest) || strlen(name) >= NAME_SIZE ||
	    strlen(value) >= NAME_SIZE || stats->count == STATS_MAX)
		return false;
	if (!strcmp(name, "version")) {
		strcpy(stats->version, value);
		return true;
	}
	strcpy(stat->name, name);
	stats->count++;
	return parse_count(value, &stat->value);
}

static void put_row(FILE *to, const struct stats *stats, size_t row, bool *begun)
{
	size_t length = strlen(metrics[row].stat);

	for (size_t i = 0; i < stats->count; i++) {
		const struct stat_line *stat = &stats->line[i];
		const char *value = metrics[row].value;

		if (metrics[row].prefix ? strncmp(stat->name, metrics[row].stat, length) :
					  strcmp(stat->name, metrics[row].stat))
			continue;
		if (metrics[row].prefix)
			value = stat->name + length;
		if (!*begun)
			exposition_head(to, metrics[row].metric, metrics[row].type,
					metrics[row].help);
		*begun = true;
		exposition_sample(to, metrics[row].metric, stat->value, metrics[row].label,
				  value, NULL);
	}
}

bool metrics_stats(FILE *to, const char *proc)
{
	struct stats stats = { 0 };
	bool begun = false;

	if (!proc_file_read(proc, "stats", "a counter", take_stat, &stats))
		return false;
	exposition_head(to, "tcpfsm_build_info", METRIC_GAUGE,
			"The versions of this program and of the module; always 1.");
	exposition_sample(to, "tcpfsm_build_info", 1, "version", reader_version,
			  "module_version", stats.version, NULL);
	for (size_t row = 0; row < ARRAY_SIZE(metrics); row++) {
		if (row && strcmp(metrics[row].metric, metrics[row - 1].metric))
			begun = false;
		put_row(to, &stats, row, &begun);
	}
	return true;
}

struct matrix {
	uint64_t (*count)[UINT8_MAX + 1];
	uint8_t new_state[UINT8_MAX + 1];	/* of the columns */
	size_t columns;
};

static bool take_headings(struct matrix *matrix, char *rest)
{
	char *word;

	if (!next_word(&rest))			/* OLD\NEW */
		return false;
	while ((word = next_word(&rest))) {
		if (matrix->columns == UINT8_MAX ||
		    !state_named(word, &matrix->new_state[matrix->columns++]))
			return false;
	}
	return matrix->columns;
}

static bool take_row(void *to, char *line, uint64_t nr)
{
	struct matrix *matrix = to;
	char *rest = line, *word;
	uint8_t old_state;

	if (nr == 1)
		return take_headings(matrix, line);
	word = next_word(&rest);
	if (!word || !state_named(word, &old_state))
		return false;
	for (size_t i = 0; i < matrix->columns; i++) {
		if (!parse_count(next_word(&rest),
				 &matrix->count[old_state][matrix->new_state[i]]))
			return false;
	}
	return !next_word(&rest);
}

bool metrics_matrix(uint64_t count[UINT8_MAX + 1][UINT8_MAX + 1], const char *proc)
{
	struct matrix matrix = { .count = count };

	return proc_file_read(proc, "matrix", "a row of counts", take_row, &matrix);
}
