/* SPDX-License-Identifier: GPL-2.0 */
/* Waking readers: deferred out of the probes, and at most once a millisecond. */
#ifndef TCPFSM_WAKE_H
#define TCPFSM_WAKE_H

#include <linux/types.h>
#include <linux/wait.h>

/* Who waits for records; add to it before looking whether there are any. */
extern struct wait_queue_head wake_queue;

/* After ring_commit(). Context: any but NMI, preemption disabled. */
void wake_readers(void);

/*
 * Wake them anyway, within a millisecond: for who met a write in progress and
 * cannot wait itself. Context: any but NMI.
 */
void wake_soon(void);

u64 wake_count(void);	/* wake-ups since load */

/* Context: process. wake_exit() waits; no probe may run any more. */
void wake_init(void);
void wake_exit(void);

#endif /* TCPFSM_WAKE_H */
