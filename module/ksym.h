/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and sizes of the kernel's functions, static ones too. */
#ifndef TCPFSM_KSYM_H
#define TCPFSM_KSYM_H

#include <linux/types.h>

struct ksym {
	const char *name;
	int tag;		/* the caller's own */
	unsigned long start;
	unsigned long size;	/* bytes; 0: this kernel does not have it */
};

/*
 * Fill in @start and @size of each. They are only compared with addresses, never
 * called.
 * Context: process; sleeps, and waits for RCU once. Return: 0 or -ENOMEM.
 */
int ksym_find(struct ksym *symbols, size_t count);

#endif /* TCPFSM_KSYM_H */
