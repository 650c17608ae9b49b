// SPDX-License-Identifier: GPL-2.0
/*
 * A filter in the words of /proc/net/tcpfsm/filter: a conjunction of keys, each once,
 * with up to 16 values, one of which must match.
 *
 * The filter is cut at its outermost "and"s. A part about one port, the state or the
 * family may be any expression: it is asked about each value there is. Addresses,
 * namespaces and ports of either end have too many values for that: such a part is
 * one list, joined by "or".
 */
#include "address.h"
#include "filter_tree.h"
#include "names.h"
#include "number.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "tcpfsm.h"

#define VALUES_MAX 16			/* of a key */

struct capture {
	const struct filter *filter;
	struct filter_error *error;
	struct {
		int node;
		enum filter_field field;
	} part[FILTER_NODES_MAX];	/* all of them must fit */
	int parts;

	const char *key;		/* being written */
	int values;			/* of it so far */
	char *text;
	size_t size, length;
};

static bool refuse(struct capture *c, int node, const char *why)
{
	const struct filter_node *n = &c->filter->node[node];

	c->error->at = n->at;
	c->error->length = n->length;
	snprintf(c->error->message, sizeof(c->error->message),
		 "the module's filter cannot say this exactly: %s", why);
	return false;
}

static bool put_value(struct capture *c, int node, const char *format, ...)
{
	size_t room = c->size - c->length, used;
	va_list args;

	if (c->values == VALUES_MAX)
		return refuse(c, node, "it has more than 16 values of one kind");
	used = c->values++ ? snprintf(c->text + c->length, room, ",") :
			     snprintf(c->text + c->length, room, "%s%s=",
				      c->length ? " " : "", c->key);
	if (used < room) {
		va_start(args, format);
		used += vsnprintf(c->text + c->length + used, room - used, format, args);
		va_end(args);
	}
	c->length += used;
	return used < room || refuse(c, node, "it is too long");
}

/* The first part about @field, or -1. */
static int part_of(const struct capture *c, enum filter_field field)
{
	for (int i = 0; i < c->parts; i++) {
		if (c->part[i].field == field)
			return c->part[i].node;
	}
	return -1;
}

/* @r has the value to ask about, and nothing else. */
static bool parts_take(const struct capture *c, enum filter_field field,
		       const struct tcpfsm_record *r)
{
	for (int i = 0; i < c->parts; i++) {
		if (c->part[i].field == field &&
		    !filter_node_takes(c->filter, c->part[i].node, r))
			return false;
	}
	return true;
}

static bool put_range(struct capture *c, int node, unsigned int from, unsigned int to)
{
	return from == to ? put_value(c, node, "%u", from) :
			    put_value(c, node, "%u-%u", from, to);
}

static bool put_ports(struct capture *c, enum filter_field field, int node)
{
	struct tcpfsm_record r = { 0 };
	long from = -1;			/* where a range begins */

	/* The module's filter does not take an unknown port. */
	for (int i = 0; i < c->parts; i++) {
		if (c->part[i].field == field &&
		    filter_node_takes(c->filter, c->part[i].node, &r))
			return refuse(c, c->part[i].node, "a port that is not known");
	}
	r.known = field == FILTER_SPORT ? TCPFSM_KNOWN_LPORT : TCPFSM_KNOWN_PEER;
	for (long port = 0; port <= 65536; port++) {
		bool takes;

		r.lport = port;
		r.rport = port;
		takes = port <= 65535 && parts_take(c, field, &r);
		if (takes && from < 0)
			from = port;
		if (!takes && from >= 0) {
			if (!put_range(c, node, from, port - 1))
				return false;
			from = -1;
		}
	}
	return true;
}

static bool put_states(struct capture *c, int node)
{
	for (unsigned int i = 1; i < TCPFSM_NR_STATES; i++) {
		struct tcpfsm_record r = { .new_state = i };

		if (parts_take(c, FILTER_STATE, &r) &&
		    !put_value(c, node, "%s", state_names.name[i]))
			return false;
	}
	return true;
}

static bool put_families(struct capture *c, int node)
{
	struct tcpfsm_record v4 = { .family = AF_INET }, v6 = { .family = AF_INET6 };

	return (!parts_take(c, FILTER_FAMILY, &v4) || put_value(c, node, "ipv4")) &&
	       (!parts_take(c, FILTER_FAMILY, &v6) || put_value(c, node, "ipv6"));
}

/* A port of either end. */
static bool put_either_port(struct capture *c, int node, const struct filter_node *n)
{
	switch (n->op) {
	case OP_EQ:
		return put_range(c, node, n->number, n->number);
	case OP_NE:
		return refuse(c, node, "that neither end has a port");
	case OP_LT:
		return !n->number || put_range(c, node, 0, n->number - 1);
	case OP_LE:
		return put_range(c, node, 0, n->number);
	case OP_GT:
		return n->number == 65535 || put_range(c, node, n->number + 1, 65535);
	case OP_GE:
		return put_range(c, node, n->number, 65535);
	}
	return false;
}

static bool put_prefix(struct capture *c, int node, const struct filter_node *n)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = n->bits >= 96 && !memcmp(n->address, mapped, sizeof(mapped));
	char text[ADDRESS_MAX + 1];

	*spell_address(text, n->address, 0) = '\0';
	return put_value(c, node, "%s/%u", text, v4 ? n->bits - 96 : n->bits);
}

static bool put_list(struct capture *c, int node)
{
	const struct filter_node *n = &c->filter->node[node];

	if (n->kind == FILTER_OR)
		return put_list(c, n->left) && put_list(c, n->right);
	if (n->kind != FILTER_TEST)
		return refuse(c, node, n->kind == FILTER_NOT ? "not" : "and within or");
	if (n->field == FILTER_PORT)
		return put_either_port(c, node, n);
	if (n->op != OP_EQ)
		return refuse(c, node, "that something is not so");
	if (n->field == FILTER_NETNS)
		return put_value(c, node, "%lu", (unsigned long)n->number);
	return put_prefix(c, node, n);
}

static bool put_only_list(struct capture *c, enum filter_field field, int node)
{
	for (int i = 0; i < c->parts; i++) {
		if (c->part[i].field == field && c->part[i].node != node)
			return refuse(c, c->part[i].node, "two conditions on one thing");
	}
	return put_list(c, node);
}

static const struct key {
	enum filter_field field;
	const char *key;
} keys[] = {
	{ FILTER_FAMILY, "family" }, { FILTER_PORT, "port" }, { FILTER_SPORT, "lport" },
	{ FILTER_DPORT, "rport" }, { FILTER_ADDR, "addr" }, { FILTER_SRC, "laddr" },
	{ FILTER_DST, "raddr" }, { FILTER_NETNS, "netns" }, { FILTER_STATE, "new" },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

static bool put_key(struct capture *c, const struct key *key)
{
	int node = part_of(c, key->field);
	bool done;

	if (node < 0)
		return true;
	c->key = key->key;
	c->values = 0;
	switch (key->field) {
	case FILTER_SPORT:
	case FILTER_DPORT:
		done = put_ports(c, key->field, node);
		break;
	case FILTER_STATE:
		done = put_states(c, node);
		break;
	case FILTER_FAMILY:
		done = put_families(c, node);
		break;
	default:
		done = put_only_list(c, key->field, node);
	}
	if (done && !c->values)
		return refuse(c, node, "no value fits");
	return done;
}

/* All tests of a part are about one field; @field is negative before the first. */
static bool find_field(struct capture *c, int node, int *field)
{
	const struct filter_node *n = &c->filter->node[node];

	if (n->kind != FILTER_TEST)
		return find_field(c, n->left, field) &&
		       (n->kind == FILTER_NOT || find_field(c, n->right, field));
	for (size_t i = 0; i < KEYS; i++) {
		if (keys[i].field != n->field)
			continue;
		if (*field >= 0 && *field != (int)n->field)
			return refuse(c, node, "different words within or, or not");
		*field = n->field;
		return true;
	}
	return refuse(c, node, "it knows family, ports, addresses, netns and new states");
}

static bool find_parts(struct capture *c, int node)
{
	const struct filter_node *n = &c->filter->node[node];
	int field = -1;

	if (n->kind == FILTER_AND)
		return find_parts(c, n->left) && find_parts(c, n->right);
	if (!find_field(c, node, &field))
		return false;
	c->part[c->parts].node = node;
	c->part[c->parts++].field = field;
	return true;
}

bool filter_capture(const struct filter *filter, char *text, size_t size,
		    struct filter_error *error)
{
	struct capture c = {
		.filter = filter, .error = error, .text = text, .size = size,
	};

	*error = (struct filter_error){ 0 };
	*text = '\0';
	if (!find_parts(&c, filter->root))
		return false;
	for (size_t i = 0; i < KEYS; i++) {
		if (!put_key(&c, &keys[i]))
			return false;
	}
	return true;
}
