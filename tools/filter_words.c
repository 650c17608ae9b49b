// SPDX-License-Identifier: GPL-2.0
/* The words of a filter, and the values behind them. */
#include "filter_words.h"
#include "names.h"

#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "tcpfsm.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct filter_word_kind kinds[] = {
	{ "state", FILTER_STATE, VALUE_OF_STATE, false, false, false },
	{ "exclude", FILTER_STATE, VALUE_OF_STATE, false, false, true },
	{ "new", FILTER_STATE, VALUE_OF_STATE, false, false, false },
	{ "old", FILTER_OLD, VALUE_OF_STATE, false, false, false },
	{ "src", FILTER_SRC, VALUE_OF_ADDRESS, false, false, false },
	{ "dst", FILTER_DST, VALUE_OF_ADDRESS, false, false, false },
	{ "addr", FILTER_ADDR, VALUE_OF_ADDRESS, false, false, false },
	{ "sport", FILTER_SPORT, VALUE_OF_PORT, true, false, false },
	{ "dport", FILTER_DPORT, VALUE_OF_PORT, true, false, false },
	{ "port", FILTER_PORT, VALUE_OF_PORT, true, false, false },
	{ "dev", FILTER_DEV, VALUE_OF_DEV, false, false, false },
	{ "fwmark", FILTER_FWMARK, VALUE_OF_MARK, false, false, false },
	{ "id", FILTER_ID, VALUE_OF_ID, false, false, false },
	{ "pid", FILTER_PID, VALUE_OF_NUMBER, false, false, false },
	{ "uid", FILTER_UID, VALUE_OF_USER, false, false, false },
	{ "comm", FILTER_COMM, VALUE_OF_COMM, false, false, false },
	{ "netns", FILTER_NETNS, VALUE_OF_NETNS, false, false, false },
	{ "cause", FILTER_CAUSE, VALUE_OF_CAUSE, false, false, false },
	{ "note", FILTER_NOTE, VALUE_OF_NOTE, false, false, false },
	{ "dwell", FILTER_DWELL, VALUE_OF_TIME, true, true, false },
	{ "retrans", FILTER_RETRANS, VALUE_OF_NUMBER, true, true, false },
	{ "open", FILTER_OPEN, VALUE_OF_ROLE, false, false, false },
	{ "close", FILTER_CLOSE, VALUE_OF_ROLE, false, false, false },
	{ "family", FILTER_FAMILY, VALUE_OF_FAMILY, false, false, false },
};

const struct filter_word filter_words[] = {
	{ "state", "STATE",
	  "The new state, or a group: all, connected, synchronized, bucket, big" },
	{ "exclude", "STATE", "Not that new state" },
	{ "new", "STATE", "The same as state" },
	{ "old", "STATE", "The old state" },
	{ "src", "ADDRESS[/PREFIX][:PORT]", "This socket's end" },
	{ "dst", "ADDRESS[/PREFIX][:PORT]", "The other end" },
	{ "addr", "ADDRESS[/PREFIX][:PORT]", "Either end" },
	{ "sport", "= PORT", "This socket's port; also != < > <= >=" },
	{ "dport", "= PORT", "The other end's port; also != < > <= >=" },
	{ "port", "= PORT", "The port of either end; also != < > <= >=" },
	{ "dev", "= INTERFACE", "The interface that the socket is bound to" },
	{ "fwmark", "= MARK[/MASK]", "SO_MARK" },
	{ "id", "COOKIE", "The socket, as ss -e prints it behind sk:" },
	{ "pid", "PID", "The owner's process" },
	{ "uid", "USER", "The owner's user, a number or a name" },
	{ "comm", "NAME", "The owner's name; * is any text, ? any character" },
	{ "netns", "NAMESPACE",
	  "The network namespace: its inode, or its name in /run/netns" },
	{ "cause", "CAUSE", "The cause" },
	{ "note", "FLAG", "A flag of the column NOTE" },
	{ "dwell", "> TIME", "The time in the old state: 100us, 1.5s, 2m" },
	{ "retrans", "> NUMBER", "Segments sent again" },
	{ "open", "active|passive", "The part in opening" },
	{ "close", "active|passive", "The part in closing" },
	{ "family", "4|6", "The family of the socket" },
	{ NULL, NULL, NULL }
};

const struct filter_word_kind *filter_word_find(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(text, kinds[i].word))
			return &kinds[i];
	}
	return NULL;
}

/* One letter replaced, left out or added, or two swapped? */
static bool is_near(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	if (la > lb)
		return is_near(b, a);
	while (*a && *a == *b)
		a++, b++, la--, lb--;
	if (la == lb)
		return !strcmp(a + 1, b + 1) ||
		       (la > 1 && a[0] == b[1] && a[1] == b[0] && !strcmp(a + 2, b + 2));
	return la + 1 == lb && !strcmp(a, b + 1);
}

const char *filter_word_near(const char *text)
{
	for (size_t i = 0; *text && i < ARRAY_SIZE(kinds); i++) {
		if (is_near(text, kinds[i].word))
			return kinds[i].word;
	}
	return NULL;
}

static const char *skip_prefix(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	for (size_t i = 0; i < length; i++) {
		if (tolower((unsigned char)text[i]) != prefix[i] &&
		    !(text[i] == '-' && prefix[i] == '_'))
			return text;
	}
	return text + length;
}

/* Lower case without hyphens, underscores and the kernel's prefix: "finwait1". */
static void plain_name(char *to, size_t size, const char *text)
{
	size_t n = 0;

	for (text = skip_prefix(skip_prefix(text, "bpf_"), "tcp_"); *text; text++) {
		if (*text != '-' && *text != '_' && n + 1 < size)
			to[n++] = tolower((unsigned char)*text);
	}
	to[n] = '\0';
}

#define BIT(state) (1u << (state))
#define STATES_CONNECTED (~(BIT(TCPFSM_LISTEN) | BIT(TCPFSM_CLOSED)))
#define STATES_BUCKET (BIT(TCPFSM_SYN_RCVD) | BIT(TCPFSM_TIME_WAIT))

/* A state without a name here is in each group that is defined by exclusion. */
const struct filter_group filter_groups[] = {
	{ "all", UINT32_MAX },
	{ "connected", STATES_CONNECTED },
	{ "synchronized", STATES_CONNECTED & ~BIT(TCPFSM_SYN_SENT) },
	{ "bucket", STATES_BUCKET },
	{ "big", ~STATES_BUCKET },
	{ NULL, 0 }
};

/* Other spellings than RFC 9293's: the kernel's, netstat's, ss's. */
static const struct filter_group spellings[] = {
	{ "estab", BIT(TCPFSM_ESTABLISHED) },
	{ "synrcv", BIT(TCPFSM_SYN_RCVD) },
	{ "synrecv", BIT(TCPFSM_SYN_RCVD) },
	{ "synreceived", BIT(TCPFSM_SYN_RCVD) },
	{ "newsynrecv", BIT(TCPFSM_SYN_RCVD) },
	{ "close", BIT(TCPFSM_CLOSED) },
	{ "unconn", BIT(TCPFSM_CLOSED) },
	{ "unconnected", BIT(TCPFSM_CLOSED) },
	{ "listening", BIT(TCPFSM_LISTEN) },
	{ NULL, 0 }
};

/* Returns 0 if there is no such name. */
static uint32_t group_named(const struct filter_group *group, const char *name)
{
	while (group->name && strcmp(group->name, name))
		group++;
	return group->states;
}

uint32_t filter_states_named(const char *text)
{
	char name[32], known[32];
	uint32_t states;

	plain_name(name, sizeof(name), text);
	for (unsigned int i = 1; i < TCPFSM_NR_STATES; i++) {
		plain_name(known, sizeof(known), state_names.name[i]);
		if (!strcmp(name, known))
			return BIT(i);
	}
	states = group_named(spellings, name);
	return states ? states : group_named(filter_groups, name);
}

static const char *parse_dev(const char *text, struct filter_node *node)
{
	if (filter_number_parse(text, UINT32_MAX, &node->number))
		return NULL;
	node->number = if_nametoindex(text);
	return node->number ? NULL : "no such interface";
}

static const char *parse_mark(const char *token, struct filter_node *node)
{
	char text[FILTER_TEXT_MAX], *slash;
	uint64_t mask = UINT32_MAX;

	snprintf(text, sizeof(text), "%s", token);
	slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	if (!filter_number_parse(text, UINT32_MAX, &node->number) ||
	    (slash && !filter_number_parse(slash + 1, UINT32_MAX, &mask)))
		return "not a mark, such as 0x10 or 0x10/0xff";
	node->mask = mask;
	return NULL;
}

static const char *parse_id(const char *text, struct filter_node *node)
{
	char *end;

	if (!strncmp(text, "sk:", 3))
		text += 3;
	errno = 0;
	node->number = strtoull(text, &end, 16);
	if (!isxdigit((unsigned char)*text) || *end || errno)
		return "not a socket cookie: hexadecimal, as ss -e prints it";
	return NULL;
}

static const char *parse_user(const char *text, struct filter_node *node)
{
	struct passwd *user;

	if (filter_number_parse(text, UINT32_MAX, &node->number))
		return NULL;
	user = getpwnam(text);
	if (!user)
		return "no such user";
	node->number = user->pw_uid;
	return NULL;
}

static const char *parse_netns(const char *text, struct filter_node *node)
{
	char path[sizeof("/run/netns/") + FILTER_TEXT_MAX];
	struct stat st;

	if (filter_number_parse(text, UINT32_MAX, &node->number))
		return NULL;
	snprintf(path, sizeof(path), "/run/netns/%s", text);
	if (strchr(text, '/') || stat(path, &st) || S_ISDIR(st.st_mode))
		return "neither an inode number nor a name in /run/netns";
	node->number = st.st_ino;
	return NULL;
}

static const char *parse_note(const char *text, struct filter_node *node)
{
	for (unsigned int i = 0; i < NAMES_MAX && flag_names.name[i][0]; i++) {
		if (!strcasecmp(text, flag_names.name[i])) {
			node->number = 1u << i;
			return NULL;
		}
	}
	return "not a flag";
}

static const char *parse_time(const char *text, struct filter_node *node)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = {
		{ "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "m", 60e9 },
		{ "h", 3600e9 }, { "d", 86400e9 },
	};
	char *end;
	double n = strtod(text, &end);

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (isdigit((unsigned char)*text) && !strcmp(end, units[i].unit) &&
		    n * units[i].ns < 1e19) {
			node->number = n * units[i].ns + 0.5;
			return NULL;
		}
	}
	return "not a time, such as 100us, 1.5s or 2m";
}

static const char *parse_role(const char *text, struct filter_node *node)
{
	if (!strcasecmp(text, "active"))
		node->number = TCPFSM_ROLE_ACTIVE;
	else if (!strcasecmp(text, "passive"))
		node->number = TCPFSM_ROLE_PASSIVE;
	else
		return "neither active nor passive";
	return NULL;
}

static const char *parse_family(const char *text, struct filter_node *node)
{
	if (!strcmp(text, "4") || !strcasecmp(text, "inet") || !strcasecmp(text, "ipv4"))
		node->number = AF_INET;
	else if (!strcmp(text, "6") || !strcasecmp(text, "inet6") ||
		 !strcasecmp(text, "ipv6"))
		node->number = AF_INET6;
	else
		return "not a family: 4 or 6";
	return NULL;
}

static const char *parse_value(enum filter_value value, const char *text,
			       struct filter_node nodes[2], int *count)
{
	struct filter_node *node = &nodes[0];

	switch (value) {
	case VALUE_OF_STATE:
		node->states = filter_states_named(text);
		return node->states ? NULL : FILTER_NOT_A_STATE;
	case VALUE_OF_ADDRESS:
		return filter_address_parse(text, nodes, count);
	case VALUE_OF_PORT:
		return filter_port_parse(*text == ':' ? text + 1 : text, &node->number) ?
		       NULL : FILTER_NOT_A_PORT;
	case VALUE_OF_DEV:
		return parse_dev(text, node);
	case VALUE_OF_MARK:
		return parse_mark(text, node);
	case VALUE_OF_ID:
		return parse_id(text, node);
	case VALUE_OF_NUMBER:
		return filter_number_parse(text, UINT32_MAX, &node->number) ?
		       NULL : "not a number";
	case VALUE_OF_USER:
		return parse_user(text, node);
	case VALUE_OF_COMM:
		snprintf(node->text, sizeof(node->text), "%s", text);
		return NULL;
	case VALUE_OF_NETNS:
		return parse_netns(text, node);
	case VALUE_OF_CAUSE:
		node->number = cause_named(text);
		return node->number ? NULL : "not a cause; explain lists all";
	case VALUE_OF_NOTE:
		return parse_note(text, node);
	case VALUE_OF_TIME:
		return parse_time(text, node);
	case VALUE_OF_ROLE:
		return parse_role(text, node);
	case VALUE_OF_FAMILY:
		return parse_family(text, node);
	}
	return NULL;
}

int filter_value_parse(const struct filter_word_kind *word,
		       const struct filter_token *token, struct filter_node nodes[2],
		       char *message, size_t size)
{
	const char *wrong;
	int count = 1;

	if (token->length >= FILTER_TEXT_MAX) {
		snprintf(message, size, "longer than %d characters", FILTER_TEXT_MAX - 1);
		return 0;
	}
	wrong = parse_value(word->value, token->text, nodes, &count);
	if (!wrong)
		return count;
	snprintf(message, size, "%s", wrong);
	return 0;
}
