/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What 16 bytes, an address or a process name, are as text: spelt once, then
 * copied. The bytes are all that the text depends on, so nothing gets stale.
 */
#ifndef MEMO_H
#define MEMO_H

#include <stdint.h>
#include <string.h>

#define MEMO_TEXT_MAX 47		/* longer ones are spelt each time */

struct memo {
	struct memo_entry {
		uint64_t bytes[2];
		char text[MEMO_TEXT_MAX];
		uint8_t len;		/* and one, or 0 if nothing is here */
	} entries[64];
};

typedef char *(*memo_spell)(char *to, const uint8_t bytes[16]);

char *put_new_memo(char *to, struct memo_entry *entry, const uint8_t bytes[16],
		   memo_spell spell);

static inline char *put_memo(char *to, struct memo *memo, const uint8_t bytes[16],
			     memo_spell spell)
{
	struct memo_entry *entry;
	uint64_t key[2];

	memcpy(key, bytes, sizeof(key));
	/* Fibonacci hashing: the upper bits depend on all of those below. */
	entry = &memo->entries[(key[0] ^ key[1]) * 0x9e3779b97f4a7c15 >> 58];
	if (entry->bytes[0] != key[0] || entry->bytes[1] != key[1] || !entry->len)
		return put_new_memo(to, entry, bytes, spell);
	memcpy(to, entry->text, MEMO_TEXT_MAX);
	return to + entry->len - 1;
}

#endif
