/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Rings of records: writers in the probes, readers through cursor.c.
 *
 * Each CPU has one for each class, so that a flood pushes out only what is like
 * it. Positions count the records of one ring from 0 and never wrap; a ring
 * holds the last of them. ring.c explains the ordering.
 */
#ifndef TCPFSM_RING_H
#define TCPFSM_RING_H

#include <linux/percpu.h>
#include <linux/types.h>

#include "uapi/tcpfsm.h"

#define RING_RECORDS_MIN	16U
#define RING_RECORDS_MAX	(1U << 22)

/*
 * The initial namespace has a share of its own, all others divide the rest among
 * them, and half-open connections, of which anybody can make any number, have
 * rings of their own in each share.
 */
#define RING_SHARES	4
#define RING_CLASSES	(2 * RING_SHARES)

/* For half-open ones, this much less. */
#define RING_HALF_OPEN_PART	4

static inline unsigned int ring_class(unsigned int share, bool half_open)
{
	return 2 * share + half_open;
}

/* Of ring number @nr. */
static inline unsigned int ring_share(unsigned int nr)
{
	return nr % RING_CLASSES / 2;
}

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
 * @class: ring_class() of a share that ring_share_ready() was told
 * @ns_seq: per-CPU counts of the record's namespace, one for each class; this
 *          one's is stepped with the claim
 *
 * The record is zeroed, but for @mono_ns, @ns_seq, @cpu and @ring, and stays
 * invisible until ring_commit(). Writes nest: an interrupt may claim and commit
 * in between.
 *
 * Context: any but NMI; preemption disabled from here to ring_commit().
 * Return: the record, or NULL when nested writes have filled the whole ring
 * behind one that was interrupted: counted as dropped, nothing to commit.
 */
struct tcpfsm_record *ring_claim(struct ring_write *w, unsigned int class,
				 u64 __percpu *ns_seq);

/* Publish the record of ring_claim(). Context: the same. */
void ring_commit(struct ring_write *w);

/* What a reader must know of one ring before it reads there. */
struct ring_edge {
	u64 head;	/* the position that is claimed next */
	u64 oldest;	/* what is below it has been overwritten */
	u64 ns_seq;	/* records of the namespace asked for, up to @head */
	u64 dropped;	/* records ring_claim() had to refuse so far */
	bool writing;	/* a write is in progress: more may come before now */
};

/* Rings are numbered from 0; those of one CPU stand together, in class order. */
unsigned int ring_count(void);

/* @ns_seq may be NULL. Context: process; cursor.c says how it is ordered. */
void ring_edge(unsigned int nr, const u64 __percpu *ns_seq,
	       struct ring_edge *edge);

enum ring_got {
	RING_GOT,	/* copied, and it is what was written */
	RING_UNFINISHED,/* claimed, not committed yet */
	RING_GONE,	/* overwritten */
};

/* Copy what is at @pos, which must be below a head seen by ring_edge(). */
enum ring_got ring_read(unsigned int nr, u64 pos, struct tcpfsm_record *to);

/* The same, of two members only, to look ahead. */
enum ring_got ring_peek(unsigned int nr, u64 pos, u64 *mono_ns, u32 *netns,
			u64 *ns_seq);

u32 ring_records(void);		/* records a ring holds, but for half-open ones */
u64 ring_overwritten(bool half_open);	/* records overwritten since load */
u64 ring_dropped(void);		/* records that were refused since load */

/* Context: process, before the first and after the last use of the rest. */
int ring_init(u32 records);	/* rounded up to a power of two; 0 or -ENOMEM */
void ring_exit(void);

/*
 * Memory for a share's rings, on the first call for it; share 0 has it from
 * ring_init() on. Context: process, one at a time. Return: 0 or -ENOMEM.
 */
int ring_share_ready(unsigned int share);

/* What one share takes on one CPU. */
u64 ring_share_bytes(u32 records);

#endif /* TCPFSM_RING_H */
