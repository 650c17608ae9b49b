// SPDX-License-Identifier: GPL-2.0
/* The set "ladders": a connection of each kind that a ladder can show. */
#include "generate.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#define INIT_NETNS 4026531840
#define OTHER_NETNS 4026532200

enum { CLIENT, SERVER };

/* One transition of one end; @us after the case began. */
struct step {
	uint8_t end;			/* CLIENT or SERVER */
	uint64_t us;
	uint8_t old_state, new_state, cause;
	uint32_t flags;
	uint32_t retrans;
	uint16_t error;
	uint64_t lost;			/* records, before this one */
};

#define STEP(end, us, old, new, why, ...)				\
	{ end, us, TCPFSM_##old, TCPFSM_##new, TCPFSM_CAUSE_##why, __VA_ARGS__ }
#define NEXT { .us = UINT64_MAX }		/* the next connection */

#define OPEN								\
	STEP(CLIENT,   0, CLOSED,   SYN_SENT,    CONNECT),		\
	STEP(SERVER, 121, LISTEN,   SYN_RCVD,    RCV_SYN),		\
	STEP(CLIENT, 265, SYN_SENT, ESTABLISHED, RCV_SYNACK),		\
	STEP(SERVER, 418, SYN_RCVD, ESTABLISHED, RCV_ACK)

static const struct step steps[] = {
	/* 1: opened in three segments, closed in four */
	OPEN,
	STEP(CLIENT,  2421, ESTABLISHED, FIN_WAIT_1, CLOSE),
	STEP(SERVER,  2450, ESTABLISHED, CLOSE_WAIT, RCV_FIN),
	STEP(CLIENT, 42609, FIN_WAIT_1,  FIN_WAIT_2, RCV_ACK),
	STEP(SERVER, 55419, CLOSE_WAIT,  LAST_ACK,   EXIT),
	STEP(CLIENT, 55653, FIN_WAIT_2,  TIME_WAIT,  RCV_FIN),
	STEP(SERVER, 55772, LAST_ACK,    CLOSED,     RCV_ACK),
	STEP(CLIENT, 60055999, TIME_WAIT, CLOSED,    TW_EXPIRED),
	NEXT,
	/* 2: the server closes first, in three segments; TIME_WAIT is reused */
	OPEN,
	STEP(SERVER,  701, ESTABLISHED, FIN_WAIT_1, SHUTDOWN),
	STEP(CLIENT,  733, ESTABLISHED, CLOSE_WAIT, RCV_FIN),
	STEP(CLIENT,  811, CLOSE_WAIT,  LAST_ACK,   CLOSE),
	STEP(SERVER,  853, FIN_WAIT_1,  FIN_WAIT_2, RCV_ACK),
	STEP(SERVER,  857, FIN_WAIT_2,  TIME_WAIT,  RCV_FIN, TCPFSM_F_SAME_SEGMENT),
	STEP(CLIENT,  911, LAST_ACK,    CLOSED,     RCV_ACK),
	STEP(SERVER, 1009, TIME_WAIT,   CLOSED,     TW_REUSED),
	NEXT,
	/* 3: simultaneous open and close */
	STEP(CLIENT,    0, CLOSED,      SYN_SENT,    CONNECT),
	STEP(SERVER,   17, CLOSED,      SYN_SENT,    CONNECT),
	STEP(CLIENT,  101, SYN_SENT,    SYN_RCVD,    RCV_SYN),
	STEP(SERVER,  103, SYN_SENT,    SYN_RCVD,    RCV_SYN),
	STEP(CLIENT,  211, SYN_RCVD,    ESTABLISHED, RCV_ACK),
	STEP(SERVER,  223, SYN_RCVD,    ESTABLISHED, RCV_ACK),
	STEP(CLIENT, 1009, ESTABLISHED, FIN_WAIT_1,  CLOSE),
	STEP(SERVER, 1013, ESTABLISHED, FIN_WAIT_1,  CLOSE),
	STEP(SERVER, 1103, FIN_WAIT_1,  CLOSING,     RCV_FIN),
	STEP(CLIENT, 1109, FIN_WAIT_1,  CLOSING,     RCV_FIN),
	STEP(CLIENT, 1201, CLOSING,     TIME_WAIT,   RCV_ACK),
	STEP(SERVER, 1213, CLOSING,     TIME_WAIT,   RCV_ACK),
	NEXT,
	/* 4: refused */
	STEP(CLIENT,  0, CLOSED,   SYN_SENT, CONNECT),
	STEP(CLIENT, 89, SYN_SENT, CLOSED,   RCV_RST, .error = 111),
	NEXT,
	/* 5: no answer, at the one end and at the other; an ICMP error */
	STEP(CLIENT,         0, CLOSED,   SYN_SENT, CONNECT),
	STEP(CLIENT, 131072000, SYN_SENT, CLOSED,   TIMEOUT, .retrans = 6, .error = 110),
	NEXT,
	STEP(SERVER,        0, LISTEN,   SYN_RCVD, RCV_SYN),
	STEP(SERVER, 63001000, SYN_RCVD, CLOSED,   SYNACK_TIMEOUT, .retrans = 5),
	NEXT,
	STEP(CLIENT,       0, CLOSED,   SYN_SENT, CONNECT),
	STEP(CLIENT, 3061234, SYN_SENT, CLOSED,   ICMP, .retrans = 1, .error = 113),
	NEXT,
	/* 8: killed; the peer's record is earlier, as the RST is sent first */
	OPEN,
	STEP(SERVER, 997, ESTABLISHED, CLOSED, RCV_RST, .error = 104),
	STEP(CLIENT, 1009, ESTABLISHED, CLOSED, KILLED, .error = 103),
	NEXT,
	/* 9: the accept queue is full: a reset; the ACK is dropped */
	STEP(SERVER,   0, LISTEN,   SYN_RCVD, RCV_SYN),
	STEP(SERVER, 211, SYN_RCVD, CLOSED,   OVERFLOW),
	NEXT,
	STEP(SERVER,        0, LISTEN,   SYN_RCVD, RCV_SYN),
	STEP(SERVER, 63003000, SYN_RCVD, CLOSED,   OVERFLOW, .retrans = 5),
	NEXT,
	/* 11: the listener closes before accept() */
	OPEN,
	STEP(SERVER, 1511, ESTABLISHED, CLOSED, LISTENER_CLOSED, TCPFSM_F_UNACCEPTED),
	STEP(CLIENT, 1523, ESTABLISHED, CLOSED, RCV_RST, .error = 104),
	NEXT,
	/* 12: timers of one end alone */
	STEP(CLIENT,          0, CLOSED,      SYN_SENT,    CONNECT),
	STEP(CLIENT,    1009000, SYN_SENT,    ESTABLISHED, RCV_SYNACK, .retrans = 1),
	STEP(CLIENT,    2003000, ESTABLISHED, FIN_WAIT_1,  CLOSE, .retrans = 1),
	STEP(CLIENT, 1000003000, FIN_WAIT_1,  CLOSED,      RETRANS_TIMEOUT, .retrans = 16,
	     .error = 110),
	NEXT,
	STEP(SERVER,          0, LISTEN,      SYN_RCVD,    RCV_SYN),
	STEP(SERVER,    3011000, SYN_RCVD,    ESTABLISHED, RCV_ACK, .retrans = 2),
	STEP(SERVER, 7875011000, ESTABLISHED, CLOSED,      KEEPALIVE, .retrans = 2,
	     .error = 110),
	NEXT,
	/* 14: a SYN cookie, both ends and the server alone */
	STEP(CLIENT,    0, CLOSED,      SYN_SENT,    CONNECT),
	STEP(CLIENT,  211, SYN_SENT,    ESTABLISHED, RCV_SYNACK),
	STEP(SERVER,  307, LISTEN,      SYN_RCVD,    RCV_ACK, TCPFSM_F_SYNCOOKIE),
	STEP(SERVER,  311, SYN_RCVD,    ESTABLISHED, RCV_ACK, TCPFSM_F_SYNCOOKIE),
	STEP(CLIENT, 1009, ESTABLISHED, CLOSED,      LINGER0),
	STEP(SERVER, 1103, ESTABLISHED, CLOSED,      RCV_RST, TCPFSM_F_SYNCOOKIE,
	     .error = 104),
	NEXT,
	STEP(SERVER,    0, LISTEN,      SYN_RCVD,    RCV_ACK, TCPFSM_F_SYNCOOKIE),
	STEP(SERVER,    3, SYN_RCVD,    ESTABLISHED, RCV_ACK, TCPFSM_F_SYNCOOKIE),
	STEP(SERVER, 1009, ESTABLISHED, CLOSE_WAIT,  RCV_FIN, TCPFSM_F_SYNCOOKIE),
	STEP(SERVER, 1103, CLOSE_WAIT,  LAST_ACK,    CLOSE, TCPFSM_F_SYNCOOKIE),
	STEP(SERVER, 1201, LAST_ACK,    CLOSED,      RCV_ACK, TCPFSM_F_SYNCOOKIE),
	NEXT,
	/* 16: a half-closed orphan */
	OPEN,
	STEP(CLIENT,     1009, ESTABLISHED, FIN_WAIT_1, CLOSE),
	STEP(SERVER,     1013, ESTABLISHED, CLOSE_WAIT, RCV_FIN),
	STEP(CLIENT,    41023, FIN_WAIT_1,  FIN_WAIT_2, RCV_ACK),
	STEP(CLIENT, 60041023, FIN_WAIT_2,  CLOSED,     FW2_TIMEOUT),
	NEXT,
	/* 17: TCP Fast Open; the server closes before the last ACK */
	STEP(CLIENT,   0, CLOSED,      SYN_SENT,    CONNECT),
	STEP(SERVER,  97, LISTEN,      SYN_RCVD,    RCV_SYN, TCPFSM_F_TFO),
	STEP(SERVER, 101, SYN_RCVD,    FIN_WAIT_1,  CLOSE, TCPFSM_F_TFO),
	STEP(CLIENT, 199, SYN_SENT,    ESTABLISHED, RCV_SYNACK, TCPFSM_F_TFO),
	STEP(CLIENT, 211, ESTABLISHED, CLOSE_WAIT,  RCV_FIN, TCPFSM_F_TFO),
	NEXT,
	/* 18: connect() fails before the SYN; TCP_REPAIR; close() while it connects */
	STEP(CLIENT, 0, CLOSED,   SYN_SENT, CONNECT),
	STEP(CLIENT, 7, SYN_SENT, CLOSED,   CONNECT),
	NEXT,
	STEP(CLIENT,  0, CLOSED,      SYN_SENT,    CONNECT),
	STEP(CLIENT,  3, SYN_SENT,    ESTABLISHED, CONNECT),
	STEP(CLIENT, 97, ESTABLISHED, CLOSED,      CLOSE),
	NEXT,
	STEP(CLIENT,       0, CLOSED,   SYN_SENT, CONNECT),
	STEP(CLIENT, 5000000, SYN_SENT, CLOSED,   CLOSE, .retrans = 2),
	NEXT,
	/* 21: older than the module: still half-closed */
	STEP(CLIENT,   0, ESTABLISHED, FIN_WAIT_1, SHUTDOWN,
	     TCPFSM_F_PREEXISTING | TCPFSM_F_DWELL_MIN),
	STEP(CLIENT, 101, FIN_WAIT_1,  FIN_WAIT_2, RCV_ACK, TCPFSM_F_PREEXISTING),
	NEXT,
	/* 22: records are lost in the middle of both ends */
	OPEN,
	STEP(CLIENT, 1009, FIN_WAIT_1, FIN_WAIT_2, RCV_ACK, TCPFSM_F_GAP, .lost = 3),
	STEP(SERVER, 1013, CLOSE_WAIT, LAST_ACK,   CLOSE,
	     TCPFSM_F_GAP | TCPFSM_F_DWELL_MIN),
	STEP(CLIENT, 1103, FIN_WAIT_2, TIME_WAIT,  RCV_FIN),
	STEP(SERVER, 1109, LAST_ACK,   CLOSED,     RCV_ACK),
	NEXT,
	/* 23: two network namespaces, IPv6, names as hostile as they come; still alive */
	OPEN,
};

static const char *const hostile[2] = { "\"a;b#<\n>", "end\\--> x:%%{}" };

static struct tcpfsm_record base(unsigned int n, uint8_t end)
{
	static const uint8_t here4[] = IPV4(127, 0, 0, 1);
	static const uint8_t here6[] = { 0x20, 1, 0xd, 0xb8, 0x12, 0x34, 0x56, 0x78,
					 0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x34, 0x56, 0x78 };
	static const uint8_t there6[] = { 0x20, 1, 0xd, 0xb8, [15] = 0x20 };
	bool strange = n == 23;
	struct tcpfsm_record r = {
		.id = 0x200 + 2 * n + end,
		.known = KNOWN_BARE | TCPFSM_KNOWN_OWNER | TCPFSM_KNOWN_RETRANS,
		.family = strange ? AF_INET6 : AF_INET,
		.netns = strange && end == SERVER ? OTHER_NETNS : INIT_NETNS,
		.lport = end == CLIENT ? 55000 + n : 80,
		.rport = end == CLIENT ? 80 : 55000 + n,
		.owner_pid = end == CLIENT ? 172 : 170,
		.open_role = end == CLIENT ? TCPFSM_ROLE_ACTIVE : TCPFSM_ROLE_PASSIVE,
	};

	memcpy(r.laddr, !strange ? here4 : end == CLIENT ? here6 : there6, 16);
	memcpy(r.raddr, !strange ? here4 : end == CLIENT ? there6 : here6, 16);
	strcpy((char *)r.owner_comm,
	       strange ? hostile[end] : end == CLIENT ? "curl" : "nginx");
	return r;
}

void put_ladders(void)
{
	uint64_t start = START_NS, before = 0, last[2] = { 0, 0 };
	unsigned int n = 1;

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		const struct step *step = &steps[i];
		struct tcpfsm_record r = base(n, step->end);

		if (step->us == UINT64_MAX) {
			start += UINT64_C(10000000000000);
			last[CLIENT] = last[SERVER] = 0;
			n++;
			continue;
		}
		if (step->lost)
			put_bytes_of(&(struct tcpfsm_record){ .kind = TCPFSM_LOST,
							      .mono_ns = before,
							      .lost = step->lost });
		r.seq = i + 1;
		r.mono_ns = start + step->us * 1000;
		r.old_state = step->old_state;
		r.new_state = step->new_state;
		r.cause = step->cause;
		r.flags = step->flags;
		r.retrans = step->retrans;
		r.error = step->error;
		if (step->error)
			r.known |= TCPFSM_KNOWN_ERRNO;
		if (last[step->end]) {
			r.known |= TCPFSM_KNOWN_DWELL;
			r.dwell_ns = r.mono_ns - last[step->end];
		}
		before = last[step->end] = r.mono_ns;
		put_bytes_of(&r);
	}
}
