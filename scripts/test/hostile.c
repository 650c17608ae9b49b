// SPDX-License-Identifier: GPL-2.0
/*
 * Hostile input: mutated filters, parameters and process names, generated from a
 * seed, so that a failure can be repeated.
 *
 *   hostile filter FILE SEED N	writes N filters and reads each back
 *   hostile parameters KO SEED N	loads the module with N sets of parameters
 *   hostile names SEED N	prints N names for a process, \xNN for each byte
 *   hostile valid FORMAT FILE	checks the lines, and prints how many there are;
 *				FORMAT is json, csv, or the number of words a line
 *
 * The first two print how many were tried. A fault is a line with the input that
 * caused it, and status 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../tools/test/promise.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define TEXT_MAX	1024	/* FILTER_TEXT_MAX */
#define ROOM		(4 * TEXT_MAX)

/* The current input, which wrong() prints. */
static struct {
	char bytes[ROOM];
	size_t len;
	bool spoiled;		/* mutated, so perhaps not valid */
} text;

static uint64_t random_state;
static unsigned long nr;

__attribute__((format(printf, 1, 2), noreturn))
static void wrong(const char *fmt, ...)
{
	va_list args;
	size_t i;

	printf("number %lu: ", nr);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(": '");
	for (i = 0; i < text.len; i++)
		if (text.bytes[i] >= ' ' && text.bytes[i] <= '~' && text.bytes[i] != '\\')
			putchar(text.bytes[i]);
		else
			printf("\\x%02x", (unsigned char)text.bytes[i]);
	printf("'\n");
	exit(1);
}

static uint32_t draw(uint32_t below)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (random_state >> 33) % below;
}

static bool chance(unsigned int percent)
{
	return draw(100) < percent;
}

__attribute__((format(printf, 1, 2)))
static void add(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text.bytes + text.len, ROOM - text.len, fmt, args);
	va_end(args);
	text.len += n < (int)(ROOM - text.len) ? n : (int)(ROOM - text.len) - 1;
}

/* ---- valid input ---- */

static const char *const states[] = {
	"ESTABLISHED", "estab", "SYN_SENT", "syn-recv", "TCP_FIN_WAIT1", "FIN-WAIT-2",
	"time_wait", "BPF_TCP_CLOSE", "UNCONN", "CLOSE_WAIT", "last-ack", "LISTENING",
	"CLOSING", "NEW_SYN_RECV",
};

static uint32_t edge(uint32_t most)
{
	static const uint32_t edges[] = { 0, 1, 7, 80, 127, 255 };

	switch (draw(3)) {
	case 0:
		return edges[draw(ARRAY_SIZE(edges))] % (most + 1ull);
	case 1:
		return most - draw(2);
	default:
		return draw(1u << 31) % (most + 1ull);
	}
}

static void add_port(void)
{
	uint32_t from = edge(65535), to = edge(65535);

	if (chance(70))
		add("%u", from);
	else
		add("%u-%u", from < to ? from : to, from < to ? to : from);
}

static void add_address(void)
{
	bool mapped = chance(10);
	size_t start;
	int i, gap;

	if (mapped || chance(50)) {
		add("%s%u.%u.%u.%u", mapped ? "::ffff:" : "", edge(255), edge(255),
		    edge(255), edge(255));
		if (chance(40))
			add("/%u", edge(mapped ? 128 : 32));
		return;
	}
	start = text.len;
	gap = draw(9);		/* 8: no gap */
	for (i = 0; i < 8; i++) {
		if (i == gap) {
			add(text.len > start ? ":" : "::");
			continue;
		}
		if (gap < 8 && chance(30))
			continue;
		add("%x%s", edge(65535), i < 7 ? ":" : "");
	}
	/* An address must not end in a single colon. */
	if (text.bytes[text.len - 1] == ':' && text.bytes[text.len - 2] != ':')
		add("1");
	if (chance(40))
		add("/%u", edge(128));
}

static void add_value(int key)
{
	switch (key) {
	case 0:
		add("%s", chance(50) ? "ipv4" : "ipv6");
		break;
	case 1: case 2: case 3:
		add_port();
		break;
	case 4: case 5: case 6:
		add_address();
		break;
	case 7:
		add("%u", edge(UINT32_MAX));
		break;
	default:
		add("%s", states[draw(ARRAY_SIZE(states))]);
	}
}

static const char *const keys[] = {
	"family", "port", "lport", "rport", "addr", "laddr", "raddr", "netns", "new",
};

static void make_filter(void)
{
	static const char *const blanks[] = { " ", "\t", "  ", " \t " };
	int key, values;

	for (key = 0; key < (int)ARRAY_SIZE(keys); key++) {
		if (!chance(22))
			continue;
		values = chance(5) ? 16 : 1 + draw(3);
		if (text.len)
			add("%s", blanks[draw(ARRAY_SIZE(blanks))]);
		add("%s=", keys[key]);
		while (values--) {
			add_value(key);
			if (values)
				add(",");
		}
	}
	if (chance(70))
		add("\n");
}

/* ---- mutations ---- */

static void insert(size_t at, const void *bytes, size_t len)
{
	if (len > ROOM - text.len)
		len = ROOM - text.len;
	memmove(text.bytes + at + len, text.bytes + at, text.len - at);
	memcpy(text.bytes + at, bytes, len);
	text.len += len;
}

static void spoil(void)
{
	static const char *const words[] = {
		"clear", "port=", "=", ",", "-", "/", "/129", "::", "%lo", "4294967296",
		"99999999999999999999", "new=", "TCP_", "\x1b[2J", "\"", "\\", "\n", "\r\n",
		"\xff\xfe", "\xe2\x80\xae", "# refused: ", "%s%n", "$(reboot)", "..",
	};
	size_t at = draw(text.len + 1), len;
	char byte = draw(256), piece[256];
	const char *word = words[draw(ARRAY_SIZE(words))];

	text.spoiled = true;
	switch (draw(7)) {
	case 0:			/* a random byte */
		insert(at, &byte, 1);
		break;
	case 1:			/* a bit flipped */
		if (at < text.len)
			text.bytes[at] ^= 1 << draw(8);
		break;
	case 2:			/* truncated */
		text.len = at;
		break;
	case 3:			/* a part removed */
		len = draw(text.len - at + 1);
		memmove(text.bytes + at, text.bytes + at + len, text.len - at - len);
		text.len -= len;
		break;
	case 4:			/* a part repeated */
		len = text.len - at < sizeof(piece) ? text.len - at : sizeof(piece);
		len = draw(len + 1);
		memcpy(piece, text.bytes + at, len);
		insert(at, piece, len);
		while (chance(50) && text.len < ROOM / 2)
			insert(at, piece, len);
		break;
	default:
		insert(at, word, strlen(word));
	}
}

static void make(void (*right)(void), unsigned int percent_right)
{
	text.len = 0;
	text.spoiled = false;
	right();
	if (chance(percent_right))
		return;
	do
		spoil();
	while (chance(60));
}

/* ---- filter ---- */

static size_t slurp(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = 0;
	size_t len = 0;

	while (fd >= 0 && len < size - 1 && (n = read(fd, buf + len, size - 1 - len)) > 0)
		len += n;
	if (fd < 0 || n < 0)
		wrong("%s: %s", path, strerror(errno));
	close(fd);
	buf[len] = '\0';
	return len;
}

/* Read the shown filter. Return: whether a second line has the reason of a refusal. */
static bool read_filter(const char *path, char *shown, size_t size)
{
	static const char because[] = "# refused: ";
	char *end, *second, *second_end;
	size_t len = slurp(path, shown, size);

	end = strchr(shown, '\n');
	if (!end || !is_ascii(shown, end) || strlen(shown) != len)
		wrong("the shown filter is not one line of printable bytes");
	second = end + 1;
	*end = '\0';
	if (!*second)
		return false;
	second_end = strchr(second, '\n');
	if (!second_end || second_end[1] || !is_ascii(second, second_end) ||
	    strncmp(second, because, strlen(because)))
		wrong("the reason is not one line of printable bytes");
	return true;
}

static bool write_filter(const char *path, const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, bytes, len);
	int err = errno;

	if (fd < 0)
		wrong("%s: %s", path, strerror(err));
	close(fd);
	if (n >= 0 && (size_t)n != len)
		wrong("%zd of %zu bytes were written", n, len);
	if (n < 0 && err != EINVAL)
		wrong("the error is %s", strerror(err));
	return n >= 0;
}

/* Whether the text cannot be valid: too long, or with a byte that no filter has. */
static bool is_impossible(void)
{
	size_t i, len = text.len;

	if (len > TEXT_MAX)
		return true;
	if (len && text.bytes[len - 1] == '\n')
		len--;
	for (i = 0; i < len; i++)
		if ((text.bytes[i] < ' ' || text.bytes[i] > '~') && text.bytes[i] != '\t')
			return true;
	return false;
}

static void try_filter(const char *path, unsigned long *taken)
{
	static char before[ROOM], after[ROOM], again[ROOM];
	bool refused, ok;

	refused = read_filter(path, before, sizeof(before));
	ok = write_filter(path, text.bytes, text.len);
	if (!text.len) {
		if (!ok)
			wrong("an empty write is refused");
		return;
	}
	if (ok && is_impossible())
		wrong("accepted, though it cannot be valid");
	/* A filter may be longer in the form that is shown. */
	if (!ok && !text.spoiled && text.len <= TEXT_MAX / 2)
		wrong("refused, though it is valid");
	refused = read_filter(path, after, sizeof(after));
	if (refused == ok)
		wrong(ok ? "accepted, and yet a reason is shown" : "refused without a reason");
	if (!ok) {
		if (strcmp(before, after))
			wrong("refused, and yet the filter is now '%s'", after);
		return;
	}
	++*taken;
	if (!write_filter(path, after, strlen(after)))
		wrong("the shown filter is refused: '%s'", after);
	read_filter(path, again, sizeof(again));
	if (strcmp(after, again))
		wrong("'%s', written back, is shown as '%s'", after, again);
}

static void filters(const char *path, unsigned long count)
{
	unsigned long taken = 0;

	for (nr = 1; nr <= count; nr++) {
		make(make_filter, 11);
		try_filter(path, &taken);
	}
	printf("%lu written, %lu taken\n", count, taken);
}

/* ---- parameters ---- */

static const char *const numbers[] = {
	"0", "1", "15", "16", "17", "63", "64", "1009", "4093", "65536", "16777216", "16777217", "4294967295", "4294967296", "-1", "+5",
	"0x40", "0100", "0x", "1e3", "", " 7", "18446744073709551616",
};

static void make_parameters(void)
{
	static const char *const names[] = { "records", "flows", "uid", "gid", "hooks" };
	int i, count = 1 + draw(3);

	/* Attaching hooks would take most of the time. */
	add("hooks=0");
	for (i = 0; i < count; i++) {
		int which = draw(chance(90) ? 4 : 5);

		add(" %s=", names[which]);
		if (which == 4)
			add("%s", chance(50) ? "0" : chance(50) ? "1" : "2");
		else
			add("%s", numbers[draw(ARRAY_SIZE(numbers))]);
	}
}

/*
 * Count the module's messages in the kernel log since @log was last read, and in
 * @unread those of the kernel for values it cannot parse. @last gets the last one.
 * Messages about unknown parameters are not counted.
 */
static unsigned int messages(int log, char *last, size_t size, unsigned int *unread)
{
	char record[8192];
	unsigned int count = 0;
	ssize_t n;

	*unread = 0;

	while ((n = read(log, record, sizeof(record) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		char *said, *end;

		if (n < 0)
			wrong("records of the kernel log were overwritten");
		record[n] = '\0';
		said = strchr(record, ';');
		end = said ? strchr(said, '\n') : NULL;
		if (!end || strncmp(++said, "tcpfsm: ", 8))
			continue;
		if (!is_ascii(said, end))
			wrong("a message has bytes that are not printable");
		*end = '\0';
		if (strstr(said, "unknown parameter"))
			continue;
		snprintf(last, size, "%s", said);
		if (strstr(said, "' invalid for parameter `") || strstr(said, "' too large for parameter `"))
			++*unread;
		else
			count++;
	}
	return count;
}

static unsigned long parameter(const char *name)
{
	char path[128], value[64];

	snprintf(path, sizeof(path), "/sys/module/tcpfsm/parameters/%s", name);
	slurp(path, value, sizeof(value));
	return strtoul(value, NULL, 10);
}

static unsigned long stat_of(const char *name)
{
	char stats[8192], line[64];
	const char *at;

	slurp("/proc/1/net/tcpfsm/stats", stats, sizeof(stats));
	snprintf(line, sizeof(line), "\n%s ", name);
	at = strstr(stats, line);
	if (!at)
		wrong("stats has no %s", name);
	return strtoul(at + strlen(line), NULL, 10);
}

static void check_loaded(void)
{
	unsigned long records = parameter("records"), held = stat_of("records_per_cpu");
	unsigned long flows = parameter("flows");
	struct stat st;

	if (records < 16 || records > 4194304 || flows < 64 || flows > 16777216)
		wrong("loaded with records=%lu flows=%lu", records, flows);
	if (held & (held - 1) || held < records || held >= 2 * records)
		wrong("records=%lu made %lu", records, held);
	if (stat_of("flows_max") < 64 || stat_of("flows_max") > 16777216)
		wrong("flows=%lu made %lu", flows, stat_of("flows_max"));
	if (stat("/proc/1/net/tcpfsm/log", &st) || (st.st_mode & 07777) != 0440 ||
	    st.st_uid != parameter("uid") || st.st_gid != parameter("gid"))
		wrong("log is of %u:%u, mode %o", st.st_uid, st.st_gid, st.st_mode);
}

static void parameters(const char *path, unsigned long count)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	unsigned long loaded = 0;
	char said[1024], last[1024];
	unsigned int lines, unread;

	if (file < 0 || log < 0)
		wrong("%s", strerror(errno));
	lseek(log, 0, SEEK_END);
	for (nr = 1; nr <= count; nr++) {
		make(make_parameters, 50);
		insert(text.len, "", 1);
		if (!syscall(SYS_finit_module, file, text.bytes, 0)) {
			loaded++;
			check_loaded();
			if (syscall(SYS_delete_module, "tcpfsm", 0))
				wrong("the module does not unload: %s", strerror(errno));
			messages(log, last, sizeof(last), &unread);
			continue;
		}
		if (errno != EINVAL && errno != ERANGE && errno != ENOMEM)
			wrong("the error is %s", strerror(errno));
		lines = messages(log, said, sizeof(said), &unread);
		if (lines != !unread)
			wrong("refused with %u lines, the last: %s", lines + unread,
			      lines + unread ? said : "");
		if (!access("/sys/module/tcpfsm", F_OK) || !access("/proc/1/net/tcpfsm", F_OK))
			wrong("refused, and yet something is left");
	}
	printf("%lu tried, %lu loaded\n", count, loaded);
}

/* ---- names ---- */

static void names(unsigned long count)
{
	static const char *const bad[] = {
		"\n", "\r", "\t", " ", "\"", "\\", "'", ",", "/", "\x1b[31m", "\x1b]0;", "\a",
		"\x7f", "\x80", "\x9b", "\xc2\x85", "\xe2\x80", "\xf0\x9f", "\xed\xa0\x80",
		"\xff", "# lost 9", "-", "\\u0000", "{}", "\v\f\b",
	};
	unsigned long n;
	size_t len, i;

	for (n = 0; n < count; n++) {
		text.len = 0;
		while (!text.len || (text.len < 15 && chance(80))) {
			if (chance(70))
				add("%s", bad[draw(ARRAY_SIZE(bad))]);
			else
				add("%c", 1 + draw(255));
		}
		len = text.len < 15 ? text.len : 15;
		/* A name of blanks alone could not be passed as a word. */
		if (strspn(text.bytes, " \t\n\r\v\f") >= len)
			text.bytes[0] = 'x';
		for (i = 0; i < len; i++)
			printf("\\x%02x", (unsigned char)text.bytes[i]);
		putchar('\n');
	}
}

/* ---- valid ---- */

static void valid(const char *format, const char *path)
{
	unsigned int due = strtoul(format, NULL, 10), lines = 0;
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!file)
		wrong("%s: %s", path, strerror(errno));
	while ((len = getline(&line, &size, file)) > 0) {
		const char *end = line + len - 1;
		bool ok = *end == '\n' && is_ascii(line, end);

		lines++;
		if (ok && !strcmp(format, "json"))
			ok = is_json(line, end);
		else if (ok && !strcmp(format, "csv"))
			ok = csv_columns(line, end) == (due ? due : (due = csv_columns(line, end)));
		else if (ok)
			ok = words_of(line, end) == due;
		if (ok)
			continue;
		text.len = len < ROOM ? len : ROOM;
		memcpy(text.bytes, line, text.len);
		nr = lines;
		wrong("not a line of %s", format);
	}
	free(line);
	fclose(file);
	printf("%u\n", lines);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 3 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(verb, "valid")) {
		valid(argv[2], argv[3]);
		return 0;
	}
	random_state = strtoull(argv[argc > 4 ? 3 : 2] ?: "", NULL, 10);
	if (!strcmp(verb, "filter") && argc == 5)
		filters(argv[2], strtoul(argv[4], NULL, 10));
	else if (!strcmp(verb, "parameters") && argc == 5)
		parameters(argv[2], strtoul(argv[4], NULL, 10));
	else if (!strcmp(verb, "names"))
		names(strtoul(argv[3], NULL, 10));
	else
		return 2;
	return 0;
}
