// SPDX-License-Identifier: GPL-2.0
/* A cache for the text of 16 bytes and a number. */
#include "memo.h"

char *put_new_memo(char *to, struct memo_entry *entry, const uint8_t bytes[16],
		   uint32_t number, memo_spell spell)
{
	char *end = spell(to, bytes, number);

	if (end - to > MEMO_TEXT_MAX)
		return end;
	memcpy(entry->bytes, bytes, sizeof(entry->bytes));
	memcpy(entry->text, to, end - to);
	entry->number = number;
	entry->len = end - to + 1;
	return end;
}
