// SPDX-License-Identifier: GPL-2.0
/*
 * The load: connect, request, response, close.
 *
 * Both ends are in this process, on loopback. With one thread no call waits, so that two runs
 * do the same. It prints as key=value:
 *   ticks       time-stamp counter, for the loop; under icount these are instructions
 *   loop_ns     the same time by CLOCK_MONOTONIC
 *   busy_ns     CPU time that is not idle, from the start of the loop to the end of -s, when
 *               readers have read everything. Where the kernel does not report its idle
 *               time: loop_ns, and the CPU time of -p meanwhile
 *   after_ns    CPU time that is not idle, during -t, in which the TIME_WAITs end; -1 where
 *               the kernel does not report its idle time
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "idle.h"

enum closer { CLIENT, SERVER, TURNS };
static const char *const closer_names[] = { "client", "server", "turns" };

static struct {
	int family;
	long connections, warm_up, live;
	int bytes, listeners, port, processes;
	enum closer closer;
	double seconds;		/* instead of a number of connections */
	long settle_ms, after_s;
	bool threads, hold;
	int reader;		/* pid of the reader */
	int phase;		/* for profile.c */
} opt = {
	.family = AF_INET, .connections = 1000, .warm_up = 200, .bytes = 64,
	.listeners = 16, .port = 5000, .processes = 1, .settle_ms = 500,
};

static int *listeners;
static int port;		/* of the first of them */

static void die(const char *what)
{
	fprintf(stderr, "crr: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int check(int result, const char *what)
{
	if (result < 0)
		die(what);
	return result;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void sleep_ms(long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/*
 * An instruction that profile.c looks for: from here on it counts for phase n, 0 is none.
 * The CPU does nothing (nopl disp(%rax,%rax)).
 */
#define MARK(n) asm volatile(".byte 0x0f, 0x1f, 0x84, 0x00, 'c', 'r', 'r', %c0" : : "i"(n) : "memory")

static void mark(int phase)
{
	switch (phase) {
	case 0: MARK(0); break;
	case 1: MARK(1); break;
	case 2: MARK(2); break;
	case 3: MARK(3); break;
	case 4: MARK(4); break;
	case 5: MARK(5); break;
	case 6: MARK(6); break;
	case 7: MARK(7); break;
	}
}

static socklen_t address(struct sockaddr_storage *at, int nr)
{
	struct sockaddr_in *v4 = (void *)at;
	struct sockaddr_in6 *v6 = (void *)at;

	memset(at, 0, sizeof(*at));
	at->ss_family = opt.family;
	if (opt.family == AF_INET) {
		v4->sin_port = htons(port + nr);
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(*v4);
	}
	v6->sin6_port = htons(port + nr);
	v6->sin6_addr = in6addr_loopback;
	return sizeof(*v6);
}

/* Several listeners, so that TIME_WAITs leave enough ports for each. */
static void listen_all(void)
{
	struct sockaddr_storage at;
	int i, one = 1;

	listeners = calloc(opt.listeners, sizeof(*listeners));
	for (i = 0; i < opt.listeners; i++) {
		socklen_t len = address(&at, i);

		listeners[i] = check(socket(opt.family, SOCK_STREAM, 0), "socket");
		setsockopt(listeners[i], SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		check(bind(listeners[i], (void *)&at, len), "bind");
		check(listen(listeners[i], 4096), "listen");
	}
}

static int connect_to(int nr)
{
	struct sockaddr_storage at;
	socklen_t len = address(&at, nr);
	int fd = check(socket(opt.family, SOCK_STREAM, 0), "socket");

	check(connect(fd, (void *)&at, len), "connect");
	return fd;
}

static void send_all(int fd)
{
	char data[65536];

	memset(data, 'x', opt.bytes);
	if (check(send(fd, data, opt.bytes, MSG_NOSIGNAL), "send") != opt.bytes) {
		errno = EMSGSIZE;
		die("send");
	}
}

static void receive_all(int fd)
{
	char data[65536];
	int got = 0, n;

	while (got < opt.bytes) {
		n = check(recv(fd, data, opt.bytes - got, 0), "recv");
		if (!n) {
			errno = ECONNRESET;
			die("recv");
		}
		got += n;
	}
}

static bool client_closes(long nr)
{
	return opt.closer == CLIENT || (opt.closer == TURNS && nr % 2);
}

/* Both ends by one thread. */
static void connection(long nr)
{
	int client = connect_to(nr % opt.listeners);
	int server = check(accept(listeners[nr % opt.listeners], NULL, NULL), "accept");

	send_all(client);
	receive_all(server);
	send_all(server);
	receive_all(client);
	close(client_closes(nr) ? client : server);
	close(client_closes(nr) ? server : client);
}

/* Each end by a thread of its own. The one that does not close first waits for the FIN. */
static void wait_end(int fd)
{
	char byte;

	if (check(recv(fd, &byte, 1, 0), "recv") != 0)
		abort();
}

static void client_side(long nr)
{
	int fd = connect_to(nr % opt.listeners);

	send_all(fd);
	receive_all(fd);
	if (!client_closes(nr))
		wait_end(fd);
	close(fd);
}

static void on_cpu(long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % sysconf(_SC_NPROCESSORS_ONLN), &set);
	check(sched_setaffinity(0, sizeof(set), &set), "sched_setaffinity");
}

static void *server_side(void *cpu)
{
	long nr;

	on_cpu((long)cpu);
	for (nr = 0;; nr++) {
		int fd = check(accept(listeners[nr % opt.listeners], NULL, NULL), "accept");

		receive_all(fd);
		send_all(fd);
		if (client_closes(nr))
			wait_end(fd);
		close(fd);
	}
	return NULL;
}

static void one(long nr)
{
	if (opt.threads)
		client_side(nr);
	else
		connection(nr);
}

/* Connections that stay, two flows each. */
static void live_open(void)
{
	struct rlimit limit = { opt.live + 256, opt.live + 256 };
	long i;

	if (!opt.live)
		return;
	check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
	for (i = 0; i < opt.live / 2; i++) {
		connect_to(i % opt.listeners);
		check(accept(listeners[i % opt.listeners], NULL, NULL), "accept");
	}
}

/* Shared by all processes of -j. */
struct share {
	int ready;
	int go;
	struct {
		long connections;
		uint64_t begin_ns, end_ns;
	} of[64];
};

static long loop(long nr, uint64_t *begin, uint64_t *end)
{
	long first = nr;
	uint64_t deadline;

	*begin = now_ns();
	deadline = *begin + opt.seconds * 1e9;
	if (opt.seconds) {
		do {
			one(nr++);
		} while (nr % 16 || now_ns() < deadline);
	} else {
		while (nr < first + opt.connections)
			one(nr++);
	}
	*end = now_ns();
	return nr - first;
}

static void process(struct share *share, int which)
{
	pthread_t server;
	long nr;

	on_cpu(opt.threads ? 2 * which : which);
	port = opt.port + which * opt.listeners;
	listen_all();
	if (opt.threads && pthread_create(&server, NULL, server_side, (void *)(2L * which + 1)))
		die("pthread_create");
	for (nr = 0; nr < opt.warm_up; nr++)
		one(nr);
	__atomic_add_fetch(&share->ready, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&share->go, __ATOMIC_SEQ_CST))
		sched_yield();
	share->of[which].connections =
		loop(nr, &share->of[which].begin_ns, &share->of[which].end_ns);
}

static int several(void)
{
	struct share *share = mmap(NULL, sizeof(*share), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t begin = UINT64_MAX, end = 0;
	long connections = 0;
	int i, status;

	if (share == MAP_FAILED)
		die("mmap");
	for (i = 0; i < opt.processes; i++) {
		if (check(fork(), "fork"))
			continue;
		process(share, i);
		_exit(0);
	}
	while (__atomic_load_n(&share->ready, __ATOMIC_SEQ_CST) < opt.processes) {
		if (waitpid(-1, &status, WNOHANG) > 0)
			exit(1);
		sleep_ms(1);
	}
	__atomic_store_n(&share->go, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < opt.processes; i++)
		if (wait(&status) < 0 || status)
			exit(1);
	for (i = 0; i < opt.processes; i++) {
		connections += share->of[i].connections;
		if (share->of[i].begin_ns < begin)
			begin = share->of[i].begin_ns;
		if (share->of[i].end_ns > end)
			end = share->of[i].end_ns;
	}
	printf("connections=%ld processes=%d threads=%d warm_up=%ld loop_ns=%llu per_second=%.0f\n",
	       connections, opt.processes, opt.threads ? 2 : 1,
	       opt.warm_up * opt.processes, (unsigned long long)(end - begin),
	       connections * 1e9 / (end - begin));
	return 0;
}

/* CPU time of the reader so far. Its first thread does all the reading. */
static int64_t reader_ns(void)
{
	long long ns = 0;
	char name[64];
	FILE *file;

	if (!opt.reader)
		return 0;
	snprintf(name, sizeof(name), "/proc/%d/schedstat", opt.reader);
	file = fopen(name, "r");
	if (!file || fscanf(file, "%lld", &ns) != 1)
		die(name);
	fclose(file);
	return ns;
}

static int64_t busy(uint64_t begin, uint64_t end, int64_t idle_begin, int64_t idle_end)
{
	if (idle_begin < 0 || idle_end < 0)
		return -1;
	return end - begin - (idle_end - idle_begin);
}

static int alone(void)
{
	uint64_t begin, loop_begin, loop_end, settled, after;
	int64_t idle_begin, idle_settled, idle_after, reader, busy_ns;
	unsigned long long ticks;
	long nr;

	port = opt.port;
	listen_all();
	live_open();
	if (opt.hold) {
		printf("live=%ld\n", opt.live);
		fflush(stdout);
		pause();
		return 0;
	}
	for (nr = 0; nr < opt.warm_up; nr++)
		one(nr);
	sleep_ms(opt.settle_ms);

	idle_begin = idle_ns();
	begin = now_ns();
	ticks = __builtin_ia32_rdtsc();
	mark(opt.phase);
	nr = loop(nr, &loop_begin, &loop_end);
	mark(0);
	ticks = __builtin_ia32_rdtsc() - ticks;
	reader = idle_begin < 0 ? reader_ns() : 0;
	sleep_ms(opt.settle_ms);
	settled = now_ns();
	idle_settled = idle_ns();
	busy_ns = busy(begin, settled, idle_begin, idle_settled);
	if (busy_ns < 0)
		busy_ns = loop_end - loop_begin + reader_ns() - reader;
	printf("connections=%ld family=%d closer=%s live=%ld warm_up=%ld ticks=%llu loop_ns=%llu busy_ns=%lld",
	       nr, opt.family == AF_INET ? 4 : 6, closer_names[opt.closer],
	       opt.live, opt.warm_up, ticks, (unsigned long long)(loop_end - loop_begin),
	       (long long)busy_ns);
	if (opt.after_s) {
		idle_settled = idle_ns();
		settled = now_ns();
		sleep_ms(opt.after_s * 1000);
		after = now_ns();
		idle_after = idle_ns();
		printf(" after_ns=%lld", (long long)busy(settled, after, idle_settled, idle_after));
	}
	printf("\n");
	return 0;
}

static const char usage[] =
	"usage: crr [OPTION]...\n"
	"  -n N        connections (1000)       -w N        to warm up, not counted (200)\n"
	"  -6          IPv6                     -b BYTES    of request and of response (64)\n"
	"  -c client|server|turns   who closes first\n"
	"  -k FLOWS    open meanwhile           -H          open them, print that, and wait\n"
	"  -d N        listeners (16)           -P PORT     the first one's (5000)\n"
	"  -s MS       pause for readers (500)  -t S        pause for TIME_WAITs to end (0)\n"
	"  -j N        processes, each on a CPU -2          the server in a thread on the next CPU\n"
	"  -x SECONDS  instead of -n, with -j   -m PHASE    a mark for profile.c\n"
	"  -p PID      the reader\n";

int main(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "n:w:6b:c:k:Hd:P:s:t:j:2x:m:p:")) != -1) {
		switch (c) {
		case 'n': opt.connections = atol(optarg); break;
		case 'w': opt.warm_up = atol(optarg); break;
		case '6': opt.family = AF_INET6; break;
		case 'b': opt.bytes = atoi(optarg); break;
		case 'c':
			while (opt.closer < TURNS && strcmp(optarg, closer_names[opt.closer]))
				opt.closer++;
			break;
		case 'k': opt.live = atol(optarg); break;
		case 'H': opt.hold = true; break;
		case 'd': opt.listeners = atoi(optarg); break;
		case 'P': opt.port = atoi(optarg); break;
		case 's': opt.settle_ms = atol(optarg); break;
		case 't': opt.after_s = atol(optarg); break;
		case 'j': opt.processes = atoi(optarg); break;
		case '2': opt.threads = true; break;
		case 'x': opt.seconds = atof(optarg); break;
		case 'p': opt.reader = atoi(optarg); break;
		case 'm': opt.phase = atoi(optarg); break;
		default: optind = argc + 1;
		}
	}
	if (optind != argc || opt.bytes < 1 || opt.bytes > 65536 || opt.listeners < 1 ||
	    opt.processes < 1 || opt.processes > 64) {
		fputs(usage, stderr);
		return 2;
	}
	return opt.processes > 1 || opt.threads || opt.seconds ? several() : alone();
}
