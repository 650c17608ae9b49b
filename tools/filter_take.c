// SPDX-License-Identifier: GPL-2.0
/* Does a record fit a filter? */
#include "filter_tree.h"

#include <string.h>

#include "tcpfsm.h"

static bool compare(enum filter_op op, uint64_t value, uint64_t wanted)
{
	switch (op) {
	case OP_EQ: return value == wanted;
	case OP_NE: return value != wanted;
	case OP_LT: return value < wanted;
	case OP_GT: return value > wanted;
	case OP_LE: return value <= wanted;
	case OP_GE: return value >= wanted;
	}
	return false;
}

/* As in the module's filter, IPv4 is in no prefix of IPv6: ::/0 is any IPv6 address. */
static bool in_prefix(const uint8_t address[16], const struct filter_node *n)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned int bytes = n->bits / 8, rest = n->bits % 8;

	if (n->bits < 96 && !memcmp(address, mapped, sizeof(mapped)))
		return false;
	if (memcmp(address, n->address, bytes))
		return false;
	return !rest || !((address[bytes] ^ n->address[bytes]) >> (8 - rest));
}

/* != of an address is false if the address is unknown, like every comparison. */
static bool address_fits(const struct filter_node *n, bool known,
			 const uint8_t address[16])
{
	return known && in_prefix(address, n) == (n->op == OP_EQ);
}

/* In @pattern, * is any text and ? any byte. */
static bool glob_fits(const char *pattern, const char *text)
{
	const char *star = NULL;	/* behind the last * */
	const char *again = NULL;	/* the text that this * does not cover */

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			again = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++again;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool comm_fits(const struct filter_node *n, const uint8_t comm[TCPFSM_COMM_LEN])
{
	char text[TCPFSM_COMM_LEN + 1] = "";

	memcpy(text, comm, TCPFSM_COMM_LEN);
	return glob_fits(n->text, text) == (n->op == OP_EQ);
}

/* Of either end: != means that it is neither's. */
static bool either_fits(const struct filter_node *n, bool left, bool right)
{
	return n->op == OP_NE ? left && right : left || right;
}

static bool is_in(uint32_t states, uint8_t state)
{
	return state < 32 && states >> state & 1;
}

static bool test_fits(const struct filter_node *n, const struct tcpfsm_record *r)
{
	bool laddr = r->known & TCPFSM_KNOWN_LADDR, lport = r->known & TCPFSM_KNOWN_LPORT;
	bool peer = r->known & TCPFSM_KNOWN_PEER, owner = r->known & TCPFSM_KNOWN_OWNER;
	bool route = r->known & TCPFSM_KNOWN_ROUTE;

	switch (n->field) {
	case FILTER_STATE:
		return is_in(n->states, r->new_state) == (n->op == OP_EQ);
	case FILTER_OLD:
		return is_in(n->states, r->old_state) == (n->op == OP_EQ);
	case FILTER_SRC:
		return address_fits(n, laddr, r->laddr);
	case FILTER_DST:
		return address_fits(n, peer, r->raddr);
	case FILTER_ADDR:
		return either_fits(n, address_fits(n, laddr, r->laddr),
				   address_fits(n, peer, r->raddr));
	case FILTER_SPORT:
		return lport && compare(n->op, r->lport, n->number);
	case FILTER_DPORT:
		return peer && compare(n->op, r->rport, n->number);
	case FILTER_PORT:
		return either_fits(n, lport && compare(n->op, r->lport, n->number),
				   peer && compare(n->op, r->rport, n->number));
	case FILTER_DEV:
		return route && compare(n->op, r->ifindex, n->number);
	case FILTER_FWMARK:
		return route && compare(n->op, r->mark & n->mask, n->number);
	case FILTER_ID:
		return (r->known & TCPFSM_KNOWN_ID) && compare(n->op, r->id, n->number);
	case FILTER_PID:
		return owner && compare(n->op, r->owner_pid, n->number);
	case FILTER_UID:
		return owner && compare(n->op, r->owner_uid, n->number);
	case FILTER_COMM:
		return owner && comm_fits(n, r->owner_comm);
	case FILTER_NETNS:
		return compare(n->op, r->netns, n->number);
	case FILTER_CAUSE:
		return r->cause && compare(n->op, r->cause, n->number);
	case FILTER_NOTE:
		return !!(r->flags & n->number) == (n->op == OP_EQ);
	case FILTER_DWELL:
		return (r->known & TCPFSM_KNOWN_DWELL) &&
		       compare(n->op, r->dwell_ns, n->number);
	case FILTER_RETRANS:
		return (r->known & (TCPFSM_KNOWN_COUNTS | TCPFSM_KNOWN_RETRANS)) &&
		       compare(n->op, r->retrans, n->number);
	case FILTER_OPEN:
		return r->open_role && compare(n->op, r->open_role, n->number);
	case FILTER_CLOSE:
		return r->close_role && compare(n->op, r->close_role, n->number);
	case FILTER_FAMILY:
		return compare(n->op, r->family, n->number);
	}
	return false;
}

bool filter_node_takes(const struct filter *filter, int at,
		       const struct tcpfsm_record *r)
{
	const struct filter_node *n = &filter->node[at];

	switch (n->kind) {
	case FILTER_AND:
		return filter_node_takes(filter, n->left, r) &&
		       filter_node_takes(filter, n->right, r);
	case FILTER_OR:
		return filter_node_takes(filter, n->left, r) ||
		       filter_node_takes(filter, n->right, r);
	case FILTER_NOT:
		return !filter_node_takes(filter, n->left, r);
	case FILTER_TEST:
		return test_fits(n, r);
	}
	return false;
}

bool filter_takes(const struct filter *filter, const struct tcpfsm_record *r)
{
	return !filter || filter_node_takes(filter, filter->root, r);
}

uint64_t filter_next_dwell(const struct filter *filter, uint64_t dwell_ns)
{
	uint64_t next = UINT64_MAX;

	for (int i = 0; filter && i < filter->count; i++) {
		const struct filter_node *n = &filter->node[i];

		if (n->kind != FILTER_TEST || n->field != FILTER_DWELL)
			continue;
		/* = changes at its number and behind it, the others at one of the two. */
		if (n->number > dwell_ns && n->number < next)
			next = n->number;
		else if (n->number == dwell_ns && dwell_ns < UINT64_MAX)
			next = dwell_ns + 1;
	}
	return next;
}
