/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a filter's text says: conditions, all of which a transition must meet.
 *
 *   family=ipv4,ipv6     of the socket: one for both is ipv6, also where it
 *                        talks IPv4
 *   port= lport= rport=  80 or 8000-8999; either end's, this end's, the peer's
 *   addr= laddr= raddr=  192.0.2.1, 10.0.0.0/8, 2001:db8::/32. What is shown as
 *                        IPv4 is IPv4, whatever its socket is
 *   netns=               4026531840: an inode number
 *   new=                 ESTABLISHED: the state that begins, in any spelling
 *
 * Each key at most once, with up to RULE_ITEMS values: one must fit. What is not
 * known meets no condition.
 *
 * Context: any. There is no state, and but for how an address is read and printed
 * nothing of the kernel's: it can be tested off it.
 */
#ifndef TCPFSM_RULE_H
#define TCPFSM_RULE_H

#include <linux/types.h>

#include "uapi/tcpfsm.h"

struct flow;

#define RULE_ITEMS	16
#define RULE_KEYS	9

union rule_item {
	struct { u32 from, to; };	/* both included; a single value twice */
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

/* Why a text is no rule: "@key=@item: @reason", or without @key. */
struct rule_error {
	const char *key, *item, *reason;
};

/*
 * Read @text, which is cut into words meanwhile, into a zeroed @rule. Return:
 * true, or false and @error, which points into @text.
 */
bool rule_parse(struct rule *rule, char *text, struct rule_error *error);

/* The same rule as text, at most @size with its NUL. Return: its length. */
size_t rule_print(const struct rule *rule, char *buf, size_t size);

/* The connection of @flow goes to the state @new. */
bool rule_matches(const struct rule *rule, const struct flow *flow, u8 new);

#endif /* TCPFSM_RULE_H */
