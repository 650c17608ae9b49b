// SPDX-License-Identifier: GPL-2.0
/*
 * Follows a command by ptrace().
 *
 * Every new task stops before its first instruction, and goes on when its report is in the
 * pipe: so the report of a task is there before any record that the task causes, and none is
 * missing, however short the task lives. A tracer of one's own child needs no privilege.
 */
#include "tracer.h"
#include "wait.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t command;
static int reports;

/* A signal from the terminal has reached the command, too. */
static void pass_on(int number, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	if (info->si_code != SI_KERNEL)
		kill(command, number);
	errno = saved;
}

static void report(pid_t pid, bool ended)
{
	struct tracer_report r = { .mono_ns = wait_now(), .pid = pid, .ended = ended };
	ssize_t n;

	/* If this program is gone, the command goes on. */
	do {
		n = write(reports, &r, sizeof(r));
	} while (n < 0 && errno == EINTR);
}

int tracer_attach(pid_t pid, int to)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	static const int stops[] = { SIGTSTP, SIGTTIN, SIGTTOU };
	struct sigaction pass = { .sa_sigaction = pass_on, .sa_flags = SA_SIGINFO };
	long follow = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

	command = pid;
	reports = to;
	for (int i = 0; i < 3; i++)
		sigaction(signals[i], &pass, NULL);
	/* Or Ctrl-Z would stop the command when the terminal has let it go on again. */
	for (int i = 0; i < 3; i++)
		signal(stops[i], SIG_IGN);
	if (ptrace(PTRACE_SEIZE, pid, NULL, follow))
		return errno;
	report(command, false);
	return 0;
}

/* It has not stopped for a reason of its own: it is new, or its process is stopped. */
static void stopped_by_trace(pid_t pid, int signal)
{
	bool is_process_stopped = signal != SIGTRAP;

	/* Not at the fork of its parent: that may be seen when the child has ended. */
	report(pid, false);
	ptrace(is_process_stopped ? PTRACE_LISTEN : PTRACE_CONT, pid, NULL, NULL);
}

static void stopped(pid_t pid, int status)
{
	int event = status >> 16, signal = WSTOPSIG(status);

	if (event == PTRACE_EVENT_STOP)
		stopped_by_trace(pid, signal);
	else
		ptrace(PTRACE_CONT, pid, NULL, (void *)(ptrdiff_t)(event ? 0 : signal));
}

int tracer_loop(void)
{
	int status;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, &status, __WALL);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return 1 << 8;
		if (WIFSTOPPED(status)) {
			stopped(pid, status);
			continue;
		}
		report(pid, true);
		if (pid == command)
			return status;
	}
}
