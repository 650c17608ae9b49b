/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Half-open connections: struct request_sock, from the SYN to the socket.
 *
 * Context: the hooks, interrupts off.
 */
#ifndef TCPFSM_REQUEST_H
#define TCPFSM_REQUEST_H

#include <linux/types.h>

struct request_sock;
struct sk_buff;
struct sock;

/* listen(): some id has, from now on, the owner that its flow has. */
void request_listen(void);

/* A SYN to @listener made @req. */
void request_made(const struct request_sock *req, const struct sock *listener);

/*
 * The socket for @req is about to be made, as a copy of @listener; if that
 * works, the tracepoint tells so next on this CPU.
 */
void request_child(const struct request_sock *req, const struct sock *listener);

/* It does: LISTEN->SYN_RCVD of @child. */
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

/* request_reset() will be called. Before any of these is. */
void request_resets_seen(void);

/* @sk answers @skb with a RST, on this CPU, before it drops the request of it. */
void request_reset(const struct sock *sk, const struct sk_buff *skb);

#endif /* TCPFSM_REQUEST_H */
