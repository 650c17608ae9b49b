// SPDX-License-Identifier: GPL-2.0
/* A connection that is alive, from the module's file or from a recording. */
#include "flow_row.h"
#include "names.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void flow_row_of(struct flow_row *row, const struct connection *c, uint64_t now_ns)
{
	*row = (struct flow_row){ .r = c->now, .has_age = true };
	row->r.old_state = c->now.new_state;
	row->r.known |= TCPFSM_KNOWN_DWELL;
	row->r.dwell_ns = now_ns > c->now.mono_ns ? now_ns - c->now.mono_ns : 0;
	row->age_ns = connection_life(c, now_ns, &row->age_least);
	/* It goes on in TIME_WAIT, as a flow. */
	if (c->ended_ns && now_ns > c->ended_ns)
		row->age_ns += now_ns - c->ended_ns;
	row->has_handshake = connection_handshake(c, &row->handshake_ns);
	row->r.flags = c->gap ? TCPFSM_F_GAP : 0;
	row->r.open_role = connection_open_role(c);
	row->states = connection_path(c, row->path);
	for (int i = 0; i < c->transitions; i++)
		row->r.flags |= c->transition[i].flags;
	/* That of a state before; the time in this one is known. */
	row->r.flags &= ~(TCPFSM_F_DWELL_MIN | TCPFSM_F_SAME_SEGMENT | TCPFSM_F_EXIT);
	/* flow_file.c: it has been there from the beginning, perhaps for longer. */
	if (c->now.old_state == c->now.new_state)
		row->r.flags |= TCPFSM_F_DWELL_MIN & c->now.flags;
}

#define NS UINT64_C(1000000000)

enum { ID, NETNS, LOCAL, PEER, STATE, AGE, IN_STATE, HANDSHAKE, OPENED, CLOSED, OWNER,
       PATH, NOTE, WORDS };

static bool is_unknown(const char *word)
{
	return !strcmp(word, "-");
}

static bool parse_number(const char *word, int base, uint64_t most, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(word, &end, base);
	return isxdigit((unsigned char)*word) && !*end && !errno && *number <= most;
}

/* "1.2.3.4:80", "[::1]:80"; "-" in the place of either. Cuts @word. */
static bool parse_end(char *word, uint8_t address[16], uint16_t *port, bool *has_address,
		      bool *has_port)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char *colon = strrchr(word, ':');
	uint64_t number = 0;

	*has_address = *has_port = false;
	if (!colon)
		return is_unknown(word);
	*colon = '\0';
	*has_port = !is_unknown(colon + 1);
	if (*has_port && !parse_number(colon + 1, 10, 65535, &number))
		return false;
	*port = number;
	if (is_unknown(word))
		return true;
	*has_address = true;
	if (*word == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		return inet_pton(AF_INET6, word + 1, address) == 1;
	}
	memcpy(address, mapped, sizeof(mapped));
	return inet_pton(AF_INET, word, address + 12) == 1;
}

static bool parse_ends(struct tcpfsm_record *r, char *local, char *peer)
{
	bool address, port;

	/* A socket of IPv6 that has an IPv4 address is one of IPv4 here. */
	r->family = *local == '-' ? 0 : *local == '[' ? AF_INET6 : AF_INET;
	if (!parse_end(local, r->laddr, &r->lport, &address, &port))
		return false;
	r->known |= (address ? TCPFSM_KNOWN_LADDR : 0) | (port ? TCPFSM_KNOWN_LPORT : 0);
	if (!parse_end(peer, r->raddr, &r->rport, &address, &port))
		return false;
	r->known |= address && port ? TCPFSM_KNOWN_PEER : 0;
	return true;
}

/* "12.345678901s", with ">=" before a lower bound. Cuts @word. */
static bool parse_time(char *word, uint64_t *ns, bool *known, bool *least)
{
	char *point = strchr(word, '.');
	uint64_t seconds, part;

	*known = !is_unknown(word);
	*least = !strncmp(word, ">=", 2);
	if (!*known)
		return true;
	if (!point || strlen(point) != strlen(".123456789s") || point[10] != 's')
		return false;
	*point = point[10] = '\0';
	if (!parse_number(word + (*least ? 2 : 0), 10, UINT64_MAX / NS - 1, &seconds) ||
	    !parse_number(point + 1, 10, NS - 1, &part))
		return false;
	*ns = seconds * NS + part;
	return true;
}

static bool parse_role(const char *word, uint8_t *role)
{
	*role = 0;
	for (unsigned int i = 1; i <= TCPFSM_ROLE_PASSIVE; i++) {
		if (!strcmp(word, role_names.name[i]))
			*role = i;
	}
	return *role || is_unknown(word);
}

static bool parse_escape(char **from, uint8_t *byte)
{
	char digits[3] = "";
	uint64_t number;

	if ((*from)[1] != 'x' || !(*from)[2] || !(*from)[3])
		return false;
	memcpy(digits, *from + 2, 2);
	if (!isxdigit((unsigned char)digits[1]) ||
	    !parse_number(digits, 16, 255, &number))
		return false;
	*byte = number;
	*from += 4;
	return true;
}

/* "comm/pid", with \xHH for bytes that are not printable. Cuts @word. */
static bool parse_owner(char *word, struct tcpfsm_record *r)
{
	char *slash = strrchr(word, '/'), *from = word;
	uint64_t pid;
	size_t n = 0;

	if (is_unknown(word))
		return true;
	if (!slash || !parse_number(slash + 1, 10, UINT32_MAX, &pid))
		return false;
	*slash = '\0';
	while (*from && n < TCPFSM_COMM_LEN) {
		if (*from != '\\')
			r->owner_comm[n++] = *from++;
		else if (!parse_escape(&from, &r->owner_comm[n++]))
			return false;
	}
	r->owner_pid = pid;
	r->owner_uid = UINT32_MAX;	/* no user has this one: a filter finds none */
	r->known |= TCPFSM_KNOWN_OWNER;
	return !*from;
}

static bool parse_path(char *word, struct flow_row *row)
{
	char *state, *rest = word;

	if (is_unknown(word))
		return true;
	while ((state = strsep(&rest, ">"))) {
		if (row->states == sizeof(row->path) ||
		    !state_named(state, &row->path[row->states++]))
			return false;
	}
	return true;
}

/* A flag of a later module is left out. */
static bool parse_note(char *word, uint32_t *flags)
{
	char *flag, *rest = word;

	if (is_unknown(word))
		return true;
	while ((flag = strsep(&rest, ","))) {
		for (unsigned int i = 0; i < NAMES_MAX && flag_names.name[i][0]; i++) {
			if (!strcmp(flag, flag_names.name[i]))
				*flags |= 1u << i;
		}
	}
	return true;
}

static bool split(char *line, char *words[WORDS])
{
	char *word, *rest = line;
	int n = 0;

	while ((word = strsep(&rest, " \n"))) {
		if (!*word)
			continue;
		if (n == WORDS)
			return false;
		words[n++] = word;
	}
	return n == WORDS;
}

bool flow_row_parse(struct flow_row *row, const char *line)
{
	struct tcpfsm_record *r = &row->r;
	char text[2048], *words[WORDS];
	bool known, least;
	uint64_t number;

	*row = (struct flow_row){ 0 };
	if (strlen(line) >= sizeof(text) || !split(strcpy(text, line), words))
		return false;
	if (!is_unknown(words[ID])) {
		if (!parse_number(words[ID], 16, UINT64_MAX, &number))
			return false;
		r->id = number;
		r->known |= TCPFSM_KNOWN_ID;
	}
	if (!parse_number(words[NETNS], 10, UINT32_MAX, &number))
		return false;
	r->netns = number;
	if (!parse_ends(r, words[LOCAL], words[PEER]) ||
	    !state_named(words[STATE], &r->new_state) ||
	    !parse_time(words[AGE], &row->age_ns, &row->has_age, &row->age_least) ||
	    !parse_time(words[IN_STATE], &number, &known, &least))
		return false;
	r->old_state = r->new_state;
	r->dwell_ns = known ? number : 0;
	r->known |= known ? TCPFSM_KNOWN_DWELL : 0;
	if (!parse_note(words[NOTE], &r->flags))
		return false;
	r->flags |= least ? TCPFSM_F_DWELL_MIN : 0;
	return parse_time(words[HANDSHAKE], &row->handshake_ns, &row->has_handshake,
			  &least) &&
	       parse_role(words[OPENED], &r->open_role) &&
	       parse_role(words[CLOSED], &r->close_role) &&
	       parse_owner(words[OWNER], r) && parse_path(words[PATH], row);
}
