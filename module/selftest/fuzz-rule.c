// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: any text as a filter. A rule that is accepted is printed and parsed again:
 * the second rule must be equal, print the same text and match the same transitions. Of a
 * text that is refused, key and value must be words of the text itself.
 *
 * The text ends at its first NUL; the flow to match and its new state follow. Addresses
 * are parsed by glibc here; the scenario 98-hostile-writes tests the kernel's parser.
 */
#include <stdint.h>
#include <stdio.h>

#include "flow.h"
#include "rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX	1024		/* FILTER_TEXT_MAX */

#define must(what) must_(what, #what, __LINE__)

static void must_(bool ok, const char *what, int line)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz-rule.c:%d: %s does not hold\n", line, what);
	abort();
}

static bool is_part_of(const char *at, const char *text, size_t size)
{
	return at >= text && at <= text + size && strlen(at) <= size;
}

static void check_refused(const struct rule_error *error, const char *text, size_t size)
{
	must(error->reason && *error->reason);
	must(error->item);
	/* "" where the fault is not in a value. */
	must(!*error->item || is_part_of(error->item, text, size));
	must(!error->key || is_part_of(error->key, text, size));
}

static void check_accepted(const struct rule *rule, const struct flow *flow, u8 new)
{
	char printed[TEXT_MAX], text[TEXT_MAX], again[TEXT_MAX];
	static struct rule second;
	struct rule_error error;
	size_t len = rule_print(rule, printed, sizeof(printed));

	must(len == strlen(printed) && len < sizeof(printed));
	if (len == TEXT_MAX - 1)
		return;			/* filter.c refuses a rule of this length */

	strcpy(text, printed);
	memset(&second, 0, sizeof(second));
	must(rule_parse(&second, text, &error));
	must(rule_print(&second, again, sizeof(again)) == len);
	must(!strcmp(printed, again));
	must(!memcmp(rule, &second, sizeof(second)));
	must(rule_matches(rule, flow, new) == rule_matches(&second, flow, new));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct { struct flow flow; u8 new; } met = { 0 };
	static struct rule rule;
	struct rule_error error;
	size_t len = strnlen((const char *)data, size), rest;
	char *text = calloc(1, len + 1);

	if (!text)
		abort();
	memcpy(text, data, len);
	rest = size - len < sizeof(met) ? size - len : sizeof(met);
	memcpy(&met, data + len, rest);

	memset(&rule, 0, sizeof(rule));
	memset(&error, 0, sizeof(error));
	if (rule_parse(&rule, text, &error))
		check_accepted(&rule, &met.flow, met.new);
	else
		check_refused(&error, text, len);
	free(text);
	return 0;
}
