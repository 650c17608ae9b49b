// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: a record, then a text as a filter. A text that is refused has a message
 * about a place in it; one that is taken can be said in the module's words or not, with a
 * reason. In "not (...)" the text takes the other records.
 */
#include "filter.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcpfsm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(what) must_(what, #what, __LINE__)

static void must_(bool ok, const char *what, int line)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz-filter.c:%d: %s does not hold\n", line, what);
	abort();
}

/* NULL if the text is too long or too deep with two words more. */
static struct filter *inverse_of(const char *text)
{
	struct filter_error error;
	struct filter *inverse;
	char *not;

	if (asprintf(&not, "not (%s)", text) < 0)
		abort();
	inverse = filter_parse(not, &error);
	must(inverse || strstr(error.message, "more than") ||
	     strstr(error.message, "deeper"));
	free(not);
	return inverse;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcpfsm_record r = { 0 };
	struct filter_error error;
	struct filter *filter, *inverse;
	char words[2048], *text;
	size_t of_record = size < sizeof(r) ? size / 2 : sizeof(r);

	memcpy(&r, data, of_record);
	text = calloc(1, size - of_record + 1);
	if (!text)
		abort();
	memcpy(text, data + of_record, size - of_record);
	filter = filter_parse(text, &error);
	must(!filter == !!*error.message);
	must(error.at + error.length <= strlen(text));
	if (filter) {
		inverse = inverse_of(text);
		must(!inverse || filter_takes(inverse, &r) != filter_takes(filter, &r));
		filter_free(inverse);
		if (filter_capture(filter, words, sizeof(words), &error))
			must(*words && strlen(words) < sizeof(words));
		else
			must(*error.message && error.at + error.length <= strlen(text));
	}
	filter_free(filter);
	free(text);
	return 0;
}
