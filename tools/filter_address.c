// SPDX-License-Identifier: GPL-2.0
/* The addresses, ports and numbers of a filter. */
#include "filter_words.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool filter_number_parse(const char *text, uint64_t most, uint64_t *number)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*number = strtoull(text, &end, hex ? 16 : 10);
	return !*end && !errno && *number <= most;
}

bool filter_port_parse(const char *text, uint64_t *port)
{
	struct servent *service;

	if (filter_number_parse(text, 65535, port))
		return true;
	service = getservbyname(text, "tcp");
	if (service)
		*port = ntohs(service->s_port);
	return service;
}

/* "193.233.7" is as good as "193.233.7.0" where a prefix follows. */
static bool parse_ip(const char *text, bool prefix, uint8_t address[16], bool *v4)
{
	uint8_t bytes[4] = { 0 };
	unsigned int octet, n = 0;
	int used;

	*v4 = false;
	if (inet_pton(AF_INET6, text, address) == 1)
		return true;
	*v4 = true;
	memset(address, 0, 10);
	memset(address + 10, 0xff, 2);
	if (inet_pton(AF_INET, text, address + 12) == 1)
		return true;
	while (prefix && n < 4 && isdigit((unsigned char)*text) &&
	       sscanf(text, "%3u%n", &octet, &used) == 1 && octet < 256) {
		bytes[n++] = octet;
		text += used;
		if (!*text) {
			memcpy(address + 12, bytes, 4);
			return true;
		}
		if (*text++ != '.')
			break;
	}
	return false;
}

/*
 * ADDRESS, ADDRESS/PREFIX, each with :PORT, IPv6 in brackets then; *:PORT and :PORT.
 * Splits @text. Returns NULL, or the reason why it is none of these.
 */
static const char *split_address(char *text, char **address, char **port)
{
	char *colon = strrchr(text, ':'), *close;

	*address = text;
	*port = NULL;
	if (*text == '[') {
		close = strchr(text, ']');
		if (!close)
			return "the bracket is not closed";
		if (close[1] && close[1] != ':' && close[1] != '/')
			return "behind the bracket is neither a prefix nor a port";
		*address = text + 1;
		colon = strchr(close, ':');
		memmove(close, close + 1, strlen(close));
		if (colon)
			colon--;
	} else if (colon != strchr(text, ':')) {
		return NULL;			/* IPv6 without a port */
	}
	if (colon) {
		*colon = '\0';
		*port = colon + 1;
	}
	return NULL;
}

/* Bits behind the prefix do not count. */
static void clear_rest(struct filter_node *node)
{
	for (unsigned int i = node->bits; i < 128; i++)
		node->address[i / 8] &= ~(0x80 >> i % 8);
}

static const char *parse_prefix(char *text, struct filter_node *node)
{
	char *slash = strchr(text, '/');
	uint64_t bits;
	bool v4;

	if (slash)
		*slash = '\0';
	if (!parse_ip(text, slash, node->address, &v4))
		return "not an address; names of hosts are not looked up";
	node->bits = 128;
	if (!slash)
		return NULL;
	if (!filter_number_parse(slash + 1, v4 ? 32 : 128, &bits))
		return v4 ? "the prefix of an IPv4 address is from 0 to 32" :
			    "the prefix of an IPv6 address is from 0 to 128";
	node->bits = bits + (v4 ? 96 : 0);
	clear_rest(node);
	return NULL;
}

static enum filter_field port_of(enum filter_field address)
{
	switch (address) {
	case FILTER_SRC:
		return FILTER_SPORT;
	case FILTER_DST:
		return FILTER_DPORT;
	default:
		return FILTER_PORT;
	}
}

const char *filter_address_parse(const char *token, struct filter_node nodes[2],
				 int *count)
{
	char text[FILTER_TEXT_MAX], *address, *port;
	const char *wrong;

	snprintf(text, sizeof(text), "%s", token);
	wrong = split_address(text, &address, &port);
	if (wrong)
		return wrong;
	if (port && !strcmp(port, "*"))
		port = NULL;
	nodes[1].field = port_of(nodes[0].field);
	if (port && !filter_port_parse(port, &nodes[1].number))
		return FILTER_NOT_A_PORT;
	if (!*address || !strcmp(address, "*")) {
		nodes[0] = nodes[1];
		return port ? NULL : "any address and any port: nothing to compare";
	}
	*count = port ? 2 : 1;
	return parse_prefix(address, &nodes[0]);
}
