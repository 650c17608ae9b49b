// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks on functions of the kernel, by ftrace. It finds static functions too, and a
 * softirq inside a hook is not lost, as with a kprobe
 * (arch/x86/kernel/kprobes/ftrace.c).
 *
 * One ftrace_ops serves all hooks: unregister_ftrace_function() waits for RCU tasks
 * with ftrace's lock held, 0.2 s under traffic, and one for each hook would wait one
 * after another. The ops is permanent: while it is attached, kernel.ftrace_enabled
 * cannot be set to 0, which would cut off each connection half-way.
 *
 * Context of a hit: that of the hooked function. The functions called from here turn
 *   interrupts off (socket.h).
 * Locking: none. The table does not change while hooks are attached, but for hook_at:
 *   hook_hit_first() sets each entry to the only value that it can have.
 */
#include "hook.h"

#include <linux/cpumask.h>
#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "ksym.h"
#include "request.h"
#include "reset.h"
#include "socket.h"
#include "timewait.h"
#include "transition.h"

/* DCCP calls the hooked functions of requests, too, but for those that name TCP. */
static bool is_tcp(const struct sock *listener)
{
	return listener->sk_protocol == IPPROTO_TCP;
}

static __always_inline void hit_connect(struct ftrace_regs *regs)
{
	socket_connect((void *)hook_argument(regs, 0));
}

/*
 * (listener, dst, fl, req, foc, type): a SYN-ACK that is sent again has no dst; of type
 * TCP_SYNACK_COOKIE no request is kept, of TCP_SYNACK_FASTOPEN there is a child.
 */
static __always_inline void hit_synack(struct ftrace_regs *regs)
{
	if ((u32)hook_argument(regs, 5) == TCP_SYNACK_NORMAL)
		request_synack((void *)hook_argument(regs, 3),
			       (void *)hook_argument(regs, 0), hook_argument(regs, 1));
}

static __always_inline void hit_child(struct ftrace_regs *regs)
{
	if (is_tcp((void *)hook_argument(regs, 0)))
		request_child((void *)hook_argument(regs, 1),
			      (void *)hook_argument(regs, 0));
}

/* (listener, child, req, own_req): without own_req, another CPU came first. */
static __always_inline void hit_request_done(struct ftrace_regs *regs)
{
	if (is_tcp((void *)hook_argument(regs, 0)) && (u8)hook_argument(regs, 3))
		request_done((void *)hook_argument(regs, 2));
}

static __always_inline void hit_request_drop(struct ftrace_regs *regs,
					     enum request_drop how)
{
	if (is_tcp((void *)hook_argument(regs, 0)))
		request_drop((void *)hook_argument(regs, 1),
			     (void *)hook_argument(regs, 0), how);
}

static __always_inline void hit_request_end(struct ftrace_regs *regs)
{
	request_end((void *)hook_argument(regs, 0));
}

/* Called for sockets of all families. */
static __always_inline void hit_accept(struct ftrace_regs *regs)
{
	const struct sock *sk = (void *)hook_argument(regs, 0);

	if ((sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	    sk->sk_protocol == IPPROTO_TCP)
		transition_accept(sk);
}

static __always_inline void hit_timewait(struct ftrace_regs *regs)
{
	timewait_begin((void *)hook_argument(regs, 0),
		       (void *)hook_argument(regs, 1));
}

/* (tw, timeout, rearm) */
static __always_inline void hit_timewait_again(struct ftrace_regs *regs)
{
	if ((u8)hook_argument(regs, 2))
		timewait_again((void *)hook_argument(regs, 0));
}

static __always_inline void hit_timewait_end(struct ftrace_regs *regs,
					     unsigned long caller)
{
	timewait_end((void *)hook_argument(regs, 0), caller);
}

/* (sk, skb, ...): @sk answers @skb by a RST. */
static __always_inline void hit_reset(struct ftrace_regs *regs)
{
	reset_sent((void *)hook_argument(regs, 0), (void *)hook_argument(regs, 1));
}

#define HOOK_WAYS	3

enum hook_nr {
	HOOK_CONNECT,
	HOOK_SYNACK,
	HOOK_SYNACK6,
	HOOK_CHILD,
	HOOK_REQUEST_DONE,
	HOOK_REQUEST_DROP,
	HOOK_REQUEST_END,
	HOOK_REQUEST_END6,
	HOOK_ACCEPT,
	HOOK_TIMEWAIT,
	HOOK_TIMEWAIT_AGAIN,
	HOOK_TIMEWAIT_END,
	HOOK_RESET,
	HOOK_RESET6,
	NR_HOOKS
};

static struct hook {
	enum transition_source group;
	bool optional;			/* its group works without it */
	bool spared;			/* not needed on this kernel */
	const char *ways[HOOK_WAYS];	/* names; the first that this kernel has is hooked */
	const char *const *way;		/* that one */
	unsigned long start, size;	/* of the function; 0: not attached */
	unsigned long site;		/* the address that ftrace has accepted */
} hooks[NR_HOOKS] = {
	[HOOK_CONNECT] = { SOURCE_CONNECT, .ways = {
		"tcp_fastopen_defer_connect",
	} },
	/* These and the ends of requests are called by pointer: never inlined. */
	[HOOK_SYNACK] = { SOURCE_REQUESTS, .ways = {
		"tcp_v4_send_synack",
	} },
	[HOOK_SYNACK6] = { SOURCE_REQUESTS, .spared = !IS_ENABLED(CONFIG_IPV6), .ways = {
		"tcp_v6_send_synack",
	} },
	[HOOK_CHILD] = { SOURCE_REQUESTS, .ways = {
		"inet_csk_clone_lock",
	} },
	[HOOK_REQUEST_DONE] = { SOURCE_REQUESTS, .optional = true, .ways = {
		"inet_csk_complete_hashdance",
	} },
	/* Without it, the end of a request is known, and its cause only by the stack. */
	[HOOK_REQUEST_DROP] = { SOURCE_REQUESTS, .optional = true, .ways = {
		/* Also called for a request that is done: the hook above is spared. */
		"__inet_csk_reqsk_queue_drop",
		/* 5.10: split by the compiler, or not. */
		"inet_csk_reqsk_queue_drop.part.0",
		"inet_csk_reqsk_queue_drop",
	} },
	[HOOK_REQUEST_END] = { SOURCE_REQUESTS, .ways = {
		"tcp_v4_reqsk_destructor",
	} },
	[HOOK_REQUEST_END6] = { SOURCE_REQUESTS, .spared = !IS_ENABLED(CONFIG_IPV6), .ways = {
		"tcp_v6_reqsk_destructor",
	} },
	[HOOK_ACCEPT] = { SOURCE_ACCEPT, .ways = {
		"security_sock_graft",
	} },
	[HOOK_TIMEWAIT] = { SOURCE_TIMEWAIT, .ways = {
		"inet_twsk_hashdance_schedule",
		/* Before 6.12. */
		"inet_twsk_hashdance",
	} },
	[HOOK_TIMEWAIT_AGAIN] = { SOURCE_TIMEWAIT, .optional = true, .ways = {
		"__inet_twsk_schedule",
	} },
	[HOOK_TIMEWAIT_END] = { SOURCE_TIMEWAIT, .ways = {
		"inet_twsk_kill",
	} },
	/* Also called by pointer. */
	[HOOK_RESET] = { SOURCE_RESETS, .ways = {
		"tcp_v4_send_reset",
	} },
	[HOOK_RESET6] = { SOURCE_RESETS, .spared = !IS_ENABLED(CONFIG_IPV6), .ways = {
		"tcp_v6_send_reset",
	} },
};

/* The second way is the part of the function that runs after the unhashing. */
static enum request_drop request_drop_how __read_mostly = REQUEST_DROP_ASKED;

/* The address of ftrace's call in each function: its offset depends on the machine. */
static unsigned long hook_at[NR_HOOKS] __read_mostly;

/* The last ones: calls from an address that is in none of the functions. */
static DEFINE_PER_CPU(u64 [NR_HOOKS + 1], hook_hits);

static void hook_hit_first(unsigned long ip, unsigned long parent_ip,
			   struct ftrace_ops *ops, struct ftrace_regs *regs);

static __always_inline bool hook_is(enum hook_nr nr, unsigned long ip)
{
	if (ip != READ_ONCE(hook_at[nr]))
		return false;
	this_cpu_inc(hook_hits[nr]);
	return true;
}

/* In the order in which a connection meets them, the rare ones last. */
static void notrace hook_hit(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	if (!transition_begun())
		return;
	if (hook_is(HOOK_CONNECT, ip))
		return hit_connect(regs);
	if (hook_is(HOOK_SYNACK, ip) || hook_is(HOOK_SYNACK6, ip))
		return hit_synack(regs);
	if (hook_is(HOOK_CHILD, ip))
		return hit_child(regs);
	if (hook_is(HOOK_REQUEST_DROP, ip))
		return hit_request_drop(regs, request_drop_how);
	if (hook_is(HOOK_ACCEPT, ip))
		return hit_accept(regs);
	if (hook_is(HOOK_REQUEST_END, ip) || hook_is(HOOK_REQUEST_END6, ip))
		return hit_request_end(regs);
	if (hook_is(HOOK_TIMEWAIT_AGAIN, ip))
		return hit_timewait_again(regs);
	if (hook_is(HOOK_TIMEWAIT, ip))
		return hit_timewait(regs);
	if (hook_is(HOOK_TIMEWAIT_END, ip))
		return hit_timewait_end(regs, parent_ip);
	if (hook_is(HOOK_RESET, ip) || hook_is(HOOK_RESET6, ip))
		return hit_reset(regs);
	if (hook_is(HOOK_REQUEST_DONE, ip))
		return hit_request_done(regs);
	hook_hit_first(ip, parent_ip, ops, regs);
}

/*
 * The first hit of each hook shows the address of its calls. Two CPUs may both be
 * first: they store the same address, and both hits are handed on.
 */
static noinline void hook_hit_first(unsigned long ip, unsigned long parent_ip,
				    struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	int nr;

	for (nr = 0; nr < NR_HOOKS; nr++)
		if (ip - hooks[nr].start < hooks[nr].size) {
			WRITE_ONCE(hook_at[nr], ip);
			hook_hit(ip, parent_ip, ops, regs);
			return;
		}
	this_cpu_inc(hook_hits[NR_HOOKS]);
}

/*
 * Without FTRACE_OPS_FL_RECURSION (5.10: with RECURSION_SAFE) ftrace calls us directly
 * and does not guard against recursion, which cannot happen: the hits call no hooked
 * function.
 */
static struct ftrace_ops hook_ops = {
	.func = hook_hit,
	.flags = HOOK_OPS_FLAGS,
};

/* Find the first of each hook's ways that this kernel has. */
static int hook_resolve(void)
{
	struct ksym symbols[NR_HOOKS * HOOK_WAYS] = { };
	struct hook *drop = &hooks[HOOK_REQUEST_DROP];
	size_t i, n = 0;
	int err;

	for (i = 0; i < ARRAY_SIZE(symbols); i++) {
		const char *name = hooks[i / HOOK_WAYS].ways[i % HOOK_WAYS];

		if (name)
			symbols[n++] = (struct ksym){ .name = name, .tag = i };
	}
	err = ksym_find(symbols, n);
	while (n--) {
		struct hook *hook = &hooks[symbols[n].tag / HOOK_WAYS];

		if (!symbols[n].size)
			continue;
		hook->way = &hook->ways[symbols[n].tag % HOOK_WAYS];
		hook->start = symbols[n].start;
		hook->size = symbols[n].size;
	}
	if (drop->way == &drop->ways[0]) {
		hooks[HOOK_REQUEST_DONE].spared = true;
		hooks[HOOK_REQUEST_DONE].size = 0;
	} else if (drop->way == &drop->ways[1]) {
		request_drop_how = REQUEST_DROP_UNLINKED;
	}
	return err;
}

/* The groups that have every function they need; the others are left out whole. */
static unsigned int hook_groups(void)
{
	unsigned int groups = SOURCE_CONNECT | SOURCE_REQUESTS | SOURCE_TIMEWAIT |
			      SOURCE_ACCEPT | SOURCE_RESETS;
	const struct hook *hook;

	for (hook = hooks; hook < hooks + NR_HOOKS; hook++)
		if (!hook->size && !hook->optional && !hook->spared)
			groups &= ~hook->group;
	return groups;
}

/*
 * Up to 5.17 ftrace wants the exact address of its call. Where a function begins with
 * other instructions (arm64, or a landing pad for indirect calls), that lies behind them.
 */
#define HOOK_SITE_MAX	16
#define HOOK_SITE_STEP	4

static int hook_set_site(struct hook *hook)
{
	unsigned long end = hook->start + min(hook->size, HOOK_SITE_MAX + 1UL);
	int err;

	hook->site = hook->start;
	do
		err = ftrace_set_filter_ip(&hook_ops, hook->site, 0, 0);
	while (err == -EINVAL && (hook->site += HOOK_SITE_STEP) < end);
	return err;
}

/* A hook that cannot be attached leaves out its group, and no other. */
static void hook_choose(struct hook *hook)
{
	int err;

	if (hook->spared)
		return;
	if (!hook->size) {
		pr_warn("hooks: this kernel has no %s\n", hook->ways[0]);
		return;
	}
	err = hook_set_site(hook);
	if (err) {
		pr_warn("hooks: cannot hook %s: error %d\n", *hook->way, err);
		hook->size = 0;
	}
}

static bool hook_attached;

unsigned int hook_attach(void)
{
	unsigned int groups;
	struct hook *hook;
	int err = hook_resolve();

	for (hook = hooks; !err && hook < hooks + NR_HOOKS; hook++)
		hook_choose(hook);
	groups = hook_groups();
	for (hook = hooks; hook < hooks + NR_HOOKS; hook++) {
		if (!hook->size || (hook->group & groups))
			continue;
		ftrace_set_filter_ip(&hook_ops, hook->site, 1, 0);
		hook->size = 0;
	}
	if (!err && groups)
		err = register_ftrace_function(&hook_ops);
	if (!err && groups) {
		hook_attached = true;
		return groups | (hooks[HOOK_REQUEST_DROP].size ? SOURCE_DROPS : 0);
	}
	for (hook = hooks; hook < hooks + NR_HOOKS; hook++)
		hook->size = 0;
	ftrace_set_filter(&hook_ops, NULL, 0, 1);
	if (err == -EBUSY)
		pr_warn("hooks: ftrace is off (kernel.ftrace_enabled=0); only the tracepoint's transitions are recorded\n");
	else if (!err)
		pr_warn("hooks: this kernel has none of the functions; only the tracepoint's transitions are recorded\n");
	else
		pr_warn("hooks: error %d; only the tracepoint's transitions are recorded\n", err);
	return 0;
}

/* The filter goes last: an ops with an empty filter hooks every function. */
void hook_detach(void)
{
	int err;

	if (!hook_attached)
		return;
	err = unregister_ftrace_function(&hook_ops);
	if (err)
		pr_err("hooks: cannot unregister from ftrace: error %d\n", err);
	ftrace_set_filter(&hook_ops, NULL, 0, 1);
	hook_attached = false;
}

static u64 hook_hits_of(int nr)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(hook_hits, cpu)[nr]);
	return sum;
}

void hook_show(struct seq_file *m)
{
	const struct hook *hook;

	for (hook = hooks; hook < hooks + NR_HOOKS; hook++)
		if (!hook->spared)
			seq_printf(m, "hook_%s %d\n",
				   hook->way ? *hook->way : hook->ways[0],
				   hook->size != 0);
	for (hook = hooks; hook < hooks + NR_HOOKS; hook++)
		if (hook->size)
			seq_printf(m, "hits_%s %llu\n", *hook->way,
				   hook_hits_of(hook - hooks));
	seq_printf(m, "hits_unknown %llu\n", hook_hits_of(NR_HOOKS));
}
