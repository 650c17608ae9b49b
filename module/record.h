/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's objects to the fields of flows and records: the connection's id,
 * its ends, and its progress.
 *
 * A socket, a request and a timewait socket all begin with struct sock_common, and are
 * passed as struct sock; sk_fullsock() is true of a socket only.
 *
 * Context: the probes. Nothing is changed but the socket cookie, which the kernel
 *   makes on the first call for it.
 * Locking: the caller's socket is locked; sk_mark and segs_in may still change, and are
 *   read once. In requests and timewait sockets the members read here do not change.
 */
#ifndef TCPFSM_RECORD_H
#define TCPFSM_RECORD_H

#include <linux/atomic.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/types.h>
#include <net/inet_sock.h>
#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "flow.h"
#include "uapi/tcpfsm.h"

/* Let the kernel make the cookie. Return: the cookie. */
u64 record_new_id(const struct sock *sk);

/* The id: the cookie, the same for a connection's request, socket and timewait socket. */
static inline u64 record_id(const struct sock *sk)
{
	u64 id = atomic64_read(&sk->sk_cookie);

	return likely(id) ? id : record_new_id(sk);
}

/*
 * Is @sk, a new child, still a copy of its listener? Before 6.15 inet_csk_clone_lock()
 * reports LISTEN->SYN_RCVD when it has set the local port only, not even the cookie.
 */
static inline bool record_is_copy(const struct sock *sk)
{
	return !inet_sk(sk)->inet_dport;
}

/*
 * The local port, in host order, of a socket, request or timewait socket. inet_sport
 * keeps its value when the port is released. In a socket that connects again it is the
 * older connection's, until inet_num is set.
 */
static inline u16 record_lport(const struct sock *sk)
{
	if (sk->sk_state == TCP_TIME_WAIT)
		return ntohs(inet_twsk(sk)->tw_sport);
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		return inet_rsk(inet_reqsk((struct sock *)sk))->ir_num;
	return ntohs(inet_sk(sk)->inet_sport);
}

/* Set the flow's ends, namespace and family. @lport: host order; 0: not known. */
static __always_inline void record_ends(struct flow *flow, const struct sock *sk,
					u16 lport)
{
	u16 known = TCPFSM_KNOWN_LADDR;

	flow->family = sk->sk_family;
	flow->netns = sock_net(sk)->ns.inum;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		memcpy(flow->ends.laddr, &sk->sk_v6_rcv_saddr, sizeof(flow->ends.laddr));
		memcpy(flow->ends.raddr, &sk->sk_v6_daddr, sizeof(flow->ends.raddr));
	} else
#endif
	{
		ipv6_addr_set_v4mapped(sk->sk_rcv_saddr, (struct in6_addr *)flow->ends.laddr);
		ipv6_addr_set_v4mapped(sk->sk_daddr, (struct in6_addr *)flow->ends.raddr);
	}
	flow->ends.lport = lport;
	flow->ends.rport = ntohs(sk->sk_dport);
	flow->ends.accept_wait_us = 0;
	if (likely(lport))
		known |= TCPFSM_KNOWN_LPORT;
	if (likely(sk->sk_dport))
		known |= TCPFSM_KNOWN_PEER;
	else	/* v4-mapped, no address is not all zeroes */
		memset(flow->ends.raddr, 0, sizeof(flow->ends.raddr));
	flow->known = (flow->known & TCPFSM_KNOWN_OWNER) | known;
}

/* May the local address change? net/ipv4/af_inet.c:inet_sk_reselect_saddr */
static inline bool record_may_move(const struct sock *sk)
{
	return READ_ONCE(sock_net(sk)->ipv4.sysctl_ip_dynaddr) &&
	       (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_SYN_SENT);
}

/* The counters and round-trip times of a socket. Return: TCPFSM_KNOWN_* */
static __always_inline u32 record_progress(struct tcpfsm_record *rec,
					   const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 known = TCPFSM_KNOWN_COUNTS, srtt = tp->srtt_us;
	u32 min_rtt = tcp_min_rtt(tp);

	rec->bytes_in = tp->bytes_received;
	rec->bytes_out = tp->bytes_acked;
	/* Counted for a segment that finds the socket locked by a task, too. */
	rec->segs_in = READ_ONCE(tp->segs_in);
	rec->segs_out = tp->segs_out;
	rec->retrans = tp->total_retrans;
	if (srtt)
		known |= TCPFSM_KNOWN_SRTT;
	rec->srtt_us = srtt >> 3;
	rec->min_rtt_us = 0;
	if (likely(min_rtt != ~0U)) {
		rec->min_rtt_us = min_rtt;
		known |= TCPFSM_KNOWN_MIN_RTT;
	}
	return known;
}

/* A timewait socket has no such counters. */
static __always_inline void record_no_progress(struct tcpfsm_record *rec)
{
	rec->bytes_in = 0;
	rec->bytes_out = 0;
	rec->segs_in = 0;
	rec->segs_out = 0;
	rec->retrans = 0;
	rec->srtt_us = 0;
	rec->min_rtt_us = 0;
}

/* A request counts the SYN-ACKs that were sent again. Return: TCPFSM_KNOWN_* */
static __always_inline u32 record_request_progress(struct tcpfsm_record *rec,
						   const struct sock *sk)
{
	record_no_progress(rec);
	rec->retrans = inet_reqsk((struct sock *)sk)->num_retrans;
	return TCPFSM_KNOWN_RETRANS;
}

/* SO_MARK of a request or timewait socket. */
static __always_inline u32 record_minisock_mark(const struct sock *sk)
{
	return sk->sk_state == TCP_TIME_WAIT ? inet_twsk(sk)->tw_mark :
	       inet_rsk(inet_reqsk((struct sock *)sk))->ir_mark;
}

#endif /* TCPFSM_RECORD_H */
