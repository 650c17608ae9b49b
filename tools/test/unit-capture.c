// SPDX-License-Identifier: GPL-2.0
/* The words for the module's filter, compared with the module's own code. */
#include "filter.h"
#include "module_rule.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tcpfsm.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static unsigned int passed, failed;

static void expect(const char *what, const char *filter, const char *expected,
		   const char *got)
{
	if (!strcmp(expected, got)) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s '%s': expected '%s', got '%s'\n", what, filter, expected, got);
}

static void put_address(uint8_t to[16], const char *text)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (inet_pton(AF_INET6, text, to) == 1)
		return;
	memcpy(to, mapped, sizeof(mapped));
	if (inet_pton(AF_INET, text, to + 12) != 1)
		abort();
}

static uint32_t below(uint32_t n)
{
	static uint64_t seed = 17;

	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static void random_record(struct tcpfsm_record *r)
{
	static const char *const addresses[] = {
		"10.0.0.1", "10.0.0.7", "127.0.0.1", "0.0.0.0", "2001:db8::1",
		"fe80::1", "::",
	};
	static const uint16_t ports[] = { 0, 22, 80, 81, 443, 65534, 65535 };

	*r = (struct tcpfsm_record){
		.known = below(UINT16_MAX + 1), .netns = 7 + below(3),
		.lport = ports[below(ARRAY_SIZE(ports))],
		.rport = ports[below(ARRAY_SIZE(ports))],
		.family = below(2) ? AF_INET : AF_INET6,
		.new_state = 1 + below(TCPFSM_NR_STATES - 1),
	};
	put_address(r->laddr, addresses[below(ARRAY_SIZE(addresses))]);
	put_address(r->raddr, addresses[below(ARRAY_SIZE(addresses))]);
}

/* The module takes what the filter takes, of any records. */
static void compare(const char *text, const struct filter *filter, const char *words)
{
	const char *reason = module_rule_parse(words);
	struct tcpfsm_record r;

	expect("the module parses", text, words, reason ? reason : words);
	for (int i = 0; !reason && i < 499; i++) {
		random_record(&r);
		if (module_rule_takes(&r) != filter_takes(filter, &r))
			reason = filter_takes(filter, &r) ? "less" : "more";
	}
	expect("the module takes", text, words, reason ? reason : words);
}

static void test_table(void)
{
	static const struct {
		const char *filter, *text;	/* "!" and the word that cannot be said */
	} table[] = {
		{ "dport = 443", "rport=443" },
		{ "port = 80 or port = 443", "port=80,443" },
		{ "port < 1024 or port >= 65535", "port=0-1023,65535" },
		{ "sport >= 8000 and dst 10/8", "lport=8000-65535 raddr=10.0.0.0/8" },
		{ "src 10.0.0.1:80", "lport=80 laddr=10.0.0.1/32" },
		{ "src 10.1.2.3/8", "laddr=10.0.0.0/8" },
		{ "src 0.0.0.0/0", "laddr=0.0.0.0/0" },
		{ "src ::/0", "laddr=::/0" },
		{ "src ::ffff:10.0.0.0/90", "laddr=::ffc0:0:0/90" },
		{ "dst 2001:db8::/32", "raddr=2001:db8::/32" },
		{ "sport != 22", "lport=0-21,23-65535" },
		{ "sport < 1024", "lport=0-1023" },
		{ "sport > 1023", "lport=1024-65535" },
		{ "sport > 80 and sport < 90", "lport=81-89" },
		{ "(dport > 80 dport < 90) or dport = 443", "rport=81-89,443" },
		{ "dport = 80 and not not dport != 81", "rport=80" },
		{ "state estab state time-wait", "new=ESTABLISHED,TIME_WAIT" },
		{ "state bucket and not state time-wait", "new=SYN_RCVD" },
		{ "exclude listen", "new=ESTABLISHED,SYN_SENT,SYN_RCVD,FIN_WAIT_1,"
				    "FIN_WAIT_2,TIME_WAIT,CLOSED,CLOSE_WAIT,LAST_ACK,"
				    "CLOSING" },
		{ "family 6 netns 7", "family=ipv6 netns=7" },
		{ "family != 6", "family=ipv4" }, { "netns 7 or netns 8", "netns=7,8" },
		{ "addr 127.0.0.0/8 port = 80", "port=80 addr=127.0.0.0/8" },
		{ "cause close", "!cause" }, { "sport = 80 or dport = 80", "!dport" },
		{ "not sport = 80", "!not" }, { "port != 80", "!port" },
		{ "src != 10.0.0.1", "!src" }, { "addr 10.0.0.1:80", "!addr" },
		{ "port > 80 and port < 90", "!port" },
		{ "src 10/8 and src 10.0/16", "!src" },
		{ "sport = 80 or sport = 81 and netns 7", "!netns" },
		{ "netns != 7", "!netns" }, { "exclude all", "!exclude" },
		{ "sport > 65535", "!sport" }, { "sport = 80 sport = 81", "!sport" },
		{ "dport = 80 and not cause close", "!cause" },
	};
	char text[1025], got[1100];
	struct filter_error error;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct filter *filter = filter_parse(table[i].filter, &error);

		if (!filter)
			abort();
		if (filter_capture(filter, text, sizeof(text), &error)) {
			strcpy(got, text);
			compare(table[i].filter, filter, text);
		} else {
			snprintf(got, sizeof(got), "!%.*s", (int)error.length,
				 table[i].filter + error.at);
		}
		expect("capture", table[i].filter, table[i].text, got);
		filter_free(filter);
	}
}

static void test_limits(void)
{
	char many[1024] = "sport = 1", text[1025];
	struct filter_error error;
	struct filter *filter;

	for (int i = 3; i < 35; i += 2)
		sprintf(many + strlen(many), " or sport = %d", i);
	filter = filter_parse(many, &error);
	expect("capture", "17 ports",
	       "the module's filter cannot say this exactly: "
	       "it has more than 16 values of one kind",
	       filter_capture(filter, text, sizeof(text), &error) ? "none" :
								   error.message);
	filter_free(filter);

	filter = filter_parse("dport = 80 netns 7", &error);
	expect("capture", "16 bytes", "rport=80 netns=7",
	       filter_capture(filter, text, 17, &error) ? text : error.message);
	expect("capture", "15 bytes",
	       "the module's filter cannot say this exactly: it is too long",
	       filter_capture(filter, text, 16, &error) ? text : error.message);
	filter_free(filter);
}

/* Up to three parts, each of up to three conditions that begin with the same word. */
static void random_filter(char *text)
{
	static const char *const conditions[][6] = {
		{ "sport = 80", "sport != 81", "sport < 443", "sport > 22",
		  "sport >= 65535", "sport <= 0" },
		{ "dport = 80", "dport != 81", "dport < 443", "dport > 22",
		  "dport >= 65535", "dport <= 0" },
		{ "port = 80", "port != 81", "port < 443", "port > 22", "port >= 65535",
		  "port <= 0" },
		{ "src 10/8", "src 10.0.0.1", "src ::/0", "src 0.0.0.0/0",
		  "src fe80::/10", "src ::ffff:0:0/95" },
		{ "addr 10.0.0.7:80", "addr != 10.0.0.1", "addr 127/8", "addr ::",
		  "addr 2001::/16", "addr fe80::1" },
		{ "dst 10.0.0.7:80", "dst 10/8", "dst != ::1", "dst *:443", "dst ::/1",
		  "dst 0/0" },
		{ "state big", "exclude listen", "state connected exclude syn-rcv",
		  "new closed", "state != time-wait", "state bucket" },
		{ "family 4", "family 6", "family != 4", "netns 7", "netns 8",
		  "netns != 8" },
	};
	static const char *const joints[] = { " or ", " and ", " or not ", " or " };

	*text = '\0';
	for (uint32_t part = 1 + below(3); part; part--) {
		uint32_t kind = below(ARRAY_SIZE(conditions)), left = 1 + below(3);

		strcat(text, below(7) ? "(" : "not (");
		while (left--) {
			strcat(text, conditions[kind][below(6)]);
			strcat(text, left ? joints[below(4)] : ")");
		}
		if (part > 1)
			strcat(text, below(7) ? " " : " or ");
	}
}

static void test_random(void)
{
	unsigned int said = 0;

	for (int i = 0; i < 997; i++) {
		char text[512], words[1025];
		struct filter_error error;
		struct filter *filter;

		random_filter(text);
		filter = filter_parse(text, &error);
		if (!filter) {
			expect("random", text, "no error", error.message);
			continue;
		}
		if (filter_capture(filter, words, sizeof(words), &error)) {
			said++;
			compare(text, filter, words);
		}
		filter_free(filter);
	}
	expect("random", "many can be said", "yes", said > 199 ? "yes" : "no");
}

int main(void)
{
	test_table();
	test_limits();
	test_random();
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
