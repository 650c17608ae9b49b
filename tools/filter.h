/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A filter in the language of ss(8), and the words that a record has beside: which
 * records are shown.
 */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter;
struct tcpfsm_record;

struct filter_error {
	size_t at, length;		/* the word in the text, bytes */
	char message[160];
};

/* Returns NULL and fills in @error if @text is no filter. */
struct filter *filter_parse(const char *text, struct filter_error *error);
void filter_free(struct filter *filter);

/*
 * NULL takes every record. A comparison with an unknown value is false; `not` inverts
 * that, too.
 */
bool filter_takes(const struct filter *filter, const struct tcpfsm_record *r);

/*
 * The least dwell above @dwell_ns at which the filter may decide otherwise, if nothing else
 * changes; UINT64_MAX: none.
 */
uint64_t filter_next_dwell(const struct filter *filter, uint64_t dwell_ns);

/*
 * The same filter in the words of /proc/net/tcpfsm/filter, in at most @size bytes, for
 * --capture. Returns false and the reason in @error if it cannot be said there exactly.
 */
bool filter_capture(const struct filter *filter, char *text, size_t size,
		    struct filter_error *error);

/* For --help, the manual page and the completion: one row for each word, up to a NULL. */
struct filter_word {
	const char *word;		/* "dport" */
	const char *argument;		/* "= PORT", or "" */
	const char *help;		/* one sentence without its full stop */
};

extern const struct filter_word filter_words[];

struct filter_group {			/* of states, as ss has them; up to a NULL */
	const char *name;
	uint32_t states;		/* 1u << TCPFSM_<STATE> */
};

extern const struct filter_group filter_groups[];

#endif
