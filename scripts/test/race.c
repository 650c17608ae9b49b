// SPDX-License-Identifier: GPL-2.0
/*
 * Two events of one connection on two CPUs at once, again and again:
 *
 *   race STATE FIRST SECOND ROUNDS PORT 4|6 [OFFSET]
 *
 * In each round a peer behind a TUN device brings a connection of this end into STATE;
 * then CPU 0 makes FIRST and CPU 1 makes SECOND happen, as far as two spinning threads
 * can do that at once. Each has a queue of the device of its own, so that each segment is
 * processed on the CPU that wrote it. The peer's ports are PORT and those after it.
 *
 * STATE: LISTEN (there is no connection yet), SYN_RCVD, FIN_WAIT_2 (a socket that is shut
 * down), minisocket (an orphan in FIN_WAIT_2), TIME_WAIT, LAST_ACK.
 * FIRST, SECOND: syn, ack, rst, fin, data (segments); close (of the socket; of the
 * listener where there is no socket); kill (SOCK_DESTROY of the connection); nothing.
 *
 * FIRST may be timer: the state's own timer expires on CPU 0. The rounds are then prepared
 * all at once, so that the timers expire one close to another, and CPU 1 makes SECOND
 * happen to one connection after another from OFFSET ms before on. The scenario sets how
 * long the states last: timer_ms.
 *
 * After the rounds every socket is closed. Prints nothing; a fault is a line and status 1.
 */
#define PACKET_NO_MAIN
#include "packet.c"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sched.h>
#include <stdatomic.h>

#define LISTEN_PORT	5000
#define ROUNDS_MAX	20011
#define BACKLOG		"4096"

enum event { SYN, ACK, RST, FIN, DATA, CLOSE, KILL, NOTHING, TIMER, NR_EVENTS };

static const char *const event_names[] = {
	"syn", "ack", "rst", "fin", "data", "close", "kill", "nothing", "timer",
};

enum state { LISTEN, SYN_RCVD, FIN_WAIT_2, MINISOCKET, TIME_WAIT, LAST_ACK, NR_STATES };

static const char *const state_names[] = {
	"LISTEN", "SYN_RCVD", "FIN_WAIT_2", "minisocket", "TIME_WAIT", "LAST_ACK",
};

/*
 * From the last segment of prepare() to the end of the state, with tcp_synack_retries=0,
 * tcp_fin_timeout=1 and tcp_orphan_retries=1; 0: the state has no timer that ends it.
 */
static const int timer_ms[] = {
	[SYN_RCVD] = 1000, [MINISOCKET] = 1000, [TIME_WAIT] = 60000, [LAST_ACK] = 600,
};

static int family = AF_INET;
static int listener = -1, accepted = -1;
static struct wire *wire;
static enum state state;
static enum event second;

/*
 * The round that the first thread has prepared, how often a thread has come to the gate,
 * and the round whose second event is over.
 */
static atomic_int round_nr, at_gate, second_done;

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("CPU %d: %s", cpu, strerror(errno));
}

static void send_segment(uint8_t flags, uint32_t off, uint32_t data)
{
	struct segment s = {
		.flags = flags, .seq = wire->snd_nxt + off, .window = WINDOW, .data = data,
		.ack = flags & TH_ACK ? wire->rcv_nxt : 0,
	};

	put(wire, &s, NULL, 0);
}

static void sent(uint8_t flags, uint32_t data)
{
	struct segment s = { .flags = flags, .data = data };

	send_segment(flags, 0, data);
	wire->snd_nxt += segment_space(&s);
}

static void expect(const char *flags)
{
	char *words[] = { "expect", wire->name, (char *)flags, NULL };

	step = flags;
	do_expect(words);
}

/* A connection that has just ended is no fault, nor a kernel that cannot end this kind. */
static void kill_connection(void)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 req;
	} message = {
		.head = {
			.nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DESTROY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.req = {
			.sdiag_family = family, .sdiag_protocol = IPPROTO_TCP,
			.idiag_states = ~0u,
			.id = {
				.idiag_sport = htons(LISTEN_PORT), .idiag_dport = htons(wire->port),
				.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
			},
		},
	};
	static _Thread_local int netlink = -1;
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char more[512];
	} answer;
	size_t n = address_len(family);

	if (netlink < 0)
		netlink = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	memcpy(message.req.id.idiag_src, wire->here, n);
	memcpy(message.req.id.idiag_dst, wire->there, n);
	if (send(netlink, &message, sizeof(message), 0) != sizeof(message) ||
	    recv(netlink, &answer, sizeof(answer), 0) < (ssize_t)sizeof(answer.head))
		die("SOCK_DESTROY: %s", strerror(errno));
	if (answer.head.nlmsg_type == NLMSG_ERROR && answer.error.error &&
	    answer.error.error != -ENOENT && answer.error.error != -EOPNOTSUPP)
		die("SOCK_DESTROY: %s", strerror(-answer.error.error));
}

static void close_socket(void)
{
	int *fd = accepted >= 0 ? &accepted : &listener;

	close(*fd);
	*fd = -1;
}

/* Of a half-open connection a SYN is the same again; of others it is a new one. */
static void happen(enum event event)
{
	switch (event) {
	case SYN:
		send_segment(TH_SYN, state == SYN_RCVD ? -1 : 10007, 0);
		break;
	case ACK:
		send_segment(TH_ACK, 0, 0);
		break;
	case RST:
		send_segment(TH_RST, 0, 0);
		break;
	case FIN:
		send_segment(TH_FIN | TH_ACK, 0, 0);
		break;
	case DATA:
		send_segment(TH_PUSH | TH_ACK, 0, 101);
		break;
	case CLOSE:
		close_socket();
		break;
	case KILL:
		kill_connection();
		break;
	default:
		break;
	}
}

static void meet(int round)
{
	atomic_fetch_add(&at_gate, 1);
	while (atomic_load(&at_gate) < 2 * round)
		;
}

static void *second_thread(void *rounds)
{
	int round;

	pin(1);
	device = second_queue;
	for (round = 1; round <= (long)rounds; round++) {
		while (atomic_load(&round_nr) < round)
			;
		meet(round);
		happen(second);
		atomic_store(&second_done, round);
	}
	return NULL;
}

/* SOCK_DESTROY of a connection that is gone finds its listener. */
static bool listens(void)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return listener >= 0 && !getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) && yes;
}

static void listen_again(void)
{
	char *words[] = { "listen", "s", family == AF_INET ? HERE4 : HERE6, "5000", BACKLOG, NULL };

	if (listens())
		return;
	if (listener >= 0)
		close(listener);
	step = "listen";
	do_listen(words);
	listener = *slot("s");
	fcntl(listener, F_SETFL, O_NONBLOCK);
}

/* From LISTEN to @state, by a correct peer. */
static void prepare(int port)
{
	wire_set(wire, family == AF_INET ? "192.0.2.2" : "2001:db8::2", port, LISTEN_PORT);
	snprintf(wire->name, sizeof(wire->name), "w");
	if (state == LISTEN)
		return;
	sent(TH_SYN, 0);
	expect("SA");
	if (state == SYN_RCVD)
		return;
	sent(TH_ACK, 0);
	accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (accepted < 0)
		die("accept: %s", strerror(errno));
	if (state == LAST_ACK) {
		sent(TH_FIN | TH_ACK, 0);
		expect("A");
	}
	if (state == FIN_WAIT_2)
		shutdown(accepted, SHUT_WR);
	else
		close_socket();
	expect("FA");
	if (state == LAST_ACK)
		return;
	sent(TH_ACK, 0);
	if (state == TIME_WAIT) {
		sent(TH_FIN | TH_ACK, 0);
		expect("A");
	}
}

static void close_all(void)
{
	const struct linger reset = { .l_onoff = 1 };
	int fd;

	if (accepted >= 0)
		close_socket();
	if (listener < 0)
		return;
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fd);
	}
}

static long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void race_timers(int rounds, int port, int offset_ms)
{
	struct { struct wire wire; long at_us; } *each = calloc(rounds, sizeof(*each));
	int i;

	if (!each || !timer_ms[state])
		die("%s has no timer", state_names[state]);
	listen_again();
	for (i = 0; i < rounds; i++) {
		prepare(port + i);
		each[i].wire = *wire;
		each[i].at_us = now_us() + (timer_ms[state] - offset_ms) * 1000L;
	}
	pin(1);
	device = second_queue;
	for (i = 0; i < rounds; i++) {
		long wait_us = each[i].at_us - now_us();

		if (wait_us > 0)
			usleep(wait_us);
		wire = &each[i].wire;
		happen(second);
	}
	/* Timers expire late; the listener must not close before. */
	usleep(100 * 1000);
	free(each);
}

static void race_in_rounds(enum event first, long rounds, int port)
{
	pthread_t thread;
	int round;

	if (pthread_create(&thread, NULL, second_thread, (void *)rounds))
		die("pthread_create");
	for (round = 1; round <= rounds; round++) {
		listen_again();
		prepare(port + round - 1);
		atomic_store(&round_nr, round);
		meet(round);
		happen(first);
		while (atomic_load(&second_done) < round)
			;
		close_all();
	}
	pthread_join(thread, NULL);
}

static int number_of(const char *name, const char *const *names, int count, const char *what)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return i;
	die("%s: no such %s", name, what);
	return 0;
}

int main(int argc, char **argv)
{
	enum event first;
	long rounds;
	int port;

	step = "race";
	if (argc < 7)
		die("STATE FIRST SECOND ROUNDS PORT 4|6 [OFFSET] are wanted");
	state = number_of(argv[1], state_names, NR_STATES, "state");
	first = number_of(argv[2], event_names, NR_EVENTS, "event");
	second = number_of(argv[3], event_names, NR_EVENTS, "event");
	rounds = atol(argv[4]);
	if (rounds < 1 || rounds > ROUNDS_MAX)
		die("%s: from 1 to %d rounds", argv[4], ROUNDS_MAX);
	port = atoi(argv[5]);
	if (port < 1 || port + rounds > 65536)
		die("%s: no such ports", argv[5]);
	if (!strcmp(argv[6], "6"))
		family = AF_INET6;

	pin(0);
	device_flags = IFF_MULTI_QUEUE;
	do_tun(NULL);
	second_queue = open_queue();
	wire = &wires[0];
	if (first == TIMER)
		race_timers(rounds, port, argc > 7 ? atoi(argv[7]) : 0);
	else
		race_in_rounds(first, rounds, port);
	close_all();
	return 0;
}
