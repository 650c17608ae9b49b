// SPDX-License-Identifier: GPL-2.0
/* The command behind "--". */
#include "run.h"
#include "process_tree.h"
#include "tracer.h"
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

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
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
	return exit_status(status);
}

/* In a child of this program: the command is its child, and begins when it is followed. */
static void run_followed(char *const *command, int report, int tree)
{
	int go[2], error;
	pid_t pid;

	/* What is done at exit() is for the other process. */
	if (pipe2(go, O_CLOEXEC) || (pid = fork()) < 0) {
		warn("fork");
		_exit(1);
	}
	if (!pid) {
		close(go[1]);
		if (read(go[0], &(char){ 0 }, 1) == 1)
			run_command(command, report);
		_exit(1);
	}
	close(go[0]);
	error = -tracer_attach(pid, tree);
	if (error ? write(report, &error, sizeof(error)) < 0 : write(go[1], "", 1) < 0) {
		/* It has ended. */
	}
	close(go[1]);
	close(report);
	_exit(exit_status(tracer_loop()));
}

/* Returns the end for reading; the other one is @to. */
static int tree_pipe(int *to)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) || fcntl(ends[0], F_SETFL, O_NONBLOCK))
		err(1, "pipe");
	*to = ends[1];
	return ends[0];
}

/* Returns errno of the exec(), that of ptrace() below 0, or 0. */
static int read_report(int report)
{
	int error;
	ssize_t n;

	do {
		n = read(report, &error, sizeof(error));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(error) ? error : 0;
}

int run_start(char *const *command, bool follow)
{
	int report[2], error, tree_from = -1, tree_to = -1;

	if (pipe2(report, O_CLOEXEC)) {
		warn("pipe");
		return 1;
	}
	if (follow)
		tree_from = tree_pipe(&tree_to);
	/* If it is ignored, as inherited, the status of a child is lost. */
	signal(SIGCHLD, SIG_DFL);
	child = fork();
	if (child < 0) {
		warn("fork");
		return 1;
	}
	if (!child && follow) {
		close(tree_from);
		run_followed(command, report[1], tree_to);
	}
	if (!child)
		run_command(command, report[1]);
	close(report[1]);
	if (follow) {
		close(tree_to);
		process_tree_begin(tree_from);
	}
	error = read_report(report[0]);
	close(report[0]);
	if (error < 0)
		warnx("%s cannot be followed: ptrace: %s", command[0], strerror(-error));
	else if (error)
		warnx("%s: %s", command[0], strerror(error));
	if (error)
		return wait_status();
	if (!wait_child(child)) {
		run_end(SIGTERM);
		return 1;
	}
	return 0;
}

int run_end(int signal)
{
	process_tree_end();
	if (signal)
		kill(child, signal);
	return wait_status();
}
