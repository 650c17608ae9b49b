/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Idle time of all CPUs in nanoseconds; /proc/stat has hundredths of seconds only. Under
 * icount idle time costs no instruction, so time that is not idle counts what was executed.
 */
#ifndef BENCH_IDLE_H
#define BENCH_IDLE_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Return: idle time in ns, or -1 where the kernel does not report it. */
static inline int64_t idle_ns(void)
{
	FILE *file = fopen("/proc/timer_list", "r");
	int64_t sum = -1;
	long long ns;
	char line[256];

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		const char *at = strstr(line, ".idle_sleeptime");

		if (at && sscanf(at, ".idle_sleeptime : %lld", &ns) == 1)
			sum = sum < 0 ? ns : sum + ns;
	}
	fclose(file);
	return sum;
}

#endif /* BENCH_IDLE_H */
