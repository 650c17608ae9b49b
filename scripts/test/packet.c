// SPDX-License-Identifier: GPL-2.0
/*
 * Plays a connection between sockets of this end and a peer that is no real TCP:
 * the peer is behind a TUN device and sends single segments. One process does
 * both, so everything happens in the order of the steps: a segment written to the
 * device has been processed when write() returns.
 *
 *   packet tun 'listen s 192.0.2.1 5000' 'wire w 192.0.2.2 7001 5000' \
 *          'inject w S' 'expect w SA' 'inject w A' 'accept a s' 'inject w R'
 *
 * The steps are those of peer.c, and these:
 *
 *   tun                      the device. This end has 192.0.2.1 and 2001:db8::1; all
 *                            other addresses of their networks are the driver's.
 *                            lo must be up
 *   wire W ADDR PORT HERE    a connection between the driver's ADDR PORT and
 *                            port HERE of this end
 *   inject W FLAGS [WORD...] a segment from the driver. Flags are tcpdump's:
 *                            S F R A P. Its numbers are those of a correct
 *                            peer, unless a WORD changes them:
 *                            seq=N ack=N  off by N
 *                            data=N       with N bytes
 *                            mss=N        with that MSS option
 *                            win=N        with that window, instead of 65521
 *                            tfo          with a Fast Open option: the cookie
 *                                         received before, or a request for one
 *                            stray        later segments continue as if this
 *                                         one had not been sent
 *   expect W FLAGS [data=N]  wait up to 20 s until this end sends such a
 *                            segment on W; others are skipped
 *   icmp W host|port         host or port unreachable, from the driver's address,
 *                            about the last segment that expect took
 *   flood N ADDR PORT HERE   N SYNs, from ports PORT, PORT + 1, ...
 *   idle MS                  a time that is measured; not used to wait for an effect
 *   await FILE               wait until FILE exists
 */
#define main peer_main
#include "peer.c"
#undef main

#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <sys/ioctl.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define HERE4		"192.0.2.1"
#define HERE6		"2001:db8::1"
#define WIRES		64
#define QUEUE		32
#define MTU		1500
#define ISN		1000003u	/* the driver's initial sequence number */
#define WINDOW		65521
#define COOKIE_MAX	16
#define OPTIONS_MAX	40
#define FLOOD_MAX	9973
#define IDLE_MAX_MS	10000
/* Kinds of TCP options, RFC 9293 and RFC 7413. */
#define KIND_END	0
#define KIND_NOP	1
#define KIND_MSS	2
#define KIND_TFO	34

struct segment {
	uint8_t flags;
	uint32_t seq, ack;
	uint32_t data;
	uint16_t window;
};

struct wire {
	char name[16];
	int family;
	uint8_t here[16], there[16];	/* network order, 4 or 16 bytes */
	uint16_t port, here_port;
	uint32_t snd_nxt, rcv_nxt;
	/* Segments of this end that no expect has taken yet, the oldest first. */
	struct segment queue[QUEUE];
	unsigned int head, tail;
};

static struct wire wires[WIRES];
static _Thread_local int device = -1;	/* a queue of it */
static int second_queue = -1;		/* another one: of a program that includes this one */
static short device_flags;		/* IFF_*: the same */
static char device_name[IFNAMSIZ];
/* From the last SYN-ACK with one: a cookie is valid for the driver's address. */
static struct cookie { uint8_t len, bytes[COOKIE_MAX]; } cookie4, cookie6;

static struct wire *wire_named(const char *name)
{
	int i;

	for (i = 0; i < WIRES; i++)
		if (wires[i].name[0] && !strcmp(wires[i].name, name))
			return &wires[i];
	die("no such wire: %s", name);
	return NULL;
}

static int address_len(int family)
{
	return family == AF_INET ? 4 : 16;
}

static struct cookie *cookie_of(int family)
{
	return family == AF_INET ? &cookie4 : &cookie6;
}

/*
 * Wait until packets to @host are delivered locally. A new IPv6 address is tentative
 * until a worker has processed it; then it can be bound, and a moment later it has
 * its route (net/ipv6/addrconf.c:addrconf_dad_begin()). A segment between the two
 * would be dropped.
 */
static void wait_reachable(const char *host)
{
	struct address a = address(host, "9");
	long long end = now_ms() + DEADLINE_MS;
	int fd = socket(a.sa.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool bound = false;
	char byte = 0;

	for (;;) {
		bound = bound || !bind(fd, (void *)&a.sa, a.len);
		if (bound && sendto(fd, &byte, 1, 0, (void *)&a.sa, a.len) == 1 &&
		    recv(fd, &byte, 1, 0) == 1)
			break;
		if (now_ms() > end)
			die("%s: %s", host, strerror(errno));
		usleep(1000);
	}
	close(fd);
}

/* Open the device, or another queue of it. Return: the descriptor. */
static int open_queue(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI | device_flags };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		die("/dev/net/tun: %s", strerror(errno));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device_name);
	if (ioctl(fd, TUNSETIFF, &ifr))
		die("TUNSETIFF: %s", strerror(errno));
	snprintf(device_name, sizeof(device_name), "%s", ifr.ifr_name);
	return fd;
}

static void do_tun(char **words)
{
	struct ifreq ifr = { 0 };
	struct sockaddr_in *sin = (void *)&ifr.ifr_addr;
	struct in6_ifreq ifr6 = { .ifr6_prefixlen = 64 };
	int s4 = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int s6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)words;
	device = open_queue();
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device_name);
	if (ioctl(s4, SIOCGIFFLAGS, &ifr))
		die("SIOCGIFFLAGS: %s", strerror(errno));
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(s4, SIOCSIFFLAGS, &ifr) || ioctl(s4, SIOCGIFINDEX, &ifr))
		die("up: %s", strerror(errno));
	ifr6.ifr6_ifindex = ifr.ifr_ifindex;

	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	inet_pton(AF_INET, HERE4, &sin->sin_addr);
	if (ioctl(s4, SIOCSIFADDR, &ifr))
		die("%s: %s", HERE4, strerror(errno));
	inet_pton(AF_INET, "255.255.255.0", &sin->sin_addr);
	if (ioctl(s4, SIOCSIFNETMASK, &ifr))
		die("netmask: %s", strerror(errno));
	inet_pton(AF_INET6, HERE6, &ifr6.ifr6_addr);
	if (ioctl(s6, SIOCSIFADDR, &ifr6))
		die("%s: %s", HERE6, strerror(errno));
	close(s4);
	close(s6);
	wait_reachable(HERE4);
	wait_reachable(HERE6);
}

static void wire_set(struct wire *w, const char *host, int port, int here_port)
{
	struct address there = address(host, "0");

	memset(w, 0, sizeof(*w));
	w->family = there.sa.ss_family;
	if (w->family == AF_INET) {
		memcpy(w->there, &((struct sockaddr_in *)&there.sa)->sin_addr, 4);
		inet_pton(AF_INET, HERE4, w->here);
	} else {
		memcpy(w->there, &((struct sockaddr_in6 *)&there.sa)->sin6_addr, 16);
		inet_pton(AF_INET6, HERE6, w->here);
	}
	w->port = port;
	w->here_port = here_port;
	w->snd_nxt = ISN;
}

/* A name that exists is used for the new connection. */
static void do_wire(char **w)
{
	int i;

	for (i = 0; i < WIRES; i++)
		if (!wires[i].name[0] || !strcmp(wires[i].name, w[1]))
			break;
	if (i == WIRES)
		die("too many wires");
	wire_set(&wires[i], w[2], atoi(w[3]), atoi(w[4]));
	snprintf(wires[i].name, sizeof(wires[i].name), "%s", w[1]);
}

static uint8_t flags_of(const char *text)
{
	static const char letters[] = "FSRPA";	/* bit 0 first */
	uint8_t flags = 0;

	for (; *text; text++) {
		const char *at = strchr(letters, *text);

		if (!at)
			die("no such flag: %c", *text);
		flags |= 1 << (at - letters);
	}
	return flags;
}

static uint32_t sum(uint32_t so_far, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len > 1; len -= 2, p += 2)
		so_far += p[0] << 8 | p[1];
	return len ? so_far + (p[0] << 8) : so_far;
}

static uint16_t sum_end(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return htons(~s);
}

/* Write an IP header for @len bytes of @proto to or from this end. Return: its size. */
static size_t put_ip(uint8_t *packet, const struct wire *w, bool to_here, int proto, size_t len)
{
	const uint8_t *from = to_here ? w->there : w->here;
	const uint8_t *to = to_here ? w->here : w->there;

	if (w->family == AF_INET) {
		struct iphdr ip = {
			.version = 4, .ihl = 5, .ttl = 64, .protocol = proto,
			.tot_len = htons(sizeof(ip) + len),
		};

		memcpy(&ip.saddr, from, 4);
		memcpy(&ip.daddr, to, 4);
		ip.check = sum_end(sum(0, &ip, sizeof(ip)));
		memcpy(packet, &ip, sizeof(ip));
		return sizeof(ip);
	} else {
		struct ip6_hdr ip = { 0 };

		ip.ip6_flow = htonl(6u << 28);
		ip.ip6_plen = htons(len);
		ip.ip6_nxt = proto;
		ip.ip6_hlim = 64;
		memcpy(&ip.ip6_src, from, 16);
		memcpy(&ip.ip6_dst, to, 16);
		memcpy(packet, &ip, sizeof(ip));
		return sizeof(ip);
	}
}

static uint32_t sum_pseudo(const struct wire *w, int proto, size_t len)
{
	size_t n = address_len(w->family);

	return sum(sum(0, w->there, n), w->here, n) + proto + len;
}

static void put_packet(const uint8_t *packet, size_t len)
{
	if (write(device, packet, len) != (ssize_t)len)
		die("write: %s", strerror(errno));
}

static void put(const struct wire *w, const struct segment *s, const uint8_t *options,
		size_t options_len)
{
	struct tcphdr th = {
		.source = htons(w->port), .dest = htons(w->here_port),
		.seq = htonl(s->seq), .ack_seq = htonl(s->ack),
		.doff = (sizeof(th) + options_len) / 4, .window = htons(s->window),
	};
	size_t tcp_len = sizeof(th) + options_len + s->data, head_len;
	uint8_t packet[MTU] = { 0 };

	((uint8_t *)&th)[13] = s->flags;
	if (sizeof(struct ip6_hdr) + tcp_len > MTU)
		die("the segment is too long");
	head_len = put_ip(packet, w, true, IPPROTO_TCP, tcp_len);
	memcpy(packet + head_len, &th, sizeof(th));
	memcpy(packet + head_len + sizeof(th), options, options_len);
	memset(packet + head_len + sizeof(th) + options_len, 'x', s->data);
	th.check = sum_end(sum(sum_pseudo(w, IPPROTO_TCP, tcp_len), packet + head_len, tcp_len));
	memcpy(packet + head_len, &th, sizeof(th));
	put_packet(packet, head_len + tcp_len);
}

/* The part of the segment that every ICMP error quotes. */
struct quoted {
	uint16_t source, dest;
	uint32_t seq;
};

static void do_icmp(char **words)
{
	const struct wire *w = wire_named(words[1]);
	bool port = !strcmp(words[2], "port"), v4 = w->family == AF_INET;
	struct quoted quoted = { htons(w->here_port), htons(w->port), htonl(w->rcv_nxt - 1) };
	/* Type, code, checksum and four unused bytes, the same in both families. */
	struct icmphdr icmp = {
		.type = v4 ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH,
		.code = v4 ? (port ? ICMP_PORT_UNREACH : ICMP_HOST_UNREACH) :
			     (port ? ICMP6_DST_UNREACH_NOPORT : ICMP6_DST_UNREACH_ADDR),
	};
	int proto = v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	size_t inner = v4 ? sizeof(struct iphdr) : sizeof(struct ip6_hdr);
	size_t len = sizeof(icmp) + inner + sizeof(quoted), at;
	uint8_t packet[MTU] = { 0 };

	at = put_ip(packet, w, true, proto, len);
	put_ip(packet + at + sizeof(icmp), w, false, IPPROTO_TCP, sizeof(struct tcphdr));
	memcpy(packet + at + sizeof(icmp) + inner, &quoted, sizeof(quoted));
	memcpy(packet + at, &icmp, sizeof(icmp));
	icmp.checksum = sum_end(sum(v4 ? 0 : sum_pseudo(w, proto, len), packet + at, len));
	memcpy(packet + at, &icmp, sizeof(icmp));
	put_packet(packet, at + len);
}

/* How many sequence numbers a segment takes. */
static uint32_t segment_space(const struct segment *s)
{
	return s->data + !!(s->flags & TH_SYN) + !!(s->flags & TH_FIN);
}

static void do_inject(char **words)
{
	struct wire *w = wire_named(words[1]);
	struct segment s = { .flags = flags_of(words[2]), .seq = w->snd_nxt, .window = WINDOW };
	uint8_t options[OPTIONS_MAX] = { 0 };
	size_t n = 0;
	bool stray = false;
	int i, mss;

	if (s.flags & TH_ACK)
		s.ack = w->rcv_nxt;
	for (i = 3; words[i]; i++) {
		const char *word = words[i];

		if (!strncmp(word, "seq=", 4)) {
			s.seq += atoi(word + 4);
		} else if (!strncmp(word, "ack=", 4)) {
			s.ack += atoi(word + 4);
		} else if (!strncmp(word, "data=", 5)) {
			s.data = atoi(word + 5);
		} else if (!strncmp(word, "mss=", 4)) {
			mss = atoi(word + 4);
			options[n++] = KIND_MSS;
			options[n++] = 4;
			options[n++] = mss >> 8;
			options[n++] = mss;
		} else if (!strncmp(word, "win=", 4)) {
			s.window = atoi(word + 4);
		} else if (!strcmp(word, "tfo")) {
			const struct cookie *c = cookie_of(w->family);

			options[n++] = KIND_TFO;
			options[n++] = 2 + c->len;
			memcpy(options + n, c->bytes, c->len);
			n += c->len;
		} else if (!strcmp(word, "stray")) {
			stray = true;
		} else {
			die("no such word: %s", word);
		}
	}
	while (n % 4)
		options[n++] = KIND_NOP;
	put(w, &s, options, n);
	if (!stray)
		w->snd_nxt = s.seq + segment_space(&s);
}

static void do_flood(char **words)
{
	int n = atoi(words[1]), port = atoi(words[3]), i;
	struct segment s = { .flags = TH_SYN, .seq = ISN, .window = WINDOW };
	struct wire w;

	if (n > FLOOD_MAX || port + n > 65536)
		die("too many");
	for (i = 0; i < n; i++) {
		wire_set(&w, words[2], port + i, atoi(words[4]));
		put(&w, &s, NULL, 0);
	}
}

static void learn_cookie(int family, const uint8_t *options, size_t len)
{
	struct cookie *c = cookie_of(family);
	size_t i, n;

	for (i = 0; i < len && options[i] != KIND_END; i += n) {
		n = 1;
		if (options[i] == KIND_NOP)
			continue;
		if (i + 1 >= len || options[i + 1] < 2 || i + options[i + 1] > len)
			return;
		n = options[i + 1];
		if (options[i] == KIND_TFO && n > 2 && n - 2 <= COOKIE_MAX) {
			c->len = n - 2;
			memcpy(c->bytes, options + i + 2, c->len);
		}
	}
}

/* Queue a packet of this end on its wire; drop it if it has none. */
static void sort_in(const uint8_t *packet, size_t len)
{
	const uint8_t *from, *to;
	size_t n, head_len, all;
	struct segment s = { 0 };
	struct tcphdr th;
	int family, i;

	if (len < sizeof(struct iphdr))
		return;
	if (packet[0] >> 4 == 4) {
		const struct iphdr *ip = (const void *)packet;

		family = AF_INET;
		head_len = ip->ihl * 4;
		all = ntohs(ip->tot_len);
		from = packet + 12;
		to = packet + 16;
		if (ip->protocol != IPPROTO_TCP)
			return;
	} else {
		const struct ip6_hdr *ip = (const void *)packet;

		if (len < sizeof(*ip) || ip->ip6_nxt != IPPROTO_TCP)
			return;
		family = AF_INET6;
		head_len = sizeof(*ip);
		all = head_len + ntohs(ip->ip6_plen);
		from = packet + 8;
		to = packet + 24;
	}
	if (all > len || head_len + sizeof(th) > all)
		return;
	memcpy(&th, packet + head_len, sizeof(th));
	if (head_len + th.doff * 4u > all)
		return;
	s.flags = packet[head_len + 13];
	s.seq = ntohl(th.seq);
	s.ack = ntohl(th.ack_seq);
	s.data = all - head_len - th.doff * 4u;
	if ((s.flags & (TH_SYN | TH_ACK)) == (TH_SYN | TH_ACK))
		learn_cookie(family, packet + head_len + sizeof(th), th.doff * 4u - sizeof(th));

	n = address_len(family);
	for (i = 0; i < WIRES; i++) {
		struct wire *w = &wires[i];

		if (!w->name[0] || w->family != family || memcmp(w->here, from, n) ||
		    memcmp(w->there, to, n) || w->here_port != ntohs(th.source) ||
		    w->port != ntohs(th.dest))
			continue;
		if (w->tail - w->head == QUEUE)
			w->head++;
		w->queue[w->tail++ % QUEUE] = s;
		return;
	}
}

static bool matches(const struct segment *s, uint8_t flags, long data)
{
	const uint8_t compared = TH_FIN | TH_SYN | TH_RST | TH_ACK;

	return (s->flags & compared) == (flags & compared) && (data < 0 || s->data == data);
}

static void do_expect(char **words)
{
	struct wire *w = wire_named(words[1]);
	uint8_t flags = flags_of(words[2]), packet[65536];
	long long end = now_ms() + DEADLINE_MS, left;
	char seen[256] = "";
	long data = -1;

	if (words[3]) {
		if (strncmp(words[3], "data=", 5))
			die("no such word: %s", words[3]);
		data = atol(words[3] + 5);
	}
	for (;;) {
		struct pollfd p[] = {
			{ .fd = device, .events = POLLIN },
			{ .fd = second_queue, .events = POLLIN },	/* -1 is ignored */
		};
		ssize_t len;
		size_t i;

		while (w->head != w->tail) {
			struct segment s = w->queue[w->head++ % QUEUE];
			uint32_t next = s.seq + segment_space(&s);
			size_t at = strlen(seen);

			/* A retransmission does not decrease rcv_nxt. */
			if (s.flags & TH_SYN || (int32_t)(next - w->rcv_nxt) > 0)
				w->rcv_nxt = next;
			if (matches(&s, flags, data))
				return;
			snprintf(seen + at, sizeof(seen) - at, " %02x+%u", s.flags, s.data);
		}
		left = end - now_ms();
		if (left <= 0)
			die("no such segment within the time; flags+data of others:%s", seen);
		if (poll(p, ARRAY_SIZE(p), left) < 0)
			die("poll: %s", strerror(errno));
		for (i = 0; i < ARRAY_SIZE(p); i++)
			while (p[i].revents & POLLIN && (len = read(p[i].fd, packet, sizeof(packet))) > 0)
				sort_in(packet, len);
	}
}

static void do_idle(char **words)
{
	int ms = atoi(words[1]);

	if (ms <= 0 || ms > IDLE_MAX_MS)
		die("must be from 1 to %d ms", IDLE_MAX_MS);
	usleep(ms * 1000);
}

/* Without a deadline: the scenario's own time limit ends this process too. */
static void do_await(char **words)
{
	while (access(words[1], F_OK))
		usleep(1000);
}

static const struct verb packet_verbs[] = {
	{ "await", 2, do_await },
	{ "expect", 3, do_expect },
	{ "flood", 5, do_flood },
	{ "icmp", 3, do_icmp },
	{ "idle", 2, do_idle },
	{ "inject", 3, do_inject },
	{ "tun", 1, do_tun },
	{ "wire", 5, do_wire },
	{ NULL }
};

#ifndef PACKET_NO_MAIN		/* set by a program that includes this file */
int main(int argc, char **argv)
{
	more_verbs = packet_verbs;
	return peer_main(argc, argv);
}
#endif
