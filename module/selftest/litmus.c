// SPDX-License-Identifier: GPL-2.0
/*
 * The litmus tests in litmus/, on weak.c's machine: what "exists" names must not
 * come of any order, and must come of some without either of the barriers that
 * the test is called by. That shows what each pair is for, and that the machine
 * knows the difference; model.c shows what the rings need.
 *
 * With a kernel's tree, herd7 says the same by the kernel's own model:
 *	cd tools/memory-model; herd7 -conf linux-kernel.cfg .../litmus/A-B.litmus
 */
#include "weak.h"
#undef memcpy

#include "machine.h"

__thread int shim_cpu;

static int litmus_r[2][8];

struct litmus {
	const char *name;
	void (*init)(void);
	void (*p[2])(void);
	bool (*exists)(void);
};

/* Of two, which is all there are: the reader's is 1 if the writer's came first. */
static int atomic_fetch_inc_relaxed(int *clock)
{
	return weak_clock() > 2;
}

static void litmus_init(int *at, int value)
{
	*at = value;
}

#include "litmus.inc"

bool weak_may_pause(void)
{
	return false;
}

u64 weak_write_time(int writer, u64 last)
{
	return 2;
}

bool weak_is_plain(const void *at)
{
	return false;
}

void *weak_slots(size_t size)
{
	return weak_shared(size);
}

void *weak_cursor(size_t size)
{
	return NULL;
}

static bool happens(const struct litmus *l, const char *without)
{
	bool found = false;

	weak_without = without;
	weak_setup();
	l->init();
	weak_write(0, -1);
	l->p[0]();
	weak_read();
	weak_choices.known = 0;
	weak_choices.depth = 0;
	do {
		memset(&weak_view, 0, sizeof(weak_view));
		weak_run(l->p[1]);
		found |= l->exists();
	} while (choose_next(&weak_choices));
	return found;
}

int main(void)
{
	int passed = 0, failed = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(litmus); i++) {
		const struct litmus *l = &litmus[i];
		char letter[2][2] = { { l->name[0] }, { l->name[2] } };
		bool ok = !happens(l, "") && happens(l, letter[0]) && happens(l, letter[1]);

		printf("%s - litmus: %s: never, but without either of them\n",
		       ok ? "ok" : "not ok", l->name);
		ok ? passed++ : failed++;
	}
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
