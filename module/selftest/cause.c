// SPDX-License-Identifier: GPL-2.0
/*
 * The causes, one by one: a sentence, the facts, and the cause and the actor that must
 * follow. Then random facts, and what must hold for all of them.
 */
#include <stdio.h>

#include "cause.h"

static const char *const state_names[] = TCPFSM_STATE_NAMES;
static const char *const cause_names[] = TCPFSM_CAUSE_NAMES;

static int passed, failed;

static void verdict(const char *what, bool ok)
{
	printf("%s %s\n", ok ? "ok" : "not ok", what);
	if (ok)
		passed++;
	else
		failed++;
}

#define TASK	(CAUSE_IN_TASK | CAUSE_OWNED)
#define BACKLOG	TASK	/* a segment that is processed as the task releases the socket */

struct row {
	const char *sentence;
	struct cause_facts facts;
	enum tcpfsm_cause cause;
	bool actor;
};

#define ROW(sentence, old, new, of, site, saw, error, cause, actor) {	\
	sentence, { TCPFSM_##old, TCPFSM_##new, CAUSE_OF_##of, SITE_##site, \
		    error, saw }, TCPFSM_CAUSE_##cause, actor }

static const struct row rows[] = {
	/* Opening. */
	ROW("connect() sends a SYN",
	    CLOSED, SYN_SENT, SOCKET, NONE, TASK, 0, CONNECT, true),
	ROW("listen() on a new socket",
	    CLOSED, LISTEN, SOCKET, NONE, TASK, 0, LISTEN, true),
	ROW("a SYN makes a half-open connection",
	    LISTEN, SYN_RCVD, REQUEST, NONE, 0, 0, RCV_SYN, false),
	ROW("the ACK of a SYN cookie makes the connection",
	    LISTEN, SYN_RCVD, REQUEST, NONE, CAUSE_COOKIE, 0, RCV_ACK, false),
	ROW("the SYN-ACK is received, in softirq",
	    SYN_SENT, ESTABLISHED, SOCKET, NONE, 0, 0, RCV_SYNACK, false),
	ROW("the SYN-ACK is received from the backlog: the task is not the actor",
	    SYN_SENT, ESTABLISHED, SOCKET, NONE, BACKLOG, 0, RCV_SYNACK, false),
	ROW("connect() under TCP_REPAIR needs no SYN-ACK",
	    SYN_SENT, ESTABLISHED, SOCKET, NONE, TASK | CAUSE_REPAIR, 0, CONNECT, true),
	ROW("the peer's SYN crosses ours",
	    SYN_SENT, SYN_RCVD, SOCKET, NONE, 0, 0, RCV_SYN, false),
	ROW("the last ACK of the handshake is received",
	    SYN_RCVD, ESTABLISHED, SOCKET, NONE, 0, 0, RCV_ACK, false),

	/* The usual ways to close. */
	ROW("we close first, by close()",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, NONE, TASK | CAUSE_RELEASED, 0, CLOSE, true),
	ROW("we close first, as the process ends",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, NONE, TASK | CAUSE_RELEASED | CAUSE_EXITING,
	    0, EXIT, true),
	ROW("we close first, by shutdown(): the file is still open",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, NONE, TASK, 0, SHUTDOWN, true),
	ROW("shutdown() by a process that is being killed",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, NONE, TASK | CAUSE_EXITING, 0, SHUTDOWN, true),
	ROW("a thread of the kernel drops the last reference, and the owner has ended",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, NONE, TASK | CAUSE_RELEASED | CAUSE_EXITING,
	    0, EXIT, true),
	ROW("a thread of the kernel drops the last reference, and nobody knows the owner's fate",
	    CLOSE_WAIT, LAST_ACK, SOCKET, NONE, TASK | CAUSE_RELEASED | CAUSE_OWNER_UNKNOWN,
	    0, UNKNOWN, true),
	ROW("the same of a listener",
	    LISTEN, CLOSED, SOCKET, CLOSE, TASK | CAUSE_OWNER_UNKNOWN, 0, UNKNOWN, true),
	ROW("the kernel closes a socket of its own",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, CLOSE, TASK | CAUSE_NO_FILE, 0, CLOSE, true),
	ROW("the kernel calls shutdown() on a socket of its own",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, SHUTDOWN, TASK | CAUSE_NO_FILE, 0, SHUTDOWN, true),
	ROW("the kernel closes a socket of its own at an unknown site",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, NONE, TASK | CAUSE_NO_FILE, 0, UNKNOWN, true),
	ROW("MPTCP shuts its subflow down for close()",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, MPTCP_CLOSE, TASK | CAUSE_NO_FILE | CAUSE_MPTCP,
	    0, CLOSE, true),
	ROW("MPTCP shuts its subflow down as the process ends, without lock_sock()",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, MPTCP_CLOSE,
	    CAUSE_IN_TASK | CAUSE_EXITING | CAUSE_MPTCP, 0, EXIT, true),
	ROW("MPTCP shuts its subflow down for shutdown()",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, SHUTDOWN, TASK | CAUSE_NO_FILE | CAUSE_MPTCP,
	    0, SHUTDOWN, true),
	ROW("MPTCP's worker shuts a subflow down after close()",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, SHUTDOWN, CAUSE_IN_TASK | CAUSE_MPTCP | CAUSE_RELEASED,
	    0, CLOSE, true),
	ROW("MPTCP's worker closes a subflow",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, CLOSE, TASK | CAUSE_NO_FILE | CAUSE_MPTCP,
	    0, CLOSE, true),
	ROW("Fast Open: close() before the ACK of the handshake",
	    SYN_RCVD, FIN_WAIT_1, SOCKET, NONE, TASK | CAUSE_RELEASED, 0, CLOSE, true),
	ROW("Fast Open: a shutdown() that waited for the ACK takes effect",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, NONE, 0, 0, SHUTDOWN, false),
	ROW("a child is shut down as the copy of a listener that is being closed",
	    ESTABLISHED, FIN_WAIT_1, SOCKET, NONE, CAUSE_NOT_ACCEPTED, 0, LISTENER_CLOSED, false),
	ROW("Fast Open: the peer's FIN is received before the ACK",
	    SYN_RCVD, CLOSE_WAIT, SOCKET, NONE, 0, 0, RCV_FIN, false),
	ROW("the peer closes first",
	    ESTABLISHED, CLOSE_WAIT, SOCKET, NONE, 0, 0, RCV_FIN, false),
	ROW("the peer closes first, its FIN is in the backlog",
	    ESTABLISHED, CLOSE_WAIT, SOCKET, NONE, BACKLOG, 0, RCV_FIN, false),
	ROW("the ACK of our FIN is received",
	    FIN_WAIT_1, FIN_WAIT_2, SOCKET, NONE, 0, 0, RCV_ACK, false),
	ROW("the peer's FIN crosses ours",
	    FIN_WAIT_1, CLOSING, SOCKET, NONE, 0, 0, RCV_FIN, false),
	ROW("the peer's FIN is received after ours was acknowledged",
	    FIN_WAIT_2, TIME_WAIT, SOCKET, NONE, 0, 0, RCV_FIN, false),
	ROW("the FINs crossed, and the ACK of ours is received",
	    CLOSING, TIME_WAIT, SOCKET, NONE, 0, 0, RCV_ACK, false),
	ROW("close() after the peer's FIN",
	    CLOSE_WAIT, LAST_ACK, SOCKET, NONE, TASK | CAUSE_RELEASED | CAUSE_RCV_SHUTDOWN,
	    0, CLOSE, true),
	ROW("shutdown() after the peer's FIN",
	    CLOSE_WAIT, LAST_ACK, SOCKET, NONE, TASK | CAUSE_RCV_SHUTDOWN, 0, SHUTDOWN, true),
	ROW("the process ends after the peer's FIN",
	    CLOSE_WAIT, LAST_ACK, SOCKET, NONE, TASK | CAUSE_RELEASED | CAUSE_EXITING,
	    0, EXIT, true),
	ROW("the last ACK is received, in softirq",
	    LAST_ACK, CLOSED, SOCKET, NONE, CAUSE_ALL_ACKED | CAUSE_ORPHAN | CAUSE_RCV_SHUTDOWN,
	    0, RCV_ACK, false),
	ROW("the last ACK is received, and IP_RECVERR has left an error",
	    LAST_ACK, CLOSED, SOCKET, NONE, CAUSE_ALL_ACKED | CAUSE_ORPHAN | CAUSE_RCV_SHUTDOWN,
	    EHOSTUNREACH, RCV_ACK, false),
	ROW("the last ACK is received from the backlog",
	    LAST_ACK, CLOSED, SOCKET, NONE, BACKLOG | CAUSE_ALL_ACKED | CAUSE_RCV_SHUTDOWN,
	    0, RCV_ACK, false),
	ROW("close() of a listener",
	    LISTEN, CLOSED, SOCKET, CLOSE, TASK, 0, CLOSE, true),
	ROW("the process of a listener ends",
	    LISTEN, CLOSED, SOCKET, CLOSE, TASK | CAUSE_EXITING, 0, EXIT, true),
	ROW("close() of an MPTCP listener",
	    LISTEN, CLOSED, SOCKET, MPTCP_CLOSE, TASK, 0, CLOSE, true),
	ROW("shutdown() of a listener",
	    LISTEN, CLOSED, SOCKET, SHUTDOWN, TASK | CAUSE_IN_DISCONNECT, 0, SHUTDOWN, true),
	ROW("connect(AF_UNSPEC) on a listener",
	    LISTEN, CLOSED, SOCKET, CONNECT, TASK | CAUSE_IN_DISCONNECT, 0, DISCONNECT, true),
	ROW("ss -K on a listener",
	    LISTEN, CLOSED, SOCKET, ABORT, TASK, 0, KILLED, true),
	ROW("listen() fails half-way: the port is in use",
	    LISTEN, CLOSED, SOCKET, LISTEN, TASK, 0, LISTEN, true),

	/* connect() that fails. */
	ROW("the peer answers the SYN by a RST, in softirq",
	    SYN_SENT, CLOSED, SOCKET, SEGMENT, 0, ECONNREFUSED, RCV_RST, false),
	ROW("the peer answers the SYN by a RST, from the backlog",
	    SYN_SENT, CLOSED, SOCKET, SEGMENT, BACKLOG, ECONNREFUSED, RCV_RST, false),
	ROW("ICMP port unreachable, with the same errno as a RST",
	    SYN_SENT, CLOSED, SOCKET, ICMP, 0, ECONNREFUSED, ICMP, false),
	ROW("ICMP host unreachable",
	    SYN_SENT, CLOSED, SOCKET, ICMP, 0, EHOSTUNREACH, ICMP, false),
	ROW("no answer to any SYN",
	    SYN_SENT, CLOSED, SOCKET, WRITE_TIMER, 0, ETIMEDOUT, TIMEOUT, false),
	ROW("no answer to any SYN but an ICMP error that is not final",
	    SYN_SENT, CLOSED, SOCKET, WRITE_TIMER, 0, EHOSTUNREACH, TIMEOUT, false),
	ROW("no answer within TCP_USER_TIMEOUT",
	    SYN_SENT, CLOSED, SOCKET, WRITE_TIMER, CAUSE_USER_TIMEOUT,
	    ETIMEDOUT, USER_TIMEOUT, false),
	ROW("close() before the answer to the SYN",
	    SYN_SENT, CLOSED, SOCKET, CLOSE, TASK, 0, CLOSE, true),
	ROW("close() with SO_LINGER 0 before the answer: nothing to reset yet",
	    SYN_SENT, CLOSED, SOCKET, CLOSE, TASK | CAUSE_IN_DISCONNECT, 0, CLOSE, true),
	ROW("shutdown() before the answer to the SYN",
	    SYN_SENT, CLOSED, SOCKET, SHUTDOWN, TASK | CAUSE_IN_DISCONNECT, 0, SHUTDOWN, true),
	ROW("connect(AF_UNSPEC) before the answer to the SYN",
	    SYN_SENT, CLOSED, SOCKET, CONNECT, TASK | CAUSE_IN_DISCONNECT, 0, DISCONNECT, true),
	ROW("connect() fails before its SYN: no port is free",
	    SYN_SENT, CLOSED, SOCKET, CONNECT, TASK, 0, CONNECT, true),
	ROW("connect() fails to send its SYN with data",
	    SYN_SENT, CLOSED, SOCKET, CONNECT, TASK, 0, CONNECT, true),

	/* Half-open connections that fail. */
	ROW("the peer resets a half-open connection",
	    SYN_RCVD, CLOSED, REQUEST, CHECK_REQ, 0, 0, RCV_RST, false),
	ROW("we answer a SYN in the window by a RST",
	    SYN_RCVD, CLOSED, REQUEST, CHECK_REQ, CAUSE_RESET_SYN, 0, ABORT, false),
	ROW("we answer the ACK by a RST, as the accept queue is full",
	    SYN_RCVD, CLOSED, REQUEST, CHECK_REQ, CAUSE_RESET_ACK, 0, OVERFLOW, false),
	ROW("MPTCP refuses the child",
	    SYN_RCVD, CLOSED, REQUEST, CHECK_REQ, CAUSE_CHILD_DIED, 0, ABORT, false),
	ROW("no answer to any SYN-ACK",
	    SYN_RCVD, CLOSED, REQUEST, REQ_TIMER, 0, 0, SYNACK_TIMEOUT, false),
	ROW("the ACK was dropped, as the accept queue was full, and the SYN-ACK timer expires",
	    SYN_RCVD, CLOSED, REQUEST, REQ_TIMER, CAUSE_ACK_DROPPED, 0, OVERFLOW, false),
	ROW("the SYN-ACK timer finds the listener closed",
	    SYN_RCVD, CLOSED, REQUEST, REQ_TIMER, CAUSE_LISTENER_GONE, 0, LISTENER_CLOSED, false),
	ROW("a segment finds the listener closed",
	    SYN_RCVD, CLOSED, REQUEST, SEGMENT, CAUSE_LISTENER_GONE, 0, LISTENER_CLOSED, false),
	ROW("an ICMP error ends a half-open connection",
	    SYN_RCVD, CLOSED, REQUEST, ICMP, 0, 0, ICMP, false),
	ROW("ss -K on a half-open connection",
	    SYN_RCVD, CLOSED, REQUEST, ABORT, CAUSE_IN_TASK, 0, KILLED, true),
	ROW("the namespace of a half-open connection is removed",
	    SYN_RCVD, CLOSED, REQUEST, PURGE, CAUSE_IN_TASK | CAUSE_LISTENER_GONE,
	    0, NETNS_EXIT, true),
	ROW("a reset, ours or the peer's, while our own resets are not seen",
	    SYN_RCVD, CLOSED, REQUEST, CHECK_REQ, CAUSE_NO_RESET_PROBE, 0, UNKNOWN, false),
	ROW("a half-open connection is dropped at an unknown site",
	    SYN_RCVD, CLOSED, REQUEST, NONE, 0, 0, UNKNOWN, false),
	ROW("the peer resets a socket in SYN_RCVD",
	    SYN_RCVD, CLOSED, SOCKET, VALIDATE, 0, ECONNREFUSED, RCV_RST, false),
	ROW("the peer resets a Fast Open socket",
	    SYN_RCVD, CLOSED, SOCKET, CHECK_REQ, 0, ECONNREFUSED, RCV_RST, false),
	ROW("no answer to any SYN-ACK of a Fast Open socket",
	    SYN_RCVD, CLOSED, SOCKET, WRITE_TIMER, 0, ETIMEDOUT, SYNACK_TIMEOUT, false),
	ROW("no answer to any SYN-ACK of a Fast Open socket that is closed",
	    FIN_WAIT_1, CLOSED, SOCKET, WRITE_TIMER, CAUSE_TFO_UNACKED | CAUSE_ORPHAN,
	    ETIMEDOUT, SYNACK_TIMEOUT, false),
	ROW("the child of a SYN cookie cannot be completed",
	    SYN_RCVD, CLOSED, SOCKET, SEGMENT, 0, 0, UNKNOWN, false),
	ROW("a child cannot be completed",
	    SYN_RCVD, CLOSED, SOCKET, CHECK_REQ, 0, 0, UNKNOWN, false),

	/* Reset by the peer. */
	ROW("the peer resets, in softirq: the error alone shows it",
	    ESTABLISHED, CLOSED, SOCKET, NONE, 0, ECONNRESET, RCV_RST, false),
	ROW("the peer resets, from the backlog",
	    ESTABLISHED, CLOSED, SOCKET, VALIDATE, BACKLOG, ECONNRESET, RCV_RST, false),
	ROW("the peer resets, and the error is already cleared",
	    ESTABLISHED, CLOSED, SOCKET, VALIDATE, 0, 0, RCV_RST, false),
	ROW("the peer resets in CLOSE_WAIT",
	    CLOSE_WAIT, CLOSED, SOCKET, VALIDATE, CAUSE_RCV_SHUTDOWN, EPIPE, RCV_RST, false),
	ROW("the peer resets in FIN_WAIT_1",
	    FIN_WAIT_1, CLOSED, SOCKET, VALIDATE, CAUSE_RCV_SHUTDOWN, ECONNRESET, RCV_RST, false),
	ROW("the peer resets in FIN_WAIT_2",
	    FIN_WAIT_2, CLOSED, SOCKET, VALIDATE, CAUSE_RCV_SHUTDOWN, ECONNRESET, RCV_RST, false),
	ROW("the peer resets in CLOSING",
	    CLOSING, CLOSED, SOCKET, VALIDATE, CAUSE_RCV_SHUTDOWN | CAUSE_FIN_RCVD,
	    ECONNRESET, RCV_RST, false),
	ROW("the peer resets in LAST_ACK",
	    LAST_ACK, CLOSED, SOCKET, VALIDATE, CAUSE_RCV_SHUTDOWN | CAUSE_ORPHAN,
	    ECONNRESET, RCV_RST, false),
	ROW("the peer resets in TIME_WAIT",
	    TIME_WAIT, CLOSED, TIMEWAIT, TIMEWAIT, 0, 0, RCV_RST, false),
	ROW("the peer resets an orphan in FIN_WAIT_2",
	    FIN_WAIT_2, CLOSED, TIMEWAIT, TIMEWAIT, 0, 0, RCV_RST, false),

	/* Reset by us. */
	ROW("close() with unread data",
	    ESTABLISHED, CLOSED, SOCKET, CLOSE, TASK | CAUSE_RCV_SHUTDOWN, 0, UNREAD_DATA, true),
	ROW("close() with unread data, and an older error",
	    CLOSE_WAIT, CLOSED, SOCKET, CLOSE, TASK | CAUSE_RCV_SHUTDOWN,
	    EPIPE, UNREAD_DATA, true),
	ROW("data is received after close(), in FIN_WAIT_1",
	    FIN_WAIT_1, CLOSED, SOCKET, SEGMENT, CAUSE_RCV_SHUTDOWN | CAUSE_ORPHAN,
	    ECONNRESET, UNREAD_DATA, false),
	ROW("data is received after close(), in FIN_WAIT_2",
	    FIN_WAIT_2, CLOSED, SOCKET, SEGMENT, CAUSE_RCV_SHUTDOWN | CAUSE_ORPHAN,
	    ECONNRESET, UNREAD_DATA, false),
	ROW("data is received after close(), with the ACK of our FIN",
	    FIN_WAIT_2, CLOSED, SOCKET, SEGMENT, CAUSE_RCV_SHUTDOWN | CAUSE_ORPHAN,
	    0, UNREAD_DATA, false),
	ROW("data is received after the peer's FIN",
	    CLOSE_WAIT, CLOSED, SOCKET, SEGMENT, CAUSE_RCV_SHUTDOWN | CAUSE_FIN_RCVD,
	    EPIPE, ABORT, false),
	ROW("MPTCP refuses a segment in ESTABLISHED",
	    ESTABLISHED, CLOSED, SOCKET, SEGMENT, 0, EBADMSG, ABORT, false),
	ROW("MPTCP refuses a segment in FIN_WAIT_1",
	    FIN_WAIT_1, CLOSED, SOCKET, SEGMENT, 0, EBADMSG, ABORT, false),
	ROW("MPTCP refuses a segment in FIN_WAIT_2",
	    FIN_WAIT_2, CLOSED, SOCKET, SEGMENT, 0, EBADMSG, ABORT, false),
	ROW("MPTCP refuses the SYN-ACK",
	    SYN_SENT, CLOSED, SOCKET, SEGMENT, 0, 0, ABORT, false),
	ROW("close() of an MPTCP connection with unread data",
	    ESTABLISHED, CLOSED, SOCKET, MPTCP_CLOSE, TASK | CAUSE_MPTCP, 0, UNREAD_DATA, true),
	ROW("close() of an MPTCP connection with SO_LINGER 0",
	    ESTABLISHED, CLOSED, SOCKET, MPTCP_CLOSE, TASK | CAUSE_MPTCP | CAUSE_LINGER_0,
	    0, LINGER0, true),
	ROW("close() of an MPTCP socket whose second subflow is still connecting",
	    SYN_SENT, CLOSED, SOCKET, MPTCP_CLOSE, TASK | CAUSE_MPTCP | CAUSE_IN_DISCONNECT,
	    0, CLOSE, true),
	ROW("MPTCP's worker resets a subflow, long after close() or for the peer",
	    ESTABLISHED, CLOSED, SOCKET, MPTCP_WORKER, TASK | CAUSE_MPTCP, 0, ABORT, true),
	ROW("MPTCP's worker resets a subflow, without lock_sock()",
	    ESTABLISHED, CLOSED, SOCKET, MPTCP_WORKER, CAUSE_IN_TASK | CAUSE_MPTCP,
	    0, ABORT, true),
	ROW("data is received by an orphan in FIN_WAIT_2",
	    FIN_WAIT_2, CLOSED, TIMEWAIT, SEGMENT, CAUSE_RESET_ACK, 0, UNREAD_DATA, false),
	ROW("a SYN is received by an orphan in FIN_WAIT_2",
	    FIN_WAIT_2, CLOSED, TIMEWAIT, SEGMENT, CAUSE_RESET_SYN, 0, ABORT, false),
	ROW("an orphan in FIN_WAIT_2 sends a RST, while our own resets are not seen",
	    FIN_WAIT_2, CLOSED, TIMEWAIT, SEGMENT, 0, 0, UNKNOWN, false),
	ROW("close() with SO_LINGER 0",
	    ESTABLISHED, CLOSED, SOCKET, CLOSE, TASK | CAUSE_IN_DISCONNECT | CAUSE_RCV_SHUTDOWN,
	    0, LINGER0, true),
	ROW("close() under TCP_REPAIR sends no RST",
	    ESTABLISHED, CLOSED, SOCKET, CLOSE, TASK | CAUSE_IN_DISCONNECT | CAUSE_REPAIR,
	    0, CLOSE, true),
	ROW("close() with TCP_LINGER2 < 0",
	    FIN_WAIT_2, CLOSED, SOCKET, CLOSE, TASK | CAUSE_ORPHAN | CAUSE_NO_LINGER2,
	    0, ABORT, true),
	ROW("the ACK of our FIN is received with TCP_LINGER2 < 0",
	    FIN_WAIT_2, CLOSED, SOCKET, SEGMENT,
	    CAUSE_ORPHAN | CAUSE_RCV_SHUTDOWN | CAUSE_NO_LINGER2,
	    0, ABORT, false),
	ROW("connect(AF_UNSPEC) on a connection",
	    ESTABLISHED, CLOSED, SOCKET, CONNECT, TASK | CAUSE_IN_DISCONNECT,
	    0, DISCONNECT, true),
	ROW("connect(AF_UNSPEC) on an MPTCP socket",
	    ESTABLISHED, CLOSED, SOCKET, CONNECT, TASK, 0, DISCONNECT, true),
	ROW("ss -K on a connection",
	    ESTABLISHED, CLOSED, SOCKET, ABORT, TASK, ECONNABORTED, KILLED, true),
	ROW("ss -K on TIME_WAIT",
	    TIME_WAIT, CLOSED, TIMEWAIT, ABORT, CAUSE_IN_TASK, 0, KILLED, true),
	ROW("a listener is closed, and drops a child",
	    ESTABLISHED, CLOSED, SOCKET, LISTEN_STOP, CAUSE_IN_TASK | CAUSE_IN_DISCONNECT,
	    0, LISTENER_CLOSED, true),
	ROW("a child is completed while its listener closes",
	    ESTABLISHED, CLOSED, SOCKET, CHECK_REQ, CAUSE_IN_DISCONNECT,
	    0, LISTENER_CLOSED, false),

	/* Timers and limits. */
	ROW("our data is not acknowledged",
	    ESTABLISHED, CLOSED, SOCKET, WRITE_TIMER, 0, ETIMEDOUT, RETRANS_TIMEOUT, false),
	ROW("our data is not acknowledged; the timer waited for the task to release the socket",
	    ESTABLISHED, CLOSED, SOCKET, WRITE_TIMER, BACKLOG, ETIMEDOUT, RETRANS_TIMEOUT, false),
	ROW("an orphan's FIN is not acknowledged",
	    FIN_WAIT_1, CLOSED, SOCKET, WRITE_TIMER, CAUSE_ORPHAN | CAUSE_RCV_SHUTDOWN,
	    ETIMEDOUT, RETRANS_TIMEOUT, false),
	ROW("TCP_USER_TIMEOUT expires for our data",
	    ESTABLISHED, CLOSED, SOCKET, WRITE_TIMER, CAUSE_USER_TIMEOUT,
	    ETIMEDOUT, USER_TIMEOUT, false),
	ROW("TCP_USER_TIMEOUT expires for keepalive probes",
	    ESTABLISHED, CLOSED, SOCKET, KEEPALIVE, CAUSE_USER_TIMEOUT,
	    ETIMEDOUT, USER_TIMEOUT, false),
	ROW("keepalive probes get no answer",
	    ESTABLISHED, CLOSED, SOCKET, KEEPALIVE, 0, ETIMEDOUT, KEEPALIVE, false),
	ROW("the peer's FIN does not come, for an orphan that still has its socket",
	    FIN_WAIT_2, CLOSED, SOCKET, KEEPALIVE, CAUSE_ORPHAN | CAUSE_RCV_SHUTDOWN,
	    0, FW2_TIMEOUT, false),
	ROW("the peer's FIN does not come, for an orphan in a timewait socket",
	    FIN_WAIT_2, CLOSED, TIMEWAIT, NONE, CAUSE_DUE, 0, FW2_TIMEOUT, false),
	ROW("too many orphans, at close()",
	    FIN_WAIT_1, CLOSED, SOCKET, CLOSE, TASK | CAUSE_ORPHAN | CAUSE_RCV_SHUTDOWN,
	    0, ORPHAN_LIMIT, true),
	ROW("too many orphans, at a retransmission",
	    FIN_WAIT_1, CLOSED, SOCKET, WRITE_TIMER, CAUSE_ORPHAN | CAUSE_RCV_SHUTDOWN,
	    0, ORPHAN_LIMIT, false),
	ROW("too many orphans, at close() in a long FIN_WAIT_2",
	    FIN_WAIT_2, CLOSED, SOCKET, CLOSE, TASK | CAUSE_ORPHAN | CAUSE_LONG_FW2,
	    0, ORPHAN_LIMIT, true),
	ROW("too much memory, at close()",
	    FIN_WAIT_1, CLOSED, SOCKET, CLOSE, TASK | CAUSE_ORPHAN | CAUSE_TCP_MEM,
	    0, NO_MEMORY, true),
	ROW("too much memory, at a retransmission",
	    FIN_WAIT_1, CLOSED, SOCKET, WRITE_TIMER, CAUSE_ORPHAN | CAUSE_TCP_MEM,
	    0, NO_MEMORY, false),
	ROW("a socket of the kernel outlives its namespace",
	    LAST_ACK, CLOSED, SOCKET, WRITE_TIMER, CAUSE_ORPHAN | CAUSE_NETNS_GONE,
	    0, NETNS_EXIT, false),
	ROW("no room for a timewait socket, at the peer's FIN",
	    FIN_WAIT_2, CLOSED, SOCKET, SEGMENT, CAUSE_FIN_RCVD | CAUSE_RCV_SHUTDOWN,
	    0, OVERFLOW, false),
	ROW("no room for a timewait socket, after the FINs crossed",
	    CLOSING, CLOSED, SOCKET, SEGMENT, CAUSE_FIN_RCVD | CAUSE_RCV_SHUTDOWN | CAUSE_ALL_ACKED,
	    0, OVERFLOW, false),
	ROW("no room for the timewait socket of an orphan, at the ACK of its FIN",
	    FIN_WAIT_2, CLOSED, SOCKET, SEGMENT, CAUSE_ORPHAN | CAUSE_RCV_SHUTDOWN | CAUSE_TW_FULL,
	    0, OVERFLOW, false),
	ROW("no room for the timewait socket of an orphan, after a long FIN_WAIT_2",
	    FIN_WAIT_2, CLOSED, SOCKET, KEEPALIVE, CAUSE_ORPHAN | CAUSE_LONG_FW2,
	    0, OVERFLOW, false),
	ROW("no room for the timewait socket of an orphan, at close()",
	    FIN_WAIT_2, CLOSED, SOCKET, CLOSE, TASK | CAUSE_ORPHAN, 0, OVERFLOW, true),

	/* TIME_WAIT. */
	ROW("TIME_WAIT expires",
	    TIME_WAIT, CLOSED, TIMEWAIT, NONE, CAUSE_DUE, 0, TW_EXPIRED, false),
	ROW("a new SYN reuses the connection in TIME_WAIT",
	    TIME_WAIT, CLOSED, TIMEWAIT, SEGMENT, 0, 0, TW_REUSED, false),
	ROW("connect() takes the port of TIME_WAIT",
	    TIME_WAIT, CLOSED, TIMEWAIT, CONNECT, CAUSE_IN_TASK, 0, TW_RECYCLED, true),
	ROW("the namespace of TIME_WAIT is removed",
	    TIME_WAIT, CLOSED, TIMEWAIT, PURGE, CAUSE_IN_TASK, 0, NETNS_EXIT, true),
	ROW("TIME_WAIT ends at an unknown site",
	    TIME_WAIT, CLOSED, TIMEWAIT, NONE, 0, 0, UNKNOWN, false),

	/* Without the hooks on timewait sockets, the end of the socket has the cause. */
	ROW("without hooks: the peer's FIN leads to TIME_WAIT",
	    FIN_WAIT_2, CLOSED, SOCKET, NONE,
	    CAUSE_FIN_RCVD | CAUSE_RCV_SHUTDOWN | CAUSE_NO_TW_HOOK,
	    0, RCV_FIN, false),
	ROW("without hooks: the peer's FIN leads to TIME_WAIT, from the backlog",
	    FIN_WAIT_2, CLOSED, SOCKET, SEGMENT,
	    CAUSE_IN_TASK | CAUSE_FIN_RCVD | CAUSE_RCV_SHUTDOWN | CAUSE_NO_TW_HOOK,
	    0, RCV_FIN, false),
	ROW("without hooks: MPTCP refuses the segment of the peer's FIN",
	    FIN_WAIT_2, CLOSED, SOCKET, SEGMENT, CAUSE_FIN_RCVD | CAUSE_NO_TW_HOOK,
	    EBADMSG, ABORT, false),
	ROW("without hooks: the FINs crossed, and the ACK of ours is received",
	    CLOSING, CLOSED, SOCKET, SEGMENT, CAUSE_FIN_RCVD | CAUSE_ALL_ACKED | CAUSE_NO_TW_HOOK,
	    0, RCV_ACK, false),
	ROW("without hooks: the ACK of an orphan's FIN is received",
	    FIN_WAIT_2, CLOSED, SOCKET, SEGMENT,
	    CAUSE_ORPHAN | CAUSE_RCV_SHUTDOWN | CAUSE_NO_TW_HOOK,
	    0, RCV_ACK, false),
	ROW("without hooks: close() hands FIN_WAIT_2 over to a timewait socket",
	    FIN_WAIT_2, CLOSED, SOCKET, CLOSE, TASK | CAUSE_ORPHAN | CAUSE_NO_TW_HOOK,
	    0, CLOSE, true),
};

#define NR_ROWS	(sizeof(rows) / sizeof(rows[0]))

static void test_rows(void)
{
	char what[256];
	size_t i;

	for (i = 0; i < NR_ROWS; i++) {
		const struct row *row = &rows[i];
		enum tcpfsm_cause cause = cause_decide(&row->facts);
		bool actor = cause_by_current(&row->facts);
		bool asked = row->facts.site == SITE_NONE ||
			     cause_needs_site(&row->facts);

		snprintf(what, sizeof(what), "%s->%s: %s: cause %s%s",
			 state_names[row->facts.old], state_names[row->facts.new],
			 row->sentence, cause_names[row->cause],
			 row->actor ? ", actor is the task" : "");
		if (cause != row->cause || actor != row->actor || !asked)
			printf("# got cause %s%s%s\n", cause_names[cause],
			       actor ? ", actor is the task" : "",
			       asked ? "" : ", but cause_needs_site() is false");
		verdict(what, cause == row->cause && actor == row->actor && asked);
	}
}

/* The state diagram of RFC 9293, 3.3.2, and what Linux adds to it. */
static const u8 kernel_makes[][2] = {
	{ TCPFSM_CLOSED, TCPFSM_SYN_SENT }, { TCPFSM_CLOSED, TCPFSM_LISTEN },
	{ TCPFSM_LISTEN, TCPFSM_SYN_RCVD }, { TCPFSM_LISTEN, TCPFSM_CLOSED },
	{ TCPFSM_SYN_SENT, TCPFSM_SYN_RCVD },
	{ TCPFSM_SYN_SENT, TCPFSM_ESTABLISHED },
	{ TCPFSM_SYN_SENT, TCPFSM_CLOSED },
	{ TCPFSM_SYN_RCVD, TCPFSM_ESTABLISHED },
	{ TCPFSM_SYN_RCVD, TCPFSM_FIN_WAIT_1 },
	{ TCPFSM_SYN_RCVD, TCPFSM_CLOSE_WAIT },
	{ TCPFSM_SYN_RCVD, TCPFSM_CLOSED },
	{ TCPFSM_ESTABLISHED, TCPFSM_FIN_WAIT_1 },
	{ TCPFSM_ESTABLISHED, TCPFSM_CLOSE_WAIT },
	{ TCPFSM_ESTABLISHED, TCPFSM_CLOSED },
	{ TCPFSM_FIN_WAIT_1, TCPFSM_FIN_WAIT_2 },
	{ TCPFSM_FIN_WAIT_1, TCPFSM_CLOSING },
	{ TCPFSM_FIN_WAIT_1, TCPFSM_CLOSED },
	{ TCPFSM_FIN_WAIT_2, TCPFSM_TIME_WAIT },
	{ TCPFSM_FIN_WAIT_2, TCPFSM_CLOSED },
	{ TCPFSM_CLOSE_WAIT, TCPFSM_LAST_ACK },
	{ TCPFSM_CLOSE_WAIT, TCPFSM_CLOSED },
	{ TCPFSM_CLOSING, TCPFSM_TIME_WAIT }, { TCPFSM_CLOSING, TCPFSM_CLOSED },
	{ TCPFSM_LAST_ACK, TCPFSM_CLOSED }, { TCPFSM_TIME_WAIT, TCPFSM_CLOSED },
};

static bool is_made(int old, int new)
{
	size_t i;

	for (i = 0; i < sizeof(kernel_makes) / sizeof(kernel_makes[0]); i++)
		if (kernel_makes[i][0] == old && kernel_makes[i][1] == new)
			return true;
	return false;
}

static bool has_row(int old, int new)
{
	size_t i;

	for (i = 0; i < NR_ROWS; i++)
		if (rows[i].facts.old == old && rows[i].facts.new == new &&
		    rows[i].cause != TCPFSM_CAUSE_UNKNOWN)
			return true;
	return false;
}

static void test_complete(void)
{
	bool has_cause[TCPFSM_NR_CAUSES] = { true }, all_transitions = true, all_causes = true;
	size_t i;

	for (i = 0; i < sizeof(kernel_makes) / sizeof(kernel_makes[0]); i++)
		if (!has_row(kernel_makes[i][0], kernel_makes[i][1])) {
			printf("# no row for %s->%s\n", state_names[kernel_makes[i][0]],
			       state_names[kernel_makes[i][1]]);
			all_transitions = false;
		}
	verdict("each transition that the kernel can make has a row", all_transitions);

	for (i = 0; i < NR_ROWS; i++)
		has_cause[rows[i].cause] = true;
	for (i = 0; i < TCPFSM_NR_CAUSES; i++)
		if (!has_cause[i]) {
			printf("# no row for %s\n", cause_names[i]);
			all_causes = false;
		}
	verdict("each cause has a row", all_causes);
}

static u64 random_state = 1;

static u32 draw(u32 below)
{
	/* The low bits of an LCG have a short period. */
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return (random_state >> 33) % below;
}

static bool is_failure(enum tcpfsm_cause cause)
{
	return cause >= TCPFSM_CAUSE_TIMEOUT && cause <= TCPFSM_CAUSE_NETNS_EXIT;
}

static void test_any(void)
{
	static const int errors[] = { 0, ECONNRESET, EPIPE, ECONNREFUSED, ETIMEDOUT };
	bool in_list = true, impossible = true, actors = true, asked = true, calm = true;
	long i;

	for (i = 0; i < 5000011; i++) {
		struct cause_facts facts = {
			.old = draw(TCPFSM_NR_STATES + 2),
			.new = draw(TCPFSM_NR_STATES + 2),
			.of = draw(3),
			.site = draw(NR_SITES),
			.error = errors[draw(5)],
			.saw = draw(1u << 26),
		}, blind = facts;
		enum tcpfsm_cause cause = cause_decide(&facts);

		blind.site = SITE_NONE;
		if (!cause || cause >= TCPFSM_NR_CAUSES)
			in_list = false;
		if (!is_made(facts.old, facts.new) && cause != TCPFSM_CAUSE_UNKNOWN)
			impossible = false;
		if (cause_by_current(&facts) && !(facts.saw & CAUSE_IN_TASK))
			actors = false;
		if (!cause_needs_site(&facts) && !(facts.saw & CAUSE_IN_DISCONNECT) &&
		    cause != cause_decide(&blind))
			asked = false;
		if (facts.new != TCPFSM_CLOSED && is_failure(cause))
			calm = false;
	}
	verdict("any facts: the cause is one of the list", in_list);
	verdict("any facts: a transition that the kernel cannot make has the cause unknown",
		impossible);
	verdict("any facts: a transition in softirq has no actor", actors);
	verdict("any facts: the site decides only where cause_needs_site() is true", asked);
	verdict("any facts: a connection that does not end has no cause of failure", calm);
}

int main(void)
{
	test_rows();
	test_complete();
	test_any();
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
