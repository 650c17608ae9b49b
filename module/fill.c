// SPDX-License-Identifier: GPL-2.0
/*
 * From the kernel's objects to a record's fields.
 *
 * Context: the probes.
 * Locking: a socket is stable but for sk_err and sk_mark, which are read once;
 *   requests and timewait sockets do not change what is read here, except for
 *   the substate, which timewait.c reads.
 */
#include "fill.h"

#include <linux/sock_diag.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/inet_timewait_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

u64 fill_new_id(const struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie((struct sock *)sk, cookie);
	return cookie[0] | (u64)cookie[1] << 32;
}

static void fill_v4(struct tcpfsm_record *rec, __be32 local, __be32 peer)
{
	ipv6_addr_set_v4mapped(local, (struct in6_addr *)rec->laddr);
	ipv6_addr_set_v4mapped(peer, (struct in6_addr *)rec->raddr);
}

static void fill_v6(struct tcpfsm_record *rec, const struct in6_addr *local,
		    const struct in6_addr *peer)
{
	memcpy(rec->laddr, local, sizeof(rec->laddr));
	memcpy(rec->raddr, peer, sizeof(rec->raddr));
}

/* Who is this. */
static void fill_identity(struct tcpfsm_record *rec, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

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
	if (rec->old_state != TCPFSM_CLOSED || inet->inet_num) {
		rec->lport = ntohs(inet->inet_sport);
		rec->known |= TCPFSM_KNOWN_LPORT;
	}
	rec->rport = ntohs(inet->inet_dport);
	rec->ifindex = sk->sk_bound_dev_if;
	rec->mark = READ_ONCE(sk->sk_mark);
	rec->known |= TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_ROUTE;
	/* Of IPv4, no address is not all zeroes. */
	if (rec->rport)
		rec->known |= TCPFSM_KNOWN_PEER;
	else
		memset(rec->raddr, 0, sizeof(rec->raddr));
}

/* How did it go so far. */
static void fill_progress(struct tcpfsm_record *rec, const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 min_rtt = tcp_min_rtt(tp);

	rec->bytes_in = tp->bytes_received;
	rec->bytes_out = tp->bytes_acked;
	rec->segs_in = tp->segs_in;
	rec->segs_out = tp->segs_out;
	rec->retrans = tp->total_retrans;
	rec->known |= TCPFSM_KNOWN_COUNTS;
	if (tp->srtt_us) {
		rec->srtt_us = tp->srtt_us >> 3;
		rec->known |= TCPFSM_KNOWN_SRTT;
	}
	if (min_rtt != ~0U) {
		rec->min_rtt_us = min_rtt;
		rec->known |= TCPFSM_KNOWN_MIN_RTT;
	}
}

void fill_sock(struct tcpfsm_record *rec, const struct sock *sk)
{
	fill_identity(rec, sk);
	fill_progress(rec, sk);
}

bool fill_is_copy(const struct sock *sk)
{
	return !inet_sk(sk)->inet_dport;
}

void fill_copy(struct tcpfsm_record *rec, const struct sock *sk)
{
	rec->family = sk->sk_family;
	rec->netns = sock_net(sk)->ns.inum;
	rec->lport = ntohs(inet_sk(sk)->inet_sport);
	rec->known |= TCPFSM_KNOWN_LPORT;
}

void fill_request(struct tcpfsm_record *rec, const struct request_sock *req)
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
	rec->known |= TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT |
		      TCPFSM_KNOWN_PEER | TCPFSM_KNOWN_ROUTE;
}

void fill_timewait(struct tcpfsm_record *rec, const struct inet_timewait_sock *tw)
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
	rec->known |= TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT |
		      TCPFSM_KNOWN_PEER | TCPFSM_KNOWN_ROUTE;
}
