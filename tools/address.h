/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and ports as text; ::ffff:a.b.c.d is the IPv4 address it is. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stdint.h>

#include "memo.h"

#define ADDRESS_MAX 39			/* eight groups of four digits */
#define ENDPOINT_MAX (ADDRESS_MAX + sizeof("[]:65535") - 1)

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
 * Takes characters out of the middle of the address until the endpoint
 * [@text, @end) is @width columns; the port stays. @mark stands in for them:
 * at most 3 bytes and @mark_width columns. @width must be at least 12.
 */
char *elide_endpoint(char *text, char *end, int width, const char *mark,
		     int mark_width);

#endif
