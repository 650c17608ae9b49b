/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waking readers: deferred out of the probes, at once after idle time, and not
 * more often than each few milliseconds.
 */
#ifndef TCPFSM_WAKE_H
#define TCPFSM_WAKE_H

#include <linux/types.h>
#include <linux/wait.h>
#include <asm/barrier.h>

/* Who waits for records; add to it before looking whether there are any. */
extern struct wait_queue_head wake_queue;

/*
 * Wake them anyway, within a few milliseconds: for who met a write in progress and
 * cannot wait itself. Context: any but NMI.
 */
void wake_soon(void);

/* After ring_commit(). Context: any but NMI. */
static __always_inline void wake_readers(void)
{
	smp_mb();	/* A, pairs with B: see wake.c */
	if (waitqueue_active(&wake_queue))
		wake_soon();
}

u64 wake_count(void);	/* wake-ups since load */

/* Context: process. wake_exit() waits; no probe may run any more. */
void wake_init(void);
void wake_exit(void);

#endif /* TCPFSM_WAKE_H */
