/* SPDX-License-Identifier: GPL-2.0 */
/* Groups of connections that have a peer, a port or the like in common; their sums. */
#ifndef GROUP_H
#define GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "histogram.h"

struct connection;

enum group_by { BY_NOTHING, BY_PEER, BY_PORT, BY_OWNER, BY_CAUSE, BY_NETNS };

/* Connections of later groups are counted in group_others. */
#define GROUPS_MAX 100000
#define GROUP_KEY_LEN 16

struct group {
	struct group *next;		/* in its bucket */
	enum group_row { ROW_GROUP, ROW_OTHERS, ROW_ALL } row;
	bool known;			/* has a key */
	/* An address, a comm, a word; port and netns in the order of the network. */
	uint8_t key[GROUP_KEY_LEN];
	uint64_t connections, opened, failed, reset, bytes_in, bytes_out;
	uint64_t closed_by_us, closed_by_peer, time_wait;
	struct histogram took;		/* of the handshakes */
};

extern struct group group_all, group_others;

/* A connection is counted once: when it has ended, or at the end of input. */
void group_count(const struct connection *c, enum group_by by);

/*
 * Fills @list with the groups that have the most connections, adds the rest to
 * group_others, and returns the number of groups in @list, at most @rows.
 */
size_t group_rows(struct group *list[GROUPS_MAX], size_t rows);

#endif
