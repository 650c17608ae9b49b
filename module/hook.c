// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks on functions, by ftrace: the functions are found by name, static ones
 * too, and a softirq that comes inside a hook is not missed, as a kprobe's
 * would be (arch/x86/kernel/kprobes/ftrace.c). One ftrace_ops serves all, so that
 * attaching and detaching wait for the kernel once and not nine times. It is
 * permanent: while it is attached, kernel.ftrace_enabled cannot be set to 0,
 * which would silence it with half the stories told.
 *
 * Context: hook_hit() where the functions run, with preemption disabled.
 * Locking: the table is written before the hooks are attached, and read then.
 */
#include "hook.h"

#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/preempt.h>
#include <linux/seq_file.h>
#include <net/request_sock.h>
#include <net/sock.h>

#include "compat.h"
#include "request.h"
#include "story.h"
#include "timewait.h"

static void hit_connect(struct ftrace_regs *regs)
{
	story_connect((void *)hook_argument(regs, 0));
}

/* DCCP calls these two as well. */
static bool is_tcp(const struct sock *listener)
{
	return listener->sk_protocol == IPPROTO_TCP;
}

static void hit_request(struct ftrace_regs *regs)
{
	if (is_tcp((void *)hook_argument(regs, 0)))
		request_made((void *)hook_argument(regs, 1));
}

static void hit_child(struct ftrace_regs *regs)
{
	if (is_tcp((void *)hook_argument(regs, 0)))
		request_child((void *)hook_argument(regs, 1));
}

/* (listener, child, req, own_req): without own_req another CPU was first. */
static void hit_request_done(struct ftrace_regs *regs)
{
	if ((u8)hook_argument(regs, 3))
		request_done((void *)hook_argument(regs, 2),
			     (void *)hook_argument(regs, 1));
}

static void hit_request_drop(struct ftrace_regs *regs)
{
	struct request_sock *req = (void *)hook_argument(regs, 1);

	request_drop(req, sk_hashed(req_to_sk(req)));
}

/* The part of it that runs once the request was unhashed. */
static void hit_request_unhashed(struct ftrace_regs *regs)
{
	request_drop((void *)hook_argument(regs, 1), true);
}

static void hit_timewait(struct ftrace_regs *regs)
{
	timewait_begin((void *)hook_argument(regs, 0),
		       (void *)hook_argument(regs, 1));
}

/* (tw, timeout, rearm) */
static void hit_timewait_again(struct ftrace_regs *regs)
{
	if ((u8)hook_argument(regs, 2))
		timewait_again((void *)hook_argument(regs, 0));
}

static void hit_timewait_end(struct ftrace_regs *regs)
{
	timewait_end((void *)hook_argument(regs, 0));
}

struct hook_way {
	const char *name;
	void (*hit)(struct ftrace_regs *regs);
};

/* In the order they are hit most. */
static struct hook {
	enum story_hook group;
	bool optional;			/* its group can do without */
	struct hook_way ways[3];	/* the first that this kernel has is taken */
	const struct hook_way *way;	/* that one */
	unsigned long ip;		/* where it is; 0: not attached */
} hooks[] = {
	{ STORY_CONNECT, false, {
		{ "tcp_fastopen_defer_connect", hit_connect },
	} },
	{ STORY_REQUESTS, false, {
		{ "inet_csk_reqsk_queue_hash_add", hit_request },
	} },
	{ STORY_REQUESTS, false, {
		{ "inet_csk_clone_lock", hit_child },
	} },
	{ STORY_REQUESTS, true, {
		{ "inet_csk_complete_hashdance", hit_request_done },
	} },
	{ STORY_REQUESTS, false, {
		{ "__inet_csk_reqsk_queue_drop", hit_request_drop },
		/* 5.10, as the compiler splits it, and where it does not. */
		{ "inet_csk_reqsk_queue_drop.part.0", hit_request_unhashed },
		{ "inet_csk_reqsk_queue_drop", hit_request_drop },
	} },
	{ STORY_TIMEWAIT, false, {
		{ "inet_twsk_hashdance_schedule", hit_timewait },
		/* Before 6.12. */
		{ "inet_twsk_hashdance", hit_timewait },
	} },
	{ STORY_TIMEWAIT, true, {
		{ "__inet_twsk_schedule", hit_timewait_again },
	} },
	{ STORY_TIMEWAIT, false, {
		{ "inet_twsk_kill", hit_timewait_end },
	} },
};

/* With IBT, ftrace's call stands behind the function's first instruction. */
static bool hook_is_at(unsigned long ip, unsigned long function)
{
	return ip - function <= 4;
}

static void notrace hook_hit(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	const struct hook *hook;

	if (!story_begun())
		return;
	preempt_disable_notrace();
	for (hook = hooks; hook < hooks + ARRAY_SIZE(hooks); hook++) {
		if (hook->ip && hook_is_at(ip, hook->ip)) {
			hook->way->hit(regs);
			break;
		}
	}
	preempt_enable_notrace();
}

static struct ftrace_ops hook_ops = {
	.func = hook_hit,
	.flags = HOOK_OPS_FLAGS,
};

/*
 * Where are the functions? A kprobe that is never armed finds out, static ones
 * too. We only compare addresses, and call none of them.
 */
static void hook_resolve(void)
{
	static struct kprobe probes[ARRAY_SIZE(hooks)];
	struct kprobe *found[ARRAY_SIZE(hooks)];
	int i, way, n = 0;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		const struct hook_way *ways = hooks[i].ways;

		for (way = 0; way < ARRAY_SIZE(hooks[i].ways); way++) {
			if (!ways[way].name)
				break;
			probes[i] = (struct kprobe){
				.symbol_name = ways[way].name,
				.flags = KPROBE_FLAG_DISABLED,
			};
			if (register_kprobe(&probes[i]))
				continue;
			hooks[i].way = &ways[way];
			hooks[i].ip = (unsigned long)probes[i].addr;
			found[n++] = &probes[i];
			break;
		}
	}
	/* All at once: it waits for the kernel. */
	unregister_kprobes(found, n);
}

/* A group that lacks a function it needs is left out whole. */
static unsigned int hook_groups(void)
{
	unsigned int groups = STORY_CONNECT | STORY_REQUESTS | STORY_TIMEWAIT;
	struct hook *hook;

	for (hook = hooks; hook < hooks + ARRAY_SIZE(hooks); hook++)
		if (!hook->ip && !hook->optional)
			groups &= ~hook->group;
	return groups;
}

static bool hook_attached;

unsigned int hook_attach(void)
{
	unsigned int groups;
	struct hook *hook;
	int err = 0;

	hook_resolve();
	groups = hook_groups();
	for (hook = hooks; hook < hooks + ARRAY_SIZE(hooks); hook++) {
		if (!hook->ip)
			pr_warn("hooks: this kernel has no %s\n", hook->ways[0].name);
		if (!(hook->group & groups))
			hook->ip = 0;
		if (hook->ip && !err)
			err = ftrace_set_filter_ip(&hook_ops, hook->ip, 0, 0);
	}
	if (!err && groups)
		err = register_ftrace_function(&hook_ops);
	if (!err && groups) {
		hook_attached = true;
		return groups;
	}
	for (hook = hooks; hook < hooks + ARRAY_SIZE(hooks); hook++)
		hook->ip = 0;
	ftrace_set_filter(&hook_ops, NULL, 0, 1);
	if (err == -EBUSY)
		pr_warn("hooks: ftrace is off (kernel.ftrace_enabled=0); only what the tracepoint says is recorded\n");
	else
		pr_warn("hooks: error %d; only what the tracepoint says is recorded\n", err);
	return 0;
}

/* An empty filter is no filter, so it goes last. */
void hook_detach(void)
{
	if (!hook_attached)
		return;
	unregister_ftrace_function(&hook_ops);
	ftrace_set_filter(&hook_ops, NULL, 0, 1);
	hook_attached = false;
}

void hook_show(struct seq_file *m)
{
	const struct hook *hook;

	for (hook = hooks; hook < hooks + ARRAY_SIZE(hooks); hook++)
		seq_printf(m, "hook_%s %d\n",
			   hook->way ? hook->way->name : hook->ways[0].name,
			   hook->ip != 0);
}
