// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of the reader's parts, with numbered tables. A failure prints table and
 * number, the expected value and the one it got. The last line has the totals.
 */
#include "address.h"
#include "clock.h"
#include "dwell.h"
#include "escape.h"
#include "input.h"
#include "memo.h"
#include "names.h"
#include "nsnames.h"
#include "number.h"
#include "output.h"
#include "record_columns.h"
#include "screen.h"
#include "style.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define IPV4(a, b, c, d) { [10] = 0xff, [11] = 0xff, [12] = a, b, c, d }

static unsigned int passed, failed;

static void expect_bytes(const char *table, int n, const char *got, size_t len,
			 const char *expected)
{
	if (len == strlen(expected) && !memcmp(got, expected, len)) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s %d: expected '%s', got '%.*s'\n", table, n, expected,
	       (int)len, got);
}

static void expect_number(const char *table, int n, uint64_t got,
			  uint64_t expected)
{
	if (got == expected) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s %d: expected %llu, got %llu\n", table, n,
	       (unsigned long long)expected, (unsigned long long)got);
}

/* Counts all checks since @before as one. */
static void count_as_one(unsigned int before)
{
	passed = before + 1;
}

static uint64_t next_random(void)
{
	static uint64_t x = 88172645463325252ull;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static struct output row_out;
static struct style row_style;
static struct table row_table;

static void begin_rows(enum format format, bool extended, int width, bool utf8)
{
	row_style = (struct style){
		.format = format, .extended = extended, .width = width, .utf8 = utf8,
	};
	clock_init(&row_style.clock, 0);
	output_init(&row_out, -1, "test");
	table_begin(&row_table, &record_columns, &row_style, &row_out);
}

/* Returns the row with its line end and a NUL. */
static char *put_row(const struct tcpfsm_record *r)
{
	row_out.end = row_out.buf;
	table_row(&row_table, r);
	*row_out.end = '\0';
	return row_out.buf;
}

/* The value of a member in JSON, up to the next comma or brace, or "" if there is none. */
static const char *member(char *to, const char *row, const char *object, const char *name)
{
	char key[48];

	if (object) {
		snprintf(key, sizeof(key), "\"%s\":", object);
		row = strstr(row, key);
	}
	snprintf(key, sizeof(key), "\"%s\":", name);
	row = row ? strstr(row, key) : NULL;
	if (!row)
		return strcpy(to, "");
	row += strlen(key);
	snprintf(to, 400, "%.*s", (int)strcspn(row, *row == '[' ? "]" : ",}"), row);
	return to;
}

/* The documented offsets and sizes: a change there is one of this field, and of no other. */
static void test_layout(void)
{
	static const struct layout {
		const char *object, *name;
		unsigned int offset, size;
	} table[] = {
		/*  0 */ { NULL, "ts", 8, 8 },
		/*  1 */ { NULL, "mono_ns", 8, 8 },
		/*  2 */ { NULL, "seq", 0, 8 },
		/*  3 */ { NULL, "cpu", 92, 2 },
		/*  4 */ { NULL, "ring", 187, 1 },
		/*  5 */ { NULL, "id", 16, 8 },
		/*  6 */ { NULL, "netns", 104, 4 },
		/*  7 */ { NULL, "family", 180, 1 },
		/*  8 */ { NULL, "laddr", 56, 16 },
		/*  9 */ { NULL, "lport", 88, 2 },
		/* 10 */ { NULL, "raddr", 72, 16 },
		/* 11 */ { NULL, "rport", 90, 2 },
		/* 12 */ { NULL, "old", 181, 1 },
		/* 13 */ { NULL, "new", 182, 1 },
		/* 14 */ { NULL, "dwell_ns", 24, 8 },
		/* 15 */ { NULL, "dwell_min", 100, 4 },
		/* 16 */ { NULL, "cause", 183, 1 },
		/* 17 */ { NULL, "errno", 94, 2 },
		/* 18 */ { NULL, "flags", 100, 4 },
		/* 19 */ { NULL, "open_role", 184, 1 },
		/* 20 */ { NULL, "close_role", 185, 1 },
		/* 21 */ { "owner", "pid", 136, 4 },
		/* 22 */ { "owner", "uid", 140, 4 },
		/* 23 */ { "owner", "comm", 148, 16 },
		/* 24 */ { "actor", "pid", 144, 4 },
		/* 25 */ { "actor", "comm", 164, 16 },
		/* 26 */ { NULL, "srtt_us", 116, 4 },
		/* 27 */ { NULL, "min_rtt_us", 120, 4 },
		/* 28 */ { NULL, "bytes_in", 32, 8 },
		/* 29 */ { NULL, "bytes_out", 40, 8 },
		/* 30 */ { NULL, "segs_in", 124, 4 },
		/* 31 */ { NULL, "segs_out", 128, 4 },
		/* 32 */ { NULL, "retrans", 132, 4 },
		/* 33 */ { NULL, "ifindex", 108, 4 },
		/* 34 */ { NULL, "mark", 112, 4 },
		/* 35 */ { NULL, "accept_wait_us", 188, 4 },
	};
	char before[400], after[400], first[OUTPUT_SIZE];

	begin_rows(FORMAT_JSON, false, 80, false);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct tcpfsm_record r = { .family = AF_INET, .known = ~0u };
		const unsigned int end = table[i].offset + table[i].size;
		unsigned int was = passed;
		const char *row;

		strcpy(first, put_row(&r));
		memset((char *)&r + table[i].offset, 1, table[i].size);
		if (table[i].offset == offsetof(struct tcpfsm_record, family))
			r.family = AF_INET6;
		if (table[i].offset == offsetof(struct tcpfsm_record, flags))
			r.flags = TCPFSM_F_DWELL_MIN | TCPFSM_F_GAP;
		row = put_row(&r);
		for (size_t j = 0; j < ARRAY_SIZE(table); j++) {
			bool same = table[j].offset >= end ||
				    table[j].offset + table[j].size <= table[i].offset;

			member(before, first, table[j].object, table[j].name);
			member(after, row, table[j].object, table[j].name);
			expect_number("layout", i * 100 + j, !strcmp(before, after), same);
			expect_number("layout: there", i * 100 + j, !*before, 0);
		}
		count_as_one(was);
	}
}

static void test_numbers(void)
{
	static const struct {
		uint64_t n;
		const char *decimal, *hex;
	} table[] = {
		/* 0 */ { 0, "0", "0" },
		/* 1 */ { 9, "9", "9" },
		/* 2 */ { 10, "10", "a" },
		/* 3 */ { 255, "255", "ff" },
		/* 4 */ { 256, "256", "100" },
		/* 5 */ { 1ull << 32, "4294967296", "100000000" },
		/* 6 */ { 1ull << 63, "9223372036854775808", "8000000000000000" },
		/* 7 */ { ~0ull, "18446744073709551615", "ffffffffffffffff" },
	};
	char text[NUMBER_MAX], twin[32];
	unsigned int before;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		expect_bytes("decimal", i, text,
			     put_number(text, table[i].n) - text,
			     table[i].decimal);
		expect_bytes("hex", i, text, put_hex(text, table[i].n) - text,
			     table[i].hex);
	}
	expect_bytes("digits", 0, text, put_digits(text, 7, 2) - text, "07");
	expect_bytes("digits", 1, text, put_digits(text, 7, 3) - text, "007");
	expect_bytes("digits", 2, text, put_digits(text, 4999, 3) - text, "999");
	expect_bytes("digits", 3, text, put_digits(text, 7, 9) - text, "000000007");
	expect_bytes("digits", 4, text, put_digits(text, 987654321, 9) - text,
		     "987654321");

	/* The same as libc for each length: least, most and random numbers. */
	before = passed;
	for (uint64_t least = 1, n = 0; n < 20 * 1000; n++) {
		uint64_t some = n % 1000 < 2 ? least - n % 1000 :
			next_random() % (least < ~0ull / 10 ? 9 * least : least) + least;

		snprintf(twin, sizeof(twin), "%llu", (unsigned long long)some);
		expect_bytes("decimal twin", n, text,
			     put_number(text, some) - text, twin);
		snprintf(twin, sizeof(twin), "%llx", (unsigned long long)some);
		expect_bytes("hex twin", n, text, put_hex(text, some) - text, twin);
		if (n % 1000 == 999)
			least *= 10;
	}
	count_as_one(before);
}

static void test_names(void)
{
	static const struct {
		char *(*put)(char *to, uint8_t n);
		unsigned int n;
		const char *expected;
	} table[] = {
		/*  0 */ { put_state, 0, "STATE_0" },
		/*  1 */ { put_state, 1, "ESTABLISHED" },
		/*  2 */ { put_state, 2, "SYN_SENT" },
		/*  3 */ { put_state, 3, "SYN_RCVD" },
		/*  4 */ { put_state, 4, "FIN_WAIT_1" },
		/*  5 */ { put_state, 5, "FIN_WAIT_2" },
		/*  6 */ { put_state, 6, "TIME_WAIT" },
		/*  7 */ { put_state, 7, "CLOSED" },
		/*  8 */ { put_state, 8, "CLOSE_WAIT" },
		/*  9 */ { put_state, 9, "LAST_ACK" },
		/* 10 */ { put_state, 10, "LISTEN" },
		/* 11 */ { put_state, 11, "CLOSING" },
		/* 12 */ { put_state, 12, "STATE_12" },
		/* 13 */ { put_state, 255, "STATE_255" },
		/* 14 */ { put_cause, 0, "-" },
		/* 15 */ { put_cause, 1, "connect" },
		/* 16 */ { put_cause, TCPFSM_CAUSE_TW_EXPIRED, "tw_expired" },
		/* 17 */ { put_cause, TCPFSM_CAUSE_LISTENER_CLOSED, "listener_closed" },
		/* 18 */ { put_cause, TCPFSM_CAUSE_UNKNOWN, "unknown" },
		/* 19 */ { put_cause, TCPFSM_NR_CAUSES, "CAUSE_32" },
		/* 20 */ { put_cause, 255, "CAUSE_255" },
		/* 21 */ { put_role, 1, "active" },
		/* 22 */ { put_role, 2, "passive" },
		/* 23 */ { put_role, 3, "ROLE_3" },
		/* 24 */ { put_flag, 0, "same-segment" },
		/* 25 */ { put_flag, 7, "dwell-min" },
		/* 26 */ { put_flag, 8, "unaccepted" },
		/* 27 */ { put_flag, 9, "ack-dropped" },
		/* 28 */ { put_flag, 10, "flag-10" },
		/* 29 */ { put_flag, 31, "flag-31" },
	};
	char text[NAME_MAX_LEN];
	unsigned int before;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		expect_bytes("names", i, text,
			     table[i].put(text, table[i].n) - text,
			     table[i].expected);

	before = passed;
	for (unsigned int n = 0; n < 256; n++) {
		expect_number("names: state fits", n,
			      put_state(text, n) - text <= NAME_MAX_LEN, 1);
		expect_number("names: cause fits", n,
			      put_cause(text, n) - text <= NAME_MAX_LEN, 1);
	}
	count_as_one(before);
}

static void test_escape(void)
{
	static const struct {
		const char *bytes;
		const char *text, *blank, *json;
	} table[] = {
		/*  0 */ { "nginx", "nginx", "nginx", "nginx" },
		/*  1 */ { "", "", "", "" },
		/*  2 */ { "a b", "a\\x20b", "a b", "a b" },
		/*  3 */ { "a\nb", "a\\x0ab", "a\\x0ab", "a\\u000ab" },
		/*  4 */ { "\033[2J", "\\x1b[2J", "\\x1b[2J", "\\u001b[2J" },
		/*  5 */ { "a\\b", "a\\x5cb", "a\\x5cb", "a\\\\b" },
		/*  6 */ { "\"", "\"", "\"", "\\\"" },
		/*  7 */ { "~\x7f", "~\\x7f", "~\\x7f", "~\\u007f" },
		/*  8 */ { "\xc3\xa9", "\\xc3\\xa9", "\\xc3\\xa9", "\\u00e9" },
		/*  9 a lone byte of Latin-1 */
		{ "\xe9", "\\xe9", "\\xe9", "\\u00e9" },
		/* 10 the largest of two, the least of three bytes */
		{ "\xdf\xbf\xe0\xa0\x80", "\\xdf\\xbf\\xe0\\xa0\\x80",
		  "\\xdf\\xbf\\xe0\\xa0\\x80", "\\u07ff\\u0800" },
		/* 11 beyond 16 bits */
		{ "\xf0\x9f\x90\xa7", "\\xf0\\x9f\\x90\\xa7",
		  "\\xf0\\x9f\\x90\\xa7", "\\ud83d\\udc27" },
		/* 12 the last code point */
		{ "\xf4\x8f\xbf\xbf", "\\xf4\\x8f\\xbf\\xbf",
		  "\\xf4\\x8f\\xbf\\xbf", "\\udbff\\udfff" },
		/* 13 and one more */
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
		  "\\xf4\\x90\\x80\\x80", "\\u00f4\\u0090\\u0080\\u0080" },
		/* 14 overlong */
		{ "\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf", "\\u00c0\\u00af" },
		/* 15 overlong */
		{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf", "\\xe0\\x80\\xaf",
		  "\\u00e0\\u0080\\u00af" },
		/* 16 a surrogate */
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80",
		  "\\u00ed\\u00a0\\u0080" },
		/* 17 cut */
		{ "x\xf0\x9f", "x\\xf0\\x9f", "x\\xf0\\x9f", "x\\u00f0\\u009f" },
		/* 18 cut by another character */
		{ "\xc3(", "\\xc3(", "\\xc3(", "\\u00c3(" },
		/* 19 a lone continuation, impossible bytes */
		{ "\x80\xfe\xff", "\\x80\\xfe\\xff", "\\x80\\xfe\\xff",
		  "\\u0080\\u00fe\\u00ff" },
	};
	static const uint8_t full[4] = "abcd";	/* no NUL */
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const uint8_t *bytes = (const uint8_t *)table[i].bytes;
		size_t len = strlen(table[i].bytes);

		expect_bytes("escape text", i, text,
			     put_escaped(text, bytes, len) - text,
			     table[i].text);
		expect_bytes("escape blank", i, text,
			     put_escaped_blank(text, bytes, len) - text,
			     table[i].blank);
		expect_bytes("escape json", i, text,
			     put_escaped_json(text, bytes, len) - text,
			     table[i].json);
	}
	expect_bytes("escape full", 0, text, put_escaped(text, full, 4) - text,
		     "abcd");
	expect_bytes("escape full", 1, text,
		     put_escaped_json(text, full, 4) - text, "abcd");
}

static void test_csv(void)
{
	static const struct {
		const char *field, *expected;
	} table[] = {
		/* 0 */ { "", "" },
		/* 1 */ { "nginx", "nginx" },
		/* 2 */ { "a,b", "\"a,b\"" },
		/* 3 */ { "a\"b", "\"a\"\"b\"" },
		/* 4 */ { "\"", "\"\"\"\"" },
		/* 5 */ { " a", "\" a\"" },
		/* 6 */ { "\\x0a", "\\x0a" },
	};
	char text[32];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		expect_bytes("csv", i, text,
			     put_quoted_csv(text, table[i].field,
					    strlen(table[i].field)) - text,
			     table[i].expected);
}

static void test_addresses(void)
{
	static const struct {
		uint8_t address[16];
		const char *expected;
	} table[] = {
		/* 0 */ { IPV4(0, 0, 0, 0), "0.0.0.0" },
		/* 1 */ { IPV4(255, 255, 255, 255), "255.255.255.255" },
		/* 2 */ { { 0 }, "::" },
		/* 3 */ { { [15] = 1 }, "::1" },
		/* 4 */ { { [0] = 0xff, 2, [15] = 1 }, "ff02::1" },
		/* 5 */ { { 0x20, 1, [14] = 0x10 }, "2001::1000" },
		/* 6 the first of two equal runs */
		{ { [1] = 1, [7] = 1, [9] = 1, [15] = 1 }, "1::1:1:0:0:1" },
		/* 7 the longer run */
		{ { [1] = 1, [5] = 1, [15] = 1 }, "1:0:1::1" },
		/* 8 one zero group is no run */
		{ { 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 },
		  "1:0:1:1:1:1:1:1" },
		/* 9 a run at the end */
		{ { 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 }, "1:1:1:1:1:1::" },
		/* 10 nearly mapped */
		{ { [8] = 1, [10] = 0xff, [11] = 0xff, 1, 2, 3, 4 },
		  "::100:ffff:102:304" },
		/* 11 */
		{ { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
		    255, 255, 255, 255 },
		  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	};
	char text[64], twin[64];
	unsigned int before;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		expect_bytes("address", i, text,
			     put_address(text, table[i].address) - text,
			     table[i].expected);

	/* The same as libc for addresses with many zeros. */
	before = passed;
	for (int n = 0; n < 10000; n++) {
		uint64_t bits = next_random(), zero = next_random();
		uint8_t address[16];

		for (int i = 0; i < 16; i++)
			address[i] = zero >> i / 2 & 1 ? 0 : bits >> (i * 4 & 63);
		if (!memcmp(address, (uint8_t[12]){ 0 }, 12))
			continue;	/* libc's ::1.2.3.4 is long obsolete */
		inet_ntop(AF_INET6, address, twin, sizeof(twin));
		expect_bytes("address twin", n, text,
			     put_address(text, address) - text, twin);
	}
	count_as_one(before);
}

static void test_endpoints(void)
{
	static const uint8_t loopback4[] = IPV4(127, 0, 0, 1);
	static const uint8_t loopback6[16] = { [15] = 1 };
	static const uint8_t any6[16] = { 0 };
	static const uint8_t longest[16] = {
		0x20, 1, 0xd, 0xb8, 0x12, 0x34, 0x56, 0x78,
		0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78,
	};
	static const struct {
		const uint8_t *address;
		int port;
		int width;
		const char *ascii, *utf8;
	} table[] = {
		/*  0 */ { loopback4, 0, 20, "127.0.0.1:0", "127.0.0.1:0" },
		/*  1 */ { loopback4, 65535, 20, "127.0.0.1:65535", "127.0.0.1:65535" },
		/*  2 */ { any6, 0, 20, "[::]:0", "[::]:0" },
		/*  3 */ { loopback6, 80, 20, "[::1]:80", "[::1]:80" },
		/*  4 */ { loopback6, 0, 20, "[::1]:0", "[::1]:0" },
		/*  5 */ { loopback6, 80, 20, "[::1]:80", "[::1]:80" },
		/*  6 */ { longest, 65535, 47,
			   "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535",
			   "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535" },
		/*  7 */ { longest, 65535, 46,
			   "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535",
			   "[2001:db8:1234:5678:9abc:def0:1234:5678]:65535" },
		/*  8 */ { longest, 65535, 45,
			   "[2001:db8:1234:567..abc:def0:1234:5678]:65535",
			   "[2001:db8:1234:5678…abc:def0:1234:5678]:65535" },
		/*  9 */ { longest, 65535, 20,
			   "[2001:..:5678]:65535", "[2001:…4:5678]:65535" },
		/* 10 */ { longest, 1, 20,
			   "[2001:db..34:5678]:1", "[2001:db…234:5678]:1" },
		/* 11 */ { longest, 65535, 12, "[2..8]:65535", "[2…78]:65535" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char text[64], *end;

		end = put_endpoint(text, table[i].address, table[i].port);
		end = elide_endpoint(text, end, table[i].width, "..", 2);
		expect_bytes("endpoint ascii", i, text, end - text,
			     table[i].ascii);
		expect_number("endpoint width", i,
			      end - text <= table[i].width, 1);

		end = put_endpoint(text, table[i].address, table[i].port);
		end = elide_endpoint(text, end, table[i].width, "…", 1);
		expect_bytes("endpoint utf8", i, text, end - text,
			     table[i].utf8);
	}
}

static char *spell_plainly(char *to, const uint8_t bytes[16], uint32_t number)
{
	return to + sprintf(to, "%.*s/%u", (int)strnlen((const char *)bytes, 16),
			    (const char *)bytes, number);
}

/* Of any length, also longer than the cache keeps. */
static char *spell_long(char *to, const uint8_t bytes[16], uint32_t number)
{
	for (uint32_t i = 0; i < number; i++)
		*to++ = bytes[i % 16];
	return to;
}

/* The cached text is always that of these bytes and this number. */
static void test_memo(void)
{
	static struct memo memo, lengths;
	static const uint8_t alphabet[16] = "abcdefghijklmnop", none[16];
	unsigned int before = passed;
	char text[64], twin[64];

	for (int n = 0; n < 100000; n++) {
		uint64_t random = next_random();
		uint8_t bytes[16] = { 0 };
		uint32_t number = random >> 32 & 15;

		for (unsigned int i = 0; i < (random >> 16 & 15); i++)
			bytes[i] = 'a' + (random >> i % 8 & 3);
		*spell_plainly(twin, bytes, number) = '\0';
		expect_bytes("memo", n, text,
			     put_memo(text, &memo, bytes, number, spell_plainly) - text,
			     twin);
	}
	for (int n = 0; n < 3 * 64; n++) {
		*spell_long(twin, alphabet, n / 3) = '\0';
		expect_bytes("memo of a length", n / 3, text,
			     put_memo(text, &lengths, alphabet, n / 3, spell_long) - text,
			     twin);
	}
	/* All zero, as an empty entry is, and still not found before it was added. */
	memset(&memo, 0, sizeof(memo));
	expect_bytes("memo of nothing", 0, text,
		     put_memo(text, &memo, none, 0, spell_plainly) - text, "/0");
	count_as_one(before);
}

static void test_clock(void)
{
	static const struct {
		int64_t offset;
		uint64_t mono;
		const char *utc, *local;
	} table[] = {
		/* 0 */ { 0, 0, "1970-01-01T00:00:00.000000000Z", "05:30:00.000" },
		/* 1 */ { 1795233012123456789, 0,
			  "2026-11-21T03:50:12.123456789Z", "09:20:12.123" },
		/* 2 */ { 1795233012000000000, 999999999,
			  "2026-11-21T03:50:12.999999999Z", "09:20:12.999" },
		/* 3 */ { 1795233012000000000, 1000000000,
			  "2026-11-21T03:50:13.000000000Z", "09:20:13.000" },
		/* 4 the same second again, from the cache */
		{ 1795233012000000000, 1000000001,
		  "2026-11-21T03:50:13.000000001Z", "09:20:13.000" },
		/* 5 a leap day */
		{ 1709164800000000000, 0,
		  "2024-02-29T00:00:00.000000000Z", "05:30:00.000" },
		/* 6 before 1970: a machine without a clock */
		{ -1, 0, "1969-12-31T23:59:59.999999999Z", "05:29:59.999" },
		/* 7 a damaged file */
		{ INT64_MIN, 0, "1677-09-21T00:12:43.145224192Z", "05:42:43.145" },
		/* 8 */
		{ INT64_MAX, 0, "2262-04-11T23:47:16.854775807Z", "05:17:16.854" },
		/* 9 wraps */
		{ INT64_MAX, 1, "1677-09-21T00:12:43.145224192Z", "05:42:43.145" },
		/* 10 and back */
		{ INT64_MAX, 0, "2262-04-11T23:47:16.854775807Z", "05:17:16.854" },
		/* 11 a second back, and to its last nanosecond, and to its first */
		{ 0, 5000000000, "1970-01-01T00:00:05.000000000Z", "05:30:05.000" },
		/* 12 */
		{ 0, 4999999999, "1970-01-01T00:00:04.999999999Z", "05:30:04.999" },
		/* 13 */
		{ 0, 4000000000, "1970-01-01T00:00:04.000000000Z", "05:30:04.000" },
		/* 14 */
		{ 0, 3999999999, "1970-01-01T00:00:03.999999999Z", "05:30:03.999" },
	};
	struct clock clock;
	char text[UTC_TIME_LEN], second[LOCAL_SECOND_LEN + 1];

	setenv("TZ", "IST-5:30", 1);
	tzset();
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		if (!i || table[i].offset != table[i - 1].offset)
			clock_init(&clock, table[i].offset);
		expect_bytes("utc", i, text,
			     put_utc_time(text, &clock, table[i].mono) - text,
			     table[i].utc);
		expect_bytes("local", i, text,
			     put_local_time(text, &clock, table[i].mono) - text,
			     table[i].local);
		snprintf(second, sizeof(second), "%.8s", table[i].local);
		expect_bytes("second", i, text,
			     put_local_second(text, &clock, table[i].mono) - text,
			     second);
	}
}

#define S UINT64_C(1000000000)

static void test_dwell(void)
{
	static const struct {
		uint64_t ns;
		const char *all, *brief, *whole;
	} table[] = {
		/*  0 */ { 0, "0ns", "0ns", "0ns" },
		/*  1 */ { 999, "999ns", "999ns", "999ns" },
		/*  2 */ { 1000, "1.000us", "1.00us", "1us" },
		/*  3 */ { 9999, "9.999us", "9.99us", "9us" },
		/*  4 */ { 10000, "10.000us", "10.0us", "10us" },
		/*  5 */ { 12345, "12.345us", "12.3us", "12us" },
		/*  6 */ { 99999, "99.999us", "99.9us", "99us" },
		/*  7 */ { 100000, "100.000us", "100us", "100us" },
		/*  8 */ { 999999, "999.999us", "999us", "999us" },
		/*  9 */ { 1050000, "1.050ms", "1.05ms", "1ms" },
		/* 10 */ { 60004 * S / 1000, "60.004s", "60.0s", "60s" },
		/* 11 */ { 1000 * S - 1, "999.999s", "999s", "999s" },
		/* 12 */ { 1000 * S, "1000.000s", "16m", "16m" },
		/* 13 */ { 7200 * S - 1, "7199.999s", "119m", "119m" },
		/* 14 */ { 7200 * S, "7200.000s", "2h", "2h" },
		/* 15 */ { 172800 * S - 1, "172799.999s", "47h", "47h" },
		/* 16 */ { 172800 * S, "172800.000s", "2d", "2d" },
		/* 17 */ { 86400000 * S - 1, "86399999.999s", "999d", "999d" },
		/* 18 */ { UINT64_MAX, "18446744073.709s", "213503d", "213503d" },
	};
	unsigned int before;
	char text[32];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		expect_bytes("dwell", i, text,
			     put_dwell(text, table[i].ns) - text, table[i].all);
		expect_bytes("dwell brief", i, text,
			     put_brief_dwell(text, table[i].ns) - text,
			     table[i].brief);
		expect_bytes("dwell whole", i, text,
			     put_whole_dwell(text, table[i].ns) - text,
			     table[i].whole);
	}

	/* Below a thousand days, 6 columns are enough; 5 for whole ones, with a mark 6. */
	before = passed;
	for (uint64_t ns = 1; ns < 86400000 * S; ns += ns / 7 + 1) {
		expect_number("dwell width", ns % 1000000,
			      put_brief_dwell(text, ns) - text <= 6, 1);
		expect_number("dwell width, whole", ns % 1000000,
			      put_whole_dwell(text, ns) - text <= 5, 1);
	}
	count_as_one(before);
}

static void test_screen(void)
{
	static const struct {
		const char *columns;
		int expected;
	} table[] = {
		/* 0 */ { "120", 120 },
		/* 1 */ { "81", 81 },
		/* 2 */ { "80", 80 },
		/* 3 */ { "79", 80 },
		/* 4 */ { "65535", 65535 },
		/* a value that is no number is ignored: see test/run */
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		setenv("COLUMNS", table[i].columns, 1);
		expect_number("screen", i, screen_width(), table[i].expected);
	}
	unsetenv("COLUMNS");
}

/* A field is known by its bit, retrans by one of two; a value that is not known is 0. */
static void test_known(void)
{
	static const struct {
		uint32_t known;
		const char *text, *json, *csv;
	} table[] = {
		/* 0 */ { 0, "", "null,null", "," },
		/* 1 */ { TCPFSM_KNOWN_COUNTS, " retrans=7", "7,null", "7," },
		/* 2 */ { TCPFSM_KNOWN_RETRANS, " retrans=7", "7,null", "7," },
		/* 3 */ { TCPFSM_KNOWN_ACCEPT, " accept_wait_us=9", "null,9", ",9" },
		/* 4 */ { TCPFSM_KNOWN_RETRANS | TCPFSM_KNOWN_ACCEPT,
			  " retrans=7 accept_wait_us=9", "7,9", "7,9" },
		/* 5 */ { TCPFSM_KNOWN_COUNTS | TCPFSM_KNOWN_RETRANS, " retrans=7",
			  "7,null", "7," },
		/* 6 */ { ~(TCPFSM_KNOWN_COUNTS | TCPFSM_KNOWN_RETRANS |
			    TCPFSM_KNOWN_ACCEPT | TCPFSM_KNOWN_ROUTE), "",
			  "null,null", "," },
	};
	char got[64];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct tcpfsm_record r = {
			.known = table[i].known, .retrans = 7, .accept_wait_us = 9,
		};
		const char *retrans, *accept, *row;

		begin_rows(FORMAT_TEXT, true, 80, false);
		row = put_row(&r);
		retrans = strstr(row, " retrans=");
		accept = strstr(row, " accept_wait_us=");
		snprintf(got, sizeof(got), "%.*s%.*s",
			 retrans ? (int)strcspn(retrans + 1, " \n") + 1 : 0, retrans ?: "",
			 accept ? (int)strcspn(accept + 1, " \n") + 1 : 0, accept ?: "");
		expect_bytes("known: text", i, got, strlen(got), table[i].text);

		begin_rows(FORMAT_JSON, false, 80, false);
		row = put_row(&r);
		retrans = strstr(row, "\"retrans\":") + strlen("\"retrans\":");
		accept = strstr(row, "\"accept_wait_us\":") + strlen("\"accept_wait_us\":");
		snprintf(got, sizeof(got), "%.*s,%.*s", (int)strcspn(retrans, ","), retrans,
			 (int)strcspn(accept, ",}"), accept);
		expect_bytes("known: json", i, got, strlen(got), table[i].json);

		/* The last columns: retrans, ifindex, mark, accept_wait_us, lost. */
		begin_rows(FORMAT_CSV, false, 80, false);
		row = put_row(&r);
		accept = row + strlen(row) - strlen(",\n");
		while (accept > row && accept[-1] != ',')
			accept--;
		retrans = accept - strlen(",,,");
		while (retrans > row && retrans[-1] != ',')
			retrans--;
		snprintf(got, sizeof(got), "%.*s,%.*s", (int)strcspn(retrans, ","), retrans,
			 (int)strcspn(accept, ","), accept);
		expect_bytes("known: csv", i, got, strlen(got), table[i].csv);
	}
}

/* An interface has a name only in a view of this machine, and in this namespace. */
static void test_link_local(void)
{
	struct stat own = { 0 };
	struct tcpfsm_record r = {
		.laddr = { 0xfe, 0x80, [15] = 1 }, .raddr = { 0xfe, 0xbf, [15] = 2 },
		.lport = 80, .rport = 65535, .ifindex = 1, .known = ~0u,
	};

	stat("/proc/self/ns/net", &own);
	r.netns = own.st_ino;
	begin_rows(FORMAT_TEXT, false, 200, false);
	expect_number("link-local: file", 0, !strchr(put_row(&r), '%'), 1);
	nsnames_enable(true);
	expect_number("link-local", 0, !!strstr(put_row(&r), " [fe80::1%lo]:80 "), 1);
	expect_number("link-local", 1, !!strstr(put_row(&r), " [febf::2%lo]:65535 "), 1);
	r.laddr[1] = 0xc0;
	expect_number("link-local: not", 0, !!strstr(put_row(&r), " [fec0::1]:80 "), 1);
	r.known &= ~TCPFSM_KNOWN_ROUTE;
	expect_number("link-local: unknown", 0, !strchr(put_row(&r), '%'), 1);
	r.known = ~0u;
	r.netns++;
	expect_number("link-local: elsewhere", 0, !strchr(put_row(&r), '%'), 1);
	r.netns--;
	begin_rows(FORMAT_TEXT, true, 200, false);
	expect_number("link-local: -x", 0, !strchr(put_row(&r), '%'), 1);
	nsnames_enable(false);
}

/* With all flags, NOTE is not longer than a value may be. */
static void test_all_flags(void)
{
	const struct tcpfsm_record r = { .flags = ~0u };
	const char *note;
	unsigned int before = passed;

	begin_rows(FORMAT_TEXT, true, 80, false);
	note = strstr(put_row(&r), "same-segment,");
	expect_number("all flags: text", 0,
		      note && strcspn(note, " \n") <= VALUE_TEXT_MAX, 1);
	expect_number("all flags: text", 1,
		      note && strstr(note, ",reused,unaccepted,ack-dropped,flag-10,"), 1);
	begin_rows(FORMAT_JSON, false, 80, false);
	expect_number("all flags: json", 0, !!strstr(put_row(&r), "\"ack-dropped\",\"flag-10\""), 1);
	begin_rows(FORMAT_CSV, false, 80, false);
	expect_number("all flags: csv", 0, !!strstr(put_row(&r), "|ack-dropped|flag-10|"), 1);
	count_as_one(before);
}

static int columns(const char *text, size_t len)
{
	int count = 0;

	for (size_t i = 0; i < len; i++)
		count += (text[i] & 0xc0) != 0x80;
	return count;
}

/* A record is one line, not wider than the screen, with both ports. */
static void test_line_width(void)
{
	static const uint8_t addresses[][16] = {
		IPV4(0, 0, 0, 0),
		IPV4(127, 0, 0, 1),
		IPV4(192, 168, 100, 101),
		IPV4(255, 255, 255, 255),
		{ 0 },
		{ [15] = 1 },
		{ 0xfe, 0x80, [8] = 0x50, 0x54, 0, 0xff, 0xfe, 0x12, 0x34, 0x56 },
		{ 0x20, 1, 0xd, 0xb8, [15] = 7 },
		{ 0x20, 1, 0xd, 0xb8, 0x12, 0x34, 0x56, 0x78,
		  0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78 },
	};
	static const uint8_t states[] = {
		0, TCPFSM_ESTABLISHED, TCPFSM_SYN_SENT, TCPFSM_SYN_RCVD,
		TCPFSM_FIN_WAIT_1, TCPFSM_FIN_WAIT_2, TCPFSM_TIME_WAIT,
		TCPFSM_CLOSED, TCPFSM_CLOSE_WAIT, TCPFSM_LAST_ACK,
		TCPFSM_LISTEN, TCPFSM_CLOSING, 255,
	};
	static const uint16_t ports[] = { 0, 80, 65535 };
	static const int widths[] = { 80, 81, 83, 84, 87, 88, 101, 102, 110, 200 };
	const int a = ARRAY_SIZE(addresses), s = ARRAY_SIZE(states);
	const int p = ARRAY_SIZE(ports), w = ARRAY_SIZE(widths);

	for (int n = 0; n < a * a * s * s * p * p * 8 * 2; n++) {
		int i = n;
		uint64_t random = next_random();
		struct tcpfsm_record r = { 0 };
		char port[16], *line;
		int width;
		bool utf8;
		size_t len;

		memcpy(r.laddr, addresses[i % a], 16), i /= a;
		memcpy(r.raddr, addresses[i % a], 16), i /= a;
		r.old_state = states[i % s], i /= s;
		r.new_state = states[i % s], i /= s;
		r.lport = ports[i % p], i /= p;
		r.rport = ports[i % p], i /= p;
		r.known = i % 8 << 1, i /= 8;	/* LADDR, LPORT, PEER */
		utf8 = i;

		/* cause, flags, dwell and width are random */
		r.cause = random % 5 ? random >> 8 & 31 : 255;
		r.flags = random & 1 << 13 ? TCPFSM_F_DWELL_MIN : 0;
		r.known |= random & 1 << 14 ? TCPFSM_KNOWN_DWELL : 0;
		r.dwell_ns = next_random() >> (random >> 15 & 63);
		width = widths[(random >> 21) % w];

		begin_rows(FORMAT_TEXT, false, width, utf8);
		line = put_row(&r);
		len = strlen(line);
		if (columns(line, len) > width + 1 || !len ||
		    memchr(line, '\n', len) != line + len - 1) {
			failed++;
			printf("FAIL %d columns %d: %.*s", width, n,
			       (int)len, line);
			return;
		}

		snprintf(port, sizeof(port), ":%u ", r.rport);
		if (r.known & TCPFSM_KNOWN_PEER &&
		    !memmem(line, len, port, strlen(port))) {
			failed++;
			printf("FAIL port %d: %.*s", n, (int)len, line);
			return;
		}
		snprintf(port, sizeof(port), ":%u ", r.lport);
		if (r.known & TCPFSM_KNOWN_LPORT &&
		    !memmem(line, len, port, strlen(port))) {
			failed++;
			printf("FAIL local port %d: %.*s", n, (int)len, line);
			return;
		}
	}
	passed++;
}

/*
 * The peer's IPv4 address is never shortened, in any transition with the longest cause
 * it can have: only transitions to CLOSED have long ones.
 */
static void test_ipv4_whole(void)
{
	static const uint8_t address[16] = IPV4(255, 255, 255, 255);
	static const char expected[] = ":65535 255.255.255.255:65535 ";
	unsigned int before = passed;

	for (int n = 0; n < 11 * 11 * 2; n++) {
		struct tcpfsm_record r = {
			.old_state = 1 + n % 11, .new_state = 1 + n / 11 % 11,
			.lport = 65535, .rport = 65535, .known = ~0u,
			.dwell_ns = 12345678, .cause = TCPFSM_CAUSE_RCV_SYNACK,
		};
		const char *row;

		if (r.old_state == r.new_state)
			continue;
		if (r.new_state == TCPFSM_CLOSED)
			r.cause = TCPFSM_CAUSE_RETRANS_TIMEOUT;
		memcpy(r.laddr, address, 16);
		memcpy(r.raddr, address, 16);
		begin_rows(FORMAT_TEXT, false, 80, n / 11 / 11);
		row = put_row(&r);
		expect_number("whole IPv4", n, !!strstr(row, expected), 1);
	}
	count_as_one(before);
}

/*
 * The same stream in pieces of several sizes: header, 23 records and end are the same
 * bytes, however many a read() returns. With sizes of a later version, records are
 * unaligned.
 */
static void test_pieces(size_t header_size, size_t record_size)
{
	static const size_t pieces[] = { 1, 2, 3, 7, 63, 64, 65, 191, 193, 4001 };
	static unsigned char stream[65535 + 23 * 65535];
	static struct input in;
	struct tcpfsm_header header = {
		.magic = { 't', 'c', 'p', 'f', 's', 'm', '\r', '\n' },
		.endian = TCPFSM_ENDIAN, .version = TCPFSM_VERSION,
		.header_size = header_size, .record_size = record_size,
	};
	size_t size = header_size + 23 * record_size;

	for (size_t i = 0; i < size; i++)
		stream[i] = next_random();
	memcpy(stream, &header, sizeof(header));

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		unsigned int before = passed;
		size_t sent = 0, taken = 0, records = 0;
		enum input_result result = INPUT_MORE;
		int fds[2], saved;

		if (size > 1000000 && pieces[i] < 64)
			continue;	/* would take long */
		saved = dup(STDIN_FILENO);
		if (pipe(fds))
			abort();
		dup2(fds[0], STDIN_FILENO);
		close(fds[0]);
		input_open(&in, "-");

		while (result == INPUT_MORE) {
			size_t piece = size - sent < pieces[i] ? size - sent :
								 pieces[i];
			const void *bytes;

			if (!piece)
				close(fds[1]);
			else if (write(fds[1], stream + sent, piece) < 0)
				abort();
			sent += piece;
			result = input_fill(&in);

			bytes = input_header(&in);
			if (bytes) {
				expect_number("pieces: header", pieces[i],
					      memcmp(bytes, stream, header_size), 0);
				taken += header_size;
			}
			while ((bytes = input_record(&in))) {
				expect_number("pieces: record", pieces[i],
					      memcmp(bytes, stream + taken,
						     record_size), 0);
				taken += record_size;
				records++;
			}
		}
		expect_number("pieces: end", pieces[i], result, INPUT_END);
		expect_number("pieces: records", pieces[i], records, 23);
		expect_number("pieces: bytes", pieces[i], taken, size);
		count_as_one(before);
		dup2(saved, STDIN_FILENO);
		close(saved);
	}
}

/* Many records are written in few, large writes of whole lines. */
static void test_batches(void)
{
	const struct tcpfsm_record r = { .old_state = 1, .new_state = 2 };
	unsigned int writes = 0, whole = 0, large = 0;
	size_t bytes = 0;
	int fds[2];

	/* Each write() is one datagram. */
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, fds))
		abort();
	begin_rows(FORMAT_TEXT, false, 80, false);
	output_init(&row_out, fds[0], "test");

	for (int i = 0; i < 10007; i++) {
		static char datagram[2 * OUTPUT_SIZE];
		ssize_t n;

		table_row(&row_table, &r);
		n = recv(fds[1], datagram, sizeof(datagram), MSG_DONTWAIT);
		if (n <= 0)
			continue;
		writes++;
		bytes += n;
		whole += datagram[n - 1] == '\n';
		large += n >= OUTPUT_SIZE / 3;
	}
	expect_number("batches: whole lines", 0, whole, writes);
	expect_number("batches: large", 1, large, writes);
	expect_number("batches: some", 2, writes > 10, 1);
	expect_number("batches: bytes", 3, (bytes + (row_out.end - row_out.buf)) % 10007, 0);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	test_layout();
	test_numbers();
	test_names();
	test_escape();
	test_csv();
	test_addresses();
	test_endpoints();
	test_memo();
	test_clock();
	test_dwell();
	test_screen();
	test_known();
	test_link_local();
	test_all_flags();
	test_line_width();
	test_ipv4_whole();
	test_pieces(64, 192);
	test_pieces(65, 193);
	test_pieces(96, 256);
	test_pieces(65535, 65535);
	test_batches();

	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
