// SPDX-License-Identifier: GPL-2.0
/*
 * Waking readers. A probe may hold locks under which wake_up() must not run, so it only
 * queues an irq_work. That starts the walk over the readers at once if the last walk is
 * at least WAKE_GAP_NS ago, else a timer does when the gap has passed: a lone transition
 * is shown at once, and a burst is read in few large pieces. A wake-up costs ten thousand
 * instructions; the walk is done by a worker, where it may take its time.
 *
 * Each CPU has a timer of its own, pinned to it. A shared one that another CPU starts
 * while its function runs would stay where it is, and that CPU's clock event would not
 * be reprogrammed.
 *
 * Context: wake_wanted() and wake_readers() in the probes; wake_work_fn() in hard
 *   interrupt or, on -rt, a thread; wake_timer_fn() in hard interrupt; wake_walk() in a
 *   worker; opening and closing in process context.
 * Locking: the bit WAKE_PENDING: the CPU that sets it owes a walk. wake_lock guards the
 *   list of namespaces with open files, and the counts of these.
 *
 * Ordering, writer on the left:
 *
 *   ring_commit, then wake_wanted,    reader
 *   wake_readers                        open: wake_feeds
 *     state += 1, even                  add to the queue
 *     smp_mb()              (A)         cursor_settle: smp_mb()   (B)
 *     wake_feeds; anyone in the queue?  anything committed?
 *
 *     A pairs with B: the writer sees the reader in the queue, or the reader sees the
 *     record.
 *
 *   wake_soon                         wake_walk
 *     news = 1                          clear WAKE_PENDING
 *     smp_mb()              (G)         smp_mb()                  (H)
 *     WAKE_PENDING?                     news?
 *
 *     G pairs with H: a writer that finds the bit set has set news before the walk
 *     that it relies on looks at it.
 */
#include "wake.h"

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/poll.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include "compat.h"

#define WAKE_GAP_NS	(4 * NSEC_PER_MSEC)

enum { WAKE_PENDING };

unsigned int wake_feeds __read_mostly;

static unsigned long wake_flags;
static u64 wake_last_ns;	/* written by wake_walk() only */
static atomic64_t wakes;
static struct wake *wake_all __read_mostly;	/* readers that see all records */
static struct irq_work wake_work;
static void wake_walk(struct work_struct *work);
static DECLARE_WORK(wake_walker, wake_walk);
static struct workqueue_struct *wake_queue;	/* unbound: the CPU of a probe may be busy */
static DEFINE_MUTEX(wake_lock);
static LIST_HEAD(wake_list);			/* namespaces with open files */
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

void wake_soon(struct wake *wake)
{
	WRITE_ONCE(wake->news, 1);
	smp_mb();	/* G, pairs with H */
	if (test_bit(WAKE_PENDING, &wake_flags))
		return;
	/* The CPU that sets the bit owes the walk, and must not be preempted before it. */
	preempt_disable_notrace();
	if (!test_and_set_bit(WAKE_PENDING, &wake_flags)) {
		if (wake_parked())
			wake_at(ktime_get_ns() + WAKE_GAP_NS);
		else
			irq_work_queue(&wake_work);
	}
	preempt_enable_notrace();
}

void wake_readers(struct wake *wake)
{
	if (waitqueue_active(&wake->queue))
		wake_soon(wake);
	if (wake != wake_all && waitqueue_active(&wake_all->queue))
		wake_soon(wake_all);
}

static void wake_walk(struct work_struct *work)
{
	struct wake *wake;

	WRITE_ONCE(wake_last_ns, ktime_get_ns());
	clear_bit(WAKE_PENDING, &wake_flags);
	smp_mb__after_atomic();	/* H, pairs with G */
	atomic64_inc(&wakes);
	mutex_lock(&wake_lock);
	list_for_each_entry(wake, &wake_list, list)
		if (READ_ONCE(wake->news)) {
			WRITE_ONCE(wake->news, 0);
			wake_up_interruptible_poll(&wake->queue, EPOLLIN | EPOLLRDNORM);
		}
	mutex_unlock(&wake_lock);
}

static void wake_work_fn(struct irq_work *work)
{
	u64 now = ktime_get_ns();
	u64 due = READ_ONCE(wake_last_ns) + WAKE_GAP_NS;

	if (now >= due)
		queue_work(wake_queue, &wake_walker);
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

void wake_set_up(struct wake *wake, bool all)
{
	init_waitqueue_head(&wake->queue);
	if (all)
		wake_all = wake;
}

int wake_open(struct wake *wake)
{
	int err = 0;

	mutex_lock(&wake_lock);
	if (wake->feeds == WAKE_FEEDS_MAX) {
		err = -EUSERS;
	} else {
		if (!wake->feeds++)
			list_add_tail(&wake->list, &wake_list);
		WRITE_ONCE(wake_feeds, wake_feeds + 1);
	}
	mutex_unlock(&wake_lock);
	return err;
}

void wake_close(struct wake *wake)
{
	mutex_lock(&wake_lock);
	if (!--wake->feeds)
		list_del(&wake->list);
	WRITE_ONCE(wake_feeds, wake_feeds - 1);
	mutex_unlock(&wake_lock);
}

u64 wake_count(void)
{
	return atomic64_read(&wakes);
}

int wake_init(void)
{
	int cpu;

	wake_queue = alloc_workqueue("tcpfsm", WQ_UNBOUND | WQ_HIGHPRI, 1);
	if (!wake_queue)
		return -ENOMEM;
	init_irq_work(&wake_work, wake_work_fn);
	for_each_possible_cpu(cpu)
		hrtimer_setup(per_cpu_ptr(&wake_timer, cpu), wake_timer_fn,
			      CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED_HARD);
	return 0;
}

/*
 * The last walk may still be pending: as irq_work, then as a timer, then as irq_work
 * again, which finds the gap passed and starts no timer, then in a worker.
 */
void wake_exit(void)
{
	int cpu;

	irq_work_sync(&wake_work);
	for_each_possible_cpu(cpu)
		hrtimer_cancel(per_cpu_ptr(&wake_timer, cpu));
	irq_work_sync(&wake_work);
	destroy_workqueue(wake_queue);
}
