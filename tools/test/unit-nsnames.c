// SPDX-License-Identifier: GPL-2.0
/*
 * nsnames.c, with a /run/netns of its own, in a mount namespace. Files stand for
 * namespaces: only the inode counts. Exits with 77 if it may not mount.
 */
#include "nsnames.h"

#include <err.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static unsigned int passed, failed;

#define check(what) check_(what, #what, __LINE__)

static void check_(bool ok, const char *what, int line)
{
	passed += ok;
	failed += !ok;
	if (!ok)
		printf("FAIL unit-nsnames.c:%d: %s\n", line, what);
}

static bool is(const char *want, const char *got)
{
	return want && got ? !strcmp(want, got) : want == got;
}

static uint32_t make(const char *name)
{
	struct stat st;
	int fd = open(name, O_CREAT | O_WRONLY, 0600);

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", name);
	close(fd);
	return st.st_ino;
}

static time_t second(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static void test_namespaces(void)
{
	uint32_t blue = make("/run/netns/blue"), red = make("/run/netns/red");
	uint32_t odd = make("/run/netns/a\033[2Jb"), late;
	time_t begin;

	check(is(NULL, nsname(blue)));		/* not enabled */
	nsnames_enable(true);
	check(is("blue", nsname(blue)));
	check(is("red", nsname(red)));
	check(is(NULL, nsname(odd)));

	/* Looked for again, but not more than once a second. */
	begin = second();
	check(is(NULL, nsname(UINT32_MAX)));
	late = make("/run/netns/late");
	check(is(NULL, nsname(late)) || second() != begin);
	while (!nsname(late) && second() <= begin + 1)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	check(is("late", nsname(late)));

	unlink("/run/netns/blue");
	check(is("red", nsname(red)));
	check(is("blue", nsname(blue)));	/* known: not read again */
	nsnames_enable(false);
	check(is(NULL, nsname(blue)));
}

static void test_interfaces(void)
{
	uint32_t lo = if_nametoindex("lo");
	struct stat st;

	if (!lo || stat("/proc/self/ns/net", &st))
		errx(1, "no interface lo");
	check(is(NULL, ifname(lo)));
	check(!nsnames_own(st.st_ino));
	nsnames_enable(true);
	check(is("lo", ifname(lo)));
	check(is(NULL, ifname(0)));
	check(is(NULL, ifname(lo + 16)));	/* at the same place of the cache */
	check(is("lo", ifname(lo)));
	check(nsnames_own(st.st_ino) && !nsnames_own(st.st_ino + 1));
}

int main(void)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/run", "tmpfs", 0, NULL) || mkdir("/run/netns", 0700)) {
		puts("may not mount");
		return 77;
	}
	test_namespaces();
	test_interfaces();
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
