// SPDX-License-Identifier: GPL-2.0
/* A cache for the text of 16 bytes and a number. */
#include "memo.h"
#include "number.h"

#include <string.h>

static struct memo_entry *entry_of(struct memo *memo, const uint64_t key[2],
				   uint32_t number)
{
	/* Fibonacci hashing: the upper bits depend on all of those below. */
	uint64_t hash = (key[0] ^ key[1] ^ number) * 0x9e3779b97f4a7c15;

	return &memo->entries[hash >> (64 - MEMO_BITS)];
}

static void keep(struct memo_entry *entry, const uint64_t key[2], uint32_t number,
		 const char *text, size_t len)
{
	if (len > MEMO_TEXT_MAX)
		return;
	memcpy(entry->bytes, key, sizeof(entry->bytes));
	memcpy(entry->text, text, len);
	entry->number = number;
	entry->len = len;
}

char *put_memo(char *to, struct memo *memo, const uint8_t bytes[16], uint32_t number,
	       memo_spell spell)
{
	struct memo_entry *entry;
	uint64_t key[2];
	char *end;

	memcpy(key, bytes, sizeof(key));
	entry = entry_of(memo, key, number);
	if (entry->len && entry->number == number && entry->bytes[0] == key[0] &&
	    entry->bytes[1] == key[1])
		return put_short(to, entry->text, entry->len);
	end = spell(to, bytes, number);
	keep(entry, key, number, to, end - to);
	return end;
}
