// SPDX-License-Identifier: GPL-2.0
/*
 * What each cause means: what happened, and what to look at next. The manual
 * page has the same sentences; test/run compares them.
 */
#include "explain.h"
#include "names.h"
#include "number.h"
#include "screen.h"

#include <stdio.h>
#include <string.h>

#include "tcpfsm.h"

#define INDENT 8

struct explanation {
	const char *what, *next;
	int row;
};

/* A hole in a table made of designators is no error: rows are counted too. */
#define EXPLAIN(cause, what, next)					\
	[TCPFSM_CAUSE_##cause] = { what, next, __COUNTER__ }

enum { FIRST_ROW = __COUNTER__ + 1 };

static const struct explanation explanations[] = {
EXPLAIN(CONNECT,
	"connect() sent a SYN; on a line from SYN_SENT to CLOSED, it failed "
	"before a SYN could leave.",
	"If it failed, look for a free local port (ss -tan, sysctl "
	"net.ipv4.ip_local_port_range) and for a route (ip route get ADDRESS)."),
EXPLAIN(LISTEN,
	"listen() made the socket a listener; on a line from LISTEN to CLOSED, "
	"it failed after all, as when another socket has the port.",
	"ss -tlnp shows who listens where, and in Send-Q how many connections "
	"may wait for accept() (at most sysctl net.core.somaxconn)."),
EXPLAIN(RCV_SYN,
	"The peer's SYN arrived and began a half-open connection; on a line "
	"from SYN_SENT, both ends connect to each other at once.",
	"ss -tn state syn-recv shows who is half-open now, and nstat -az "
	"TcpExtListenDrops counts what listeners did not let in."),
EXPLAIN(RCV_SYNACK,
	"The peer's SYN-ACK arrived: our connect() has succeeded.",
	"A dwell of 1s or more says that the SYN had to be sent again, which "
	"nstat -az TcpExtTCPSynRetrans counts."),
EXPLAIN(RCV_ACK,
	"The ACK of our SYN or of our FIN arrived; both steps of a handshake "
	"with a SYN cookie say so, as nothing was kept when its SYN came.",
	"nstat -az TcpExtSyncookiesRecv counts the cookies that came back, and "
	"Recv-Q in ss -tln the connections that wait for accept()."),
EXPLAIN(RCV_FIN,
	"The peer's FIN arrived: it will send nothing more.",
	"A connection that stays in CLOSE_WAIT waits for close() by the process "
	"that ss -tnp state close-wait names."),
EXPLAIN(RCV_RST,
	"The peer reset the connection: the process gets ECONNREFUSED in "
	"SYN_SENT, EPIPE in CLOSE_WAIT and ECONNRESET elsewhere.",
	"Look at the peer (does it listen, did it crash, did it close with data "
	"unread?), and with tcpdump -v at the TTL of the reset, which differs "
	"if a device on the way sent it."),
EXPLAIN(CLOSE,
	"The last descriptor of the socket was closed.",
	"ACTOR (option -x) is who closed it, and ss -tano shows which timer the "
	"connection runs on without a process."),
EXPLAIN(SHUTDOWN,
	"shutdown() ended our sending, or all of a listener or of a connect() "
	"in progress.",
	"Until close() there is no limit to the wait for the peer's FIN: ss "
	"-tnp state fin-wait-2 shows who waits."),
EXPLAIN(EXIT,
	"The process ended with the socket open, and the kernel closed it.",
	"ACTOR (option -x) is the process; journalctl and dmesg say whether it "
	"crashed, was killed or ran out of memory."),
EXPLAIN(DISCONNECT,
	"connect() with AF_UNSPEC dropped the connection and kept the socket "
	"for another.",
	"The next line of this id is marked reused (option -x), and strace -f "
	"-e trace=connect shows the call."),
EXPLAIN(TIMEOUT,
	"No SYN of ours was answered: the process gets ETIMEDOUT, or the ICMP "
	"error heard meanwhile.",
	"Look for a dead peer or a filter that drops on the way; sysctl "
	"net.ipv4.tcp_syn_retries or the option TCP_SYNCNT is how often a SYN "
	"is sent again."),
EXPLAIN(RETRANS_TIMEOUT,
	"The peer no longer acknowledged what we sent (data, a window probe or "
	"our FIN), and the kernel gave up.",
	"sysctl net.ipv4.tcp_retries2, or tcp_orphan_retries without a process, "
	"is how long it tries; nstat -az TcpExtTCPAbortOnTimeout counts, and "
	"ss -tio shows backoff and timer while it lasts."),
EXPLAIN(KEEPALIVE,
	"The peer did not answer the keepalive probes of an idle connection.",
	"sysctl net.ipv4.tcp_keepalive_time, _intvl and _probes or the options "
	"TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT say when they are sent, "
	"and nstat -az TcpExtTCPKeepAlive counts them."),
EXPLAIN(USER_TIMEOUT,
	"What we sent was not acknowledged for as long as the option "
	"TCP_USER_TIMEOUT allows.",
	"Compare that limit (strace -f -e trace=setsockopt shows it being set) "
	"with the rto and backoff that ss -tio shows on the way to this peer."),
EXPLAIN(SYNACK_TIMEOUT,
	"Our SYN-ACK was not answered, however often it was sent (or, with "
	"TCP_DEFER_ACCEPT, no data followed).",
	"One such peer is behind a filter, many are a scan or a SYN flood: see "
	"ss -tn state syn-recv, and sysctl net.ipv4.tcp_synack_retries and "
	"net.ipv4.tcp_syncookies."),
EXPLAIN(FW2_TIMEOUT,
	"We had closed, the peer never sent its FIN, and FIN_WAIT_2 ran out.",
	"sysctl net.ipv4.tcp_fin_timeout or the option TCP_LINGER2 is how long "
	"that takes; at the peer, look for a process that leaves connections in "
	"CLOSE_WAIT."),
EXPLAIN(TW_EXPIRED,
	"TIME_WAIT ran its 60 seconds, as it should.",
	"There is nothing to look for; ss -s shows how many are in it now."),
EXPLAIN(TW_REUSED,
	"A new SYN from the same address and port of the peer took the "
	"connection's place in TIME_WAIT.",
	"That is allowed and harmless, but says that the peer comes round to "
	"the same port within 60 seconds: look at how often it connects."),
EXPLAIN(TW_RECYCLED,
	"A connect() on this machine took the port of a connection in "
	"TIME_WAIT.",
	"sysctl net.ipv4.tcp_tw_reuse allows it (2: on loopback only), and "
	"nstat -az TcpExtTWRecycled counts it."),
EXPLAIN(ICMP,
	"An ICMP error ended the attempt to connect.",
	"errno (option -x) says which, such as EHOSTUNREACH (this machine's own "
	"if a neighbour does not answer) or ECONNREFUSED; tcpdump -i any icmp "
	"or icmp6 shows who sent it."),
EXPLAIN(UNREAD_DATA,
	"We reset the connection because data from the peer was not read: it "
	"was there at close(), or came after it.",
	"nstat -az TcpExtTCPAbortOnClose counts the first and "
	"TcpExtTCPAbortOnData the second; OWNER (option -x) is who should have "
	"read to the end."),
EXPLAIN(LINGER0,
	"close() with SO_LINGER of 0 seconds reset the connection and threw "
	"away what was not sent yet.",
	"ACTOR (option -x) is who did so, strace -f -e trace=setsockopt shows "
	"the option being set, and nstat -az TcpExtTCPAbortOnData counts this "
	"among others."),
EXPLAIN(ABORT,
	"We reset the connection for another reason, such as TCP_LINGER2 below "
	"0 or a SYN inside the window of a half-open connection.",
	"See which counter moves: nstat -z TcpExtTCPAbortOnLinger "
	"TcpExtTCPAbortOnData TcpOutRsts, twice."),
EXPLAIN(KILLED,
	"Somebody with the right to do so ended it: ss -K, SOCK_DESTROY or "
	"bpf_sock_destroy(), and the process gets ECONNABORTED.",
	"ACTOR (option -x) is the program that did it; ps and the audit log say "
	"who started that."),
EXPLAIN(ORPHAN_LIMIT,
	"Too many connections had no process any more, and the kernel ended "
	"this one.",
	"sysctl net.ipv4.tcp_max_orphans is the limit, ss -s shows how many are "
	"orphaned, dmesg says \"too many orphaned sockets\", and nstat -az "
	"TcpExtTCPAbortOnMemory counts."),
EXPLAIN(NO_MEMORY,
	"TCP had used up the memory it may have, and the kernel ended this "
	"connection.",
	"sysctl net.ipv4.tcp_mem is the limit and mem in /proc/net/sockstat the "
	"use, both in pages; dmesg says \"out of memory -- consider tuning "
	"tcp_mem\", and nstat -az TcpExtTCPAbortOnMemory counts."),
EXPLAIN(LISTENER_CLOSED,
	"The listener was closed before the handshake was done, or before "
	"accept() took the connection.",
	"Look for a service that was restarted; systemd's socket activation "
	"keeps such connections, and so does another listener with SO_REUSEPORT "
	"if sysctl net.ipv4.tcp_migrate_req is 1."),
EXPLAIN(OVERFLOW,
	"A bounded table was full: the accept queue, where sysctl "
	"net.ipv4.tcp_abort_on_overflow is 1, or the table of TIME_WAIT.",
	"For the queue compare Recv-Q with Send-Q in ss -tln and see nstat -az "
	"TcpExtListenOverflows, for TIME_WAIT sysctl net.ipv4.tcp_max_tw_buckets "
	"and TcpExtTCPTimeWaitOverflow."),
EXPLAIN(NETNS_EXIT,
	"The connection's network namespace went away.",
	"Look for what ended the container or removed it (ip netns); lsns -t "
	"net shows those there are."),
EXPLAIN(UNKNOWN,
	"What was seen does not tell the cause.",
	"See in /proc/net/tcpfsm/stats whether hooks are missing or records "
	"were lost, and look at errno and flags (option -x)."),
};

_Static_assert(sizeof(explanations) / sizeof(explanations[0]) == TCPFSM_NR_CAUSES &&
	       __COUNTER__ - FIRST_ROW == TCPFSM_NR_CAUSES - 1,
	       "a cause is not explained");

static void print_paragraph(const char *text)
{
	int at = 0;

	while (*text) {
		int len = strcspn(text, " ");

		if (!at || at + 1 + len > SCREEN_LEAST) {
			printf("%s%*s", at ? "\n" : "", INDENT, "");
			at = INDENT;
		} else {
			putchar(' ');
			at++;
		}
		printf("%.*s", len, text);
		at += len;
		text += len;
		text += *text == ' ';
	}
	putchar('\n');
}

static void print_explanation(unsigned int cause)
{
	char name[NAME_MAX_LEN + PUT_SLACK];

	printf("%.*s\n", (int)(put_cause(name, cause) - name), name);
	print_paragraph(explanations[cause].what);
	print_paragraph(explanations[cause].next);
}

void explain(unsigned int cause)
{
	if (cause)
		print_explanation(cause);
	for (unsigned int i = 1; !cause && i < TCPFSM_NR_CAUSES; i++) {
		if (i > 1)
			putchar('\n');
		print_explanation(i);
	}
}
