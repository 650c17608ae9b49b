/* SPDX-License-Identifier: GPL-2.0 */
/* Where functions of the kernel are, static ones too. */
#ifndef TCPFSM_KSYM_H
#define TCPFSM_KSYM_H

#include <linux/types.h>

struct ksym {
	const char *name;
	int tag;		/* the caller's own */
	unsigned long start;
	unsigned long size;	/* bytes; 0: this kernel has it not */
};

/*
 * Fill in @start and @size of each. We compare addresses with them, and call
 * none.
 * Context: process, sleeps; waits for the kernel once. Return: 0 or -ENOMEM.
 */
int ksym_find(struct ksym *symbols, size_t count);

#endif /* TCPFSM_KSYM_H */
