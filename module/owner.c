// SPDX-License-Identifier: GPL-2.0
/*
 * Copies the names and numbers of tasks.
 *
 * Context: the probes.
 * Locking: none. A name may change while it is copied; it ends in a NUL at any time
 *   (fs/exec.c:__set_task_comm).
 */
#include "owner.h"

#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <asm/word-at-a-time.h>
#include <net/sock.h>

#include "cause.h"

static_assert(TCPFSM_COMM_LEN == TASK_COMM_LEN);

/*
 * Clears the bytes after the NUL, which are of an older name. It does what
 * strscpy_pad() does, in a quarter of the instructions for a name of 16 bytes.
 */
static void owner_name(u8 to[TASK_COMM_LEN], const char *from)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long words[TASK_COMM_LEN / sizeof(long)], zeros;
	size_t i;

	memcpy(words, from, TASK_COMM_LEN);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!has_zero(words[i], &zeros, &constants))
			continue;
		zeros = create_zero_mask(prep_zero_mask(words[i], zeros, &constants));
		words[i] &= zero_bytemask(zeros);
		while (++i < ARRAY_SIZE(words))
			words[i] = 0;
	}
	memcpy(to, words, TASK_COMM_LEN);
	to[TASK_COMM_LEN - 1] = '\0';
}

void owner_current(struct flow_owner *owner, const struct sock *sk)
{
	/* from_kuid(), of a map that maps each to itself. */
	u32 uid = __kuid_val(sk->sk_uid), pid = task_tgid_nr(current);
	const char *comm = current->group_leader->comm;

	if (current->flags & PF_KTHREAD) {
		owner->pid = 0;
		owner->uid = uid;
		strscpy_pad(owner->comm, "kernel", sizeof(owner->comm));
		return;
	}
	/* Mostly nothing changes, and a name that is padded is equal to a padded one. */
	if (owner->pid == pid && owner->uid == uid &&
	    !memcmp(owner->comm, comm, TASK_COMM_LEN))
		return;
	owner->pid = pid;
	owner->uid = uid;
	owner_name(owner->comm, comm);
}

u32 owner_fate(const struct flow_owner *owner, u64 since_ns)
{
	u32 fate = CAUSE_EXITING;
	struct task_struct *leader;

	if (!owner->pid)
		return 0;	/* the kernel */
	rcu_read_lock();
	leader = pid_task(find_pid_ns(owner->pid, &init_pid_ns), PIDTYPE_TGID);
	if (leader && leader->start_time > since_ns)
		fate = CAUSE_OWNER_UNKNOWN;
	/* Its threads end one by one, the leader perhaps first. */
	else if (leader && atomic_read(&leader->signal->live) &&
		 !(READ_ONCE(leader->signal->flags) & SIGNAL_GROUP_EXIT))
		fate = 0;
	rcu_read_unlock();
	return fate;
}

void owner_actor(struct tcpfsm_record *rec, const struct flow_owner *owner)
{
	rec->actor_pid = task_tgid_nr(current);
	if (owner && !memcmp(owner->comm, current->comm, TASK_COMM_LEN))
		memcpy(rec->actor_comm, owner->comm, TASK_COMM_LEN);
	else
		owner_name(rec->actor_comm, current->comm);
}
