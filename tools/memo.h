/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A cache for the text of 16 bytes and a number: an address and a port, or a process
 * name and a pid, which are the same in each transition of a connection. The text
 * depends on nothing else, so an entry never becomes stale.
 */
#ifndef MEMO_H
#define MEMO_H

#include <stdint.h>

#define MEMO_TEXT_MAX 43		/* longer texts are not kept */
#define MEMO_BITS 10			/* enough for the connections of a busy machine */

struct memo {
	struct memo_entry {
		uint64_t bytes[2];
		uint32_t number;
		uint8_t len;		/* 0: no entry */
		char text[MEMO_TEXT_MAX];
	} entries[1 << MEMO_BITS];
};

/* Never writes an empty text. */
typedef char *(*memo_spell)(char *to, const uint8_t bytes[16], uint32_t number);

char *put_memo(char *to, struct memo *memo, const uint8_t bytes[16], uint32_t number,
	       memo_spell spell);

#endif
