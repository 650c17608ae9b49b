/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The RSTs by which this machine answers a segment. TCP sends the RST before it ends the
 * half-open connection or the timewait socket, on the same CPU and with BH off.
 */
#ifndef TCPFSM_RESET_H
#define TCPFSM_RESET_H

#include <linux/types.h>

struct flow;
struct request_sock;
struct sk_buff;
struct sock;

/* @sk answers @skb by a RST. Context: the hooks. */
void reset_sent(const struct sock *sk, const struct sk_buff *skb);

/*
 * What was the last RST of this CPU an answer to, if @listener sent it to the peer of
 * @req, or the timewait socket @tw sent it? Context: interrupts off.
 * Return: CAUSE_RESET_SYN, CAUSE_RESET_ACK; 0: it is not theirs.
 */
u32 reset_of_request(const struct request_sock *req, const struct sock *listener,
		     const struct flow *flow);
u32 reset_of_timewait(const struct sock *tw);

#endif /* TCPFSM_RESET_H */
