/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One story per connection, out of what is seen of its request socket (request.c),
 * its socket (here) and its timewait socket (timewait.c): which steps are told,
 * and which are not.
 *
 * Context: the probes: what the tracepoints and the hooks call, here and in
 *   request.h and timewait.h. They turn interrupts off where they lock a flow. So
 *   no other probe of this CPU comes in between, a record's time is that of its
 *   place in the ring, and a lock of the flow table may be wanted in a softirq as
 *   well. On -rt, too: it takes a microsecond.
 */
#ifndef TCPFSM_SOCKET_H
#define TCPFSM_SOCKET_H

struct sock;

/*
 * The tracepoint inet_sock_set_state: @sk is about to go from @old to @new, just
 * before that is stored (net/ipv4/af_inet.c:inet_sk_set_state).
 */
void socket_set_state(void *unused, const struct sock *sk, int old, int new);

/* accept() gives @sk, a child, to current. */
void socket_accept(const struct sock *sk);

/* connect() has chosen the local port. */
void socket_connect(const struct sock *sk);

#endif /* TCPFSM_SOCKET_H */
