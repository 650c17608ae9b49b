// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for input, for a signal to stop, for a deadline, for the end of a child, or for
 * the output to be closed; and for one more file, and a time, of a view.
 *
 * The signal handler writes to a pipe: a signal between the check of a flag and poll()
 * would be missed. A second signal kills at once, for a reader whose output is stuck.
 */
#include "wait.h"
#include "output.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC UINT64_C(1000000000)
#define NSEC_PER_MSEC UINT64_C(1000000)
#define TWICE_NS (100 * NSEC_PER_MSEC)
#define SLEEP_MAX_NS (3600 * NSEC_PER_SEC)	/* poll() has an int of milliseconds */

/* The module wakes its readers some milliseconds after a transition. */
#define LAST_RECORDS_MS 50

static int stop_pipe[2];
static volatile sig_atomic_t stopped;	/* the signal */
static volatile sig_atomic_t from_terminal;
static uint64_t stopped_ns;
static bool over;
static void (*at_kill)(void);
static int child_fd = -1;
static uint64_t child_ended_ns = UINT64_MAX;
static uint64_t deadline_ns = UINT64_MAX;
static uint64_t linger_ns;
static bool (*linger_for)(void);
static int also_fd = -1;
static void (*also_ready)(void);
static uint64_t due_ns = UINT64_MAX;
static void (*due_call)(void);

uint64_t wait_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
}

static void on_stop(int number, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	/* timeout(1) sends the same signal twice, to this process and to its group. */
	if (stopped && wait_now() - stopped_ns > TWICE_NS) {
		at_kill();
		signal(number, SIG_DFL);
		raise(number);			/* when this handler has returned */
	}
	if (!stopped) {
		stopped_ns = wait_now();
		from_terminal = info->si_code == SI_KERNEL;
	}
	stopped = number;
	if (write(stop_pipe[1], "", 1) < 0) {
		/* The pipe is full: poll() will return anyway. */
	}
	errno = saved;
}

bool wait_init(void (*before_kill)(void))
{
	struct sigaction stop = {
		.sa_sigaction = on_stop,
		.sa_flags = SA_SIGINFO,
	}, hup;

	if (pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK)) {
		warn("pipe");
		return false;
	}

	at_kill = before_kill;
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, NULL, &hup);
	if (hup.sa_handler != SIG_IGN)		/* nohup */
		sigaction(SIGHUP, &stop, NULL);
	return true;
}

bool wait_child(pid_t child)
{
	child_fd = syscall(SYS_pidfd_open, child, 0);
	if (child_fd < 0)
		warn("pidfd_open");
	return child_fd >= 0;
}

uint64_t wait_child_ended(void)
{
	return child_ended_ns;
}

void wait_end(void)
{
	over = true;
}

bool wait_stopped(void)
{
	return stopped;
}

int wait_signal_for_child(void)
{
	return from_terminal ? 0 : stopped;
}

void wait_deadline(uint64_t ns)
{
	deadline_ns = ns == UINT64_MAX ? UINT64_MAX : wait_now() + ns;
}

void wait_linger(uint64_t ns, bool (*unfinished)(void))
{
	linger_ns = ns;
	linger_for = unfinished;
}

void wait_also(int fd, void (*ready)(void))
{
	also_fd = fd;
	also_ready = ready;
}

void wait_until(uint64_t ns, void (*due)(void))
{
	due_ns = ns;
	due_call = due;
}

/* For poll(): rounded up, so that it does not return just before @ns. */
static int sleep_until(uint64_t ns)
{
	uint64_t left, time = wait_now();

	if (ns == UINT64_MAX)
		return -1;
	if (time >= ns)
		return 0;
	left = ns - time;
	if (left > SLEEP_MAX_NS)
		left = SLEEP_MAX_NS;
	return (left + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
}

static void note_end_of_child(void)
{
	child_ended_ns = wait_now();
	close(child_fd);
	child_fd = -1;
	if (linger_for)
		deadline_ns = child_ended_ns + linger_ns;
}

/* The time of the view has come. It may ask for another one. */
static void call_due(void)
{
	if (due_ns == UINT64_MAX || wait_now() < due_ns)
		return;
	due_ns = UINT64_MAX;
	due_call();
}

bool wait_output_closed(const struct output *out)
{
	struct pollfd pfd = { .fd = out->fd };

	return out->error || (poll(&pfd, 1, 0) > 0 && pfd.revents & (POLLERR | POLLHUP));
}

bool wait_for_input(int in, struct output *out)
{
	bool lingers = false;

	while (!out->error && !stopped && !over) {
		struct pollfd fds[] = {
			{ .fd = in, .events = POLLIN },
			{ .fd = stop_pipe[0], .events = POLLIN },
			{ .fd = out->fd },		/* POLLERR: it was closed */
			{ .fd = child_fd, .events = POLLIN },
			{ .fd = also_fd, .events = POLLIN },
		};
		bool ended = child_ended_ns != UINT64_MAX, unwritten = out->end > out->buf;
		uint64_t wake_ns = due_ns < deadline_ns ? due_ns : deadline_ns;
		int n;

		if (!sleep_until(deadline_ns))
			return false;
		n = poll(fds, 5, unwritten ? 0 : ended && !lingers ? LAST_RECORDS_MS :
				 sleep_until(wake_ns));
		if (n < 0 && errno != EINTR) {
			warn("poll");
			return false;
		}
		if (n > 0 && (fds[1].revents || fds[2].revents & (POLLERR | POLLHUP)))
			return false;
		if (also_fd >= 0 && n && (n < 0 || fds[4].revents))
			also_ready();
		if (n <= 0 || !fds[0].revents)
			call_due();
		if (n > 0) {
			if (fds[3].revents)
				note_end_of_child();
			if (fds[0].revents)
				return true;
		} else if (!n && unwritten) {
			output_flush(out);
		} else if (!n && ended) {
			lingers = linger_for && linger_for();
			if (!lingers)
				return false;
		}
	}
	return false;
}
