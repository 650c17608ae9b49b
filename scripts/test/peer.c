// SPDX-License-Identifier: GPL-2.0
/*
 * Runs steps on sockets and files, one after another; each argument is a step. A step
 * that fails ends the program with a line that names the step and with status 1.
 *
 *   peer 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40001' \
 *        'accept a s' 'close c' 'eof a' 'close a'
 *
 * The comment above each do_ function has the syntax of its step. The steps between
 * `thread` or `fork` and its `end` run in that thread or process.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAMES	128
#define STEP	256
#define WORDS	8
#define DEADLINE_MS	20000

/* A kind of step. */
struct verb {
	const char *name;
	int words;			/* the least number, with its name */
	void (*act)(char **w);
};

/* Descriptors and process ids. */
static struct { char name[16]; int fd; } named[NAMES];
static const char *step;
static char **script;			/* the current step */
static const struct verb *more_verbs;	/* of a program that includes this one */
static int protocol;			/* of the sockets that are made */

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
	die("no such name: %s", name);
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
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol), on = 1;

	if (fd < 0)
		die("socket: %s", strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return fd;
}

/* An error by its name, or 0. */
static int error_named(const char *name)
{
	int err;

	if (!name)
		return 0;
	for (err = 1; err < 200; err++)
		if (strerrorname_np(err) && !strcmp(strerrorname_np(err), name))
			return err;
	die("no such error: %s", name);
	return 0;
}

/* A socket bound to @port of @host. */
static int bound(const char *host, const char *port)
{
	struct address a = address(host, port);
	int fd = tcp(a.sa.ss_family);

	if (bind(fd, (void *)&a.sa, a.len))
		die("bind: %s", strerror(errno));
	return fd;
}

/* bound NAME ADDRESS PORT: a socket that is bound only */
static void do_bound(char **w)
{
	name_it(w[1], bound(w[2], w[3]));
}

static void hear(int fd, const char *backlog)
{
	if (listen(fd, backlog ? atoi(backlog) : 128))
		die("listen: %s", strerror(errno));
}

/* listen NAME ADDRESS PORT [BACKLOG] */
static void do_listen(char **w)
{
	int fd = bound(w[2], w[3]);

	hear(fd, w[4]);
	name_it(w[1], fd);
}

/* hear NAME [BACKLOG]: listen() on a bound socket */
static void do_hear(char **w)
{
	hear(*slot(w[1]), w[2]);
}

/* A socket bound to @port of any address, or not bound if @port is NULL. */
static int tcp_from(int family, const char *port)
{
	return port ? bound(family == AF_INET ? "0.0.0.0" : "::", port) : tcp(family);
}

static void connect_expecting(int fd, const struct address *to, int expected)
{
	int err = connect(fd, (void *)&to->sa, to->len) ? errno : 0;

	if (err != expected)
		die("expected %s, got %s", strerror(expected), strerror(err));
}

static void connect_named(char **w, const char *from, int expected)
{
	struct address to = address(w[2], w[3]);
	int fd = tcp_from(to.sa.ss_family, from);

	connect_expecting(fd, &to, expected);
	name_it(w[1], fd);
}

/* connect NAME ADDRESS PORT [FROM-PORT] */
static void do_connect(char **w)
{
	connect_named(w, w[4], 0);
}

/* refused NAME ADDRESS PORT [FROM-PORT] */
static void do_refused(char **w)
{
	connect_named(w, w[4], ECONNREFUSED);
}

/* fails NAME ADDRESS PORT ERROR [FROM-PORT] */
static void do_fails(char **w)
{
	connect_named(w, w[5], error_named(w[4]));
}

/* start NAME ADDRESS PORT [FROM-PORT]: a connect() that does not wait for the result */
static void do_start(char **w)
{
	struct address to = address(w[2], w[3]);
	int fd = tcp_from(to.sa.ss_family, w[4]);

	fcntl(fd, F_SETFL, O_NONBLOCK);
	connect_expecting(fd, &to, EINPROGRESS);
	fcntl(fd, F_SETFL, 0);
	name_it(w[1], fd);
}

/* again NAME ADDRESS PORT [ERROR]: connect() of an existing socket */
static void do_again(char **w)
{
	struct address to = address(w[2], w[3]);

	connect_expecting(*slot(w[1]), &to, error_named(w[4]));
}

/* fastopen NAME ADDRESS PORT SIZE [FROM-PORT]: connect and send in one call */
static void do_fastopen(char **w)
{
	struct address to = address(w[2], w[3]);
	int fd = tcp_from(to.sa.ss_family, w[5]);
	size_t size = atoi(w[4]);
	char buf[1024] = { 0 };

	if (size > sizeof(buf))
		die("more than %zu bytes", sizeof(buf));
	if (sendto(fd, buf, size, MSG_FASTOPEN, (void *)&to.sa, to.len) != (ssize_t)size)
		die("%s", strerror(errno));
	name_it(w[1], fd);
}

/* accept NAME LISTENER */
static void do_accept(char **w)
{
	name_it(w[1], accept(*slot(w[2]), NULL, NULL));
}

/* close NAME */
static void do_close(char **w)
{
	close(*slot(w[1]));
}

/* shutdown NAME [read|both]: of the sending direction, unless given */
static void do_shutdown(char **w)
{
	int how = !w[2] ? SHUT_WR : !strcmp(w[2], "read") ? SHUT_RD : SHUT_RDWR;

	if (shutdown(*slot(w[1]), how))
		die("%s", strerror(errno));
}

static void linger0(int fd)
{
	struct linger linger = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* linger0 NAME */
static void do_linger0(char **w)
{
	linger0(*slot(w[1]));
}

static const struct { const char *name; int level, option; } options[] = {
	{ "defer_accept", IPPROTO_TCP, TCP_DEFER_ACCEPT },	/* s */
	{ "idle", IPPROTO_TCP, TCP_KEEPIDLE },		/* s */
	{ "interval", IPPROTO_TCP, TCP_KEEPINTVL },	/* s */
	{ "keepalive", SOL_SOCKET, SO_KEEPALIVE },
	{ "linger2", IPPROTO_TCP, TCP_LINGER2 },	/* s */
	{ "probes", IPPROTO_TCP, TCP_KEEPCNT },
	{ "repair", IPPROTO_TCP, TCP_REPAIR },
	{ "send_buffer", SOL_SOCKET, SO_SNDBUFFORCE },
	{ "syns", IPPROTO_TCP, TCP_SYNCNT },
	{ "user_timeout", IPPROTO_TCP, TCP_USER_TIMEOUT },	/* ms */
	{ NULL }
};

/* set NAME OPTION VALUE */
static void do_set(char **w)
{
	int i, value = atoi(w[3]);

	for (i = 0; options[i].name && strcmp(options[i].name, w[2]); i++)
		;
	if (!options[i].name)
		die("no such option");
	if (setsockopt(*slot(w[1]), options[i].level, options[i].option, &value, sizeof(value)))
		die("%s", strerror(errno));
}

/* disconnect NAME */
static void do_disconnect(char **w)
{
	struct sockaddr sa = { .sa_family = AF_UNSPEC };

	if (connect(*slot(w[1]), &sa, sizeof(sa)))
		die("%s", strerror(errno));
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* wait NAME STATE: until the socket is in that state, the number in TCP_INFO */
static void do_wait(char **w)
{
	int fd = *slot(w[1]), state = atoi(w[2]);
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

/* send NAME BYTES */
static void do_send(char **w)
{
	int fd = *slot(w[1]);
	size_t n = atoi(w[2]);
	char buf[4096];

	memset(buf, 'x', sizeof(buf));
	while (n) {
		ssize_t done = send(fd, buf, n < sizeof(buf) ? n : sizeof(buf), MSG_NOSIGNAL);

		if (done <= 0)
			die("send: %s", strerror(errno));
		n -= done;
	}
}

static void recv_bytes(int fd, size_t n)
{
	char buf[4096];

	while (n) {
		ssize_t done = recv(fd, buf, n < sizeof(buf) ? n : sizeof(buf), 0);

		if (done <= 0)
			die("recv: %s", done ? strerror(errno) : "end of data");
		n -= done;
	}
}

static void recv_all(int fd)
{
	char buf[4096];
	ssize_t done;

	while ((done = recv(fd, buf, sizeof(buf), 0)) > 0)
		;
	if (done < 0)
		die("recv: %s", strerror(errno));
}

/* recv NAME BYTES */
static void do_recv(char **w)
{
	recv_bytes(*slot(w[1]), atoi(w[2]));
}

/* eof NAME: reads until end of file */
static void do_eof(char **w)
{
	recv_all(*slot(w[1]));
}

/* open NAME FILE */
static void do_open(char **w)
{
	name_it(w[1], open(w[2], O_RDONLY | O_CLOEXEC));
}

/* nonblock NAME */
static void do_nonblock(char **w)
{
	fcntl(*slot(w[1]), F_SETFL, O_NONBLOCK);
}

/* seek NAME end|start */
static void do_seek(char **w)
{
	if (lseek(*slot(w[1]), 0, !strcmp(w[2], "end") ? SEEK_END : SEEK_SET) < 0)
		puts(strerror(errno));
}

/* write FILE WORD */
static void do_write(char **w)
{
	int fd = open(w[1], O_WRONLY | O_CLOEXEC);
	ssize_t n = strlen(w[2]);

	if (fd < 0 || write(fd, w[2], n) != n)
		die("%s", strerror(errno));
	close(fd);
}

static void read_once(int fd, size_t size, bool show)
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

/* read NAME SIZE: one read() of at most SIZE bytes, to standard output */
static void do_read(char **w)
{
	read_once(*slot(w[1]), atoi(w[2]), true);
}

/* count NAME SIZE: the same, but prints only the number of bytes */
static void do_count(char **w)
{
	read_once(*slot(w[1]), atoi(w[2]), false);
}

/* splice NAME SIZE: one splice() of at most SIZE bytes into a pipe */
static void do_splice(char **w)
{
	ssize_t done;
	int ends[2];

	if (pipe(ends))
		die("pipe: %s", strerror(errno));
	done = splice(*slot(w[1]), NULL, ends[1], NULL, atoi(w[2]), 0);
	if (done < 0)
		puts(strerror(errno));
	else
		printf("%zd bytes\n", done);
	fflush(stdout);
	close(ends[0]);
	close(ends[1]);
}

/* poll NAME MS: prints whether it is readable within that time */
static void do_poll(char **w)
{
	struct pollfd p = { .fd = *slot(w[1]), .events = POLLIN };

	puts(poll(&p, 1, atoi(w[2])) == 1 && p.revents & POLLIN ? "ready" : "not ready");
	fflush(stdout);
}

/* watch NAME COUNT: adds the file to so many epoll sets */
static void do_watch(char **w)
{
	struct epoll_event event = { .events = EPOLLIN };
	int n;

	for (n = atoi(w[2]); n; n--) {
		int set = epoll_create1(EPOLL_CLOEXEC);

		if (set < 0 || epoll_ctl(set, EPOLL_CTL_ADD, *slot(w[1]), &event))
			die("%s", strerror(errno));
	}
}

/* cookie NAME */
static void do_cookie(char **w)
{
	uint64_t cookie;
	socklen_t len = sizeof(cookie);

	if (getsockopt(*slot(w[1]), SOL_SOCKET, SO_COOKIE, &cookie, &len))
		die("SO_COOKIE: %s", strerror(errno));
	printf("%llx\n", (unsigned long long)cookie);
	fflush(stdout);
}

enum way { CLIENT_FIRST, SERVER_FIRST, SHUTDOWN_FIRST, EXCHANGE, RESET };

/* Close both ends of a connection in this way. */
static void come_and_go(int c, int s, enum way way)
{
	char buf[211] = { 0 };

	switch (way) {
	case CLIENT_FIRST:
		close(c);
		recv_all(s);
		close(s);
		return;
	case SHUTDOWN_FIRST:
		shutdown(c, SHUT_WR);
		recv_all(s);
		break;
	case EXCHANGE:
		if (send(c, buf, sizeof(buf), MSG_NOSIGNAL) != sizeof(buf))
			die("send: %s", strerror(errno));
		recv_bytes(s, sizeof(buf));
		if (send(s, buf, sizeof(buf), MSG_NOSIGNAL) != sizeof(buf))
			die("send: %s", strerror(errno));
		break;
	case SERVER_FIRST:
		break;
	case RESET:
		/* close() of the other end after the reset has arrived. */
		linger0(c);
		close(c);
		poll(&(struct pollfd){ .fd = s, .events = POLLIN }, 1, DEADLINE_MS);
		close(s);
		return;
	}
	close(s);
	recv_all(c);
	close(c);
}

static enum way way_named(const char *name)
{
	return !name ? CLIENT_FIRST : *name == 'e' ? EXCHANGE : *name == 'r' ? RESET :
	       !strcmp(name, "shutdown") ? SHUTDOWN_FIRST : SERVER_FIRST;
}

static void one_of_many(const struct address *a, int listener, enum way way)
{
	int c = tcp(a->sa.ss_family), s;

	if (connect(c, (void *)&a->sa, a->len))
		die("connect: %s", strerror(errno));
	s = accept(listener, NULL, NULL);
	if (s < 0)
		die("accept: %s", strerror(errno));
	come_and_go(c, s, way);
}

/*
 * many COUNT ADDRESS PORT LISTENER [WAY]: connections, one after another. The client
 * closes first; or WAY is server, shutdown, exchange or reset
 */
static void do_many(char **w)
{
	struct address a = address(w[2], w[3]);
	int n;

	for (n = atoi(w[1]); n; n--)
		one_of_many(&a, *slot(w[4]), way_named(w[5]));
}

/* until FILE ADDRESS PORT LISTENER [WAY]: the same until FILE exists; prints how many */
static void do_until(char **w)
{
	struct address a = address(w[2], w[3]);
	int listener = *slot(w[4]);
	long n;

	for (n = 0; access(w[1], F_OK); n++)
		one_of_many(&a, listener, way_named(w[5]));
	printf("%ld\n", n);
	fflush(stdout);
}

/* listens COUNT ADDRESS PORT: that many listeners, each CLOSED->LISTEN->CLOSED */
static void do_listens(char **w)
{
	int n;

	for (n = atoi(w[1]); n; n--) {
		int fd = bound(w[2], w[3]);

		hear(fd, "1");
		close(fd);
	}
}

/* protocol tcp|mptcp: of the sockets made from now on */
static void do_protocol(char **w)
{
	protocol = !strcmp(w[1], "mptcp") ? 262 /* IPPROTO_MPTCP */ : 0;
}

/* uring RING SOCKET: an io_uring gets the socket, which has no descriptor any more */
static void do_uring(char **w)
{
	struct io_uring_params params = { 0 };
	int *fd = slot(w[2]), ring = syscall(__NR_io_uring_setup, 1, &params);

	if (ring < 0)
		die("io_uring_setup: %s", strerror(errno));
	if (syscall(__NR_io_uring_register, ring, IORING_REGISTER_FILES, fd, 1))
		die("io_uring_register: %s", strerror(errno));
	close(*fd);
	name_it(w[1], ring);
}

/* comm NAME: sets this thread's name to the rest of the step, blanks included */
static void do_comm(char **w)
{
	(void)w;
	prctl(PR_SET_NAME, step + strlen("comm "));
}

/* say WORD */
static void do_say(char **w)
{
	puts(w[1]);
	fflush(stdout);
}

/* grow: allocates memory until the kernel kills the process */
static void do_grow(char **w)
{
	char *p;

	(void)w;
	while ((p = malloc(1 << 20)))
		memset(p, 'x', 1 << 20);
	die("malloc failed");
}

/* pause: until a signal ends the process */
static void do_pause(char **w)
{
	(void)w;
	pause();
}

/* pair NAME NAME: a socket pair, to share with a process of fork */
static void do_pair(char **w)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		die("%s", strerror(errno));
	name_it(w[1], ends[0]);
	name_it(w[2], ends[1]);
}

/* A message of one byte and a descriptor. */
struct parcel {
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec data;
	struct msghdr message;
};

static struct cmsghdr *parcel(struct parcel *p)
{
	memset(p, 0, sizeof(*p));
	p->data = (struct iovec){ &p->byte, 1 };
	p->message = (struct msghdr){
		.msg_iov = &p->data, .msg_iovlen = 1,
		.msg_control = p->control, .msg_controllen = sizeof(p->control),
	};
	return CMSG_FIRSTHDR(&p->message);
}

/* pass CHANNEL NAME: sends the descriptor by SCM_RIGHTS and closes it here */
static void do_pass(char **w)
{
	struct parcel p;
	struct cmsghdr *c = parcel(&p);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), slot(w[2]), sizeof(int));
	if (sendmsg(*slot(w[1]), &p.message, 0) != 1)
		die("%s", strerror(errno));
	close(*slot(w[2]));
}

/* take CHANNEL NAME: receives a descriptor */
static void do_take(char **w)
{
	struct parcel p;
	struct cmsghdr *c = parcel(&p);
	int fd;

	if (recvmsg(*slot(w[1]), &p.message, 0) != 1 || c->cmsg_type != SCM_RIGHTS)
		die("no descriptor was received");
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	name_it(w[2], fd);
}

static void play(char **from);

/* The end of the block whose first step is @from. */
static char **block_end(char **from)
{
	int depth = 1;

	for (; *from; from++) {
		if (!strncmp(*from, "thread ", 7) || !strncmp(*from, "fork ", 5))
			depth++;
		else if (!strcmp(*from, "end") && !--depth)
			return from;
	}
	die("no end");
	return NULL;
}

static void *thread(void *first)
{
	play(first);
	return NULL;
}

/* thread ... end: these steps in a thread, which is joined */
static void do_thread(char **w)
{
	char **first = script + 1, **end = block_end(first);
	pthread_t id;

	(void)w;
	*end = NULL;
	if (pthread_create(&id, NULL, thread, first) || pthread_join(id, NULL))
		die("no thread");
	script = end;
}

/* fork NAME ... end: these steps in a process, which then exits */
static void do_fork(char **w)
{
	char **first = script + 1, **end = block_end(first);
	int pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		*end = NULL;
		play(first);
		exit(0);
	}
	name_it(w[1], pid);
	script = end;
}

/* reap NAME: waits for that process, which must exit with 0 */
static void do_reap(char **w)
{
	int status;

	if (waitpid(*slot(w[1]), &status, 0) < 0 || status)
		die("status %#x", status);
}

static const struct verb verbs[] = {
	{ "accept", 3, do_accept },
	{ "again", 4, do_again },
	{ "bound", 4, do_bound },
	{ "close", 2, do_close },
	{ "comm", 2, do_comm },
	{ "connect", 4, do_connect },
	{ "cookie", 2, do_cookie },
	{ "count", 3, do_count },
	{ "disconnect", 2, do_disconnect },
	{ "eof", 2, do_eof },
	{ "fails", 5, do_fails },
	{ "fastopen", 5, do_fastopen },
	{ "fork", 2, do_fork },
	{ "grow", 1, do_grow },
	{ "hear", 2, do_hear },
	{ "linger0", 2, do_linger0 },
	{ "listen", 4, do_listen },
	{ "listens", 4, do_listens },
	{ "many", 5, do_many },
	{ "nonblock", 2, do_nonblock },
	{ "open", 3, do_open },
	{ "pair", 3, do_pair },
	{ "pass", 3, do_pass },
	{ "pause", 1, do_pause },
	{ "poll", 3, do_poll },
	{ "protocol", 2, do_protocol },
	{ "read", 3, do_read },
	{ "reap", 2, do_reap },
	{ "recv", 3, do_recv },
	{ "refused", 4, do_refused },
	{ "say", 2, do_say },
	{ "seek", 3, do_seek },
	{ "send", 3, do_send },
	{ "set", 4, do_set },
	{ "shutdown", 2, do_shutdown },
	{ "splice", 3, do_splice },
	{ "start", 4, do_start },
	{ "take", 3, do_take },
	{ "thread", 1, do_thread },
	{ "until", 5, do_until },
	{ "uring", 3, do_uring },
	{ "wait", 3, do_wait },
	{ "watch", 3, do_watch },
	{ "write", 3, do_write },
	{ NULL }
};

static const struct verb *verb_in(const struct verb *of, const char *name)
{
	for (; of && of->name; of++)
		if (!strcmp(of->name, name))
			return of;
	return NULL;
}

static void run(const char *text)
{
	char *w[WORDS + 1] = { 0 }, copy[STEP];
	const struct verb *verb;
	int n = 0;

	step = text;
	snprintf(copy, STEP, "%s", text);
	for (char *p = strtok(copy, " "); p && n < WORDS; p = strtok(NULL, " "))
		w[n++] = p;
	if (!n)
		die("empty step");
	verb = verb_in(more_verbs, w[0]) ?: verb_in(verbs, w[0]);
	if (!verb)
		die("no such step");
	if (n < verb->words)
		die("too few words");
	verb->act(w);
}

/* Run the steps from @from to the last one. */
static void play(char **from)
{
	for (script = from; *script; script++)
		run(*script);
}

int main(int argc, char **argv)
{
	(void)argc;
	play(argv + 1);
	return 0;
}
