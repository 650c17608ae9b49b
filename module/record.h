/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's objects to the fields of flows and records: the connection's
 * id, its ends, and its progress.
 *
 * A socket, a request socket and a timewait socket all begin with struct
 * sock_common, and are passed as struct sock; sk_fullsock() says which is which.
 *
 * Context: the probes. Nothing is changed but the socket cookie, which the
 * kernel makes when it is first asked for.
 * Locking: a socket is stable but for sk_mark, which is read once; requests and
 *   timewait sockets do not change what is read here.
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

/* Has the kernel make the cookie. Return: the cookie. */
u64 record_new_id(const struct sock *sk);

/* The id: the same for request, socket and timewait socket of a connection. */
static inline u64 record_id(const struct sock *sk)
{
	u64 id = atomic64_read(&sk->sk_cookie);

	return likely(id) ? id : record_new_id(sk);
}

/*
 * Is @sk, a child just born, still its listener's copy? Before 6.15
 * inet_csk_clone_lock() reported LISTEN->SYN_RCVD before it filled in anything but
 * the local port, the cookie included.
 */
static inline bool record_is_copy(const struct sock *sk)
{
	return !inet_sk(sk)->inet_dport;
}

/*
 * @sk's own port, in host order, of whichever of the three it is. inet_sport stays
 * right when the port is given back; in a socket that connects again it is the one
 * before, until inet_num says that there is a new one.
 */
static inline u16 record_lport(const struct sock *sk)
{
	if (sk->sk_state == TCP_TIME_WAIT)
		return ntohs(inet_twsk(sk)->tw_sport);
	if (sk->sk_state == TCP_NEW_SYN_RECV)
		return inet_rsk(inet_reqsk((struct sock *)sk))->ir_num;
	return ntohs(inet_sk(sk)->inet_sport);
}

/* Set the flow's ends, namespace and family. @lport: 0 where it is not known. */
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
	flow->ends.cpu = 0;
	flow->ends.error = 0;
	if (likely(lport))
		known |= TCPFSM_KNOWN_LPORT;
	if (likely(sk->sk_dport))
		known |= TCPFSM_KNOWN_PEER;
	else	/* Of IPv4, no address is not all zeroes. */
		memset(flow->ends.raddr, 0, sizeof(flow->ends.raddr));
	flow->known = (flow->known & TCPFSM_KNOWN_OWNER) | known;
}

/* May the kernel choose another address? net/ipv4/af_inet.c:inet_sk_reselect_saddr */
static inline bool record_may_move(const struct sock *sk)
{
	return READ_ONCE(sock_net(sk)->ipv4.sysctl_ip_dynaddr) &&
	       (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_SYN_SENT);
}

/* How a connection went so far. Return: TCPFSM_KNOWN_* */
static __always_inline u32 record_progress(struct tcpfsm_record *rec,
					   const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 known = TCPFSM_KNOWN_COUNTS, srtt = tp->srtt_us;
	u32 min_rtt = tcp_min_rtt(tp);

	rec->bytes_in = tp->bytes_received;
	rec->bytes_out = tp->bytes_acked;
	/* Stepped by a segment that finds the socket in use. */
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

/* A request or timewait socket does not count. */
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

/* SO_MARK, of whichever of the three it is. */
static __always_inline u32 record_minisock_mark(const struct sock *sk)
{
	return sk->sk_state == TCP_TIME_WAIT ? inet_twsk(sk)->tw_mark :
	       inet_rsk(inet_reqsk((struct sock *)sk))->ir_mark;
}

#endif /* TCPFSM_RECORD_H */
