/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader's position in the rings: it delivers the records of all CPUs in time order,
 * none twice, and reports those it missed. The owner serialises its calls.
 */
#ifndef TCPFSM_CURSOR_H
#define TCPFSM_CURSOR_H

#include <linux/types.h>

#include "uapi/tcpfsm.h"

struct cursor;
struct net;

enum cursor_from {
	CURSOR_OLDEST,	/* all records held, then new ones */
	CURSOR_NOW,	/* new ones */
	CURSOR_HELD,	/* all records held now, then CURSOR_END */
};

enum cursor_got {
	CURSOR_RECORD,	/* at least one record, which may be TCPFSM_LOST */
	CURSOR_NONE,	/* nothing yet: wait in the queue of netns_wake() */
	CURSOR_SOON,	/* a write is in progress: try again in a moment */
	CURSOR_END,	/* CURSOR_HELD only */
};

/**
 * cursor_new() - begin to read
 * @net: the namespace to show, held by the caller until cursor_free(); the initial
 *       one shows all
 * @from: the first record
 *
 * Context: process, may sleep. Return: NULL when out of memory.
 */
struct cursor *cursor_new(struct net *net, enum cursor_from from);
void cursor_free(struct cursor *cur);

/* Continue from @from. The records between are not counted as lost. */
void cursor_move(struct cursor *cur, enum cursor_from from);

/**
 * cursor_read() - copy the next records
 * @cur: the cursor
 * @to: room for @max records
 * @max: at least 1
 * @nr: set to the number of records copied; not 0 with CURSOR_RECORD, else 0
 *
 * Context: process, may sleep. CURSOR_NONE is returned after all rings were looked at
 * in this call, after a full barrier: a reader that is in the queue of wake.h before the
 * call misses no record.
 */
enum cursor_got cursor_read(struct cursor *cur, struct tcpfsm_record *to,
			    unsigned int max, unsigned int *nr);

#endif /* TCPFSM_CURSOR_H */
