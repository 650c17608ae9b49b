// SPDX-License-Identifier: GPL-2.0
/*
 * The tracepoint inet_sock_set_state: every state change of a full TCP socket,
 * just before it is stored (net/ipv4/af_inet.c:inet_sk_set_state).
 *
 * Context: process context under lock_sock(), or softirq (a thread on -rt)
 *   under the socket's spinlock. Up to 6.18 the tracepoint disables preemption
 *   around us, in 7.2 it does not, so we do it. Nothing here sleeps, allocates,
 *   prints or takes a lock.
 * Locking: the socket is stable but for sk_err and sk_mark, which are read
 *   once. On LISTEN->SYN_RCVD the socket is the child, and the listener it was
 *   copied from is not locked.
 */
#include "probe.h"

#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/tracepoint.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>
#include <trace/events/sock.h>

#include "ring.h"
#include "stats.h"
#include "wake.h"

static_assert((int)TCPFSM_ESTABLISHED == (int)TCP_ESTABLISHED);
static_assert((int)TCPFSM_SYN_SENT == (int)TCP_SYN_SENT);
static_assert((int)TCPFSM_SYN_RCVD == (int)TCP_SYN_RECV);
static_assert((int)TCPFSM_FIN_WAIT_1 == (int)TCP_FIN_WAIT1);
static_assert((int)TCPFSM_FIN_WAIT_2 == (int)TCP_FIN_WAIT2);
static_assert((int)TCPFSM_TIME_WAIT == (int)TCP_TIME_WAIT);
static_assert((int)TCPFSM_CLOSED == (int)TCP_CLOSE);
static_assert((int)TCPFSM_CLOSE_WAIT == (int)TCP_CLOSE_WAIT);
static_assert((int)TCPFSM_LAST_ACK == (int)TCP_LAST_ACK);
static_assert((int)TCPFSM_LISTEN == (int)TCP_LISTEN);
static_assert((int)TCPFSM_CLOSING == (int)TCP_CLOSING);
static_assert(TCPFSM_COMM_LEN == TASK_COMM_LEN);

static void fill_addresses(struct tcpfsm_record *rec, const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		memcpy(rec->laddr, &sk->sk_v6_rcv_saddr, sizeof(rec->laddr));
		memcpy(rec->raddr, &sk->sk_v6_daddr, sizeof(rec->raddr));
		return;
	}
#endif
	ipv6_addr_set_v4mapped(sk->sk_rcv_saddr, (struct in6_addr *)rec->laddr);
	ipv6_addr_set_v4mapped(sk->sk_daddr, (struct in6_addr *)rec->raddr);
}

/*
 * Who is this: id, addresses, ports, route.
 *
 * A child is born LISTEN->SYN_RCVD as a copy of its listener. Before 6.15
 * inet_csk_clone_lock() told so before it filled in the connection's identity:
 * all but the local port is still the listener's then, the cookie included,
 * and must not be taken for the child's. A filled-in child has a peer port.
 */
static void fill_identity(struct tcpfsm_record *rec, const struct sock *sk,
			  int old, int new)
{
	const struct inet_sock *inet = inet_sk(sk);
	u32 cookie[2];

	rec->family = sk->sk_family;
	rec->netns = sock_net(sk)->ns.inum;
	/*
	 * Before the port is chosen, inet_sport is that of the connect before;
	 * once the port is given back, inet_num is 0 but inet_sport still right.
	 */
	if (old != TCP_CLOSE || inet->inet_num) {
		rec->lport = ntohs(inet->inet_sport);
		rec->known |= TCPFSM_KNOWN_LPORT;
	}
	if (old == TCP_LISTEN && new == TCP_SYN_RECV && !inet->inet_dport)
		return;

	sock_diag_save_cookie((struct sock *)sk, cookie);
	rec->id = cookie[0] | (u64)cookie[1] << 32;
	fill_addresses(rec, sk);
	rec->rport = ntohs(inet->inet_dport);
	rec->ifindex = sk->sk_bound_dev_if;
	rec->mark = READ_ONCE(sk->sk_mark);
	rec->known |= TCPFSM_KNOWN_ID | TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_ROUTE;
	if (rec->rport)
		rec->known |= TCPFSM_KNOWN_PEER;
}

/* How did it go so far. */
static void fill_progress(struct tcpfsm_record *rec, const struct sock *sk,
			  int new)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 min_rtt = tcp_min_rtt(tp);
	int error;

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
	error = new == TCP_CLOSE ? READ_ONCE(sk->sk_err) : 0;
	if (error) {
		rec->error = error;
		rec->known |= TCPFSM_KNOWN_ERRNO;
	}
}

/*
 * Who does it: current, but only where it holds lock_sock(). In softirq, and
 * where packets are taken in with BH off (tun, busy polling), current is just
 * who happened to be there, on loopback often the peer.
 */
static void fill_actor(struct tcpfsm_record *rec, const struct sock *sk)
{
	if (!in_task() || !sk->sk_lock.owned)
		return;
	rec->actor_pid = task_tgid_nr(current);
	strscpy_pad(rec->actor_comm, current->comm, sizeof(rec->actor_comm));
	rec->known |= TCPFSM_KNOWN_ACTOR;
}

static void record(const struct sock *sk, int old, int new,
		   struct stats __percpu *stats)
{
	struct tcpfsm_record *rec;
	struct ring_write w;

	rec = ring_claim(&w, &stats->seq);
	if (!rec)
		return;
	rec->old_state = old;
	rec->new_state = new;
	fill_identity(rec, sk, old, new);
	fill_progress(rec, sk, new);
	fill_actor(rec, sk);
	ring_commit(&w);
	this_cpu_inc(stats->recorded);
	wake_readers();
}

static void skip(const struct sock *sk, struct stats __percpu *stats)
{
	switch (sk->sk_protocol) {
	case IPPROTO_MPTCP:
		this_cpu_inc(stats->skipped_mptcp);
		break;
	case IPPROTO_SCTP:
		this_cpu_inc(stats->skipped_sctp);
		break;
	case IPPROTO_DCCP:
		this_cpu_inc(stats->skipped_dccp);
		break;
	default:
		this_cpu_inc(stats->skipped_other);
	}
}

static unsigned int matrix_index(int state)
{
	return state > 0 && state < TCPFSM_NR_STATES ? state : 0;
}

static void probe_set_state(void *data, const struct sock *sk, int old, int new)
{
	struct stats __percpu *stats;
	unsigned int i, j;

	preempt_disable_notrace();
	stats = stats_of(sock_net(sk));
	if (unlikely(sk->sk_protocol != IPPROTO_TCP)) {
		skip(sk, stats);
	} else if (unlikely(old == new)) {
		this_cpu_inc(stats->self_loops);
	} else {
		i = matrix_index(old);
		j = matrix_index(new);
		if (unlikely(!i || !j))
			this_cpu_inc(stats->odd_states);
		this_cpu_inc(stats->matrix[i][j]);
		record(sk, old, new, stats);
	}
	preempt_enable_notrace();
}

static struct tracepoint *probe_tracepoint;

static void probe_find(struct tracepoint *tp, void *name)
{
	if (!strcmp(tp->name, name))
		probe_tracepoint = tp;
}

/* The tracepoint is not exported to modules; its name is its interface. */
int probe_attach(void)
{
	int err;

	check_trace_callback_type_inet_sock_set_state(probe_set_state);
	for_each_kernel_tracepoint(probe_find, "inet_sock_set_state");
	if (!probe_tracepoint) {
		pr_err("this kernel has no tracepoint inet_sock_set_state\n");
		return -ENOENT;
	}
	err = tracepoint_probe_register(probe_tracepoint, probe_set_state, NULL);
	if (err)
		pr_err("cannot attach to inet_sock_set_state: error %d\n", err);
	return err;
}

void probe_detach(void)
{
	tracepoint_probe_unregister(probe_tracepoint, probe_set_state, NULL);
	tracepoint_synchronize_unregister();
}
