/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only version differences in the tree: the code is written for the newest
 * kernel, and what older ones lack is made up here.
 */
#ifndef TCPFSM_COMPAT_H
#define TCPFSM_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/proc_fs.h>
#include <linux/version.h>

/* v5.17: PDE_DATA() became pde_data(). Delete when 5.10 goes. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 17, 0)
#define pde_data(inode) PDE_DATA(inode)
#endif

/* v6.13: hrtimer_setup() took over from hrtimer_init(). Delete when 6.12 goes. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void
hrtimer_setup(struct hrtimer *timer,
	      enum hrtimer_restart (*function)(struct hrtimer *),
	      clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#endif /* TCPFSM_COMPAT_H */
