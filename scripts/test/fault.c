// SPDX-License-Identifier: GPL-2.0
/*
 * Makes one system call with its Nth allocation failing (lib/fault-inject.c,
 * /proc/thread-self/fail-nth). debugfs sets which allocations count.
 *
 *   fault N load FILE [PARAMETER...]	finit_module()
 *   fault N open FILE			open() and one read()
 *   fault N netns [COMMAND...]		unshare(CLONE_NEWNET), and COMMAND in it
 *
 * Prints "met" if there was an Nth allocation, else "unmet", and the name of the
 * error, or 0; then the module's messages in the kernel log since the call began.
 * The exit status is 0, or 2 if something else failed.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int nth;		/* fail-nth */
static int kmsg;	/* at its end before the call */

static void arm(const char *n)
{
	if (write(nth, n, strlen(n)) < 0)
		err(2, "fail-nth");
}

/* Return: whether the Nth allocation was reached. */
static int disarm(void)
{
	char left[16] = "";

	if (pread(nth, left, sizeof(left) - 1, 0) <= 0)
		err(2, "fail-nth");
	arm("0");
	return !atoi(left);
}

static int load(const char *n, char **w)
{
	int fd = open(w[0], O_RDONLY | O_CLOEXEC), error, i;
	char parameters[256] = "";

	if (fd < 0)
		err(2, "%s", w[0]);
	for (i = 1; w[i]; i++) {
		strcat(parameters, w[i]);
		strcat(parameters, " ");
	}
	arm(n);
	error = syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
	close(fd);
	return error;
}

static int read_some(const char *n, char **w)
{
	static char buf[4096];
	int fd, error;

	arm(n);
	fd = open(w[0], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	error = fd < 0 || read(fd, buf, sizeof(buf)) < 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	return error == EAGAIN ? 0 : error;
}

static int netns(const char *n, char **w)
{
	(void)w;
	arm(n);
	return unshare(CLONE_NEWNET) ? errno : 0;
}

static const struct {
	const char *name;
	int words;		/* the least number of arguments */
	int (*call)(const char *n, char **w);
} calls[] = {
	{ "load", 1, load },
	{ "open", 1, read_some },
	{ "netns", 0, netns },
};

/* A record of /dev/kmsg is "LEVEL,NUMBER,TIME,FLAGS;TEXT\n" and more lines. */
static void show_messages(void)
{
	static const char ours[] = "tcpfsm: ";
	char record[8192], *text;
	ssize_t n;

	while ((n = read(kmsg, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		record[n > 0 ? n : 0] = '\0';
		text = strchr(record, ';');
		if (text && !strncmp(text + 1, ours, strlen(ours)))
			printf("%.*s\n", (int)strcspn(text + 1, "\n"), text + 1);
	}
}

int main(int argc, char **argv)
{
	size_t i = 0;
	int error, met;

	while (argc > 2 && i < 3 && strcmp(calls[i].name, argv[2]))
		i++;
	if (argc < 3 || i == 3 || argc < 3 + calls[i].words)
		errx(2, "fault N load|open|netns ...");
	/* Of this thread. Opened first, since an open() after arm() would count. */
	nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth < 0)
		err(2, "fail-nth");
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		err(2, "/dev/kmsg");
	error = calls[i].call(argv[1], argv + 3);
	met = disarm();
	printf("%s %s\n", met ? "met" : "unmet", error ? strerrorname_np(error) : "0");
	show_messages();
	fflush(stdout);
	if (calls[i].call == netns && !error && argv[3]) {
		execvp(argv[3], argv + 3);
		err(2, "%s", argv[3]);
	}
	return 0;
}
