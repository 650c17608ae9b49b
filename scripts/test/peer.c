// SPDX-License-Identifier: GPL-2.0
/*
 * Acts out a story: sockets and files, one step after another, each argument a
 * step. A step that does not go as it should ends the story with a line that
 * names it.
 *
 *   peer 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40001' \
 *        'accept a s' 'close c' 'eof a' 'close a'
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NAMES	128
#define STEP	256
#define WORDS	8
#define DEADLINE_MS	20000

static struct { char name[16]; int fd; } named[NAMES];
static const char *step;

static void die(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "peer: '%s': ", step);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static int *slot(const char *name)
{
	int i;

	for (i = 0; i < NAMES; i++)
		if (!strcmp(named[i].name, name))
			return &named[i].fd;
	die("nothing is called %s", name);
	return NULL;
}

static void name_it(const char *name, int fd)
{
	int i;

	if (fd < 0)
		die("%s", strerror(errno));
	for (i = 0; i < NAMES; i++) {
		if (!named[i].name[0] || !strcmp(named[i].name, name)) {
			snprintf(named[i].name, sizeof(named[i].name), "%s", name);
			named[i].fd = fd;
			return;
		}
	}
	die("too many names");
}

struct address {
	struct sockaddr_storage sa;
	socklen_t len;
};

static struct address address(const char *host, const char *port)
{
	struct address a = { 0 };
	struct sockaddr_in *v4 = (void *)&a.sa;
	struct sockaddr_in6 *v6 = (void *)&a.sa;

	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(atoi(port));
		a.len = sizeof(*v4);
	} else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(atoi(port));
		a.len = sizeof(*v6);
	} else {
		die("no address: %s", host);
	}
	return a;
}

static int tcp(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		die("socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return fd;
}

/* listen NAME ADDRESS PORT [BACKLOG] */
static int do_listen(char **w)
{
	struct address a = address(w[2], w[3]);
	int fd = tcp(a.sa.ss_family);

	if (bind(fd, (void *)&a.sa, a.len) || listen(fd, w[4] ? atoi(w[4]) : 128))
		die("%s", strerror(errno));
	return fd;
}

/* From PORT, or from any; the address family's any address. */
static int tcp_from(int family, const char *port)
{
	int fd = tcp(family);

	if (port) {
		struct address from = address(family == AF_INET ? "0.0.0.0" : "::", port);

		if (bind(fd, (void *)&from.sa, from.len))
			die("bind: %s", strerror(errno));
	}
	return fd;
}

/* start NAME ADDRESS PORT [FROM-PORT]: a connect() that nobody waits for. */
static int do_start(char **w)
{
	struct address to = address(w[2], w[3]);
	int fd = tcp_from(to.sa.ss_family, w[4]);

	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (!connect(fd, (void *)&to.sa, to.len) || errno != EINPROGRESS)
		die("expected %s, got %s", strerror(EINPROGRESS), strerror(errno));
	fcntl(fd, F_SETFL, 0);
	return fd;
}

/* again NAME ADDRESS PORT: that socket connects once more. */
static void do_again(char **w)
{
	struct address to = address(w[2], w[3]);

	if (connect(*slot(w[1]), (void *)&to.sa, to.len))
		die("%s", strerror(errno));
}

/* fastopen NAME ADDRESS PORT SIZE [FROM-PORT]: connect and send in one call. */
static int do_fastopen(char **w)
{
	struct address to = address(w[2], w[3]);
	int fd = tcp_from(to.sa.ss_family, w[5]);
	size_t size = atoi(w[4]);
	char buf[1024] = { 0 };

	if (size > sizeof(buf))
		die("not so much");
	if (sendto(fd, buf, size, MSG_FASTOPEN, (void *)&to.sa, to.len) != (ssize_t)size)
		die("%s", strerror(errno));
	return fd;
}

/* connect NAME ADDRESS PORT [FROM-PORT] */
static int do_connect(char **w, int expected)
{
	struct address to = address(w[2], w[3]);
	int fd = tcp_from(to.sa.ss_family, w[4]), err = 0;

	if (connect(fd, (void *)&to.sa, to.len))
		err = errno;
	if (err != expected)
		die("expected %s, got %s", strerror(expected), strerror(err));
	return fd;
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Until the kernel has the socket in that state (its own number). */
static void wait_state(int fd, int state)
{
	long long end = now_ms() + DEADLINE_MS;
	struct tcp_info info;
	socklen_t len;

	do {
		len = sizeof(info);
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			die("TCP_INFO: %s", strerror(errno));
		if (info.tcpi_state == state)
			return;
		usleep(1000);
	} while (now_ms() < end);
	die("state is %d", info.tcpi_state);
}

static void do_send(int fd, size_t n)
{
	char buf[4096];

	memset(buf, 'x', sizeof(buf));
	while (n) {
		ssize_t done = send(fd, buf, n < sizeof(buf) ? n : sizeof(buf), MSG_NOSIGNAL);

		if (done <= 0)
			die("send: %s", strerror(errno));
		n -= done;
	}
}

static void do_recv(int fd, size_t n)
{
	char buf[4096];

	while (n) {
		ssize_t done = recv(fd, buf, n < sizeof(buf) ? n : sizeof(buf), 0);

		if (done <= 0)
			die("recv: %s", done ? strerror(errno) : "end of data");
		n -= done;
	}
}

static void do_eof(int fd)
{
	char buf[4096];
	ssize_t done;

	while ((done = recv(fd, buf, sizeof(buf), 0)) > 0)
		;
	if (done < 0)
		die("recv: %s", strerror(errno));
}

/* One read() of at most SIZE; what came goes to standard output. */
static void do_read(int fd, size_t size, bool show)
{
	char *buf = malloc(size + 1);
	ssize_t done = read(fd, buf, size);

	if (done < 0)
		printf("%s\n", errno == EAGAIN ? "EAGAIN" : strerror(errno));
	else if (!done)
		puts("EOF");
	else if (show)
		fwrite(buf, 1, done, stdout);
	else
		printf("%zd bytes\n", done);
	fflush(stdout);
	free(buf);
}

static void do_poll(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	puts(poll(&p, 1, ms) == 1 && p.revents & POLLIN ? "ready" : "not ready");
	fflush(stdout);
}

static void do_cookie(int fd)
{
	uint64_t cookie;
	socklen_t len = sizeof(cookie);

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		die("SO_COOKIE: %s", strerror(errno));
	printf("%llx\n", (unsigned long long)cookie);
	fflush(stdout);
}

/* COUNT connections to ADDRESS PORT, one after another, closed by the client. */
static void do_many(char **w)
{
	struct address a = address(w[2], w[3]);
	int listener = *slot(w[4]), n;

	for (n = atoi(w[1]); n; n--) {
		int c = tcp(a.sa.ss_family), s;

		if (connect(c, (void *)&a.sa, a.len))
			die("connect: %s", strerror(errno));
		s = accept(listener, NULL, NULL);
		if (s < 0)
			die("accept: %s", strerror(errno));
		close(c);
		do_eof(s);
		close(s);
	}
}

/* Sockets that take nothing along: two transitions each, CLOSED->LISTEN->CLOSED. */
static void do_listens(char **w)
{
	struct address a = address(w[2], w[3]);
	int n;

	for (n = atoi(w[1]); n; n--) {
		int fd = tcp(a.sa.ss_family);

		if (bind(fd, (void *)&a.sa, a.len) || listen(fd, 1))
			die("%s", strerror(errno));
		close(fd);
	}
}

/* mptcp ADDRESS PORT: listen and close, as a multipath socket. */
static void do_mptcp(char **w)
{
	struct address a = address(w[1], w[2]);
	int fd = socket(a.sa.ss_family, SOCK_STREAM, 262 /* IPPROTO_MPTCP */);

	if (fd < 0 || bind(fd, (void *)&a.sa, a.len) || listen(fd, 1))
		die("%s", strerror(errno));
	close(fd);
}

static const char *const verbs[] = {
	/* verb, words it takes at least */
	"listen 4", "connect 4", "refused 4", "start 4", "again 4", "fastopen 5",
	"accept 3", "close 2", "shutdown 2",
	"linger0 2", "disconnect 2", "wait 3", "send 3", "recv 3", "eof 2",
	"cookie 2", "many 5", "listens 4", "open 3", "nonblock 2", "read 3",
	"mptcp 3", "count 3", "poll 3", "seek 3", "comm 2", "say 2", "pause 1", NULL
};

/* The words of a step, in @copy. Return: how many, one at least. */
static int split(const char *text, char copy[STEP], char **w)
{
	int n = 0;

	step = text;
	snprintf(copy, STEP, "%s", text);
	for (char *p = strtok(copy, " "); p && n < WORDS; p = strtok(NULL, " "))
		w[n++] = p;
	if (!n)
		die("empty step");
	return n;
}

static void run(char *text)
{
	char *w[WORDS + 1] = { 0 }, copy[STEP];
	int n = split(text, copy, w), i;

	for (i = 0; verbs[i]; i++) {
		size_t len = strlen(w[0]);

		if (!strncmp(verbs[i], w[0], len) && verbs[i][len] == ' ') {
			if (n < atoi(verbs[i] + len))
				die("too few words");
			break;
		}
	}

#define IS(verb) !strcmp(w[0], verb)
	if (IS("listen")) {
		name_it(w[1], do_listen(w));
	} else if (IS("connect")) {
		name_it(w[1], do_connect(w, 0));
	} else if (IS("refused")) {
		name_it(w[1], do_connect(w, ECONNREFUSED));
	} else if (IS("start")) {
		name_it(w[1], do_start(w));
	} else if (IS("again")) {
		do_again(w);
	} else if (IS("fastopen")) {
		name_it(w[1], do_fastopen(w));
	} else if (IS("accept")) {
		name_it(w[1], accept(*slot(w[2]), NULL, NULL));
	} else if (IS("close")) {
		close(*slot(w[1]));
	} else if (IS("shutdown")) {
		if (shutdown(*slot(w[1]), SHUT_WR))
			die("%s", strerror(errno));
	} else if (IS("linger0")) {
		struct linger linger = { 1, 0 };

		setsockopt(*slot(w[1]), SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	} else if (IS("disconnect")) {
		struct sockaddr sa = { .sa_family = AF_UNSPEC };

		if (connect(*slot(w[1]), &sa, sizeof(sa)))
			die("%s", strerror(errno));
	} else if (IS("wait")) {
		wait_state(*slot(w[1]), atoi(w[2]));
	} else if (IS("send")) {
		do_send(*slot(w[1]), atoi(w[2]));
	} else if (IS("recv")) {
		do_recv(*slot(w[1]), atoi(w[2]));
	} else if (IS("eof")) {
		do_eof(*slot(w[1]));
	} else if (IS("cookie")) {
		do_cookie(*slot(w[1]));
	} else if (IS("many")) {
		do_many(w);
	} else if (IS("listens")) {
		do_listens(w);
	} else if (IS("mptcp")) {
		do_mptcp(w);
	} else if (IS("open")) {
		name_it(w[1], open(w[2], O_RDONLY | O_CLOEXEC));
	} else if (IS("nonblock")) {
		fcntl(*slot(w[1]), F_SETFL, O_NONBLOCK);
	} else if (IS("read")) {
		do_read(*slot(w[1]), atoi(w[2]), true);
	} else if (IS("count")) {
		do_read(*slot(w[1]), atoi(w[2]), false);
	} else if (IS("poll")) {
		do_poll(*slot(w[1]), atoi(w[2]));
	} else if (IS("seek")) {
		if (lseek(*slot(w[1]), 0, !strcmp(w[2], "end") ? SEEK_END : SEEK_SET) < 0)
			puts(strerror(errno));
	} else if (IS("comm")) {
		prctl(PR_SET_NAME, w[1]);
	} else if (IS("say")) {
		puts(w[1]);
		fflush(stdout);
	} else if (IS("pause")) {
		pause();
	} else {
		die("no such step");
	}
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		run(argv[i]);
	return 0;
}
