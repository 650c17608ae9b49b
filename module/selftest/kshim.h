/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel interfaces that the files under test use, on the host. Each thread plays
 * the CPU shim_cpu.
 */
#ifndef KSHIM_H
#define KSHIM_H

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <linux/types.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef long long s64;

#define CONFIG_64BIT	1
#define __percpu
#undef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define max(a, b)	((a) > (b) ? (a) : (b))
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define smp_mb()	__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()	__atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#ifdef __aarch64__
#define cpu_relax()	__asm__ volatile("yield")
#else
#define cpu_relax()	__builtin_ia32_pause()
#endif
#define cond_resched()	((void)0)
#define synchronize_rcu() ((void)0)
#define lockdep_assert_irqs_disabled() do { } while (0)
#define lockdep_assert_held(lock) do { } while (0)
#define data_race(expr)	expr
#undef static_assert
#define static_assert(expr)	_Static_assert(expr, #expr)

#ifndef SHIM_CPUS
#define SHIM_CPUS	3
#endif
extern __thread int shim_cpu;
u64 ktime_get_ns(void);

#define nr_cpu_ids	SHIM_CPUS
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < SHIM_CPUS; (cpu)++)
#define cpu_to_node(cpu)	0
/* Bytes between two CPUs: as in the kernel, a pointer to a member works for each CPU. */
#define SHIM_PERCPU		4096
#define alloc_percpu(type)	((type *)calloc(SHIM_CPUS, SHIM_PERCPU))
#define free_percpu(p)		free(p)
#define DECLARE_PER_CPU(type, name) extern type name
#define DEFINE_PER_CPU(type, name)						\
	char shim_##name[SHIM_CPUS * SHIM_PERCPU] __attribute__((aligned(64)));	\
	extern type name __attribute__((alias("shim_" #name)))
#define per_cpu_ptr(p, cpu)	((__typeof__(p))((uintptr_t)(p) + (cpu) * SHIM_PERCPU))
#define this_cpu_ptr(p)		per_cpu_ptr(p, shim_cpu)
#define this_cpu_add(x, n)	((void)__atomic_fetch_add(this_cpu_ptr(&(x)), n, __ATOMIC_RELAXED))
#define this_cpu_read(x)	READ_ONCE(*this_cpu_ptr(&(x)))
#define this_cpu_write(x, v)	WRITE_ONCE(*this_cpu_ptr(&(x)), v)
#define this_cpu_inc(x)		this_cpu_add(x, 1)
#define this_cpu_sub(x, n)	this_cpu_add(x, -(n))
#define this_cpu_dec(x)		this_cpu_sub(x, 1)

/* This CPU's ring of a class. */
#define ring_of(class)		(&this_cpu_ptr(&ring_cpu)->classes[class])

#define num_possible_cpus()	SHIM_CPUS

/* The CPUs that are online when the module is loaded; a test calls shim_cpu_up() for others. */
extern unsigned long shim_online;
extern int (*shim_cpu_up)(unsigned int cpu);

#define CPUHP_BP_PREPARE_DYN	1
#define cpuhp_remove_state_nocalls(state) ((void)(state))

#define cpuhp_setup_state_nocalls(state, name, up, down) (shim_cpu_up = (up), (state))
#define for_each_online_cpu(cpu) for_each_possible_cpu(cpu) if (shim_online >> (cpu) & 1)
#define num_online_cpus()	__builtin_popcountl(shim_online)
#define cpus_read_lock()	((void)0)
#define cpus_read_unlock()	((void)0)

#define DEFINE_MUTEX(name)	char name
#define mutex_lock(mutex)	((void)(mutex))
#define mutex_unlock(mutex)	((void)(mutex))
#define pr_err(...)		fprintf(stderr, __VA_ARGS__)
#define GFP_KERNEL		0
#define kcalloc(n, size, gfp)	calloc(n, size)
#define kfree(p)		free(p)
typedef unsigned int gfp_t;
#define GFP_KERNEL_ACCOUNT	0
#define __GFP_ACCOUNT		0
#define __GFP_ZERO		0
#define __GFP_NORETRY		0
#define __GFP_NOWARN		0
#define si_mem_available()	(1L << 20)
#define PAGE_SIZE		4096UL
#define min(a, b)		((a) < (b) ? (a) : (b))
#define task_active_pid_ns(task) NULL
#define init_pid_ns		(*(char *)NULL)
#define array_size(n, size)	((n) * (size))
#define vzalloc_node(size, node) calloc(1, size)
#define __vmalloc(size, gfp)	calloc(1, size)
#define vfree(p)		free(p)
#define kvzalloc(size, gfp)	calloc(1, size)
#define kvfree(p)		free(p)

static inline u32 roundup_pow_of_two(u32 n)
{
	u32 p = 1;

	while (p < n)
		p <<= 1;
	return p;
}

struct list_head {
	struct list_head *next, *prev;
};

struct wait_queue_head {
	struct list_head head;
};

struct net_generic {
	void *ptr[1];
};

struct net {
	struct { u32 inum; } ns;
	struct net_generic *gen;
};

#define rcu_dereference_sched(p) READ_ONCE(p)

extern struct net init_net;
#define net_eq(a, b)	((a) == (b))

/* ---- text ---- */

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define U32_MAX			UINT32_MAX
#define NSEC_PER_SEC		1000000000L
#define __stringify_(x)		#x
#define __stringify(x)		__stringify_(x)
#define __printf(fmt, args)

/* Of the kernel's own conversions only %pI4 and %pI6c, and only one at a time. */
static inline size_t vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	const char *at = strstr(fmt, "%pI");
	char address[INET6_ADDRSTRLEN];
	int len;

	if (at) {
		bool v4 = at[3] == '4';

		inet_ntop(v4 ? AF_INET : AF_INET6, va_arg(args, const void *),
			  address, sizeof(address));
		len = snprintf(buf, size, "%.*s%s%s", (int)(at - fmt), fmt, address,
			       at + (v4 ? 4 : 5));
	} else {
		len = vsnprintf(buf, size, fmt, args);
	}
	return len < 0 || !size ? 0 : (size_t)len < size ? (size_t)len : size - 1;
}

static inline size_t scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	size_t len;

	va_start(args, fmt);
	len = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

/* Parses up to @delim or the end, as the kernel does, but in glibc's spellings. */
static inline int shim_pton(int family, const char *src, u8 *dst, char delim,
			    const char **end)
{
	const char delims[] = { delim, '\0' };
	size_t len = strcspn(src, delims);
	char text[INET6_ADDRSTRLEN];

	if (len >= sizeof(text))
		return 0;
	memcpy(text, src, len);
	text[len] = '\0';
	*end = src + len;
	return inet_pton(family, text, dst) == 1;
}

#define in4_pton(src, len, dst, delim, end) shim_pton(AF_INET, src, dst, delim, end)
#define in6_pton(src, len, dst, delim, end) shim_pton(AF_INET6, src, dst, delim, end)
#define ipv6_addr_v4mapped(addr) \
	(!memcmp(addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12))

static inline u64 div_u64_rem(u64 n, u32 by, u32 *rest)
{
	*rest = n % by;
	return n / by;
}

/* In the kernel's struct tm the year is a long. */
struct shim_tm {
	int tm_sec, tm_min, tm_hour, tm_mday, tm_mon;
	long tm_year;
};

static inline void shim_time64_to_tm(time_t secs, int offset, struct shim_tm *to)
{
	struct tm tm = { 0 };

	(void)offset;
	gmtime_r(&secs, &tm);
	*to = (struct shim_tm){ tm.tm_sec, tm.tm_min, tm.tm_hour, tm.tm_mday,
				tm.tm_mon, tm.tm_year };
}

/* ---- flow table ---- */

#define GOLDEN_RATIO_64		0x61C8864680B583EBull
#define BITS_PER_LONG		64
#define BITS_TO_LONGS(n)	(((n) + 63) / 64)
#define BIT_WORD(n)		((n) / 64)
#define BITMAP_FIRST_WORD_MASK(n) (~0UL << ((n) % 64))
#define round_down(n, to)	((n) / (to) * (to))
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define clamp(n, low, high)	max(low, min(n, high))
#define ilog2(n)		(31 - __builtin_clz(n))
#define __ffs(word)		__builtin_ctzl(word)
#define local_irq_save(flags)	((flags) = 0)
#define local_irq_restore(flags) ((void)(flags))
#define __aligned(n)		__attribute__((aligned(n)))
#define ____cacheline_aligned	__aligned(64)
#define __read_mostly
#define noinline		__attribute__((noinline))
#define vzalloc(size)		calloc(1, size)

static inline u64 get_random_u64(void)
{
	return (u64)random() << 33 ^ (u64)random() << 11 ^ random();
}

#define shim_bit(nr)		(1UL << ((nr) % 64))
#define test_and_set_bit(nr, p)	\
	(__atomic_fetch_or((p) + BIT_WORD(nr), shim_bit(nr), __ATOMIC_SEQ_CST) >> ((nr) % 64) & 1)
#define set_bit(nr, p)		((void)test_and_set_bit(nr, p))
#define clear_bit(nr, p)	\
	((void)__atomic_fetch_and((p) + BIT_WORD(nr), ~shim_bit(nr), __ATOMIC_RELAXED))
#define clear_bit_unlock(nr, p)	\
	((void)__atomic_fetch_and((p) + BIT_WORD(nr), ~shim_bit(nr), __ATOMIC_RELEASE))
#define test_and_set_bit_lock(nr, p)	\
	(__atomic_fetch_or(p, 1ul << (nr), __ATOMIC_ACQUIRE) >> (nr) & 1)
/* Not atomic, as in the kernel. */
#define __clear_bit_unlock(nr, p) \
	__atomic_store_n(p, READ_ONCE(*(p)) & ~(1ul << (nr)), __ATOMIC_RELEASE)

static inline unsigned long find_next_zero_bit(const unsigned long *bits,
					       unsigned long end, unsigned long nr)
{
	while (nr < end && (READ_ONCE(bits[BIT_WORD(nr)]) & shim_bit(nr)))
		nr++;
	return min(nr, end);
}

#define find_first_zero_bit(bits, end) find_next_zero_bit(bits, end, 0)

typedef struct { int n; } atomic_t;
typedef struct { long long n; } atomic64_t;
#define atomic_read(a)		READ_ONCE((a)->n)
#define atomic_add_return(i, a)	__atomic_add_fetch(&(a)->n, i, __ATOMIC_SEQ_CST)
#define atomic_sub(i, a)	((void)__atomic_sub_fetch(&(a)->n, i, __ATOMIC_RELAXED))
#define atomic64_read(a)	READ_ONCE((a)->n)
#define atomic64_inc(a)		((void)__atomic_add_fetch(&(a)->n, 1, __ATOMIC_RELAXED))

#define tm			shim_tm
#define time64_to_tm		shim_time64_to_tm

#endif /* KSHIM_H */
