// SPDX-License-Identifier: GPL-2.0
/*
 * The address of a function comes from registering a kprobe that is never armed, its
 * size from the text that %pS prints of an address (kernel/kallsyms.c:sprint_symbol).
 *
 * Context: process. Locking: none, no state.
 */
#include "ksym.h"

#include <linux/errno.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/string.h>

/* @text: "name+0x4/0x1a0". With IBT a kprobe is placed after the first instruction. */
static void ksym_measure(struct ksym *symbol, unsigned long addr, char *text)
{
	unsigned long offset, size;
	const char *plus;

	sprint_symbol(text, addr);
	plus = strrchr(text, '+');
	if (!plus || sscanf(plus, "+%lx/%lx", &offset, &size) != 2)
		return;
	symbol->start = addr - offset;
	symbol->size = size;
}

int ksym_find(struct ksym *symbols, size_t count)
{
	struct kprobe *probes = kcalloc(count, sizeof(*probes), GFP_KERNEL);
	struct kprobe **found = kcalloc(count, sizeof(*found), GFP_KERNEL);
	char *text = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);
	int err = -ENOMEM, missing, n = 0;
	size_t i;

	if (!probes || !found || !text)
		goto out_free;
	for (i = 0; i < count; i++) {
		probes[i].symbol_name = symbols[i].name;
		probes[i].flags = KPROBE_FLAG_DISABLED;
		missing = register_kprobe(&probes[i]);
		if (missing == -ENOMEM)
			goto out_unregister;
		if (missing)
			continue;
		found[n++] = &probes[i];
		ksym_measure(&symbols[i], (unsigned long)probes[i].addr, text);
	}
	err = 0;
out_unregister:
	/* All at once, since each call waits for RCU. */
	unregister_kprobes(found, n);
out_free:
	kfree(text);
	kfree(found);
	kfree(probes);
	return err;
}
