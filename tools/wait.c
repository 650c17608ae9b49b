// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for input, for a signal to stop, for a deadline, for the end of a child, or for
 * the output to be closed.
 *
 * The signal handlers write to a pipe: a signal between the check of a flag and poll()
 * would be missed. A second signal to stop kills at once, for a reader whose output is
 * stuck.
 */
#include "wait.h"
#include "output.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC UINT64_C(1000000000)
#define NSEC_PER_MSEC UINT64_C(1000000)
#define SLEEP_MAX_NS (3600 * NSEC_PER_SEC)	/* poll() has an int of milliseconds */

static int wake_pipe[2];
static volatile sig_atomic_t stopped, child_ended;
static uint64_t deadline_ns = UINT64_MAX;

static void wake(void)
{
	int saved = errno;

	if (write(wake_pipe[1], "", 1) < 0) {
		/* The pipe is full: poll() will return anyway. */
	}
	errno = saved;
}

static void on_stop(int signal)
{
	(void)signal;
	stopped = 1;
	wake();
}

static void on_child(int signal)
{
	(void)signal;
	child_ended = 1;
	wake();
}

bool wait_init(void)
{
	struct sigaction stop = {
		.sa_handler = on_stop,
		.sa_flags = SA_RESETHAND,
	}, hup;

	if (pipe2(wake_pipe, O_CLOEXEC | O_NONBLOCK)) {
		warn("pipe");
		return false;
	}

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, NULL, &hup);
	if (hup.sa_handler != SIG_IGN)		/* nohup */
		sigaction(SIGHUP, &stop, NULL);
	return true;
}

void wait_child(void)
{
	struct sigaction child = {
		.sa_handler = on_child,
		.sa_flags = SA_NOCLDSTOP | SA_RESTART,
	};

	sigaction(SIGCHLD, &child, NULL);
}

bool wait_stopped(void)
{
	return stopped;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
}

void wait_deadline(uint64_t ns)
{
	deadline_ns = ns == UINT64_MAX ? UINT64_MAX : now() + ns;
}

/* For poll(): rounded up, so that it does not return just before the deadline. */
static int until_deadline(void)
{
	uint64_t left, time = now();

	if (deadline_ns == UINT64_MAX)
		return -1;
	if (time >= deadline_ns)
		return 0;
	left = deadline_ns - time;
	if (left > SLEEP_MAX_NS)
		left = SLEEP_MAX_NS;
	return (left + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
}

static void empty_pipe(void)
{
	char bytes[16];

	while (read(wake_pipe[0], bytes, sizeof(bytes)) > 0)
		;
}

bool wait_for_input(int in, struct output *out)
{
	struct pollfd fds[] = {
		{ .fd = in, .events = POLLIN },
		{ .fd = wake_pipe[0], .events = POLLIN },
		{ .fd = out->fd },		/* POLLERR: it was closed */
	};

	while (!out->error && !stopped) {
		bool ended = child_ended;
		int sleep = until_deadline(), n;

		if (!sleep)
			return false;
		n = poll(fds, 3, ended || out->end > out->buf ? 0 : sleep);
		if (n < 0 && errno != EINTR) {
			warn("poll");
			return false;
		}
		if (n > 0) {
			if (fds[2].revents & (POLLERR | POLLHUP))
				return false;
			if (fds[1].revents)
				empty_pipe();
			if (fds[0].revents && !stopped)
				return true;
		} else if (!n && out->end > out->buf) {
			output_flush(out);
		} else if (!n && ended) {
			return false;
		}
	}
	return false;
}
