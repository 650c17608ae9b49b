// SPDX-License-Identifier: GPL-2.0
/*
 * A filter in the words of /proc/net/tcpfsm/filter: a conjunction of keys, each once, with
 * up to 16 values, of which one must match.
 */
#include "address.h"
#include "filter_tree.h"
#include "names.h"
#include "number.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "tcpfsm.h"

#define VALUES_MAX 16			/* of a key */
#define KEY_TEXT_MAX 800

static const struct {
	enum filter_field field;
	const char *key;
} keys[] = {
	{ FILTER_FAMILY, "family" }, { FILTER_PORT, "port" }, { FILTER_SPORT, "lport" },
	{ FILTER_DPORT, "rport" }, { FILTER_ADDR, "addr" }, { FILTER_SRC, "laddr" },
	{ FILTER_DST, "raddr" }, { FILTER_NETNS, "netns" }, { FILTER_STATE, "new" },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

struct capture {
	const struct filter *filter;
	struct filter_error *error;
	struct {
		char text[KEY_TEXT_MAX];
		int count;
	} key[KEYS];
};

static bool refuse(struct capture *c, const struct filter_node *n, const char *why)
{
	c->error->at = n->at;
	c->error->length = n->length;
	snprintf(c->error->message, sizeof(c->error->message),
		 "the module's filter cannot say this exactly: %s", why);
	return false;
}

static int key_of(const struct filter_node *n)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (keys[i].field == n->field)
			return i;
	}
	return -1;
}

static bool add(struct capture *c, const struct filter_node *n, const char *value)
{
	int key = key_of(n);
	char *text = c->key[key].text;
	size_t length = strlen(text);

	if (c->key[key].count++ == VALUES_MAX || length + strlen(value) + 2 > KEY_TEXT_MAX)
		return refuse(c, n, "it has more than 16 values of one kind");
	sprintf(text + length, "%s%s", length ? "," : "", value);
	return true;
}

static bool add_range(struct capture *c, const struct filter_node *n, uint64_t from, uint64_t to)
{
	char text[sizeof("65535-65535")];

	if (from > to || to > 65535)
		return true;
	snprintf(text, sizeof(text), from == to ? "%u" : "%u-%u", (unsigned int)from,
		 (unsigned int)to);
	return add(c, n, text);
}

static bool add_ports(struct capture *c, const struct filter_node *n)
{
	switch (n->op) {
	case OP_EQ:
		return add_range(c, n, n->number, n->number);
	case OP_NE:
		if (n->field == FILTER_PORT)
			return refuse(c, n, "that neither end has a port");
		return (!n->number || add_range(c, n, 0, n->number - 1)) &&
		       add_range(c, n, n->number + 1, 65535);
	case OP_LT:
		return n->number ? add_range(c, n, 0, n->number - 1) :
				   refuse(c, n, "no port is less than 0");
	case OP_LE:
		return add_range(c, n, 0, n->number);
	case OP_GT:
		return n->number < 65535 ? add_range(c, n, n->number + 1, 65535) :
					   refuse(c, n, "no port is greater than 65535");
	case OP_GE:
		return add_range(c, n, n->number, 65535);
	}
	return false;
}

static bool add_prefix(struct capture *c, const struct filter_node *n)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool v4 = n->bits >= 96 && !memcmp(n->address, mapped, sizeof(mapped));
	char text[ADDRESS_MAX + sizeof("/128") + PUT_SLACK], *end;

	if (n->op != OP_EQ)
		return refuse(c, n, "that an address is not one");
	end = spell_address(text, n->address, 0);
	sprintf(end, "/%u", v4 ? n->bits - 96 : n->bits);
	return add(c, n, text);
}

static bool add_states(struct capture *c, const struct filter_node *n)
{
	uint32_t states = n->op == OP_EQ ? n->states : ~n->states;

	for (unsigned int i = 1; i < TCPFSM_NR_STATES; i++) {
		if ((states >> i & 1) && !add(c, n, state_names.name[i]))
			return false;
	}
	return c->key[key_of(n)].count || refuse(c, n, "no state is left");
}

static bool add_test(struct capture *c, const struct filter_node *n)
{
	char text[24];

	if (key_of(n) < 0)
		return refuse(c, n, "it knows family, ports, addresses, netns and the new state only");
	switch (n->field) {
	case FILTER_PORT:
	case FILTER_SPORT:
	case FILTER_DPORT:
		return add_ports(c, n);
	case FILTER_ADDR:
	case FILTER_SRC:
	case FILTER_DST:
		return add_prefix(c, n);
	case FILTER_STATE:
		return add_states(c, n);
	default:
		break;
	}
	if (n->op != OP_EQ)
		return refuse(c, n, "that something is not so");
	if (n->field == FILTER_FAMILY)
		return add(c, n, n->number == AF_INET ? "ipv4" : "ipv6");
	snprintf(text, sizeof(text), "%llu", (unsigned long long)n->number);
	return add(c, n, text);
}

/* One key, with any of its values: tests of the same key joined by "or". */
static bool add_any(struct capture *c, const struct filter_node *n, int *field)
{
	const struct filter_node *nodes = c->filter->node;

	if (n->kind == FILTER_OR)
		return add_any(c, &nodes[n->left], field) && add_any(c, &nodes[n->right], field);
	if (n->kind != FILTER_TEST)
		return refuse(c, n, n->kind == FILTER_NOT ? "not" : "and within or");
	if (*field >= 0 && (int)n->field != *field)
		return refuse(c, n, "or between different words");
	*field = n->field;
	return add_test(c, n);
}

static bool add_all(struct capture *c, const struct filter_node *n)
{
	const struct filter_node *nodes = c->filter->node, *first = n;
	int field = -1, key;

	if (n->kind == FILTER_AND)
		return add_all(c, &nodes[n->left]) && add_all(c, &nodes[n->right]);
	while (first->kind == FILTER_OR)
		first = &nodes[first->left];
	key = first->kind == FILTER_TEST ? key_of(first) : -1;
	if (key >= 0 && c->key[key].count)
		return refuse(c, first, "two conditions on one thing");
	return add_any(c, n, &field);
}

bool filter_capture(const struct filter *filter, char *text, size_t size,
		    struct filter_error *error)
{
	struct capture c = { .filter = filter, .error = error };
	size_t length = 0;

	*error = (struct filter_error){ 0 };
	*text = '\0';
	if (!add_all(&c, &filter->node[filter->root]))
		return false;
	for (size_t i = 0; i < KEYS; i++) {
		if (!c.key[i].count)
			continue;
		length += snprintf(text + length, size - length, "%s%s=%s", length ? " " : "",
				   keys[i].key, c.key[i].text);
		if (length >= size)
			return refuse(&c, &filter->node[filter->root], "it is too long");
	}
	return true;
}
