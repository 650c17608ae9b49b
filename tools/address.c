// SPDX-License-Identifier: GPL-2.0
/* Addresses and ports as text (RFC 5952). */
#include "address.h"
#include "number.h"

#include <stdbool.h>
#include <string.h>

static inline bool is_v4(const uint8_t address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, mapped, sizeof(mapped));
}

static char *put_v4(char *to, const uint8_t address[4])
{
	to = put_number(to, address[0]);
	for (int i = 1; i < 4; i++) {
		*to++ = '.';
		to = put_number(to, address[i]);
	}
	return to;
}

static char *put_v6(char *to, const uint8_t address[16])
{
	int gap = 8, gap_len = 1;	/* the first longest run of zero groups */
	uint16_t group[8];

	for (int i = 0; i < 8; i++)
		group[i] = address[2 * i] << 8 | address[2 * i + 1];

	for (int i = 0, len; i < 8; i += len + 1) {
		for (len = 0; i + len < 8 && !group[i + len]; len++)
			;
		if (len > gap_len) {	/* one group alone is printed as 0 */
			gap = i;
			gap_len = len;
		}
	}

	for (int i = 0; i < 8;) {
		if (i == gap) {
			to = put_word(to, "::");
			i += gap_len;
			continue;
		}
		if (i && i != gap + gap_len)
			*to++ = ':';
		to = put_hex(to, group[i++]);
	}
	return to;
}

char *spell_address(char *to, const uint8_t address[16], uint32_t none)
{
	(void)none;
	return is_v4(address) ? put_v4(to, address + 12) : put_v6(to, address);
}

char *spell_endpoint(char *to, const uint8_t address[16], uint32_t port)
{
	if (is_v4(address)) {
		to = put_v4(to, address + 12);
	} else {
		*to++ = '[';
		to = put_v6(to, address);
		*to++ = ']';
	}
	*to++ = ':';
	return put_number(to, port);
}

struct memo address_memo, endpoint_memo;

char *elide_endpoint(char *text, char *end, int width, const char *mark,
		     int mark_width)
{
	char *port = memrchr(text, ':', end - text);
	int cut = end - text - width + mark_width;
	size_t mark_len = strlen(mark);
	char *head, *tail;

	if (end - text <= width)
		return end;

	if (port > text && port[-1] == ']')
		port--;
	head = text + (port - text - cut + 1) / 2;
	tail = head + cut;

	memmove(head + mark_len, tail, end - tail);
	memcpy(head, mark, mark_len);
	return end - cut + mark_len;
}
