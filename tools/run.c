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

int run_start(char *const *command)
{
	int report[2], error;

	if (pipe2(report, O_CLOEXEC)) {
		warn("pipe");
		return 1;
	}
	wait_child();
	child = fork();
	if (child < 0) {
		warn("fork");
		return 1;
	}
	if (!child)
		run_command(command, report[1]);
	close(report[1]);
	if (read(report[0], &error, sizeof(error)) == sizeof(error)) {
		warnx("%s: %s", command[0], strerror(error));
		waitpid(child, NULL, 0);
		return error == ENOENT ? 127 : 126;
	}
	close(report[0]);
	return 0;
}

int run_end(bool stop)
{
	int status;

	if (stop)
		kill(child, SIGTERM);
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return 1;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
