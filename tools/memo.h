/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cache for the text of 16 bytes and a number: an address and a port, or a process
 * name and a pid, which are the same in each transition of a connection. The text
 * depends on nothing else, so an entry never becomes stale.
 */
#ifndef MEMO_H
#define MEMO_H

#include <stdint.h>
#include <string.h>

#define MEMO_TEXT_MAX 43		/* longer texts are not kept */
#define MEMO_BITS 10			/* enough for the connections of a busy machine */

struct memo {
	struct memo_entry {
		uint64_t bytes[2];
		uint32_t number;
		uint8_t len;		/* plus one; 0: no entry */
		char text[MEMO_TEXT_MAX];
	} entries[1 << MEMO_BITS];
};

typedef char *(*memo_spell)(char *to, const uint8_t bytes[16], uint32_t number);

char *put_new_memo(char *to, struct memo_entry *entry, const uint8_t bytes[16],
		   uint32_t number, memo_spell spell);

static inline char *put_memo(char *to, struct memo *memo, const uint8_t bytes[16],
			     uint32_t number, memo_spell spell)
{
	struct memo_entry *entry;
	uint64_t key[2], hash;

	memcpy(key, bytes, sizeof(key));
	/* Fibonacci hashing: the upper bits depend on all of those below. */
	hash = (key[0] ^ key[1] ^ number) * 0x9e3779b97f4a7c15;
	entry = &memo->entries[hash >> (64 - MEMO_BITS)];
	if (entry->bytes[0] != key[0] || entry->bytes[1] != key[1] ||
	    entry->number != number || !entry->len)
		return put_new_memo(to, entry, bytes, number, spell);
	memcpy(to, entry->text, MEMO_TEXT_MAX);
	return to + entry->len - 1;
}

#endif
