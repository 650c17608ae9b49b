/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and ports as text; ::ffff:a.b.c.d is shown as IPv4. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdint.h>

#include "memo.h"

#define ADDRESS_MAX 39			/* eight groups of four digits */

extern struct memo address_memo, endpoint_memo;

char *spell_address(char *to, const uint8_t address[16], uint32_t none);
char *spell_endpoint(char *to, const uint8_t address[16], uint32_t port);

static inline char *put_address(char *to, const uint8_t address[16])
{
	return put_memo(to, &address_memo, address, 0, spell_address);
}

/* "1.2.3.4:80", "[::1]:80" */
static inline char *put_endpoint(char *to, const uint8_t address[16], uint16_t port)
{
	return put_memo(to, &endpoint_memo, address, port, spell_endpoint);
}

/*
 * Replaces characters in the middle of the address by @mark until the endpoint
 * [@text, @end) has at most @width columns, at least 12; the port stays. @mark has at
 * most 3 bytes and @mark_width columns. Returns the new end.
 */
char *elide_endpoint(char *text, char *end, int width, const char *mark,
		     int mark_width);

#endif
