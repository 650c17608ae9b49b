// SPDX-License-Identifier: GPL-2.0
/*
 * A reader of raw that checks what it reads, from now on until SIGTERM: no record is older
 * than the one before, and each record of each ring arrives or is reported lost. It prints
 * two counts of loss that must agree: the stream's, and the holes in the rings' numbers.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../module/uapi/tcpfsm.h"

#define RINGS_PER_CPU	256	/* the record has 8 bits for it */
#define CPUS		1024

static volatile sig_atomic_t over;
static uint64_t next_seq[CPUS][RINGS_PER_CPU];
static unsigned long long records, lost, holes, backwards;
static uint64_t last_ns;

static void end(int sig)
{
	(void)sig;
	over = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "order: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Prints the first ten faults. */
static void report(const char *what, const struct tcpfsm_record *rec, uint64_t expected)
{
	static int reported;

	if (reported++ < 10)
		fprintf(stderr, "%s: after %llu records: cpu %u ring %u seq %llu mono %llu %u->%u id %llu, expected %llu\n",
			what, records, rec->cpu, rec->ring, (unsigned long long)rec->seq,
			(unsigned long long)rec->mono_ns, rec->old_state, rec->new_state,
			(unsigned long long)rec->id, (unsigned long long)expected);
}

static void check(const struct tcpfsm_record *rec)
{
	uint64_t *next;

	if (rec->kind == TCPFSM_LOST) {
		lost += rec->lost;
		return;
	}
	records++;
	if (rec->mono_ns < last_ns) {
		backwards++;
		report("out of order", rec, last_ns);
	}
	last_ns = rec->mono_ns;
	if (rec->cpu >= CPUS)
		return;
	next = &next_seq[rec->cpu][rec->ring];
	if (*next && rec->seq != *next) {
		holes += rec->seq - *next;
		report("hole", rec, *next);
	}
	*next = rec->seq + 1;
}

int main(void)
{
	/* Whole records: one that does not fit is continued in the next read(). */
	static char data[1024 * sizeof(struct tcpfsm_record)];
	struct sigaction action = { .sa_handler = end };
	struct tcpfsm_header header;
	struct pollfd pfd;
	struct timespec cpu;
	ssize_t n, at;

	pfd.fd = open("/proc/net/tcpfsm/raw", O_RDONLY | O_NONBLOCK);
	pfd.events = POLLIN;
	if (pfd.fd < 0)
		die("raw");
	if (read(pfd.fd, &header, sizeof(header)) != sizeof(header) ||
	    header.record_size != sizeof(struct tcpfsm_record))
		die("header");
	if (lseek(pfd.fd, 0, SEEK_END) < 0)
		die("lseek");
	sigaction(SIGTERM, &action, NULL);
	printf("begun\n");
	fflush(stdout);
	for (;;) {
		n = read(pfd.fd, data, sizeof(data));
		if (n < 0 && errno == EAGAIN) {
			/* After SIGTERM it first reads the rest. */
			if (poll(&pfd, 1, over ? 300 : 1000) == 0 && over)
				break;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("read");
		for (at = 0; at + (ssize_t)sizeof(struct tcpfsm_record) <= n;
		     at += sizeof(struct tcpfsm_record))
			check((void *)(data + at));
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	printf("read=%llu lost=%llu holes=%llu out_of_order=%llu cpu_ms=%lld\n",
	       records, lost, holes, backwards,
	       cpu.tv_sec * 1000LL + cpu.tv_nsec / 1000000);
	return 0;
}
