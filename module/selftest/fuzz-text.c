// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: any bytes as a record. `log` and `follow` must print it as one line of
 * eleven words in printable ASCII, shorter than TEXT_LINE_MAX. Members that no process
 * can choose, as states and causes, have any value, too.
 */
#include <stdint.h>
#include <stdio.h>

#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *line, size_t len, unsigned int words_due)
{
	unsigned int words = 0;
	bool ok = len > 0 && len < TEXT_LINE_MAX - 1 && line[len - 1] == '\n';
	size_t i;

	for (i = 0; ok && i + 1 < len; i++) {
		ok = line[i] >= ' ' && line[i] <= '~';
		words += line[i] != ' ' && (line[i + 1] == ' ' || line[i + 1] == '\n');
	}
	if (ok && words == words_due)
		return;
	fprintf(stderr, "fuzz-text.c: not a line of %u words: '%.*s'\n", words_due,
		(int)len, line);
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tcpfsm_record rec = { 0 };
	char line[TEXT_LINE_MAX];
	struct text_clock clock = { 0 };

	memcpy(&rec, data, size < sizeof(rec) ? size : sizeof(rec));
	/* The offset of the clock follows. */
	if (size > sizeof(rec))
		memcpy(&clock.real_offset_ns, data + sizeof(rec),
		       size - sizeof(rec) < 8 ? size - sizeof(rec) : 8);
	check(line, text_record(line, &rec, &clock), rec.kind == TCPFSM_LOST ? 3 : 11);
	return 0;
}
