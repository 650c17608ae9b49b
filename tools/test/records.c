// SPDX-License-Identifier: GPL-2.0
/*
 * Writes the records of one connection that goes through the states that are named, now:
 *
 *   records header id=7 pid=123 CLOSED SYN_SENT/connect ESTABLISHED/rcv_synack
 *
 * header      the stream's header comes first
 * id= pid= uid= comm= lport= rport=
 * ago=MS      the first transition was so many milliseconds ago
 * every=MS    and each other one so many after the one before
 * +flag       a flag of the next transition
 * lost=N      a loss
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "tcpfsm.h"

static const char *const states[] = TCPFSM_STATE_NAMES;
static const char *const causes[] = TCPFSM_CAUSE_NAMES;
static const char *const flags[] = TCPFSM_FLAG_NAMES;

static unsigned int named(const char *const *names, unsigned int count, const char *word)
{
	for (unsigned int i = 0; i < count; i++) {
		if (names[i] && !strcmp(names[i], word))
			return i;
	}
	errx(1, "%s: no such name", word);
}

#define NAMED(names, word) named(names, sizeof(names) / sizeof((names)[0]), word)

static void put(const void *bytes, size_t size)
{
	if (fwrite(bytes, size, 1, stdout) != 1)
		err(1, NULL);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * UINT64_C(1000000000) + time.tv_nsec;
}

static void put_header(void)
{
	struct tcpfsm_header header = {
		.magic = TCPFSM_MAGIC, .endian = TCPFSM_ENDIAN, .version = TCPFSM_VERSION,
		.header_size = sizeof(header), .record_size = sizeof(struct tcpfsm_record),
		.netns = 4026531840, .mono_ns = clock_ns(CLOCK_MONOTONIC),
		.flags = TCPFSM_HEADER_ALL_NETNS,
	};

	header.real_offset_ns = clock_ns(CLOCK_REALTIME) - header.mono_ns;
	put(&header, sizeof(header));
}

static struct tcpfsm_record r = {
	.known = TCPFSM_KNOWN_ID | TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT | TCPFSM_KNOWN_PEER,
	.id = 1, .netns = 4026531840, .family = AF_INET, .lport = 40001, .rport = 80,
	.laddr = { [10] = 0xff, 0xff, 127, 0, 0, 1 }, .raddr = { [10] = 0xff, 0xff, 127, 0, 0, 1 },
	.owner_comm = "test", .owner_uid = 0,
};
static uint64_t every_ns = 1000;
static bool begun;

/* "STATE/cause" */
static void go_to(char *word)
{
	char *slash = strchr(word, '/');
	uint64_t was = r.mono_ns;

	if (slash)
		*slash = '\0';
	r.old_state = r.new_state;
	r.new_state = NAMED(states, word);
	if (!begun) {
		begun = true;
		return;
	}
	r.cause = slash ? NAMED(causes, slash + 1) : 0;
	r.mono_ns += every_ns;
	if (r.dwell_ns || r.known & TCPFSM_KNOWN_DWELL)
		r.dwell_ns = r.mono_ns - was;
	put(&r, sizeof(r));
	r.known |= TCPFSM_KNOWN_DWELL;
	r.flags = 0;
}

static bool set(const char *word)
{
	const char *value = strchr(word, '=');
	unsigned long long n;

	if (!value)
		return false;
	n = strtoull(++value, NULL, 0);
	if (!strncmp(word, "id=", 3))
		r.id = n;
	else if (!strncmp(word, "pid=", 4))
		r.owner_pid = n, r.known |= TCPFSM_KNOWN_OWNER;
	else if (!strncmp(word, "uid=", 4))
		r.owner_uid = n;
	else if (!strncmp(word, "comm=", 5))
		memcpy(memset(r.owner_comm, 0, sizeof(r.owner_comm)), value,
		       strnlen(value, sizeof(r.owner_comm)));
	else if (!strncmp(word, "lport=", 6))
		r.lport = n;
	else if (!strncmp(word, "rport=", 6))
		r.rport = n;
	else if (!strncmp(word, "ago=", 4))
		r.mono_ns -= n * 1000000;
	else if (!strncmp(word, "every=", 6))
		every_ns = n * 1000000;
	else if (!strncmp(word, "lost=", 5))
		put(&(struct tcpfsm_record){ .kind = TCPFSM_LOST, .lost = n }, sizeof(r));
	else
		errx(1, "%s: no such value", word);
	return true;
}

int main(int argc, char **argv)
{
	r.mono_ns = clock_ns(CLOCK_MONOTONIC) - every_ns;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "header"))
			put_header();
		else if (*argv[i] == '+')
			r.flags |= 1u << NAMED(flags, argv[i] + 1);
		else if (!set(argv[i]))
			go_to(argv[i]);
	}
	if (fflush(stdout))
		err(1, NULL);
	return 0;
}
