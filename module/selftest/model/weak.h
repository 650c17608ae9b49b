/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kshim.h for the simulated machine: all accesses of ring.c and cursor.c to shared
 * memory go through weak.c, which decides what a load returns.
 */
#ifndef WEAK_H
#define WEAK_H

#include "../kshim.h"

#undef READ_ONCE
#undef WRITE_ONCE
#undef smp_mb
#undef smp_rmb
#undef smp_load_acquire
#undef smp_store_release
#undef cpu_relax
#undef DEFINE_PER_CPU
#undef vzalloc_node
#undef __vmalloc
#undef alloc_percpu
#undef kvzalloc
#undef free_percpu
#undef vfree
#undef kvfree
#undef this_cpu_add

enum weak_order { WEAK_RELAXED, WEAK_ORDERED };

u64 weak_load(const void *at, size_t size, enum weak_order order,
	      const char *file, int line);
void weak_store(void *at, size_t size, u64 value, enum weak_order order,
		const char *file, int line);
/* @kind: 'm' for smp_mb(), 'r' for smp_rmb() */
void weak_fence(char kind, const char *file, int line);
u64 weak_clock(void);
void weak_copy(void *to, const void *from, size_t size);
void *weak_shared(size_t size);
void *weak_slots(size_t size);	/* the same, for records; model.c has it */
void weak_relax(void);

#define WEAK_AT			__FILE__, __LINE__
#define WEAK_LOAD(p, order)	((__typeof__(*(p)))weak_load(p, sizeof(*(p)), order, WEAK_AT))
#define READ_ONCE(x)		WEAK_LOAD(&(x), WEAK_RELAXED)
#define smp_load_acquire(p)	WEAK_LOAD(p, WEAK_ORDERED)
#define WRITE_ONCE(x, v)	\
	weak_store(&(x), sizeof(x), (u64)(v), WEAK_RELAXED, WEAK_AT)
#define smp_store_release(p, v)	weak_store(p, sizeof(*(p)), v, WEAK_ORDERED, WEAK_AT)
#define smp_mb()		weak_fence('m', WEAK_AT)
#define smp_rmb()		weak_fence('r', WEAK_AT)
#define cpu_relax()		weak_relax()
#define vzalloc_node(size, node) weak_slots(size)
#define __vmalloc(size, gfp)	weak_slots(size)
#define alloc_percpu(type)	((type *)weak_shared(SHIM_CPUS * SHIM_PERCPU))
#define free_percpu(p)		((void)(p))
#define vfree(p)		((void)(p))
#define memcpy(to, from, n)	weak_copy(to, from, n)
/* The linker puts it at the beginning of weak_arena: see the Makefile. */
#define DEFINE_PER_CPU(type, name) extern type name
/* Used by its own CPU only. */
#define this_cpu_add(x, n)	((void)(*this_cpu_ptr(&(x)) += (n)))

/* The only cursor, always at the same address: its bytes are part of a state. */
void *weak_cursor(size_t size);
#define kvzalloc(size, gfp)	weak_cursor(size)
#define kvfree(p)		((void)(p))

#endif /* WEAK_H */
