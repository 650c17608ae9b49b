// SPDX-License-Identifier: GPL-2.0
/*
 * Remembers the last RST of each CPU.
 *
 * Context: the hooks, in softirq or with BH off.
 * Locking: interrupts are off while per-CPU data is used.
 */
#include "reset.h"

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/ipv6.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/tcp_states.h>

#include "cause.h"
#include "flow.h"

/* The last RST that a listener or a timewait socket sent on this CPU. */
struct reset {
	u64 ns;			/* CLOCK_MONOTONIC */
	const struct sock *sk;	/* only compared */
	u32 ack;		/* of the segment that it answers; not of a SYN */
	struct in6_addr peer;	/* IPv4 as ::ffff:a.b.c.d */
	__be16 peer_port;
	u16 port;
	bool syn;		/* it answers a SYN */
	bool acks;		/* it answers an ACK */
};

static DEFINE_PER_CPU(struct reset, resets);

void reset_sent(const struct sock *sk, const struct sk_buff *skb)
{
	struct reset *reset;
	unsigned long irq_flags;
	const struct tcphdr *th;

	/* CLOSED: the listener is being closed. */
	if (!sk || !skb ||
	    !(BIT(sk->sk_state) & (TCPF_LISTEN | TCPF_CLOSE | TCPF_TIME_WAIT)))
		return;
	local_irq_save(irq_flags);
	reset = this_cpu_ptr(&resets);
	th = tcp_hdr(skb);
	reset->ns = ktime_get_ns();
	reset->sk = sk;
	reset->ack = ntohl(th->ack_seq);
	reset->acks = th->ack;
	reset->peer_port = th->source;
	reset->port = ntohs(th->dest);
	/* net/ipv4/tcp_minisocks.c:tcp_timewait_state_process: an old SYN is none. */
	reset->syn = th->syn && (sk->sk_state != TCP_TIME_WAIT ||
				 !before(ntohl(th->seq), READ_ONCE(tcp_twsk(sk)->tw_rcv_nxt)));
	if (skb->protocol == htons(ETH_P_IPV6))
		reset->peer = ipv6_hdr(skb)->saddr;
	else
		ipv6_addr_set_v4mapped(ip_hdr(skb)->saddr, &reset->peer);
	local_irq_restore(irq_flags);
}

/* A RST that answers an ACK of another sequence number was not sent by tcp_check_req(). */
u32 reset_of_request(const struct request_sock *req, const struct sock *listener,
		     const struct flow *flow)
{
	const struct reset *reset = this_cpu_ptr(&resets);

	if (reset->acks && reset->ack != tcp_rsk(req)->snt_isn + 1)
		return 0;
	if (reset->ns < flow->since_ns || reset->sk != listener ||
	    reset->port != flow->ends.lport ||
	    reset->peer_port != inet_rsk(req)->ir_rmt_port ||
	    memcmp(&reset->peer, flow->ends.raddr, sizeof(reset->peer)))
		return 0;
	return reset->syn ? CAUSE_RESET_SYN : CAUSE_RESET_ACK;
}

u32 reset_of_timewait(const struct sock *tw)
{
	const struct reset *reset = this_cpu_ptr(&resets);

	if (reset->sk != tw)
		return 0;
	return reset->syn ? CAUSE_RESET_SYN : CAUSE_RESET_ACK;
}
