// SPDX-License-Identifier: GPL-2.0
/*
 * Waking readers. A probe may hold locks under which wake_up() must not run, so it only
 * queues an irq_work. That wakes the readers at once if the last wake-up is at least
 * WAKE_GAP_NS ago, else a timer does when the gap has passed: a lone transition is shown
 * at once, and a burst is read in few large pieces. A wake-up costs ten thousand
 * instructions.
 *
 * Each CPU has a timer of its own, pinned to it. A shared one that another CPU starts
 * while its function runs would stay where it is, and that CPU's clock event would not
 * be reprogrammed.
 *
 * Context: wake_readers() in the probes; wake_work_fn() in hard interrupt or,
 *   on -rt, a thread; wake_timer_fn() in hard interrupt.
 * Locking: the bit WAKE_PENDING: the CPU that sets it owes a wake-up.
 *
 * Ordering, writer on the left:
 *
 *   ring_commit, then wake_readers    reader
 *     state += 1, even                  add to wake_queue
 *     smp_mb()              (A)         cursor_settle: smp_mb()   (B)
 *     anyone in wake_queue?             anything committed?
 *
 *     A pairs with B: the writer sees the reader in the queue, or the reader sees the
 *     record. A pairs with the barrier after clear_bit(), too: a writer that finds the
 *     bit set has committed before the wake-up that it relies on.
 */
#include "wake.h"

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/poll.h>
#include <linux/preempt.h>
#include <linux/smp.h>

#include "compat.h"

#define WAKE_GAP_NS	(4 * NSEC_PER_MSEC)

enum { WAKE_PENDING };

DECLARE_WAIT_QUEUE_HEAD(wake_queue);

static unsigned long wake_flags;
static u64 wake_last_ns;	/* written by wake_now() only */
static atomic64_t wakes;
static struct irq_work wake_work;
static DEFINE_PER_CPU(struct hrtimer, wake_timer);

/*
 * On -rt a thread of each CPU runs irq_work. While a CPU goes offline, that thread is
 * parked (kernel/irq_work.c:irq_workd) and irq_work queued there does not run; its timers
 * still fire, and move to another CPU later. So on such a CPU use the timer.
 */
static bool wake_parked(void)
{
	return IS_ENABLED(CONFIG_PREEMPT_RT) && unlikely(!cpu_active(smp_processor_id()));
}

static void wake_at(u64 due)
{
	hrtimer_start(this_cpu_ptr(&wake_timer), ns_to_ktime(due),
		      HRTIMER_MODE_ABS_PINNED_HARD);
}

void wake_soon(void)
{
	if (test_bit(WAKE_PENDING, &wake_flags))
		return;
	/* The CPU that sets the bit owes the wake-up, and must not be preempted before it. */
	preempt_disable_notrace();
	if (!test_and_set_bit(WAKE_PENDING, &wake_flags)) {
		if (wake_parked())
			wake_at(ktime_get_ns() + WAKE_GAP_NS);
		else
			irq_work_queue(&wake_work);
	}
	preempt_enable_notrace();
}

static void wake_now(u64 now)
{
	WRITE_ONCE(wake_last_ns, now);
	clear_bit(WAKE_PENDING, &wake_flags);
	smp_mb__after_atomic();	/* pairs with A, and with test_and_set_bit() */
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
		wake_at(due);
}

static enum hrtimer_restart wake_timer_fn(struct hrtimer *timer)
{
	if (wake_parked()) {
		hrtimer_forward_now(timer, ns_to_ktime(WAKE_GAP_NS));
		return HRTIMER_RESTART;
	}
	irq_work_queue(&wake_work);
	return HRTIMER_NORESTART;
}

u64 wake_count(void)
{
	return atomic64_read(&wakes);
}

void wake_init(void)
{
	int cpu;

	init_irq_work(&wake_work, wake_work_fn);
	for_each_possible_cpu(cpu)
		hrtimer_setup(per_cpu_ptr(&wake_timer, cpu), wake_timer_fn,
			      CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
}

/*
 * The last wake-up may still be pending: as irq_work, then as a timer, then as irq_work
 * again, which finds the gap passed and starts no timer.
 */
void wake_exit(void)
{
	int cpu;

	irq_work_sync(&wake_work);
	for_each_possible_cpu(cpu)
		hrtimer_cancel(per_cpu_ptr(&wake_timer, cpu));
	irq_work_sync(&wake_work);
}
