/* SPDX-License-Identifier: GPL-2.0 */
/* The process a connection belongs to. */
#ifndef TCPFSM_OWNER_H
#define TCPFSM_OWNER_H

#include "flow.h"
#include "uapi/tcpfsm.h"

struct sock;

/*
 * Current's process, which uses @sk. Threads of the kernel are "kernel", pid 0:
 * which of them runs a piece of work is chance.
 * Context: any in which current holds lock_sock(sk).
 */
void owner_current(struct flow_owner *owner, const struct sock *sk);

/*
 * Current itself, as a record's actor: its own name, its process's pid. Mostly it
 * is @owner, which may be NULL.
 */
void owner_actor(struct tcpfsm_record *rec, const struct flow_owner *owner);

#endif /* TCPFSM_OWNER_H */
