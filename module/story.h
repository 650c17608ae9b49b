/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One story per connection, out of what the hooks see of its request socket,
 * its socket and its timewait socket: which steps are told, and which are not.
 *
 * Context: the probes; preemption disabled.
 */
#ifndef TCPFSM_STORY_H
#define TCPFSM_STORY_H

#include <linux/types.h>

struct inet_timewait_sock;
struct request_sock;
struct sock;

/* Which hooks are there: without some, less is known, and told as it is. */
enum story_hook {
	STORY_CONNECT = 1 << 0,		/* story_connect() will be called */
	STORY_REQUESTS = 1 << 1,	/* story_request(), _child(), _request_drop() */
	STORY_TIMEWAIT = 1 << 2,	/* story_timewait(), _timewait_end() */
	STORY_BEGUN = 1 << 3,		/* tracepoint and hooks are all attached */
};

/*
 * Until then nothing is told: hooks that were attached one after another would
 * tell half-stories. @hooks are those that are.
 */
void story_begin(unsigned int hooks);
bool story_begun(void);

/* The tracepoint: @sk is about to go from @old to @new. */
void story_state(const struct sock *sk, int old, int new);

/* connect() has chosen the local port. */
void story_connect(const struct sock *sk);

/* A SYN made @req. */
void story_request(const struct request_sock *req);

/*
 * The socket for @req is about to be made, as a copy of its listener; if that
 * works, the tracepoint tells so next on this CPU.
 */
void story_child(const struct request_sock *req);

/* @req has become @child. */
void story_request_done(const struct request_sock *req, const struct sock *child);

/* @req is dropped. If it is not @hashed, it was dropped before, or is done. */
void story_request_drop(const struct request_sock *req, bool hashed);

/* @tw takes over from @sk, which will be closed next. */
void story_timewait(const struct inet_timewait_sock *tw, const struct sock *sk);

/* @tw's timer was set anew: its peer's FIN may have come. */
void story_timewait_again(const struct inet_timewait_sock *tw);

/* @tw is about to go. */
void story_timewait_end(const struct inet_timewait_sock *tw);

/*
 * What is there already, between story_seed_begin() and story_seed_end(): @sk
 * may be a socket, a request or a timewait socket.
 * Context: process; story_seed() with the lock of @sk's hash bucket held.
 */
void story_seed_begin(void);
void story_seed(struct sock *sk);
void story_seed_end(void);

#endif /* TCPFSM_STORY_H */
