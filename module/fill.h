/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's objects to a record's fields: who it is, and how it went so
 * far. Each of these assigns all members of its group, and returns which of them
 * are known (TCPFSM_KNOWN_*); the others are zero.
 *
 * Inlined into the one function that writes records (step.c).
 *
 * Context: the probes. Nothing is changed but the socket cookie, which the
 * kernel makes when it is first asked for.
 * Locking: a socket is stable but for sk_mark, which is read once; requests and
 *   timewait sockets do not change what is read here.
 */
#ifndef TCPFSM_FILL_H
#define TCPFSM_FILL_H

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

#include "uapi/tcpfsm.h"

/* Has the kernel make the cookie, and returns it. */
u64 fill_new_id(const struct sock *sk);

/*
 * The id: the same for request, socket and timewait socket of a connection. The
 * three have their cookie at one place, in struct sock_common.
 */
static inline u64 fill_id(const struct sock *sk)
{
	u64 id = atomic64_read(&sk->sk_cookie);

	return likely(id) ? id : fill_new_id(sk);
}

/*
 * Is @sk, a child just born, still its listener's copy? Before 6.15
 * inet_csk_clone_lock() told LISTEN->SYN_RCVD before it filled in anything but
 * the local port, the cookie included.
 */
static inline bool fill_is_copy(const struct sock *sk)
{
	return !inet_sk(sk)->inet_dport;
}

static __always_inline void fill_v4(struct tcpfsm_record *rec, __be32 local,
				    __be32 peer)
{
	ipv6_addr_set_v4mapped(local, (struct in6_addr *)rec->laddr);
	ipv6_addr_set_v4mapped(peer, (struct in6_addr *)rec->raddr);
}

static __always_inline void fill_v6(struct tcpfsm_record *rec,
				    const struct in6_addr *local,
				    const struct in6_addr *peer)
{
	memcpy(rec->laddr, local, sizeof(rec->laddr));
	memcpy(rec->raddr, peer, sizeof(rec->raddr));
}

/* Who is this: @old is the state it leaves. */
static __always_inline u32 fill_sock(struct tcpfsm_record *rec,
				     const struct sock *sk, int old)
{
	const struct inet_sock *inet = inet_sk(sk);
	u32 known = TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_ROUTE;
	u16 lport = 0;

	rec->family = sk->sk_family;
	rec->netns = sock_net(sk)->ns.inum;
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6)
		fill_v6(rec, &sk->sk_v6_rcv_saddr, &sk->sk_v6_daddr);
	else
#endif
		fill_v4(rec, sk->sk_rcv_saddr, sk->sk_daddr);
	/*
	 * Before a port is chosen, inet_sport is that of the connect before;
	 * once it is given back, inet_num is 0 but inet_sport still right.
	 */
	if (old != TCPFSM_CLOSED || inet->inet_num) {
		lport = ntohs(inet->inet_sport);
		known |= TCPFSM_KNOWN_LPORT;
	}
	rec->lport = lport;
	rec->rport = ntohs(inet->inet_dport);
	rec->ifindex = sk->sk_bound_dev_if;
	rec->mark = READ_ONCE(sk->sk_mark);
	/* Of IPv4, no address is not all zeroes. */
	if (likely(inet->inet_dport))
		known |= TCPFSM_KNOWN_PEER;
	else
		memset(rec->raddr, 0, sizeof(rec->raddr));
	return known;
}

static __always_inline u32 fill_request(struct tcpfsm_record *rec,
					const struct request_sock *req)
{
	const struct inet_request_sock *ireq = inet_rsk(req);

	rec->family = ireq->ireq_family;
	rec->netns = read_pnet(&ireq->ireq_net)->ns.inum;
#if IS_ENABLED(CONFIG_IPV6)
	if (ireq->ireq_family == AF_INET6)
		fill_v6(rec, &ireq->ir_v6_loc_addr, &ireq->ir_v6_rmt_addr);
	else
#endif
		fill_v4(rec, ireq->ir_loc_addr, ireq->ir_rmt_addr);
	rec->lport = ireq->ir_num;
	rec->rport = ntohs(ireq->ir_rmt_port);
	rec->ifindex = ireq->ir_iif;
	rec->mark = ireq->ir_mark;
	return TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT | TCPFSM_KNOWN_PEER |
	       TCPFSM_KNOWN_ROUTE;
}

static __always_inline u32 fill_timewait(struct tcpfsm_record *rec,
					 const struct inet_timewait_sock *tw)
{
	rec->family = tw->tw_family;
	rec->netns = twsk_net(tw)->ns.inum;
#if IS_ENABLED(CONFIG_IPV6)
	if (tw->tw_family == AF_INET6)
		fill_v6(rec, &tw->tw_v6_rcv_saddr, &tw->tw_v6_daddr);
	else
#endif
		fill_v4(rec, tw->tw_rcv_saddr, tw->tw_daddr);
	rec->lport = ntohs(tw->tw_sport);
	rec->rport = ntohs(tw->tw_dport);
	rec->ifindex = tw->tw_bound_dev_if;
	rec->mark = tw->tw_mark;
	return TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT | TCPFSM_KNOWN_PEER |
	       TCPFSM_KNOWN_ROUTE;
}

/* Of a child that is its listener's copy: all that is its own. */
static __always_inline u32 fill_copy(struct tcpfsm_record *rec,
				     const struct sock *sk)
{
	rec->family = sk->sk_family;
	rec->netns = sock_net(sk)->ns.inum;
	memset(rec->laddr, 0, sizeof(rec->laddr));
	memset(rec->raddr, 0, sizeof(rec->raddr));
	rec->lport = ntohs(inet_sk(sk)->inet_sport);
	rec->rport = 0;
	rec->ifindex = 0;
	rec->mark = 0;
	return TCPFSM_KNOWN_LPORT;
}

/* How did it go so far. */
static __always_inline u32 fill_progress(struct tcpfsm_record *rec,
					 const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 known = TCPFSM_KNOWN_COUNTS, srtt = tp->srtt_us;
	u32 min_rtt = tcp_min_rtt(tp);

	rec->bytes_in = tp->bytes_received;
	rec->bytes_out = tp->bytes_acked;
	rec->segs_in = READ_ONCE(tp->segs_in);	/* stepped by who finds it in use */
	rec->segs_out = tp->segs_out;
	rec->retrans = tp->total_retrans;
	if (srtt)
		known |= TCPFSM_KNOWN_SRTT;
	if (min_rtt == ~0U)
		min_rtt = 0;
	else
		known |= TCPFSM_KNOWN_MIN_RTT;
	rec->srtt_us = srtt >> 3;
	rec->min_rtt_us = min_rtt;
	return known;
}

/* A minisocket does not count. */
static __always_inline u32 fill_no_progress(struct tcpfsm_record *rec)
{
	rec->bytes_in = 0;
	rec->bytes_out = 0;
	rec->segs_in = 0;
	rec->segs_out = 0;
	rec->retrans = 0;
	rec->srtt_us = 0;
	rec->min_rtt_us = 0;
	return 0;
}

#endif /* TCPFSM_FILL_H */
