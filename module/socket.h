/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a connection as a socket: which of its transitions are reported. Before
 * it may come a request (request.h), after it a timewait socket (timewait.h).
 *
 * Context: the probes, which are the functions here, in request.h and in timewait.h.
 *   Each turns interrupts off while it holds a flow: no other probe of the CPU comes
 *   in between, records of a CPU are in the order of their time, and a softirq may
 *   lock the same flow. So on -rt, too: it takes about a microsecond.
 */
#ifndef TCPFSM_SOCKET_H
#define TCPFSM_SOCKET_H

struct sock;

/*
 * The tracepoint inet_sock_set_state: @sk goes from @old to @new, which is stored next
 * (net/ipv4/af_inet.c:inet_sk_set_state).
 */
void socket_set_state(void *unused, const struct sock *sk, int old, int new);


/* connect() has chosen the local port. */
void socket_connect(const struct sock *sk);

#endif /* TCPFSM_SOCKET_H */
