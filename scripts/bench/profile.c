// SPDX-License-Identifier: GPL-2.0
/*
 * A QEMU plugin that counts the guest's instructions by address while crr runs its loop. crr
 * marks begin and end with an instruction without effect (its MARK()); the last byte of that
 * is the phase that is counted from there on, 0 for none.
 *
 * At exit it writes "PHASE ADDRESS INSTRUCTIONS" for each block of instructions to the file
 * that out= names. Debian ships no header of QEMU's plugin interface: the declarations here
 * are those of QEMU 10.0 (include/qemu/qemu-plugin.h).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;
struct plugin_info {
	const char *target_name;
	struct { int min, cur; } version;
};

extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t nr);
extern size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t size);
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id,
		void (*cb)(plugin_id, struct qemu_plugin_tb *));
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
		void (*cb)(unsigned int, void *), int flags, void *data);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
		void (*cb)(unsigned int, void *), int flags, void *data);
extern void qemu_plugin_register_atexit_cb(plugin_id id,
		void (*cb)(plugin_id, void *), void *data);

EXPORT int qemu_plugin_version = 4;

#define PHASES	8
#define PLACES	(1u << 20)

/* All blocks that begin at one address. */
static struct place {
	uint64_t address;
	uint64_t instructions[PHASES];
} *places;

/* One translation. These are never freed: some MB in all. */
struct block {
	struct place *place;
	size_t instructions;
};

static unsigned int phase;
static const char *out;

static struct place *place_of(uint64_t address)
{
	uint64_t i = address * 0x9e3779b97f4a7c15ull >> 44;

	while (places[i].address && places[i].address != address)
		i = (i + 1) & (PLACES - 1);
	places[i].address = address;
	return &places[i];
}

static void executed(unsigned int cpu, void *data)
{
	const struct block *block = data;

	(void)cpu;
	if (phase)
		block->place->instructions[phase] += block->instructions;
}

static void marked(unsigned int cpu, void *data)
{
	(void)cpu;
	phase = (uintptr_t)data % PHASES;
}

static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	static const uint8_t mark[7] = { 0x0f, 0x1f, 0x84, 0x00, 'c', 'r', 'r' };
	struct block *block = malloc(sizeof(*block));
	uint8_t bytes[16];
	size_t i;

	(void)id;
	block->place = place_of(qemu_plugin_tb_vaddr(tb));
	block->instructions = qemu_plugin_tb_n_insns(tb);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, block);
	for (i = 0; i < block->instructions; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (qemu_plugin_insn_data(insn, bytes, sizeof(bytes)) == 8 &&
		    !memcmp(bytes, mark, sizeof(mark)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, 0,
							       (void *)(uintptr_t)bytes[7]);
	}
}

static void at_exit(plugin_id id, void *data)
{
	FILE *file = fopen(out, "w");
	unsigned int p;
	size_t i;

	(void)id;
	(void)data;
	if (!file)
		return;
	for (i = 0; i < PLACES; i++)
		for (p = 1; p < PHASES; p++)
			if (places[i].instructions[p])
				fprintf(file, "%u %016llx %llu\n", p,
					(unsigned long long)places[i].address,
					(unsigned long long)places[i].instructions[p]);
	fclose(file);
}

EXPORT int qemu_plugin_install(plugin_id id, const struct plugin_info *info, int argc, char **argv)
{
	if (argc != 1 || strncmp(argv[0], "out=", 4) ||
	    info->version.min > qemu_plugin_version || info->version.cur < qemu_plugin_version)
		return -1;
	out = strdup(argv[0] + 4);
	places = calloc(PLACES, sizeof(*places));
	if (!places)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	return 0;
}
