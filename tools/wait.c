// SPDX-License-Identifier: GPL-2.0
/*
 * Waiting for input, for a signal to stop, or for the output to be closed.
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
#include <unistd.h>

static int stop_pipe[2];

static void stop(int signal)
{
	int saved = errno;

	(void)signal;
	if (write(stop_pipe[1], "", 1) < 0) {
		/* The pipe is full: poll() will return anyway. */
	}
	errno = saved;
}

bool wait_init(void)
{
	struct sigaction on_stop = {
		.sa_handler = stop,
		.sa_flags = SA_RESETHAND,
	}, hup;

	if (pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK)) {
		warn("pipe");
		return false;
	}

	sigaction(SIGINT, &on_stop, NULL);
	sigaction(SIGTERM, &on_stop, NULL);
	sigaction(SIGHUP, NULL, &hup);
	if (hup.sa_handler != SIG_IGN)		/* nohup */
		sigaction(SIGHUP, &on_stop, NULL);
	return true;
}

bool wait_for_input(int in, struct output *out)
{
	struct pollfd fds[] = {
		{ .fd = in, .events = POLLIN },
		{ .fd = stop_pipe[0], .events = POLLIN },
		{ .fd = out->fd },		/* POLLERR: it was closed */
	};

	while (!out->error) {
		int n = poll(fds, 3, out->end > out->buf ? 0 : -1);

		if (n < 0 && errno != EINTR) {
			warn("poll");
			return false;
		}
		if (n > 0)
			return fds[0].revents && !fds[1].revents &&
			       !(fds[2].revents & (POLLERR | POLLHUP));
		if (!n)
			output_flush(out);
	}
	return false;
}
