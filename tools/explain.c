// SPDX-License-Identifier: GPL-2.0
/*
 * What each cause means: what happened, and what to look at next. tcpfsm.8 has the same
 * text; see list.awk.
 */
#include "explain.h"
#include "names.h"
#include "number.h"
#include "screen.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "tcpfsm.h"

#define INDENT 8

struct explanation {
	const char *what, *next;
	int row;
};

/* The compiler does not report a missing row, so rows are counted too. */
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
	"listen() failed, for example because another socket has the port.",
	"ss -tlnp shows which process listens where, and in Send-Q how many "
	"connections may wait for accept() (at most sysctl net.core.somaxconn)."),
EXPLAIN(RCV_SYN,
	"The peer's SYN arrived and began a half-open connection; on a line "
	"from SYN_SENT, both ends connect to each other at once.",
	"ss -tn state syn-recv shows the half-open connections, and nstat -az "
	"TcpExtListenDrops counts the connections that listeners dropped."),
EXPLAIN(RCV_SYNACK,
	"The peer's SYN-ACK arrived: our connect() has succeeded.",
	"After a dwell of 1s or more, look at retrans (tcpfsm -x or -o json): if "
	"it is 0, no SYN was sent again; the SYN-ACK came late, or with "
	"TCP_FASTOPEN_CONNECT the SYN left late. nstat -az TcpExtTCPSynRetrans "
	"counts the SYNs sent again."),
EXPLAIN(RCV_ACK,
	"The ACK of our SYN or of our FIN arrived; with a SYN cookie it is the "
	"cause of both transitions of a handshake, as the SYN left no state.",
	"nstat -az TcpExtSyncookiesRecv counts the cookies that came back, and "
	"Recv-Q in ss -tln the connections that wait for accept()."),
EXPLAIN(RCV_FIN,
	"The peer's FIN arrived: it will send no more data.",
	"A connection that stays in CLOSE_WAIT waits for close() by the process "
	"that ss -tnp state close-wait names. If it is marked unaccepted (option "
	"-x), no process has it yet, and it waits for accept(): look at its "
	"listener, which ss -tlnp shows with the accept queue in Recv-Q."),
EXPLAIN(RCV_RST,
	"The peer reset the connection: the process gets ECONNREFUSED in "
	"SYN_SENT, EPIPE in CLOSE_WAIT and ECONNRESET elsewhere.",
	"Look at the peer (does it listen, did it crash, did it close with data "
	"unread?), and with tcpdump -v at the TTL of the reset, which differs "
	"if a device on the way sent it."),
EXPLAIN(CLOSE,
	"The last descriptor of the socket was closed.",
	"ACTOR (tcpfsm -x) is the task that closed it, and ss -tano shows the "
	"timer of a connection that no process has any more."),
EXPLAIN(SHUTDOWN,
	"shutdown() ended the sending of data, or closed a listener or a "
	"connect() in progress.",
	"Until close() there is no limit to the wait for the peer's FIN: ss "
	"-tnp state fin-wait-2 shows the processes that wait."),
EXPLAIN(EXIT,
	"The process ended with the socket open, and the kernel closed it.",
	"ACTOR (tcpfsm -x) is the process; journalctl and dmesg show whether it "
	"crashed, was killed or ran out of memory."),
EXPLAIN(DISCONNECT,
	"connect() with AF_UNSPEC dropped the connection and kept the socket "
	"for a new one.",
	"The next line of this id is marked reused (tcpfsm -x), and strace -f "
	"-e trace=connect shows the call."),
EXPLAIN(TIMEOUT,
	"None of our SYNs was answered: the process gets ETIMEDOUT, or the ICMP "
	"error that arrived meanwhile.",
	"Look for a dead peer and a packet filter on the way. The listener also "
	"drops a SYN if its accept queue is full or a key of TCP-MD5 or TCP-AO "
	"is missing: there, nstat -az shows such counters as "
	"TcpExtListenOverflows and TcpExtTCPMD5NotFound. sysctl "
	"net.ipv4.tcp_syn_retries or the option TCP_SYNCNT is how often a SYN "
	"is sent again."),
EXPLAIN(RETRANS_TIMEOUT,
	"The peer no longer acknowledged our segments (data, a window probe or "
	"the FIN), and the kernel gave up. Without a process it also gives up "
	"when the peer answers every window probe, but its window stays closed.",
	"sysctl net.ipv4.tcp_retries2, or tcp_orphan_retries without a process, "
	"is the number of retries; nstat -az TcpExtTCPAbortOnTimeout counts "
	"these connections, and ss -tio shows backoff and timer of live ones."),
EXPLAIN(KEEPALIVE,
	"The peer did not answer the keepalive probes of an idle connection.",
	"sysctl net.ipv4.tcp_keepalive_time, _intvl and _probes or the options "
	"TCP_KEEPIDLE, TCP_KEEPINTVL and TCP_KEEPCNT set when they are sent, "
	"and nstat -az TcpExtTCPKeepAlive counts them."),
EXPLAIN(USER_TIMEOUT,
	"Our data was not acknowledged within the time that the option "
	"TCP_USER_TIMEOUT sets, or the peer's window stayed closed for that "
	"time, even if the peer answered every window probe.",
	"Compare that time (strace -f -e trace=setsockopt shows the call) with "
	"rto and backoff of connections to this peer in ss -tio. If the window "
	"was closed, look for a process at the peer that does not read: Recv-Q "
	"in ss -tnp there."),
EXPLAIN(SYNACK_TIMEOUT,
	"No ACK of our SYN-ACKs came; with TCP_DEFER_ACCEPT it may have come, "
	"but no data followed it.",
	"One such peer may be behind a packet filter, many may be a scan or a "
	"SYN flood: see ss -tn state syn-recv, and sysctl "
	"net.ipv4.tcp_synack_retries and net.ipv4.tcp_syncookies."),
EXPLAIN(FW2_TIMEOUT,
	"We had closed, the peer never sent its FIN, and FIN_WAIT_2 ran out.",
	"sysctl net.ipv4.tcp_fin_timeout or the option TCP_LINGER2 sets the "
	"time; at the peer, look for a process that leaves connections in "
	"CLOSE_WAIT."),
EXPLAIN(TW_EXPIRED,
	"TIME_WAIT ended after its 60 seconds.",
	"This is the normal end; ss -s shows how many connections are in "
	"TIME_WAIT."),
EXPLAIN(TW_REUSED,
	"A new SYN from the same address and port of the peer took the "
	"connection's place in TIME_WAIT.",
	"This is allowed and harmless, but means that the peer uses a port "
	"again within 60 seconds: look at how often it connects."),
EXPLAIN(TW_RECYCLED,
	"A connect() on this machine took the port of a connection in "
	"TIME_WAIT.",
	"sysctl net.ipv4.tcp_tw_reuse allows it (2: on loopback only), and "
	"nstat -az TcpExtTWRecycled counts it."),
EXPLAIN(ICMP,
	"An ICMP error ended the attempt to connect.",
	"errno (tcpfsm -x) is the error, as EHOSTUNREACH (also when a neighbour "
	"of this machine does not answer) or ECONNREFUSED; tcpdump -i any icmp "
	"or icmp6 shows its sender."),
EXPLAIN(UNREAD_DATA,
	"We reset the connection because data from the peer was not read: it "
	"was unread at close(), or arrived after it.",
	"nstat -az TcpExtTCPAbortOnClose counts the first case and "
	"TcpExtTCPAbortOnData the second; OWNER (tcpfsm -x) is the process that "
	"should have read to the end."),
EXPLAIN(LINGER0,
	"close() with SO_LINGER of 0 seconds reset the connection and dropped "
	"the data not sent yet.",
	"ACTOR (tcpfsm -x) is the task that called it, strace -f -e "
	"trace=setsockopt shows where the option is set, and nstat -az "
	"TcpExtTCPAbortOnData counts this case among others."),
EXPLAIN(ABORT,
	"We reset the connection for another reason, such as TCP_LINGER2 below "
	"0 or a SYN inside the window of a half-open connection.",
	"Run this twice and see which counter grows: nstat -z "
	"TcpExtTCPAbortOnLinger TcpExtTCPAbortOnData TcpOutRsts."),
EXPLAIN(KILLED,
	"A privileged program ended it with SOCK_DESTROY, as ss -K does, or "
	"with bpf_sock_destroy(): the process gets ECONNABORTED.",
	"ACTOR (tcpfsm -x) is that program; ps and the audit log show which "
	"user started it."),
EXPLAIN(ORPHAN_LIMIT,
	"There were too many connections without a process (orphans), and the "
	"kernel ended this one.",
	"sysctl net.ipv4.tcp_max_orphans is the limit, ss -s shows how many are "
	"orphaned, dmesg says \"too many orphaned sockets\", and nstat -az "
	"TcpExtTCPAbortOnMemory counts these connections."),
EXPLAIN(NO_MEMORY,
	"TCP had reached its memory limit, and the kernel ended this "
	"connection.",
	"sysctl net.ipv4.tcp_mem is the limit and mem in /proc/net/sockstat the "
	"use, both in pages; dmesg says \"out of memory -- consider tuning "
	"tcp_mem\", and nstat -az TcpExtTCPAbortOnMemory counts these "
	"connections."),
EXPLAIN(LISTENER_CLOSED,
	"The listener was closed before the handshake was done, or before "
	"accept() took the connection.",
	"Look for a service that was restarted; systemd's socket activation "
	"keeps such connections, and so does another listener with SO_REUSEPORT "
	"if sysctl net.ipv4.tcp_migrate_req is 1."),
EXPLAIN(OVERFLOW,
	"In SYN_RCVD, the accept queue was full when the last ACK of the "
	"handshake came: with sysctl net.ipv4.tcp_abort_on_overflow 1 we reset "
	"the connection, with 0 we dropped the ACK, and the SYN-ACK timer ended "
	"the connection later. In other states, the table of connections in "
	"TIME_WAIT was full.",
	"For the queue compare Recv-Q with Send-Q in ss -tln and see nstat -az "
	"TcpExtListenOverflows; for TIME_WAIT see sysctl "
	"net.ipv4.tcp_max_tw_buckets and nstat -az TcpExtTCPTimeWaitOverflow."),
EXPLAIN(NETNS_EXIT,
	"The connection's network namespace was removed.",
	"Look for the program that ended the container or removed the namespace "
	"(ip netns); lsns -t net shows the namespaces that exist."),
EXPLAIN(UNKNOWN,
	"The module could not decide the cause.",
	"See in /proc/net/tcpfsm/stats whether hooks are missing or records "
	"were lost, and look at errno and flags (tcpfsm -x)."),
};

static const struct explanation refused = {
	"Nothing listens on this port of the peer, or a firewall rejected the SYN: "
	"the process gets ECONNREFUSED.",
	"At the peer, ss -tln shows the ports that are listened on. tcpdump -v "
	"shows the TTL of the reset, which differs if a device on the way sent it.",
	0
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

static const struct explanation *explanation_of(unsigned int cause)
{
	if (cause == EXPLAIN_REFUSED)
		return &refused;
	return cause < TCPFSM_NR_CAUSES ? &explanations[cause] : NULL;
}

static void print_explanation(unsigned int cause)
{
	char name[NAME_MAX_LEN];

	if (cause == EXPLAIN_REFUSED)
		puts(EXPLAIN_REFUSED_WORD);
	else
		printf("%.*s\n", (int)(put_cause(name, cause) - name), name);
	print_paragraph(explain_what(cause));
	print_paragraph(explain_next(cause));
}

unsigned int explain_named(const char *word)
{
	return strcasecmp(word, EXPLAIN_REFUSED_WORD) ? cause_named(word) : EXPLAIN_REFUSED;
}

const char *explain_what(unsigned int cause)
{
	const struct explanation *e = explanation_of(cause);

	return e ? e->what : NULL;
}

const char *explain_next(unsigned int cause)
{
	const struct explanation *e = explanation_of(cause);

	return e ? e->next : NULL;
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
