/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a connection as a timewait socket: TIME_WAIT, and the FIN_WAIT_2 of an
 * orphan.
 *
 * Context: the hooks.
 */
#ifndef TCPFSM_TIMEWAIT_H
#define TCPFSM_TIMEWAIT_H

#include <linux/types.h>

struct inet_timewait_sock;
struct sock;

/* @tw takes over from @sk, which is closed next. */
void timewait_begin(const struct inet_timewait_sock *tw, const struct sock *sk);

/* @tw's timer was restarted: the peer's FIN may have come. */
void timewait_again(const struct inet_timewait_sock *tw);

/* @tw ends; @caller: the address that inet_twsk_kill() returns to. */
void timewait_end(const struct inet_timewait_sock *tw, unsigned long caller);

/*
 * @sk goes to CLOSED. Return: has a timewait socket taken over? True once for each
 * hand-over.
 */
bool timewait_handed_over(const struct sock *sk);

#endif /* TCPFSM_TIMEWAIT_H */
