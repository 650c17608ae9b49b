/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From the kernel's objects to a record's fields. What a field's value is not
 * known of stays zero and its bit in @known clear.
 *
 * Context: the probes. Nothing is changed but the socket cookie, which the
 * kernel makes when it is first asked for.
 */
#ifndef TCPFSM_FILL_H
#define TCPFSM_FILL_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <net/sock.h>

#include "uapi/tcpfsm.h"

struct inet_timewait_sock;
struct request_sock;

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

void fill_sock(struct tcpfsm_record *rec, const struct sock *sk);
void fill_request(struct tcpfsm_record *rec, const struct request_sock *req);
void fill_timewait(struct tcpfsm_record *rec, const struct inet_timewait_sock *tw);

/*
 * Is @sk, a child just born, still its listener's copy? Before 6.15
 * inet_csk_clone_lock() told LISTEN->SYN_RCVD before it filled in anything but
 * the local port, the cookie included.
 */
bool fill_is_copy(const struct sock *sk);

/* Of such a child: all that is its own. */
void fill_copy(struct tcpfsm_record *rec, const struct sock *sk);

#endif /* TCPFSM_FILL_H */
