/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Per-CPU rings of records: writers in the probes, readers through cursor.c.
 *
 * Positions count records from 0 and never wrap; a ring holds the last
 * ring_records() of them. ring.c explains the ordering.
 */
#ifndef TCPFSM_RING_H
#define TCPFSM_RING_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "uapi/tcpfsm.h"

#define RING_RECORDS_MIN	16U
#define RING_RECORDS_MAX	(1U << 22)

struct ring;

/* One write from claim to commit; lives on the writer's stack. */
struct ring_write {
	struct ring *ring;
	struct tcpfsm_record *rec;
	u64 pos;
};

/**
 * ring_claim() - begin a record on this CPU
 * @w: filled in for ring_commit()
 * @ns_seq: per-CPU count of the record's namespace, stepped with the claim
 *
 * The record is zeroed, but for @mono_ns, @ns_seq and @cpu, and stays invisible
 * until ring_commit(). Writes nest: an interrupt may claim and commit in between.
 *
 * Context: any but NMI; preemption disabled from here to ring_commit().
 * Return: the record, or NULL when nested writes have filled the whole ring
 * behind one that was interrupted: counted as dropped, nothing to commit.
 */
struct tcpfsm_record *ring_claim(struct ring_write *w, u64 __percpu *ns_seq);

/* Publish the record of ring_claim(). Context: the same. */
void ring_commit(struct ring_write *w);

/* What a reader must know of one ring before it reads there. */
struct ring_edge {
	u64 head;	/* the position that is claimed next */
	u64 ns_seq;	/* records of the namespace asked for, up to @head */
	u64 dropped;	/* records ring_claim() had to refuse so far */
	bool writing;	/* a write is in progress: more may come before now */
};

/* @ns_seq may be NULL. Context: process; cursor.c says how it is ordered. */
void ring_edge(int cpu, const u64 __percpu *ns_seq, struct ring_edge *edge);

enum ring_got {
	RING_GOT,	/* copied, and it is what was written */
	RING_UNFINISHED,/* claimed, not committed yet */
	RING_GONE,	/* overwritten */
};

/* Copy what is at @pos, which must be below a head seen by ring_edge(). */
enum ring_got ring_read(int cpu, u64 pos, struct tcpfsm_record *to);

/* The same, of two members only, to look ahead. */
enum ring_got ring_peek(int cpu, u64 pos, u64 *mono_ns, u32 *netns, u64 *ns_seq);

u32 ring_records(void);		/* records each ring holds */
u64 ring_overwritten(void);	/* records that were overwritten since load */
u64 ring_dropped(void);		/* records that were refused since load */

/* Context: process, before the first and after the last use of the rest. */
int ring_init(u32 records);	/* rounded up to a power of two; 0 or -ENOMEM */
void ring_exit(void);

#endif /* TCPFSM_RING_H */
