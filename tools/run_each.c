// SPDX-License-Identifier: GPL-2.0
/* --run: a command for one row after another. */
#include "run_each.h"
#include "number.h"
#include "style.h"
#include "table.h"
#include "wait.h"

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define VARIABLES_MAX (TABLE_COLUMNS_MAX + 2)

struct errand {
	struct errand *next;
	char *variable[VARIABLES_MAX];
	size_t count;
};

static struct errand *first, **last = &first;
static const char *command;
static const struct output *output;	/* for its rows */
static pid_t child;			/* of @first; 0: none runs */
static int child_fd = -1;
static bool failed;

static void add(struct errand *e, const char *name, const char *suffix, const char *value)
{
	char *variable;

	if (asprintf(&variable, "TCPFSM_%s%s=%s", name, suffix, value) < 0)
		err(1, NULL);
	for (char *at = variable; *at != '='; at++)
		*at = toupper((unsigned char)*at);
	e->variable[e->count++] = variable;
}

static void add_task(struct errand *e, const char *name, bool known, const struct value *value,
		     struct style *style)
{
	char pid[NUMBER_MAX + 1] = "", comm[VALUE_TEXT_MAX] = "";
	int unseen = 0;

	if (known) {
		*put_number(pid, value->task.pid) = '\0';
		*value_text(comm, value, VALUE_COMM, VALUE_FULL, style, &unseen) = '\0';
	}
	add(e, name, "_pid", pid);
	add(e, name, "_comm", comm);
}

static void add_column(struct errand *e, const struct column *column, const void *row,
		       struct style *style)
{
	struct value value = { 0 };
	bool known = column->get(row, &value);
	char text[VALUE_TEXT_MAX] = "";

	if (column->kind == VALUE_TASK) {
		add_task(e, column->name, known, &value, style);
		return;
	}
	if (known)
		*value_csv(text, &value, column->kind, style) = '\0';
	add(e, column->name, "", text);
}

static void free_first(void)
{
	struct errand *e = first;

	first = e->next;
	if (!first)
		last = &first;
	for (size_t i = 0; i < e->count; i++)
		free(e->variable[i]);
	free(e);
}

static void in_child(const struct errand *e)
{
	int null = open("/dev/null", O_RDONLY);

	/* Records may come from standard input. */
	dup2(null, STDIN_FILENO);
	signal(SIGPIPE, SIG_DFL);
	for (size_t i = 0; i < e->count; i++)
		putenv(e->variable[i]);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Waits for the command of @first, and reports a failure. */
static void reap(void)
{
	int status;

	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			err(1, "waitpid");
	}
	child = 0;
	if (WIFSIGNALED(status))
		warnx("--run '%s': killed by signal %d", command, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		warnx("--run '%s': status %d", command, WEXITSTATUS(status));
	failed |= status != 0;
	free_first();
}

static void start_next(void);

static void child_ended(void)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
		return;
	wait_also(-1, NULL);
	close(child_fd);
	reap();
	start_next();
}

static void start_next(void)
{
	if (!first || child)
		return;
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child)
		in_child(first);
	child_fd = syscall(SYS_pidfd_open, child, 0);
	if (child_fd < 0)
		err(1, "pidfd_open");
	wait_also(child_fd, child_ended);
}

void run_each(const char *what, const struct columns *columns, const void *row,
	      struct style *style, const struct output *out)
{
	struct style plain = { .clock = style->clock };
	struct errand *e = calloc(1, sizeof(*e));

	if (!e)
		err(1, NULL);
	command = what;
	output = out;
	for (size_t i = 0; i < columns->count; i++) {
		if (columns->column[i].where & IN_DATA)
			add_column(e, &columns->column[i], row, &plain);
	}
	*last = e;
	last = &e->next;
	start_next();
}

bool run_each_end(void)
{
	size_t left = 0;

	if (child && wait_signal_for_child())
		kill(child, wait_signal_for_child());
	if (child)
		reap();
	while (first && !wait_stopped() && !wait_output_closed(output)) {
		start_next();
		close(child_fd);
		reap();
	}
	for (; first; left++)
		free_first();
	if (!wait_stopped())
		return !failed;
	if (left)
		warnx("--run '%s': not run for %zu connections, because of the signal", command,
		      left);
	return !failed && !left;
}
