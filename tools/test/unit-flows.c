// SPDX-License-Identifier: GPL-2.0
/* Lines of the module's file flows, whole and damaged; the values of one. */
#include "flow_row.h"

#include <stdio.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define LINE "1a 7 [2001:db8::1]:443 10.0.0.7:5000 CLOSE_WAIT 70.000000003s >=61.000000000s " \
	     "0.000123456s passive passive a\\x20b\\x5c/3 LISTEN>SYN_RCVD>CLOSE_WAIT unaccepted,tfo\n"

static unsigned int passed, failed;

static void check(bool ok, const char *what)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL flows: %s\n", what);
}

static void test_values(void)
{
	static const uint8_t laddr[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	static const uint8_t raddr[16] = { [10] = 0xff, [11] = 0xff, 10, 0, 0, 7 };
	static const uint8_t comm[TCPFSM_COMM_LEN] = "a b\\";
	static const uint8_t path[] = { TCPFSM_LISTEN, TCPFSM_SYN_RCVD, TCPFSM_CLOSE_WAIT };
	struct flow_row row;
	const struct tcpfsm_record *r = &row.r;

	check(flow_row_parse(&row, LINE), "a line");
	check(r->id == 0x1a && r->netns == 7, "id and namespace");
	check(!memcmp(r->laddr, laddr, 16) && r->lport == 443, "local end");
	check(!memcmp(r->raddr, raddr, 16) && r->rport == 5000, "other end");
	check(r->new_state == TCPFSM_CLOSE_WAIT && r->old_state == TCPFSM_CLOSE_WAIT, "state");
	check(row.age_ns == 70000000003 && row.has_age && !row.age_least, "age");
	check(r->dwell_ns == 61000000000 && (r->flags & TCPFSM_F_DWELL_MIN), "time in state");
	check(row.handshake_ns == 123456 && row.has_handshake, "handshake");
	check(r->open_role == TCPFSM_ROLE_PASSIVE && r->close_role == TCPFSM_ROLE_PASSIVE, "roles");
	check(!memcmp(r->owner_comm, comm, sizeof(comm)) && r->owner_pid == 3, "owner");
	check(row.states == 3 && !memcmp(row.path, path, 3), "path");
	check((r->flags & ~TCPFSM_F_DWELL_MIN) == (TCPFSM_F_UNACCEPTED | TCPFSM_F_TFO), "note");
}

/* The words of LINE; @word takes the place of the word @at. */
static bool parses_with(size_t at, const char *word)
{
	char line[1024] = "", copy[] = LINE, *rest = copy, *next;
	struct flow_row row;

	for (size_t i = 0; (next = strsep(&rest, " \n")) && *next; i++)
		sprintf(line + strlen(line), "%s ", i == at ? word : next);
	return flow_row_parse(&row, line);
}

static void test_words(void)
{
	static const struct {
		size_t at;
		const char *word;
		bool ok;
	} words[] = {
		{ 0, "-", true }, { 0, "ffffffffffffffff", true },
		{ 0, "10000000000000000", false }, { 0, "-1", false }, { 0, "x", false },
		{ 1, "4294967295", true }, { 1, "4294967296", false }, { 1, "-", false },
		{ 2, "-", true }, { 2, "-:80", true }, { 2, "1.2.3.4:-", true },
		{ 2, "1.2.3.4", false }, { 2, "1.2.3:80", false }, { 2, "[::1]:65536", false },
		{ 2, "[::1:80", false }, { 2, "[]:80", false }, { 2, ":80", false },
		{ 3, "[::1]:0", true }, { 3, "[::1]:-", true }, { 3, "[::1]:+1", false },
		{ 4, "STATE_13", true }, { 4, "STATE_256", false }, { 4, "ESTAB", false },
		{ 5, "-", true }, { 5, ">=0.000000000s", true },
		{ 5, "18446744072.999999999s", true }, { 5, "18446744073.000000000s", false },
		{ 5, "1.5s", false }, { 5, "-1.000000000s", false }, { 5, "1.00000000xs", false },
		{ 5, "1.0000000000s", false }, { 6, ">=", false }, { 7, "s", false },
		{ 8, "-", true }, { 8, "neither", false }, { 9, "active", true },
		{ 10, "-", true }, { 10, "/7", true }, { 10, "a/b/7", true },
		{ 10, "0123456789abcdef/7", true }, { 10, "0123456789abcdefg/7", false },
		{ 10, "0123456789abcde\\x41/7", true }, { 10, "a", false }, { 10, "a/", false },
		{ 10, "a\\x4/7", false }, { 10, "a\\x/7", false }, { 10, "a\\/7", false },
		{ 10, "a\\x4g/7", false }, { 10, "a\\x+4/7", false }, { 10, "a\\y41/7", false },
		{ 11, "-", true }, { 11, "LISTEN>", false }, { 11, ">", false },
		{ 12, "-", true }, { 12, "of-a-later-module,gap", true }, { 12, "", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		char text[80];

		snprintf(text, sizeof(text), "word %zu: '%s'", words[i].at, words[i].word);
		check(parses_with(words[i].at, words[i].word) == words[i].ok, text);
	}
}

static void test_lines(void)
{
	char line[4096], path[2048] = "LISTEN";
	struct flow_row row;

	check(!flow_row_parse(&row, ""), "nothing");
	check(!flow_row_parse(&row, "\n"), "no word");
	check(!flow_row_parse(&row, "1a 7 -\n"), "three words");
	snprintf(line, sizeof(line), "%.*s more\n", (int)strlen(LINE) - 1, LINE);
	check(!flow_row_parse(&row, line), "a word more");
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	check(!flow_row_parse(&row, line), "a long word");
	for (int i = 1; i < CONNECTION_PATH_MAX; i++)
		strcat(path, ">LISTEN");
	check(parses_with(11, path), "the longest path");
	strcat(path, ">LISTEN");
	check(!parses_with(11, path), "a path that is too long");
}

int main(void)
{
	test_values();
	test_words();
	test_lines();
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
