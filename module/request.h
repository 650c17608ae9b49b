/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Half-open connections: struct request_sock, from the SYN to the socket.
 *
 * Context: the hooks.
 */
#ifndef TCPFSM_REQUEST_H
#define TCPFSM_REQUEST_H

#include <linux/percpu.h>
#include <linux/types.h>

struct request_sock;
struct sk_buff;
struct sock;

/* The request whose child is being made on this CPU, with BH off; request.c's own. */
struct request_clone {
	const struct request_sock *made;	/* only compared */
	const struct request_sock *req;	/* the same, if it is to be reported */
	const struct sock *listener;
	bool early;			/* it had no id to be copied */
};

DECLARE_PER_CPU(struct request_clone, request_cloned);

/* listen() gave a listener's flow its owner: what is remembered of owners is stale. */
void request_listen(void);

/* A SYN to @listener made @req. */
void request_made(const struct request_sock *req, const struct sock *listener);

/*
 * The socket for @req is about to be made, as a copy of @listener; if that
 * works, the tracepoint tells so next on this CPU.
 */
void request_child(const struct request_sock *req, const struct sock *listener);

/* Must that be reported? Mostly it was, when the SYN came. */
static __always_inline bool request_child_is_due(void)
{
	return this_cpu_read(request_cloned.req);
}

/* It is: LISTEN->SYN_RCVD of @child. */
void request_child_born(const struct sock *child);

/* @req has become a child; only where request_drop() does not tell. */
void request_done(const struct request_sock *req);

/* What is known of a request that is dropped. */
enum request_drop {
	REQUEST_DROP_ASKED,	/* if it is hashed still: else it was, or is done */
	REQUEST_DROP_UNLINKED,	/* it was hashed, and is not any more */
};

/* @req of @listener is dropped. */
void request_drop(const struct request_sock *req, const struct sock *listener,
		  enum request_drop how);

/* @sk answers @skb with a RST, on this CPU, before it drops the request of it. */
void request_reset(const struct sock *sk, const struct sk_buff *skb);

#endif /* TCPFSM_REQUEST_H */
