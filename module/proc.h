/* SPDX-License-Identifier: GPL-2.0 */
/* The files in /proc/net/tcpfsm of every network namespace. */
#ifndef TCPFSM_PROC_H
#define TCPFSM_PROC_H

#include <linux/uidgid.h>

/*
 * @uid and @gid own the files of the initial namespace; root owns those of others. Where
 * another user namespace owns the network namespace, open() needs CAP_NET_ADMIN there.
 * Context: process. Open files pin the module: proc_exit() finds none.
 * Return: 0 or a negative errno.
 */
int proc_init(kuid_t uid, kgid_t gid);
void proc_exit(void);

#endif /* TCPFSM_PROC_H */
