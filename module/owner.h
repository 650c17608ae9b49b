/* SPDX-License-Identifier: GPL-2.0 */
/* The owner of a connection, and the actor of a transition. */
#ifndef TCPFSM_OWNER_H
#define TCPFSM_OWNER_H

#include "flow.h"
#include "uapi/tcpfsm.h"

struct sock;

/*
 * Set @owner to current's process, which uses @sk. A kernel thread is "kernel", pid 0:
 * which thread of a pool does the work is chance.
 * Context: current holds lock_sock(sk).
 */
void owner_current(struct flow_owner *owner, const struct sock *sk);

/*
 * Has the process @owner ended, or begun to? A process that has started after @since_ns,
 * CLOCK_MONOTONIC, may be another one of that pid.
 * Context: the probes. Return: 0, CAUSE_EXITING or CAUSE_OWNER_UNKNOWN.
 */
u32 owner_fate(const struct flow_owner *owner, u64 since_ns);

/*
 * Set the record's actor: current's own name, and the pid of its process. @owner is
 * mostly of the same name, which saves padding it; may be NULL.
 */
void owner_actor(struct tcpfsm_record *rec, const struct flow_owner *owner);

#endif /* TCPFSM_OWNER_H */
