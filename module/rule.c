// SPDX-License-Identifier: GPL-2.0
/*
 * A filter's rule: parsing, printing, matching.
 *
 * Context: any. Locking: none, no state.
 */
#include "rule.h"

#include <linux/bitops.h>
#include <linux/ctype.h>
#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/stringify.h>

#include "flow.h"

static bool number_read(const char **text, u32 max, u32 *number)
{
	const char *at = *text;
	u64 sum = 0;

	for (; *at >= '0' && *at <= '9' && sum <= max; at++)
		sum = sum * 10 + *at - '0';
	if (at == *text || sum > max)
		return false;
	*text = at;
	*number = sum;
	return true;
}

static bool between(const union rule_item *item, u32 number)
{
	return number >= item->from && number <= item->to;
}

static size_t number_print(char *buf, size_t size, const union rule_item *item)
{
	return scnprintf(buf, size, item->from == item->to ? "%u" : "%u-%u",
			 item->from, item->to);
}

/* Any case; "-" equals "_". Return: the rest of @text after @name, or NULL. */
static const char *name_skip(const char *text, const char *name)
{
	for (; *name; name++, text++)
		if (*name != (*text == '-' ? '_' : toupper(*text)))
			return NULL;
	return text;
}

static bool name_is(const char *text, const char *name)
{
	const char *rest = name_skip(text, name);

	return rest && !*rest;
}

static const char *family_parse(union rule_item *item, const char *text)
{
	if (strcmp(text, "ipv4") && strcmp(text, "ipv6"))
		return "not a family (ipv4, ipv6)";
	item->from = text[3] == '4' ? AF_INET : AF_INET6;
	item->to = item->from;
	return NULL;
}

static size_t family_print(char *buf, size_t size, const union rule_item *item)
{
	return scnprintf(buf, size, item->from == AF_INET ? "ipv4" : "ipv6");
}

static bool family_fits(const union rule_item *item, const struct flow *flow, u8 new)
{
	return flow->family == item->from;
}

static const char *port_parse(union rule_item *item, const char *text)
{
	static const char wrong[] = "not a port (0-65535)";

	if (!number_read(&text, 65535, &item->from))
		return wrong;
	item->to = item->from;
	if (*text == '-') {
		text++;
		if (!number_read(&text, 65535, &item->to))
			return wrong;
	}
	if (*text)
		return wrong;
	return item->to < item->from ? "the range ends before it begins" : NULL;
}

static bool lport_fits(const union rule_item *item, const struct flow *flow, u8 new)
{
	return (flow->known & TCPFSM_KNOWN_LPORT) && between(item, flow->ends.lport);
}

static bool rport_fits(const union rule_item *item, const struct flow *flow, u8 new)
{
	return (flow->known & TCPFSM_KNOWN_PEER) && between(item, flow->ends.rport);
}

static bool port_fits(const union rule_item *item, const struct flow *flow, u8 new)
{
	return lport_fits(item, flow, new) || rport_fits(item, flow, new);
}

#define MAPPED_BITS	96
static const u8 mapped[MAPPED_BITS / 8] = { [10] = 0xff, [11] = 0xff };

static const char *addr_parse(union rule_item *item, const char *text)
{
	bool v6 = strchr(text, ':');
	u32 most = v6 ? 128 : 32, bits = most, i;
	const char *end;

	memcpy(item->addr, mapped, sizeof(mapped));
	if (v6 ? !in6_pton(text, -1, item->addr, '/', &end) :
		 !in4_pton(text, -1, item->addr + sizeof(mapped), '/', &end))
		return "not an address";
	if (*end == '/') {
		end++;
		if (!number_read(&end, most, &bits) || *end)
			return v6 ? "not a prefix length (0-128)" :
				    "not a prefix length (0-32)";
	} else if (*end) {
		return "not an address";
	}
	item->bits = bits + 128 - most;
	/* Bits after the prefix do not count. */
	for (i = item->bits; i < 128; i++)
		item->addr[i / 8] &= ~(0x80 >> i % 8);
	return NULL;
}

static bool is_mapped(const u8 *addr)
{
	return !memcmp(addr, mapped, sizeof(mapped));
}

static size_t addr_print(char *buf, size_t size, const union rule_item *item)
{
	bool v4 = item->bits >= MAPPED_BITS && is_mapped(item->addr);
	u32 most = v4 ? 32 : 128, bits = item->bits - (128 - most);
	size_t len;

	if (v4)
		len = scnprintf(buf, size, "%pI4", item->addr + sizeof(mapped));
	else
		len = scnprintf(buf, size, "%pI6c", item->addr);
	if (bits < most)
		len += scnprintf(buf + len, size - len, "/%u", bits);
	return len;
}

/* ::/0 is any IPv6 address, as 0.0.0.0/0 is any IPv4 address. */
static bool addr_in(const union rule_item *item, const u8 *addr)
{
	u32 bytes = item->bits / 8, rest = item->bits % 8;

	if (item->bits < MAPPED_BITS && is_mapped(addr))
		return false;
	return !memcmp(addr, item->addr, bytes) &&
	       (!rest || !((addr[bytes] ^ item->addr[bytes]) >> (8 - rest)));
}

static bool laddr_fits(const union rule_item *item, const struct flow *flow, u8 new)
{
	return (flow->known & TCPFSM_KNOWN_LADDR) && addr_in(item, flow->ends.laddr);
}

static bool raddr_fits(const union rule_item *item, const struct flow *flow, u8 new)
{
	return (flow->known & TCPFSM_KNOWN_PEER) && addr_in(item, flow->ends.raddr);
}

static bool addr_fits(const union rule_item *item, const struct flow *flow, u8 new)
{
	return laddr_fits(item, flow, new) || raddr_fits(item, flow, new);
}

static const char *netns_parse(union rule_item *item, const char *text)
{
	if (!number_read(&text, U32_MAX, &item->from) || *text)
		return "not an inode number (see lsns -t net)";
	item->to = item->from;
	return NULL;
}

static bool netns_fits(const union rule_item *item, const struct flow *flow, u8 new)
{
	return between(item, flow->netns);
}

static const char *const state_names[TCPFSM_NR_STATES] = TCPFSM_STATE_NAMES;

/* Other names in use: RFC 9293's, the kernel's, those of ss and netstat. */
static const struct {
	const char *name;
	u8 state;
} state_aliases[] = {
	{ "ESTAB", TCPFSM_ESTABLISHED },
	{ "SYN_RECV", TCPFSM_SYN_RCVD },
	{ "SYN_RECEIVED", TCPFSM_SYN_RCVD },
	{ "NEW_SYN_RECV", TCPFSM_SYN_RCVD },
	{ "FIN_WAIT1", TCPFSM_FIN_WAIT_1 },
	{ "FIN_WAIT2", TCPFSM_FIN_WAIT_2 },
	{ "CLOSE", TCPFSM_CLOSED },
	{ "UNCONN", TCPFSM_CLOSED },
	{ "LISTENING", TCPFSM_LISTEN },
};

static const char *new_parse(union rule_item *item, const char *text)
{
	size_t i;

	item->from = 0;
	text = name_skip(text, "BPF_") ?: text;
	text = name_skip(text, "TCP_") ?: text;
	for (i = 1; i < TCPFSM_NR_STATES; i++)
		if (name_is(text, state_names[i]))
			item->from = i;
	for (i = 0; i < ARRAY_SIZE(state_aliases); i++)
		if (name_is(text, state_aliases[i].name))
			item->from = state_aliases[i].state;
	item->to = item->from;
	return item->from ? NULL : "not a state";
}

static size_t new_print(char *buf, size_t size, const union rule_item *item)
{
	return scnprintf(buf, size, "%s", state_names[item->from]);
}

static bool new_fits(const union rule_item *item, const struct flow *flow, u8 new)
{
	return new == item->from;
}

static const struct rule_key {
	const char *name;
	/* Return: NULL, or the reason why @text is no value. */
	const char *(*parse)(union rule_item *item, const char *text);
	size_t (*print)(char *buf, size_t size, const union rule_item *item);
	bool (*fits)(const union rule_item *item, const struct flow *flow, u8 new);
} rule_keys[RULE_KEYS] = {
	{ "family", family_parse, family_print, family_fits },
	{ "port", port_parse, number_print, port_fits },
	{ "lport", port_parse, number_print, lport_fits },
	{ "rport", port_parse, number_print, rport_fits },
	{ "addr", addr_parse, addr_print, addr_fits },
	{ "laddr", addr_parse, addr_print, laddr_fits },
	{ "raddr", addr_parse, addr_print, raddr_fits },
	{ "netns", netns_parse, number_print, netns_fits },
	{ "new", new_parse, new_print, new_fits },
};

static const char *list_parse(struct rule_list *list, const struct rule_key *key,
			      char *values, const char **value)
{
	const char *reason;

	*value = "";
	if (list->nr)
		return "given twice";
	while ((*value = strsep(&values, ","))) {
		if (!**value)
			return "a value is missing";
		if (list->nr == RULE_ITEMS)
			return "more than " __stringify(RULE_ITEMS) " values";
		reason = key->parse(&list->item[list->nr], *value);
		if (reason)
			return reason;
		list->nr++;
	}
	return NULL;
}

static bool word_parse(struct rule *rule, char *word, struct rule_error *error)
{
	char *values = strchr(word, '=');
	size_t i;

	*error = (struct rule_error){ .item = word };
	if (!values) {
		error->reason = strcmp(word, "clear") ? "not key=value" :
							"only alone";
		return false;
	}
	*values++ = '\0';
	error->key = word;
	for (i = 0; i < RULE_KEYS; i++) {
		if (strcmp(word, rule_keys[i].name))
			continue;
		error->reason = list_parse(&rule->list[i], &rule_keys[i],
					   values, &error->item);
		rule->keys |= BIT(i);
		return !error->reason;
	}
	error->item = values;
	error->reason = "no such key (family port lport rport addr laddr raddr netns new)";
	return false;
}

bool rule_parse(struct rule *rule, char *text, struct rule_error *error)
{
	char *word;

	while ((word = strsep(&text, " \t")))
		if (*word && !word_parse(rule, word, error))
			return false;
	return true;
}

size_t rule_print(const struct rule *rule, char *buf, size_t size)
{
	size_t len = 0, i, j;

	*buf = '\0';
	for (i = 0; i < RULE_KEYS; i++) {
		const struct rule_list *list = &rule->list[i];

		if (list->nr)
			len += scnprintf(buf + len, size - len, "%s%s",
					 len ? " " : "", rule_keys[i].name);
		for (j = 0; j < list->nr; j++) {
			len += scnprintf(buf + len, size - len, j ? "," : "=");
			len += rule_keys[i].print(buf + len, size - len,
						  &list->item[j]);
		}
	}
	return len;
}

static bool list_matches(const struct rule_list *list, const struct rule_key *key,
			 const struct flow *flow, u8 new)
{
	u32 i;

	for (i = 0; i < list->nr; i++)
		if (key->fits(&list->item[i], flow, new))
			return true;
	return false;
}

bool rule_matches(const struct rule *rule, const struct flow *flow, u8 new)
{
	unsigned long left;

	for (left = rule->keys; left; left &= left - 1) {
		unsigned int i = __ffs(left);

		if (!list_matches(&rule->list[i], &rule_keys[i], flow, new))
			return false;
	}
	return true;
}
