/* SPDX-License-Identifier: GPL-2.0 */
/* The connections that are older than the module. */
#ifndef TCPFSM_PREEXISTING_H
#define TCPFSM_PREEXISTING_H

#include "flow.h"

/*
 * Make a flow for every TCP socket there is, and for every request and timewait
 * socket whose end is hooked.
 * Context: process, may sleep; after story_begin(), so that what changes
 * meanwhile is not missed.
 */
void seed_flows(void);

/* preexisting.c's own. */
extern bool seed_running;
void seed_bury_now(struct flow_lock lock, u64 key, u32 kind);
void seed_forget_now(u64 id);

/* A minisocket of this key, which has no flow, ends. Under flow_lock() of the key. */
static __always_inline void seed_bury(struct flow_lock lock, u64 key, u32 kind)
{
	if (unlikely(READ_ONCE(seed_running)))
		seed_bury_now(lock, key, kind);
}

/*
 * The socket of this id was handed over to a timewait socket: what was made of it,
 * as it was still in its bucket, is of nothing. Context: the probes.
 */
static __always_inline void seed_forget(u64 id)
{
	if (unlikely(READ_ONCE(seed_running)))
		seed_forget_now(id);
}

#endif /* TCPFSM_PREEXISTING_H */
