// SPDX-License-Identifier: GPL-2.0
/* The command behind "--". */
#include "run.h"
#include "wait.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;

/* Reports why it could not be run: the pipe is closed by an exec() that succeeds. */
static void run_command(char *const *command, int report)
{
	int error;

	signal(SIGPIPE, SIG_DFL);
	execvp(command[0], command);
	error = errno;
	if (write(report, &error, sizeof(error)) < 0) {
		/* The parent takes it for a success; the status says more. */
	}
	_exit(error == ENOENT ? 127 : 126);
}

static int wait_status(void)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR) {
			warn("waitpid");
			return 1;
		}
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Returns errno of the exec(), or 0. */
static int read_report(int report)
{
	int error;
	ssize_t n;

	do {
		n = read(report, &error, sizeof(error));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(error) ? error : 0;
}

int run_start(char *const *command)
{
	int report[2], error;

	if (pipe2(report, O_CLOEXEC)) {
		warn("pipe");
		return 1;
	}
	/* If it is ignored, as inherited, the status of a child is lost. */
	signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (child < 0) {
		warn("fork");
		return 1;
	}
	if (!child)
		run_command(command, report[1]);
	close(report[1]);
	error = read_report(report[0]);
	close(report[0]);
	if (error) {
		warnx("%s: %s", command[0], strerror(error));
		return wait_status();
	}
	if (!wait_child(child)) {
		run_end(SIGTERM);
		return 1;
	}
	return 0;
}

int run_end(int signal)
{
	if (signal)
		kill(child, signal);
	return wait_status();
}
