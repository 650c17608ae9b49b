// SPDX-License-Identifier: GPL-2.0
/*
 * Waking readers. A probe may hold locks under which wake_up() must not run,
 * and a wake-up costs ten times a record: so a probe only raises an irq_work,
 * and that wakes at once if the last wake-up is a millisecond ago, else when
 * it will be.
 *
 * Context: wake_readers() in the probes; wake_now() in hard interrupt, softirq
 *   or, on -rt, their threads.
 * Locking: the bit WAKE_PENDING: whoever sets it owes a wake-up.
 *
 * Ordering, writer on the left:
 *
 *   ring_commit, then wake_readers    reader
 *     active -= 1                       add to wake_queue
 *     smp_mb()              (A)         cursor_settle: smp_mb()   (B)
 *     anyone in wake_queue?             anything committed?
 *
 *     A pairs with B: the writer sees the reader, or the reader the record.
 *     In the same way test_and_set_bit() and the barrier after clear_bit():
 *     who finds the bit set has committed before the wake-up it relies on.
 */
#include "wake.h"

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/poll.h>

#include "compat.h"

#define WAKE_GAP_NS	NSEC_PER_MSEC

enum { WAKE_PENDING };

DECLARE_WAIT_QUEUE_HEAD(wake_queue);

static unsigned long wake_flags;
static u64 wake_last_ns;	/* written by wake_now() only */
static atomic64_t wakes;
static struct irq_work wake_work;
static struct hrtimer wake_timer;

void wake_readers(void)
{
	smp_mb();	/* A, pairs with B */
	if (!waitqueue_active(&wake_queue))
		return;
	if (!test_and_set_bit(WAKE_PENDING, &wake_flags))
		irq_work_queue(&wake_work);
}

static void wake_now(u64 now)
{
	WRITE_ONCE(wake_last_ns, now);
	clear_bit(WAKE_PENDING, &wake_flags);
	smp_mb__after_atomic();	/* pairs with test_and_set_bit() */
	atomic64_inc(&wakes);
	wake_up_interruptible_poll(&wake_queue, EPOLLIN | EPOLLRDNORM);
}

static void wake_work_fn(struct irq_work *work)
{
	u64 now = ktime_get_ns();
	u64 due = READ_ONCE(wake_last_ns) + WAKE_GAP_NS;

	if (now >= due)
		wake_now(now);
	else
		hrtimer_start(&wake_timer, ns_to_ktime(due),
			      HRTIMER_MODE_ABS_SOFT);
}

static enum hrtimer_restart wake_timer_fn(struct hrtimer *timer)
{
	wake_now(ktime_get_ns());
	return HRTIMER_NORESTART;
}

u64 wake_count(void)
{
	return atomic64_read(&wakes);
}

void wake_init(void)
{
	init_irq_work(&wake_work, wake_work_fn);
	hrtimer_setup(&wake_timer, wake_timer_fn, CLOCK_MONOTONIC,
		      HRTIMER_MODE_ABS_SOFT);
}

/* The work may start the timer, never the other way round. */
void wake_exit(void)
{
	irq_work_sync(&wake_work);
	hrtimer_cancel(&wake_timer);
}
