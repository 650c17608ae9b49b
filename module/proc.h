/* SPDX-License-Identifier: GPL-2.0 */
/* The files in /proc/net/tcpfsm of every network namespace. */
#ifndef TCPFSM_PROC_H
#define TCPFSM_PROC_H

#include <linux/uidgid.h>

/*
 * @uid and @gid own the initial namespace's files, root all others, but where a
 * user namespace owns the network namespace, CAP_NET_ADMIN there is asked for.
 * Context: process. proc_exit() finds no file open: open files pin the module.
 */
int proc_init(kuid_t uid, kgid_t gid);
void proc_exit(void);

#endif /* TCPFSM_PROC_H */
