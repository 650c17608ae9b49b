/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waking readers: not in a probe, but soon after it; at once if there was no wake-up for
 * some milliseconds. Each network namespace has its own queue of readers, so that none
 * notices the traffic of another.
 */
#ifndef TCPFSM_WAKE_H
#define TCPFSM_WAKE_H

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/wait.h>
#include <asm/barrier.h>

/* Open files of a namespace: a wake-up walks over all that wait. */
#define WAKE_FEEDS_MAX	1009U

/* The readers of a namespace. All but @queue is wake.c's own. */
struct wake {
	struct wait_queue_head queue;	/* a reader adds itself before it looks for records */
	struct list_head list;		/* of those with @feeds */
	unsigned int feeds;		/* open files */
	int news;			/* there are records to wake for */
};

extern unsigned int wake_feeds;	/* wake.c's own: open files of all namespaces */

/* Set up @wake of a new namespace. @all: its readers see all records. */
void wake_set_up(struct wake *wake, bool all);

/* A file is opened. Context: process. Return: 0; -EUSERS: WAKE_FEEDS_MAX are open. */
int wake_open(struct wake *wake);
void wake_close(struct wake *wake);

/*
 * Wake the readers of @wake within some milliseconds, though no record was written: for
 * poll(), which has met a write in progress. Context: any but NMI.
 */
void wake_soon(struct wake *wake);

/* After ring_commit(): is wake_readers() to be called? Context: any but NMI. */
static __always_inline bool wake_wanted(void)
{
	smp_mb();	/* A, pairs with B: see wake.c */
	return READ_ONCE(wake_feeds);
}

/* A record of the namespace of @wake was written. Context: any but NMI. */
void wake_readers(struct wake *wake);

u64 wake_count(void);	/* wake-ups since load */

/* Context: process. wake_exit() waits; no probe may run any more, and no file be open. */
int wake_init(void);	/* Return: 0 or -ENOMEM */
void wake_exit(void);

#endif /* TCPFSM_WAKE_H */
