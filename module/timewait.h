/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What goes on without its socket: struct inet_timewait_sock, which stands for
 * TIME_WAIT and for the FIN_WAIT_2 of an orphan.
 *
 * Context: the hooks.
 */
#ifndef TCPFSM_TIMEWAIT_H
#define TCPFSM_TIMEWAIT_H

#include <linux/types.h>

struct inet_timewait_sock;
struct sock;

/* @tw takes over from @sk, which will be closed next. */
void timewait_begin(const struct inet_timewait_sock *tw, const struct sock *sk);

/* @tw's timer was set anew: its peer's FIN may have come. */
void timewait_again(const struct inet_timewait_sock *tw);

/* @tw is about to go; @caller is what ends it. */
void timewait_end(const struct inet_timewait_sock *tw, unsigned long caller);

/*
 * The socket of this id goes to CLOSED. Return: is that because a timewait
 * socket has taken over? True once for each.
 */
bool timewait_handed_over(u64 id);

#endif /* TCPFSM_TIMEWAIT_H */
