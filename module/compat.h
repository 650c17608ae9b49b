/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All version differences in the tree. The code is written for the newest kernel; this
 * file gives older ones the names that they lack. HAVE_* come from the kernel's headers, by
 * way of Kbuild; the version in a comment is that of the first mainline kernel.
 */
#ifndef TCPFSM_COMPAT_H
#define TCPFSM_COMPAT_H

#include <linux/ftrace.h>
#include <linux/hrtimer.h>
#include <linux/proc_fs.h>

/* v5.17: PDE_DATA() became pde_data(). Delete when 5.10 goes. */
#ifndef HAVE_pde_data
#define pde_data(inode) PDE_DATA(inode)
#endif

/* v6.13: hrtimer_setup() took over from hrtimer_init(). Delete when 6.12 goes. */
#ifndef HAVE_hrtimer_setup
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
#ifndef HAVE_ftrace_get_regs
#define ftrace_regs pt_regs
#define hook_argument(regs, n) regs_get_kernel_argument(regs, n)
#define HOOK_OPS_FLAGS (FTRACE_OPS_FL_SAVE_REGS | \
			FTRACE_OPS_FL_RECURSION_SAFE | FTRACE_OPS_FL_PERMANENT)
/* v6.2: ftrace_regs_get_argument(). Delete when 6.1 goes. */
#elif !defined(HAVE_ftrace_regs_get_argument)
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
#ifdef HAVE_listening_hash
#define preexisting_listen_buckets(hashinfo) ((void)(hashinfo), INET_LHTABLE_SIZE)
#define preexisting_listen_bucket(hashinfo, i) (&(hashinfo)->listening_hash[i])
#else
#define preexisting_listen_buckets(hashinfo) ((hashinfo)->lhash2_mask + 1)
#define preexisting_listen_bucket(hashinfo, i) (&(hashinfo)->lhash2[i])
#endif

/* v5.17 to v6.0: allocated apart from the namespace. */
#ifdef HAVE_tcp_death_row_pointer
#define preexisting_hashinfo(net) ((net)->ipv4.tcp_death_row->hashinfo)
#else
#define preexisting_hashinfo(net) ((net)->ipv4.tcp_death_row.hashinfo)
#endif

/* v6.5: net.ipv4.tcp_syn_linear_timeouts. Delete when 6.1 goes. */
#ifdef HAVE_sysctl_tcp_syn_linear_timeouts
#define cause_facts_linear_timeouts(net) \
	READ_ONCE((net)->ipv4.sysctl_tcp_syn_linear_timeouts)
#else
#define cause_facts_linear_timeouts(net) 0
#endif

/* v6.0: read() of one buffer is ITER_UBUF. Delete when 5.10 goes. */
#ifndef HAVE_user_backed_iter
#define user_backed_iter(iter) iter_is_iovec(iter)
#endif

/* v6.10: sk_memory_allocated() moved here. Delete when 6.1 goes. */
#if __has_include(<net/proto_memory.h>)
#include <net/proto_memory.h>
#endif

#endif /* TCPFSM_COMPAT_H */
