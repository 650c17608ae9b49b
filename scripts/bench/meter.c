// SPDX-License-Identifier: GPL-2.0
/*
 * The cost of reading a file to its end, or of a command, in ticks of the time-stamp
 * counter; and the calibration of a tick.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "meter: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* Two instructions per turn. */
static uint64_t turns(uint64_t n)
{
	uint64_t begin = __builtin_ia32_rdtsc();

	asm volatile("1: dec %0; jnz 1b" : "+r"(n) : : "cc");
	return __builtin_ia32_rdtsc() - begin;
}

static uint64_t copy(size_t n)
{
	static char from[1 << 16], to[1 << 16];
	const void *s = from;
	void *d = to;
	uint64_t begin = __builtin_ia32_rdtsc();

	asm volatile("rep movsb" : "+S"(s), "+D"(d), "+c"(n) : : "memory");
	return __builtin_ia32_rdtsc() - begin;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The difference of two lengths drops the code around the loop, the least of several tries
 * drops interrupts.
 */
static int calibrate(void)
{
	uint64_t loop = UINT64_MAX, more_loop = loop, rep = loop, more_rep = loop;
	uint64_t begin_ns, ticks;
	int i;

	for (i = 0; i < 20; i++) {
		loop = least(loop, turns(10000));
		more_loop = least(more_loop, turns(110000));
		rep = least(rep, copy(1 << 15));
		more_rep = least(more_rep, copy(1 << 16));
	}
	begin_ns = now_ns();
	ticks = __builtin_ia32_rdtsc();
	turns(20000000);
	ticks = __builtin_ia32_rdtsc() - ticks;
	printf("ticks_per_instruction=%.5f ticks_per_rep=%.5f ticks_per_ns=%.5f\n",
	       (more_loop - loop) / 2e5, (more_rep - rep) / (double)(1 << 15),
	       ticks / (double)(now_ns() - begin_ns));
	return 0;
}

static int read_file(const char *name)
{
	static char data[1 << 16];
	uint64_t begin, ticks;
	long long bytes = 0;
	ssize_t n;
	int fd;

	begin = __builtin_ia32_rdtsc();
	fd = open(name, O_RDONLY);
	if (fd < 0)
		die(name);
	while ((n = read(fd, data, sizeof(data))) > 0)
		bytes += n;
	if (n < 0)
		die(name);
	close(fd);
	ticks = __builtin_ia32_rdtsc() - begin;
	printf("what=%s ticks=%llu bytes=%lld\n", name, (unsigned long long)ticks, bytes);
	return 0;
}

static int run(char **command)
{
	uint64_t begin = __builtin_ia32_rdtsc();
	pid_t pid = fork();
	int status, i;

	if (pid < 0)
		die("fork");
	if (!pid) {
		if (!freopen("/dev/null", "w", stdout))
			_exit(127);
		execvp(command[0], command);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die(command[0]);
	begin = __builtin_ia32_rdtsc() - begin;
	printf("what=");
	for (i = 0; command[i]; i++)
		printf("%s%s", i ? "_" : "", command[i]);
	printf(" ticks=%llu\n", (unsigned long long)begin);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "calibrate"))
		return calibrate();
	if (argc == 3 && !strcmp(argv[1], "read"))
		return read_file(argv[2]);
	if (argc >= 3 && !strcmp(argv[1], "run"))
		return run(argv + 2);
	fprintf(stderr, "usage: meter calibrate | read FILE | run COMMAND...\n");
	return 2;
}
