/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of a connection as a request: half-open, from the SYN to its socket.
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
	const struct request_sock *req;	/* the same, if it is yet to be reported */
	const struct sock *listener;
	u64 id;				/* of @made; 0: it had none to be copied */
	bool died;			/* the child has died already */
};

DECLARE_PER_CPU(struct request_clone, request_cloned);

/* listen() has set the owner of a flow: owners that request.c remembers are stale. */
void request_listen(void);

/*
 * A SYN-ACK is sent for @req, which a SYN to @listener has made, and which is in the
 * table of established connections. @first: false where the SYN-ACK is sent again.
 */
void request_synack(const struct request_sock *req, const struct sock *listener, bool first);

/*
 * The child of @req is made next, as a copy of @listener; the tracepoint follows on this
 * CPU, unless that fails.
 */
void request_child(const struct request_sock *req, const struct sock *listener);

/* Is LISTEN->SYN_RCVD of the child yet to be reported? Mostly it was, at the SYN. */
static __always_inline bool request_child_is_due(void)
{
	return this_cpu_read(request_cloned.req);
}

/* Report LISTEN->SYN_RCVD of @child, where request_child_is_due(). */
void request_child_born(const struct sock *child);

/* The child that was made last on this CPU was closed before it was complete. */
void request_child_died(void);

/* @req has become a child; only on kernels where request_drop() is not called then. */
void request_done(const struct request_sock *req);

/* What the hooked function says of a request that it drops. */
enum request_drop {
	REQUEST_DROP_ASKED,	/* nothing yet: it is dropped only if it is still hashed */
	REQUEST_DROP_UNLINKED,	/* it was hashed until now */
};

/*
 * @req of @listener is about to be dropped. Its child, or another drop, may still win:
 * request_end() reports what was decided.
 */
void request_drop(const struct request_sock *req, const struct sock *listener,
		  enum request_drop how);

/* @req is freed: if it was neither migrated nor has become a child, it ends here. */
void request_end(const struct request_sock *req);

#endif /* TCPFSM_REQUEST_H */
