/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All version differences in the tree. The code is written for the newest kernel; this
 * file gives older ones the names that they lack.
 */
#ifndef TCPFSM_COMPAT_H
#define TCPFSM_COMPAT_H

#include <linux/ftrace.h>
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

/* v5.11: ftrace handlers get struct ftrace_regs. Delete when 5.10 goes. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define ftrace_regs pt_regs
#define hook_argument(regs, n) regs_get_kernel_argument(regs, n)
#define HOOK_OPS_FLAGS (FTRACE_OPS_FL_SAVE_REGS | \
			FTRACE_OPS_FL_RECURSION_SAFE | FTRACE_OPS_FL_PERMANENT)
/* v6.2: ftrace_regs_get_argument(). Delete when 6.1 goes. */
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define hook_argument(regs, n) \
	regs_get_kernel_argument(ftrace_get_regs(regs), n)
#define HOOK_OPS_FLAGS (FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_PERMANENT)
#else
#define hook_argument(regs, n) ftrace_regs_get_argument(regs, n)
#define HOOK_OPS_FLAGS (FTRACE_OPS_FL_SAVE_ARGS | FTRACE_OPS_FL_PERMANENT)
#endif

/* v6.1: variables that CONFIG_INIT_STACK_ALL_ZERO leaves alone. Delete when 5.10 goes. */
#ifndef __uninitialized
#define __uninitialized
#endif

/* v5.19: listeners are only in lhash2. Delete when 5.10 goes. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 19, 0)
#define preexisting_listen_buckets(hashinfo) ((void)(hashinfo), INET_LHTABLE_SIZE)
#define preexisting_listen_bucket(hashinfo, i) (&(hashinfo)->listening_hash[i])
#else
#define preexisting_listen_buckets(hashinfo) ((hashinfo)->lhash2_mask + 1)
#define preexisting_listen_bucket(hashinfo, i) (&(hashinfo)->lhash2[i])
#endif

/* v6.5: net.ipv4.tcp_syn_linear_timeouts. Delete when 6.1 goes. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define cause_facts_linear_timeouts(net) 0
#else
#define cause_facts_linear_timeouts(net) \
	READ_ONCE((net)->ipv4.sysctl_tcp_syn_linear_timeouts)
#endif

/* v6.0: read() of one buffer is ITER_UBUF. Delete when 5.10 goes. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)
#define user_backed_iter(iter) iter_is_iovec(iter)
#endif

/* v6.10: sk_memory_allocated() moved here. Delete when 6.1 goes. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#include <net/proto_memory.h>
#endif

/* v6.10: the tracepoint tcp_send_reset has a reason. Delete when 6.1 goes. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define TRACEPOINT_RESET_REASON
#else
#define TRACEPOINT_RESET_REASON , const enum sk_rst_reason reason
#endif

#endif /* TCPFSM_COMPAT_H */
