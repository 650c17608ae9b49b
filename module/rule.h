/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The grammar of a filter: conditions, all of which a transition must meet.
 *
 *   family=ipv4,ipv6     the socket's: an IPv6 socket that talks IPv4 is ipv6
 *   port= lport= rport=  80 or 8000-8999: either end's, the local one, the peer's
 *   addr= laddr= raddr=  192.0.2.1, 10.0.0.0/8, 2001:db8::/32: likewise. An address
 *                        that is shown as IPv4 is IPv4, whatever its socket is
 *   netns=               4026531840: an inode number
 *   new=                 ESTABLISHED: the new state, in any spelling
 *
 * Each key at most once, with up to RULE_ITEMS values, one of which must match. An
 * unknown value matches no condition.
 *
 * Context: any; no state, no locks. It is also tested on the host (selftest).
 */
#ifndef TCPFSM_RULE_H
#define TCPFSM_RULE_H

#include <linux/types.h>

#include "uapi/tcpfsm.h"

struct flow;

#define RULE_ITEMS	16
#define RULE_KEYS	9

union rule_item {
	struct { u32 from, to; };	/* both included; equal for a single value */
	struct { u8 addr[16], bits; };	/* IPv4 as ::ffff:a.b.c.d/96 to 128 */
};

/* A condition for each key of which @keys has the bit. */
struct rule {
	unsigned long keys;
	struct rule_list {
		u32 nr;
		union rule_item item[RULE_ITEMS];
	} list[RULE_KEYS];
};

/* The fault in a text: "@key=@item: @reason", or "@item: @reason". */
struct rule_error {
	const char *key, *item, *reason;
};

/*
 * Parse @text into @rule, which is zeroed. @text is cut into words. Return: true; false:
 * @error is set, and points into @text.
 */
bool rule_parse(struct rule *rule, char *text, struct rule_error *error);

/* Print the rule in normal form, at most @size bytes with NUL. Return: its length. */
size_t rule_print(const struct rule *rule, char *buf, size_t size);

/* Does the transition of @flow to the state @new meet all conditions? */
bool rule_matches(const struct rule *rule, const struct flow *flow, u8 new);

#endif /* TCPFSM_RULE_H */
