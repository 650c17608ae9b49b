// SPDX-License-Identifier: GPL-2.0
/*
 * Context: the probes.
 * Locking: none. A name may be changed while it is copied; it ends in a NUL at
 *   every moment (fs/exec.c:__set_task_comm).
 */
#include "owner.h"

#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <net/sock.h>

static_assert(TCPFSM_COMM_LEN == TASK_COMM_LEN);

void owner_current(struct owner *owner, const struct sock *sk)
{
	owner->uid = from_kuid(&init_user_ns, sk->sk_uid);
	if (current->flags & PF_KTHREAD) {
		owner->pid = 0;
		strscpy_pad(owner->comm, "kernel", sizeof(owner->comm));
		return;
	}
	owner->pid = task_tgid_nr(current);
	strscpy_pad(owner->comm, current->group_leader->comm, sizeof(owner->comm));
}

void owner_actor(struct tcpfsm_record *rec)
{
	rec->actor_pid = task_tgid_nr(current);
	strscpy_pad(rec->actor_comm, current->comm, sizeof(rec->actor_comm));
	rec->known |= TCPFSM_KNOWN_ACTOR;
}
