// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the facts off a socket: the same members, in the same way, as TCP did when
 * it decided to make the transition.
 *
 * Context: the probes.
 * Locking: none. The task or softirq that changes a socket's state has locked it.
 */
#include "cause_facts.h"

#include <linux/jiffies.h>
#include <linux/snmp.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/mptcp.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>

#include "compat.h"
#include "cause_stack.h"
#include "netns.h"

static u32 cause_facts_context(void)
{
	return in_task() ? CAUSE_IN_TASK | cause_facts_exiting() : 0;
}

/* As in net/ipv4/tcp_timer.c:tcp_write_timeout, tcp_probe_timer. */
static bool user_timeout_decides(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	u32 timeout = READ_ONCE(icsk->icsk_user_timeout);
	int tries;

	if (!timeout)
		return false;
	if (icsk->icsk_probes_tstamp)
		return (s32)(tcp_jiffies32 - icsk->icsk_probes_tstamp) >=
		       (s32)msecs_to_jiffies(timeout);
	if (sk->sk_state != TCP_SYN_SENT)
		return true;
	tries = READ_ONCE(icsk->icsk_syn_retries) ?:
		READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_syn_retries);
	return icsk->icsk_retransmits < tries + cause_facts_linear_timeouts(sock_net(sk));
}

/* As in net/ipv4/tcp.c:tcp_out_of_memory. */
static bool out_of_memory(const struct sock *sk)
{
	return sk->sk_wmem_queued > SOCK_MIN_SNDBUF &&
	       sk_memory_allocated(sk) > sk_prot_mem_limits(sk, 2);
}

/*
 * Has tcp_time_wait() just failed on this CPU? It counts that before it calls tcp_done(),
 * which we are called by, and whose other callers do not count there. A failure that was
 * seen does not count again.
 */
static bool timewait_overflowed(const struct net *net)
{
	struct netns_counters __percpu *counters;
	struct ring __percpu *rings;
	unsigned long irq_flags;
	u64 overflows;
	bool more;

	local_irq_save(irq_flags);
	overflows = this_cpu_read(net->mib.net_statistics->mibs[LINUX_MIB_TCPTIMEWAITOVERFLOW]);
	counters = netns_counters_of(net, &rings);
	more = this_cpu_read(counters->tw_overflows) != overflows;
	this_cpu_write(counters->tw_overflows, overflows);
	local_irq_restore(irq_flags);
	return more;
}

/* What decides only where a connection ends. */
static u32 cause_facts_end(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 saw = 0;

	if (sock_flag(sk, SOCK_DEAD))
		saw |= CAUSE_ORPHAN;
	if (sock_flag(sk, SOCK_DONE))
		saw |= CAUSE_FIN_RCVD;
	if (tp->snd_una == tp->write_seq)
		saw |= CAUSE_ALL_ACKED;
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		saw |= CAUSE_RCV_SHUTDOWN;
	if (!check_net(sock_net(sk)))
		saw |= CAUSE_NETNS_GONE;
	return saw;
}

/* What decides only together with the site. */
static u32 cause_facts_limits(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 saw = 0;

	if (user_timeout_decides(sk))
		saw |= CAUSE_USER_TIMEOUT;
	/* MPTCP copies it to all subflows. */
	if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime)
		saw |= CAUSE_LINGER_0;
	if (READ_ONCE(tp->linger2) < 0)
		saw |= CAUSE_NO_LINGER2;
	if (tcp_fin_time(sk) > TCP_TIMEWAIT_LEN)
		saw |= CAUSE_LONG_FW2;
	if (out_of_memory(sk))
		saw |= CAUSE_TCP_MEM;
	if (timewait_overflowed(sock_net(sk)))
		saw |= CAUSE_TW_FULL;
	if (rcu_access_pointer(tp->fastopen_rsk))
		saw |= CAUSE_TFO_UNACKED;
	return saw;
}

static __always_inline void cause_facts_by_current(struct cause_facts *facts)
{
	if (cause_by_current(facts))
		facts->saw |= CAUSE_BY_CURRENT;
}

void cause_facts_socket(struct cause_facts *facts, const struct sock *sk, int old, int new,
		  u32 saw)
{
	*facts = (struct cause_facts){ .old = old, .new = new };
	if (tcp_sk(sk)->repair)
		saw |= CAUSE_REPAIR;
	saw |= cause_facts_context();
	/* close() takes the socket from each subflow; a worker may send the FIN later. */
	if ((saw & CAUSE_IN_TASK) && sk_is_mptcp(sk))
		saw |= CAUSE_MPTCP | (sk->sk_socket ? 0 : CAUSE_RELEASED);
	if ((saw & CAUSE_IN_TASK) && sk->sk_lock.owned) {
		saw |= CAUSE_OWNED;
		if (new == TCP_FIN_WAIT1 || new == TCP_LAST_ACK)
			saw |= cause_facts_file(sk);
	} else if (!(saw & CAUSE_IN_TASK) && !sk->sk_socket) {
		saw |= CAUSE_NOT_ACCEPTED;
	}
	if (new == TCP_CLOSE) {
		saw |= cause_facts_end(sk);
		facts->error = READ_ONCE(sk->sk_err);
	}
	facts->saw = saw;
	if (cause_needs_site(facts)) {
		facts->saw |= cause_facts_limits(sk);
		cause_stack_find(facts);
	}
	cause_facts_by_current(facts);
}

void cause_facts_request(struct cause_facts *facts, const struct request_sock *req,
		   bool unhashed)
{
	const struct sock *listener = req->rsk_listener;

	*facts = (struct cause_facts){
		.old = TCP_SYN_RECV,
		.new = TCP_CLOSE,
		.of = CAUSE_OF_REQUEST,
		.saw = cause_facts_context(),
	};
	if (unhashed) {
		/* Only tcp_check_req() drops a request that has become a child. */
		facts->saw |= CAUSE_CHILD_DIED;
		facts->site = SITE_CHECK_REQ;
		return;
	}
	if (listener && READ_ONCE(listener->sk_state) != TCP_LISTEN)
		facts->saw |= CAUSE_LISTENER_GONE;
	/* With TCP_DEFER_ACCEPT the ACK is dropped until data comes. */
	else if (listener && inet_rsk(req)->acked &&
		 !READ_ONCE(inet_csk(listener)->icsk_accept_queue.rskq_defer_accept))
		facts->saw |= CAUSE_ACK_DROPPED;
	cause_stack_find(facts);
	cause_facts_by_current(facts);
}

void cause_facts_timewait(struct cause_facts *facts, int old, unsigned long caller)
{
	*facts = (struct cause_facts){
		.old = old,
		.new = TCP_CLOSE,
		.of = CAUSE_OF_TIMEWAIT,
		.saw = cause_facts_context(),
	};
	/* The timer's handler ends in a jump to it, and is no caller. */
	if (!cause_stack_ends_early(caller))
		facts->saw |= CAUSE_DUE;
	if (cause_needs_site(facts))
		cause_stack_find(facts);
	cause_facts_by_current(facts);
}
