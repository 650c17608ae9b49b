/* SPDX-License-Identifier: GPL-2.0 */
/* The connections that are older than the module. */
#ifndef TCPFSM_SEED_H
#define TCPFSM_SEED_H

#include "flow.h"

/*
 * Make a flow for every TCP socket there is, and for every request and timewait
 * socket whose end is hooked.
 * Context: process, may sleep; after story_begin(), so that what changes
 * meanwhile is not missed.
 */
void seed_flows(void);

/* A minisocket that has no flow ends. Under its flow_lock(). */
void seed_bury(struct flow_lock *lock, enum flow_kind kind);

/*
 * The socket of this id was handed over to a timewait socket: what was made of it,
 * as it was still in its bucket, is nobody's. Context: the probes, interrupts off.
 */
void seed_forget(u64 id);

#endif /* TCPFSM_SEED_H */
