// SPDX-License-Identifier: GPL-2.0
/* Filters: the records that each takes, and its errors. */
#include "filter.h"

#include <arpa/inet.h>
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

/*
 * A: a client, 10.0.0.1:40000 to 10.0.0.7:80, SYN_SENT->ESTABLISHED
 * B: a server over IPv6, [2001:db8::1]:443 from [2001:db8::7]:5000, CLOSE_WAIT->LAST_ACK
 * C: a listener, [::]:22, nothing else known
 * D: FIN_WAIT_2->TIME_WAIT, an IPv6 socket with 127.0.0.1 at both ends
 */
static struct tcpfsm_record records[4];

static void make_records(void)
{
	struct tcpfsm_record *a = &records[0], *b = &records[1];
	struct tcpfsm_record *c = &records[2], *d = &records[3];

	*a = (struct tcpfsm_record){
		.id = 0x1f, .netns = 4026531840, .lport = 40000, .rport = 80,
		.family = AF_INET,
		.old_state = TCPFSM_SYN_SENT, .new_state = TCPFSM_ESTABLISHED,
		.cause = TCPFSM_CAUSE_RCV_SYNACK, .dwell_ns = 1500000000, .retrans = 1,
		.owner_pid = 172, .owner_uid = 0, .owner_comm = "curl", .mark = 0x12,
		.open_role = TCPFSM_ROLE_ACTIVE,
		.known = ~TCPFSM_KNOWN_ACTOR,
	};
	put_address(a->laddr, "10.0.0.1");
	put_address(a->raddr, "10.0.0.7");
	*b = (struct tcpfsm_record){
		.id = 2, .netns = 7, .lport = 443, .rport = 5000, .family = AF_INET6,
		.old_state = TCPFSM_CLOSE_WAIT, .new_state = TCPFSM_LAST_ACK,
		.cause = TCPFSM_CAUSE_CLOSE, .flags = TCPFSM_F_EXIT, .dwell_ns = 1013,
		.owner_pid = 9, .owner_uid = 1000, .owner_comm = "nginx: worker",
		.open_role = TCPFSM_ROLE_PASSIVE, .close_role = TCPFSM_ROLE_PASSIVE,
		.known = ~0u,
	};
	put_address(b->laddr, "2001:db8::1");
	put_address(b->raddr, "2001:db8::7");
	*c = (struct tcpfsm_record){
		.netns = 7, .lport = 22, .family = AF_INET6, .old_state = TCPFSM_CLOSED,
		.new_state = TCPFSM_LISTEN, .known = TCPFSM_KNOWN_LPORT,
	};
	*d = (struct tcpfsm_record){
		.id = 3, .netns = 7, .lport = 5432, .rport = 50001, .family = AF_INET6,
		.old_state = TCPFSM_FIN_WAIT_2, .new_state = TCPFSM_TIME_WAIT,
		.cause = TCPFSM_CAUSE_RCV_FIN, .flags = TCPFSM_F_SAME_SEGMENT,
		.close_role = TCPFSM_ROLE_ACTIVE,
		.known = TCPFSM_KNOWN_ID | TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT |
			 TCPFSM_KNOWN_PEER,
	};
	put_address(d->laddr, "127.0.0.1");
	put_address(d->raddr, "127.0.0.1");
}

static void test_takes(void)
{
	static const struct {
		const char *filter, *takes;	/* the letters of the records */
	} table[] = {
		{ "state established", "A" }, { "state ESTAB", "A" },
		{ "state TCP_LAST_ACK", "B" }, { "state last-ack", "B" },
		{ "state LAST_ACK", "B" }, { "state TIME-WAIT", "D" },
		{ "state listening", "C" }, { "state LISTEN", "C" },
		{ "state all", "ABCD" }, { "state connected", "ABD" },
		{ "state synchronized", "ABD" }, { "state bucket", "D" },
		{ "state big", "ABC" }, { "state BPF_TCP_LISTEN", "C" },
		{ "state tcp-time-wait", "D" }, { "exclude = listen", "ABD" },
		{ "exclude != listen", "C" }, { "state != listen", "ABD" },
		{ "exclude listen state listen", "ABCD" },
		{ "state estab exclude estab state listen", "C" },
		{ "state estab (state listen)", "" },
		{ "(sport = 22 and state estab) state listen", "" },
		{ "(sport = 22 or state estab) state estab", "A" },
		{ "not state estab state listen", "BD" },
		{ "state estab state listen", "AC" },
		{ "state estab and state listen", "" },
		{ "state estab or state listen", "AC" }, { "exclude listen", "ABD" },
		{ "exclude listen exclude estab", "BD" },
		{ "state connected exclude estab", "BD" },
		{ "state estab state last-ack sport = :443", "B" },
		{ "new ESTABLISHED", "A" }, { "old CLOSE_WAIT", "B" },
		{ "old != CLOSE_WAIT", "ACD" }, { "src 10.0.0.1", "A" },
		{ "dst 10.0.0.1", "" }, { "src 10/8", "A" }, { "src 10.0/16", "A" },
		{ "dst 10.0.0.4/30", "A" }, { "dst 10.0.0.0/30", "" },
		{ "src 0.0.0.0/0", "AD" }, { "src ::/0", "B" },
		{ "src ::ffff:0:0/96", "AD" }, { "src ::ffff:10.0.0.0/104", "A" },
		{ "src ::ffff:10.0.0.0/90", "" }, { "src 10.0.0.1:*", "A" },
		{ "src 10.0.0.0/8:40000", "A" }, { "src 10.255.255.255/8", "A" },
		{ "src 127.0.0.1", "D" }, { "src != 127.0.0.1", "AB" },
		{ "not src 127.0.0.1", "ABC" }, { "src 2001:db8::/32", "B" },
		{ "dst [2001:db8::7]", "B" }, { "dst [2001:db8::7]:5000", "B" },
		{ "dst [2001:db8::]/64", "B" }, { "dst [2001:db8::7]:5001", "" },
		{ "dst 10.0.0.7:80", "A" }, { "dst 10.0.0.7:http", "A" },
		{ "dst 10.0.0.7:81", "" }, { "dst *:80", "A" }, { "dst :80", "A" },
		{ "src *:22", "C" }, { "dst != 10.0.0.7:80", "BD" },
		{ "addr 10.0.0.7:80", "A" }, { "addr 10.0.0.1:80", "" },
		{ "addr != 10.0.0.1:80", "ABD" }, { "addr != 10.0.0.7:80", "BD" },
		{ "addr [2001:db8::]/32:5000", "B" }, { "addr 10.0.0.7", "A" },
		{ "addr != 10.0.0.7", "BD" }, { "sport = 22", "C" },
		{ "sport = :22", "C" }, { "sport :22", "C" }, { "sport eq ssh", "C" },
		{ "sport != 22", "ABD" }, { "sport ne 22", "ABD" },
		{ "sport > 443", "AD" }, { "sport >= 443", "ABD" },
		{ "sport < 443", "C" }, { "sport <= 443", "BC" },
		{ "sport geq 443", "ABD" }, { "sport leq 443", "BC" },
		{ "sport neq 22", "ABD" }, { "sport == 22", "C" },
		{ "sport lt 443", "C" }, { "sport le 443", "BC" },
		{ "sport ge 443", "ABD" }, { "sport gt 443", "AD" }, { "dport=80", "A" },
		{ "dport = :80", "A" }, { "dport != 80", "BD" }, { "dport>=5000", "BD" },
		{ "port = 443", "B" }, { "port = 5000", "B" }, { "port != 443", "AD" },
		{ "port > 49999", "D" }, { "id 1f", "A" }, { "id sk:1f", "A" },
		{ "id = 2", "B" }, { "id != 2", "AD" }, { "pid 172", "A" },
		{ "pid != 172", "B" }, { "uid 1000", "B" }, { "uid root", "A" },
		{ "comm curl", "A" }, { "comm cur", "" }, { "comm c*", "A" },
		{ "comm *", "AB" }, { "comm *n*er", "B" }, { "comm *y*", "" },
		{ "comm [c]url", "" }, { "comm ????", "A" }, { "comm curl?", "" },
		{ "comm curl*", "A" }, { "comm ?url", "A" },
		{ "comm \"nginx: worker\"", "B" }, { "comm != curl", "B" },
		{ "netns 7", "BCD" }, { "netns != 7", "A" }, { "cause close", "B" },
		{ "cause = RCV_FIN", "D" }, { "cause != close", "AD" },
		{ "note exit", "B" }, { "note same-segment", "D" },
		{ "note != exit", "ACD" }, { "dwell > 1s", "A" }, { "dwell > 1.5s", "" },
		{ "dwell >= 1500ms", "A" }, { "dwell = 1.013us", "B" },
		{ "dwell < 1014ns", "B" }, { "dwell < 1013ns", "" },
		{ "dwell <= 0.001013ms", "B" },
		{ "retrans > 0", "A" }, { "retrans = 0", "B" }, { "open active", "A" },
		{ "open passive", "B" }, { "close active", "D" },
		{ "close = passive", "B" }, { "family 4", "A" },
		{ "family inet6", "BCD" }, { "fwmark 0x12", "A" },
		{ "fwmark 0x10/0xf0", "A" }, { "fwmark != 0x12", "B" }, { "dev 0", "AB" },
		/* not binds closer than and, and closer than or. */
		{ "not sport = 22 and not sport = 443", "AD" },
		{ "not (sport = 22 or sport = 443)", "AD" }, { "! sport = 22", "ABD" },
		{ "sport = 22 or sport = 443 and state listen", "C" },
		{ "(sport = 22 or sport = 443) and state last-ack", "B" },
		{ "sport = 22|!sport = 22", "ABCD" },
		{ "sport > 400&!sport = 443", "AD" },
		{ "sport = 22 | sport = 443", "BC" },
		{ "sport > 400 & sport < 500", "B" },
		{ "sport > 400 && sport < 500 || state listen", "BC" },
		{ "( ( sport = 22 ) )", "C" }, { "netns 7 exclude listen", "BD" },
		{ "not not sport = 22", "C" }, { " \tstate\nlisten ", "C" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct filter_error error;
		struct filter *filter = filter_parse(table[i].filter, &error);
		char got[8] = "";

		if (!filter) {
			expect("error", table[i].filter, "none", error.message);
			continue;
		}
		for (int n = 0; n < 4; n++) {
			if (filter_takes(filter, &records[n]))
				sprintf(got + strlen(got), "%c", 'A' + n);
		}
		expect("takes", table[i].filter, table[i].takes, got);
		filter_free(filter);
	}
	expect("takes", "none at all", "1", filter_takes(NULL, &records[2]) ? "1" : "0");
}

/* POSITION LENGTH MESSAGE of the word that is wrong. */
static void test_errors(void)
{
	static const struct {
		const char *filter, *error;
	} table[] = {
		{ "", "0 0 a condition is missing here" },
		{ "cuase close", "0 5 unknown word; did you mean cause?" },
		{ "sporrt = 80", "0 6 unknown word; did you mean sport?" },
		{ "frob = 80", "0 4 unknown word" },
		{ "sport = 80 and", "14 0 a condition is missing here" },
		{ "sport = 80 or or", "14 2 a condition is missing here" },
		{ "()", "1 1 a condition is missing here" },
		{ "= 80", "0 1 unknown word" },
		{ "(sport =)", "8 1 sport: a value is missing" },
		{ "cause and netns 7", "6 3 cause: a value is missing" },
		{ "dwell 1s", "6 2 dwell: one of = != < > <= >= is missing here" },
		{ "comm \"curl", "5 5 this quotation mark has no other one" },
		{ "\"comm\" curl", "1 4 unknown word" },
		{ "src [::1]80",
		  "4 7 behind the bracket is neither a prefix nor a port" },
		{ "src 10.0.0.1::80",
		  "4 12 not an address; names of hosts are not looked up" },
		{ "src 10./8",
		  "4 5 not an address; names of hosts are not looked up" },
		{ "src 10.0.0.1:", "4 9 not a port (0-65535) or a service" },
		{ "sport = ::80", "8 4 not a port (0-65535) or a service" },
		{ "sport = 0x", "8 2 not a port (0-65535) or a service" },
		{ "netns ..",
		  "6 2 neither an inode number nor a name in /run/netns" },
		{ "retrans > -1", "10 2 not a number" },
		{ "pid 4294967296", "4 10 not a number" },
		{ "sport =", "7 0 sport: a value is missing" },
		{ "sport = 65536", "8 5 not a port (0-65535) or a service" },
		{ "sport = nosuchservice",
		  "8 13 not a port (0-65535) or a service" },
		{ "state up", "6 2 not a state" },
		{ "cause bang", "6 4 not a cause; explain lists all" },
		{ "src www.debian.org",
		  "4 14 not an address; names of hosts are not looked up" },
		{ "src 10.0.0.0/33",
		  "4 11 the prefix of an IPv4 address is from 0 to 32" },
		{ "src 2001:db8::/129",
		  "4 14 the prefix of an IPv6 address is from 0 to 128" },
		{ "src [::1", "4 4 the bracket is not closed" },
		{ "src *", "4 1 any address and any port: nothing to compare" },
		{ "pid > 3", "0 3 pid is compared with = and != only" },
		{ "pid x", "4 1 not a number" },
		{ "id xyz",
		  "3 3 not a socket cookie: hexadecimal, as ss -e prints it" },
		{ "uid nosuchuser", "4 10 no such user" },
		{ "dev = nosuchdev", "6 9 no such interface" },
		{ "netns nosuchns",
		  "6 8 neither an inode number nor a name in /run/netns" },
		{ "note bright", "5 6 not a flag" },
		{ "dwell > 5", "8 1 not a time, such as 100us, 1.5s or 2m" },
		{ "open sideways", "5 8 neither active nor passive" },
		{ "family 5", "7 1 not a family: 4 or 6" },
		{ "(sport = 80", "0 1 this parenthesis is not closed" },
		{ "sport = 80)", "10 1 this parenthesis was not opened" },
		{ "not", "3 0 a condition is missing here" },
		{ "comm aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg",
		  "5 64 longer than 63 characters" },
	};
	char deep[200], many[20000] = "", got[256];
	struct filter_error error;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct filter *filter = filter_parse(table[i].filter, &error);

		snprintf(got, sizeof(got), "%zu %zu %s", error.at, error.length,
			 error.message);
		expect("error", table[i].filter, table[i].error, filter ? "none" : got);
		filter_free(filter);
	}

	memset(deep, '(', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	expect("error", "199 parentheses", "nested deeper than 32 levels",
	       filter_parse(deep, &error) ? "none" : error.message);
	for (int i = 0; i < 600; i++)
		strcat(many, "dport = 80 or ");
	strcat(many, "dport = 81");
	expect("error", "601 conditions", "too long: more than 256 conditions",
	       filter_parse(many, &error) ? "none" : error.message);
}

/* Every word that help lists is one, and the other way round. */
static void test_words(void)
{
	struct filter_error error;

	for (const struct filter_word *w = filter_words; w->word; w++) {
		struct filter *filter = filter_parse(w->word, &error);
		char expected[64];

		snprintf(expected, sizeof(expected), "%s: a value is missing", w->word);
		expect("word", w->word, expected, filter ? "none" : error.message);
		filter_free(filter);
	}
}

static void test_next_dwell(void)
{
	static const struct {
		const char *filter;
		uint64_t dwell_ns, next_ns;
	} rows[] = {
		{ "state estab", 0, UINT64_MAX },
		{ "dwell > 5s", 0, 5000000000 },
		{ "dwell > 5s", 4999999999, 5000000000 },
		{ "dwell > 5s", 5000000000, 5000000001 },
		{ "dwell > 5s", 5000000001, UINT64_MAX },
		{ "dwell = 7ns", 7, 8 },
		{ "dwell > 1s or not dwell < 3us and state estab", 0, 3000 },
		{ "dwell > 1s or not dwell < 3us and state estab", 3001, 1000000000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct filter_error error;
		struct filter *filter = filter_parse(rows[i].filter, &error);
		char expected[32], got[32];

		sprintf(expected, "%llu", (unsigned long long)rows[i].next_ns);
		sprintf(got, "%llu", (unsigned long long)
			filter_next_dwell(filter, rows[i].dwell_ns));
		expect("next dwell", rows[i].filter, expected, got);
		filter_free(filter);
	}
	/* NULL takes everything, always. */
	expect("next dwell", "no filter", "same",
	       filter_next_dwell(NULL, 0) == UINT64_MAX ? "same" : "another");
}

int main(void)
{
	make_records();
	test_takes();
	test_errors();
	test_words();
	test_next_dwell();
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
