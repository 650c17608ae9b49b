// SPDX-License-Identifier: GPL-2.0
/* The processes that came from COMMAND, by the reports of its tracer. */
#include "process_tree.h"
#include "tracer.h"
#include "wait.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A pid may come again. */
struct life {
	uint64_t begun_ns, ended_ns;	/* UINT64_MAX: it has not ended */
	size_t before;			/* of the same pid, as @latest */
};

static struct life *lives;
static size_t count, room;
static size_t *latest;			/* by pid: 1 and its place in @lives; 0: none */
static size_t pids;
static int reports = -1;

static void make_room(uint32_t pid)
{
	size_t more = pids ? pids : 32768;

	if (count == room) {
		room = room ? 2 * room : 256;
		lives = reallocarray(lives, room, sizeof(*lives));
		if (!lives)
			err(1, NULL);
	}
	if (pid < pids)
		return;
	while (pid >= more)
		more *= 2;
	latest = reallocarray(latest, more, sizeof(*latest));
	if (!latest)
		err(1, NULL);
	memset(latest + pids, 0, (more - pids) * sizeof(*latest));
	pids = more;
}

static struct life *latest_of(uint32_t pid)
{
	return pid < pids && latest[pid] ? &lives[latest[pid] - 1] : NULL;
}

static void take(const struct tracer_report *r)
{
	struct life *life = latest_of(r->pid);
	bool alive = life && life->ended_ns == UINT64_MAX;

	if (r->ended) {
		if (alive)
			life->ended_ns = r->mono_ns;
		return;
	}
	if (alive)
		return;
	make_room(r->pid);
	lives[count] = (struct life){ r->mono_ns, UINT64_MAX, latest[r->pid] };
	latest[r->pid] = ++count;
}

static void take_all(void)
{
	struct tracer_report some[256];
	ssize_t n;

	/* A report is written at once, so none is read in part. */
	while (reports >= 0 && (n = read(reports, some, sizeof(some))) >= 0) {
		for (size_t i = 0; i < n / sizeof(some[0]); i++)
			take(&some[i]);
		if (!n)
			process_tree_end();
	}
}

void process_tree_end(void)
{
	if (reports < 0)
		return;
	close(reports);
	reports = -1;
	wait_also(-1, NULL);
}

void process_tree_begin(int from)
{
	reports = from;
	/* The tracer waits for room in the pipe. */
	wait_also(from, take_all);
}

bool process_tree_has(uint32_t pid)
{
	take_all();
	return latest_of(pid);
}

bool process_tree_had(uint32_t pid, uint64_t mono_ns)
{
	take_all();
	for (struct life *life = latest_of(pid); life;
	     life = life->before ? &lives[life->before - 1] : NULL) {
		if (mono_ns >= life->begun_ns && mono_ns <= life->ended_ns)
			return true;
	}
	return false;
}
