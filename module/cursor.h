/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reader's place in the rings: records of all CPUs in time order, none
 * twice, none silently missing. Private to its owner, who serialises calls.
 */
#ifndef TCPFSM_CURSOR_H
#define TCPFSM_CURSOR_H

#include <linux/types.h>

#include "uapi/tcpfsm.h"

struct cursor;
struct net;

enum cursor_from {
	CURSOR_OLDEST,	/* all records held, then what comes */
	CURSOR_NOW,	/* what comes */
	CURSOR_HELD,	/* all records held now, then CURSOR_END */
};

enum cursor_got {
	CURSOR_RECORD,	/* the next ones, TCPFSM_LOST among them */
	CURSOR_NONE,	/* nothing yet: wait in wake_queue */
	CURSOR_SOON,	/* a write is in progress: look again in a moment */
	CURSOR_END,	/* CURSOR_HELD only */
};

/**
 * cursor_new() - begin to read
 * @net: the namespace to show, held by the caller until cursor_free(); the
 *       initial one shows all
 *
 * Context: process, may sleep. Return: NULL when out of memory.
 */
struct cursor *cursor_new(struct net *net, enum cursor_from from);
void cursor_free(struct cursor *cur);

/* Take another place; what lies between is not lost, but left out. */
void cursor_move(struct cursor *cur, enum cursor_from from);

/**
 * cursor_read() - what comes next
 * @to, @max: room for records
 * @nr: how many; CURSOR_RECORD: at least one, else none
 *
 * Context: process, may sleep. Unless it began with CURSOR_HELD, CURSOR_NONE
 * comes from a look at all CPUs that was made in this call, behind a full barrier:
 * who is in wake_queue before the call misses nothing.
 */
enum cursor_got cursor_read(struct cursor *cur, struct tcpfsm_record *to,
			    unsigned int max, unsigned int *nr);

#endif /* TCPFSM_CURSOR_H */
