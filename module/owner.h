/* SPDX-License-Identifier: GPL-2.0 */
/* The process a connection belongs to. */
#ifndef TCPFSM_OWNER_H
#define TCPFSM_OWNER_H

#include <linux/types.h>

#include "uapi/tcpfsm.h"

struct sock;

struct owner {
	u32 pid;		/* thread group, in the initial pid namespace; 0: the kernel */
	u32 uid;		/* of the socket, in the initial user namespace */
	u8 comm[TCPFSM_COMM_LEN];
};

/*
 * Current's process, which uses @sk. Threads of the kernel are "kernel", pid 0:
 * which of them runs a piece of work is chance.
 * Context: any in which current holds lock_sock(sk).
 */
void owner_current(struct owner *owner, const struct sock *sk);

/*
 * Current itself, as a record's actor: its own name, its process's pid. Mostly it
 * is @owner, which may be NULL.
 */
void owner_actor(struct tcpfsm_record *rec, const struct owner *owner);

#endif /* TCPFSM_OWNER_H */
