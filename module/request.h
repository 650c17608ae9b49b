/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Half-open connections: struct request_sock, from the SYN to the socket.
 *
 * Context: the hooks; preemption disabled.
 */
#ifndef TCPFSM_REQUEST_H
#define TCPFSM_REQUEST_H

#include <linux/types.h>

struct request_sock;
struct sock;

/* A SYN made @req. */
void request_made(const struct request_sock *req);

/*
 * The socket for @req is about to be made, as a copy of its listener; if that
 * works, the tracepoint tells so next on this CPU.
 */
void request_child(const struct request_sock *req);

/* It does: LISTEN->SYN_RCVD of a child. */
void request_child_born(void);

/* @req has become @child. */
void request_done(const struct request_sock *req, const struct sock *child);

/* @req is dropped. If it is not @hashed, it was dropped before, or is done. */
void request_drop(const struct request_sock *req, bool hashed);

#endif /* TCPFSM_REQUEST_H */
