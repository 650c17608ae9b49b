// SPDX-License-Identifier: GPL-2.0
/*
 * Hooks on functions, by ftrace: the functions are found by name, static ones
 * too, and a softirq that comes inside a hook is not missed, as a kprobe's
 * would be (arch/x86/kernel/kprobes/ftrace.c). One ftrace_ops serves all, so that
 * attaching and detaching wait for the kernel once and not nine times. It is
 * permanent: while it is attached, kernel.ftrace_enabled cannot be set to 0,
 * which would silence it with half the stories told.
 *
 * Context: where the functions run; what the hits call turns interrupts off
 *   (story.h). Unregistering waits for who was preempted on the way there.
 * Locking: the table is written before the hooks are attached, and read then.
 */
#include "hook.h"

#include <linux/ftrace.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <net/request_sock.h>
#include <net/sock.h>

#include "compat.h"
#include "request.h"
#include "story.h"
#include "symbol.h"
#include "timewait.h"

static void hit_connect(struct ftrace_regs *regs, unsigned long caller)
{
	story_connect((void *)hook_argument(regs, 0));
}

/* DCCP calls these two as well. */
static bool is_tcp(const struct sock *listener)
{
	return listener->sk_protocol == IPPROTO_TCP;
}

static void hit_request(struct ftrace_regs *regs, unsigned long caller)
{
	if (is_tcp((void *)hook_argument(regs, 0)))
		request_made((void *)hook_argument(regs, 1),
			     (void *)hook_argument(regs, 0));
}

static void hit_child(struct ftrace_regs *regs, unsigned long caller)
{
	if (is_tcp((void *)hook_argument(regs, 0)))
		request_child((void *)hook_argument(regs, 1),
			      (void *)hook_argument(regs, 0));
}

/* (listener, child, req, own_req): without own_req another CPU was first. */
static void hit_request_done(struct ftrace_regs *regs, unsigned long caller)
{
	if ((u8)hook_argument(regs, 3))
		request_done((void *)hook_argument(regs, 2));
}

static void hit_request_drop(struct ftrace_regs *regs, unsigned long caller)
{
	request_drop((void *)hook_argument(regs, 1),
		     (void *)hook_argument(regs, 0), REQUEST_DROP_ASKED);
}

/* The part of it that runs once the request was unhashed. */
static void hit_request_unhashed(struct ftrace_regs *regs, unsigned long caller)
{
	request_drop((void *)hook_argument(regs, 1),
		     (void *)hook_argument(regs, 0), REQUEST_DROP_UNLINKED);
}

/* Sockets of all families come here. */
static void hit_accept(struct ftrace_regs *regs, unsigned long caller)
{
	const struct sock *sk = (void *)hook_argument(regs, 0);

	if ((sk->sk_family == AF_INET || sk->sk_family == AF_INET6) &&
	    sk->sk_protocol == IPPROTO_TCP)
		story_accept(sk);
}

static void hit_timewait(struct ftrace_regs *regs, unsigned long caller)
{
	timewait_begin((void *)hook_argument(regs, 0),
		       (void *)hook_argument(regs, 1));
}

/* (tw, timeout, rearm) */
static void hit_timewait_again(struct ftrace_regs *regs, unsigned long caller)
{
	if ((u8)hook_argument(regs, 2))
		timewait_again((void *)hook_argument(regs, 0));
}

static void hit_timewait_end(struct ftrace_regs *regs, unsigned long caller)
{
	timewait_end((void *)hook_argument(regs, 0), caller);
}

#define HOOK_WAYS	3

struct hook_way {
	const char *name;
	void (*hit)(struct ftrace_regs *regs, unsigned long caller);
};

static struct hook {
	enum story_hook group;
	bool optional;			/* its group can do without */
	bool spared;			/* nobody needs it here */
	struct hook_way ways[HOOK_WAYS];	/* the first that this kernel has is taken */
	const struct hook_way *way;	/* that one */
	void (*hit)(struct ftrace_regs *regs, unsigned long caller);	/* its */
	unsigned long ip;		/* where it is; 0: not attached */
} hooks[] = {
	{ .group = STORY_CONNECT, .ways = {
		{ "tcp_fastopen_defer_connect", hit_connect },
	} },
	{ .group = STORY_REQUESTS, .ways = {
		{ "inet_csk_reqsk_queue_hash_add", hit_request },
	} },
	{ .group = STORY_REQUESTS, .ways = {
		{ "inet_csk_clone_lock", hit_child },
	} },
	{ .group = STORY_REQUESTS, .optional = true, .ways = {
		{ "inet_csk_complete_hashdance", hit_request_done },
	} },
	{ .group = STORY_REQUESTS, .ways = {
		/* Also for one that is done, which spares us the one above. */
		{ "__inet_csk_reqsk_queue_drop", hit_request_drop },
		/* 5.10, as the compiler splits it, and where it does not. */
		{ "inet_csk_reqsk_queue_drop.part.0", hit_request_unhashed },
		{ "inet_csk_reqsk_queue_drop", hit_request_drop },
	} },
	{ .group = STORY_ACCEPT, .ways = {
		{ "security_sock_graft", hit_accept },
	} },
	{ .group = STORY_TIMEWAIT, .ways = {
		{ "inet_twsk_hashdance_schedule", hit_timewait },
		/* Before 6.12. */
		{ "inet_twsk_hashdance", hit_timewait },
	} },
	{ .group = STORY_TIMEWAIT, .optional = true, .ways = {
		{ "__inet_twsk_schedule", hit_timewait_again },
	} },
	{ .group = STORY_TIMEWAIT, .ways = {
		{ "inet_twsk_kill", hit_timewait_end },
	} },
};

/*
 * Where a hook is, by a few bits of its address, which hook_index() has chosen so
 * that no two share a place.
 */
#define HOOK_PLACES	64
static struct hook *hook_places[HOOK_PLACES] __read_mostly;
static unsigned int hook_shift __read_mostly;

/* With IBT, ftrace's call stands behind the function's first instruction. */
#define HOOK_IP_SLACK	4

static struct hook **hook_place(unsigned long ip)
{
	return &hook_places[(ip >> hook_shift) % HOOK_PLACES];
}

static void notrace hook_hit(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *regs)
{
	const struct hook *hook = *hook_place(ip);

	if (likely(hook && ip - hook->ip <= HOOK_IP_SLACK && story_begun()))
		hook->hit(regs, parent_ip);
}

/* Return: is the place its own? */
static bool hook_enter(struct hook *hook, unsigned long ip)
{
	struct hook **place = hook_place(ip);

	if (*place && *place != hook)
		return false;
	*place = hook;
	return true;
}

/* Return: had each a place of its own, or two? */
static bool hook_index_by(unsigned int shift)
{
	struct hook *hook;

	hook_shift = shift;
	memset(hook_places, 0, sizeof(hook_places));
	for (hook = hooks; hook < hooks + ARRAY_SIZE(hooks); hook++) {
		if (hook->ip && (!hook_enter(hook, hook->ip) ||
				 !hook_enter(hook, hook->ip + HOOK_IP_SLACK)))
			return false;
	}
	return true;
}

/* Functions mostly begin at multiples of 16: below that there is little to tell them by. */
static bool hook_index(void)
{
	unsigned int shift;

	for (shift = 4; shift < 32; shift++)
		if (hook_index_by(shift))
			return true;
	return false;
}

/*
 * Without FTRACE_OPS_FL_RECURSION (5.10: with RECURSION_SAFE) the core calls us
 * directly, and does not keep us from recursion: the hits call nothing hooked.
 */
static struct ftrace_ops hook_ops = {
	.func = hook_hit,
	.flags = HOOK_OPS_FLAGS,
};

/* Of each hook's ways, the first that this kernel has. */
static int hook_resolve(void)
{
	struct symbol symbols[ARRAY_SIZE(hooks) * HOOK_WAYS] = { };
	struct hook *hook;
	size_t i, n = 0;
	int err;

	for (i = 0; i < ARRAY_SIZE(symbols); i++) {
		const char *name = hooks[i / HOOK_WAYS].ways[i % HOOK_WAYS].name;

		if (name)
			symbols[n++] = (struct symbol){ .name = name, .tag = i };
	}
	err = symbols_find(symbols, n);
	while (n--) {
		hook = &hooks[symbols[n].tag / HOOK_WAYS];
		if (!symbols[n].size)
			continue;
		hook->way = &hook->ways[symbols[n].tag % HOOK_WAYS];
		hook->hit = hook->way->hit;
		hook->ip = symbols[n].start;
	}
	for (hook = hooks; hook + 1 < hooks + ARRAY_SIZE(hooks); hook++)
		if (hook->ways[0].hit == hit_request_done &&
		    hook[1].hit == hit_request_drop && hook[1].way == hook[1].ways) {
			hook->spared = true;
			hook->ip = 0;
		}
	return err;
}

/* A group that lacks a function it needs is left out whole. */
static unsigned int hook_groups(void)
{
	unsigned int groups = STORY_CONNECT | STORY_REQUESTS | STORY_TIMEWAIT |
			      STORY_ACCEPT;
	struct hook *hook;

	for (hook = hooks; hook < hooks + ARRAY_SIZE(hooks); hook++)
		if (!hook->ip && !hook->optional)
			groups &= ~hook->group;
	return groups;
}

/* One that cannot be had leaves out its group, and no more. */
static void hook_choose(struct hook *hook)
{
	int err;

	if (hook->spared)
		return;
	if (!hook->ip) {
		pr_warn("hooks: this kernel has no %s\n", hook->ways[0].name);
		return;
	}
	err = ftrace_set_filter_ip(&hook_ops, hook->ip, 0, 0);
	if (err) {
		pr_warn("hooks: cannot hook %s: error %d\n", hook->way->name, err);
		hook->ip = 0;
	}
}

static bool hook_attached;

unsigned int hook_attach(void)
{
	unsigned int groups;
	struct hook *hook;
	int err = hook_resolve();

	for (hook = hooks; !err && hook < hooks + ARRAY_SIZE(hooks); hook++)
		hook_choose(hook);
	groups = hook_groups();
	for (hook = hooks; hook < hooks + ARRAY_SIZE(hooks); hook++) {
		if (!hook->ip || (hook->group & groups))
			continue;
		ftrace_set_filter_ip(&hook_ops, hook->ip, 1, 0);
		hook->ip = 0;
	}
	if (!err && groups && !hook_index())
		err = -EEXIST;
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
	else if (!err)
		pr_warn("hooks: none can be had; only what the tracepoint says is recorded\n");
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
		if (!hook->spared)
			seq_printf(m, "hook_%s %d\n",
				   hook->way ? hook->way->name : hook->ways[0].name,
				   hook->ip != 0);
}
