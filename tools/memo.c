// SPDX-License-Identifier: GPL-2.0
/* What 16 bytes are as text: spelt once. */
#include "memo.h"

char *put_new_memo(char *to, struct memo_entry *entry, const uint8_t bytes[16],
		   memo_spell spell)
{
	char *end = spell(to, bytes);

	if (end - to > MEMO_TEXT_MAX)
		return end;
	memcpy(entry->bytes, bytes, sizeof(entry->bytes));
	memcpy(entry->text, to, end - to);
	entry->len = end - to + 1;
	return end;
}
