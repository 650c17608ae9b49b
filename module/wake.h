/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waking readers: not in a probe, but soon after it; at once if there was no wake-up for
 * some milliseconds.
 */
#ifndef TCPFSM_WAKE_H
#define TCPFSM_WAKE_H

#include <linux/types.h>
#include <linux/wait.h>
#include <asm/barrier.h>

/* Readers that wait. A reader adds itself before it looks for records. */
extern struct wait_queue_head wake_queue;

/*
 * Wake the readers within some milliseconds, though no record was written: for poll(),
 * which has met a write in progress. Context: any but NMI.
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
