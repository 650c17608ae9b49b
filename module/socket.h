/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One story per connection, out of what is seen of its request socket (request.c),
 * its socket (here) and its timewait socket (timewait.c): which steps are told,
 * and which are not.
 *
 * Context: the probes: what the tracepoints and the hooks call, here and in
 *   request.h and timewait.h. They turn interrupts off where they lock a flow. So
 *   no other probe of this CPU comes in between, a record's time is that of its
 *   place in the ring, and a lock of the flow table may be wanted in a softirq as
 *   well. On -rt, too: it takes a microsecond.
 */
#ifndef TCPFSM_SOCKET_H
#define TCPFSM_SOCKET_H

#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/types.h>

struct sock;

/* Which hooks are there: without some, less is known, and told as it is. */
enum story_hook {
	STORY_CONNECT = 1 << 0,		/* story_connect() will be called */
	STORY_REQUESTS = 1 << 1,	/* what is in request.h will be */
	STORY_TIMEWAIT = 1 << 2,	/* what is in timewait.h will be */
	STORY_ACCEPT = 1 << 3,		/* story_accept() will be */
};

/*
 * Until then nothing is told: hooks that were attached one after another would
 * tell half-stories. @hooks are those that are.
 */
void story_begin(unsigned int hooks);

extern unsigned int story_hooks;	/* socket.c's own */

static inline bool story_has(enum story_hook hook)
{
	return READ_ONCE(story_hooks) & hook;
}

DECLARE_STATIC_KEY_FALSE(story_key);	/* as is this: tracepoint and hooks are all attached */

static __always_inline bool story_begun(void)
{
	return static_branch_likely(&story_key);
}

/*
 * The tracepoint inet_sock_set_state: @sk is about to go from @old to @new, just
 * before that is stored (net/ipv4/af_inet.c:inet_sk_set_state).
 */
void story_state(void *unused, const struct sock *sk, int old, int new);

/* accept() gives @sk, a child, to current. */
void story_accept(const struct sock *sk);

/* connect() has chosen the local port. */
void story_connect(const struct sock *sk);

#endif /* TCPFSM_SOCKET_H */
