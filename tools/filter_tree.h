/* SPDX-License-Identifier: GPL-2.0 */
/* A filter that was parsed: filter_parse.c makes it. */
#ifndef FILTER_TREE_H
#define FILTER_TREE_H

#include <stdint.h>

#include "filter.h"

#define FILTER_NODES_MAX 256
#define FILTER_DEPTH_MAX 32
#define FILTER_TEXT_MAX 64

enum filter_kind { FILTER_AND, FILTER_OR, FILTER_NOT, FILTER_TEST };

enum filter_field {
	FILTER_STATE,			/* states: the new one is in the set */
	FILTER_OLD,			/* states */
	FILTER_SRC,			/* prefix */
	FILTER_DST,			/* prefix */
	FILTER_ADDR,			/* prefix: of either end */
	FILTER_SPORT,			/* number */
	FILTER_DPORT,			/* number */
	FILTER_PORT,			/* number: of either end */
	FILTER_DEV,			/* number: interface */
	FILTER_FWMARK,			/* number, mask */
	FILTER_ID,			/* number */
	FILTER_PID,			/* number */
	FILTER_UID,			/* number */
	FILTER_COMM,			/* text: with * and ? */
	FILTER_NETNS,			/* number */
	FILTER_CAUSE,			/* number */
	FILTER_NOTE,			/* number: a bit of TCPFSM_F_* */
	FILTER_DWELL,			/* number: ns */
	FILTER_RETRANS,			/* number */
	FILTER_OPEN,			/* number: TCPFSM_ROLE_* */
	FILTER_CLOSE,			/* number: TCPFSM_ROLE_* */
	FILTER_FAMILY,			/* number: AF_* */
};

enum filter_op { OP_EQ, OP_NE, OP_LT, OP_GT, OP_LE, OP_GE };

struct filter_node {
	enum filter_kind kind;
	int left, right;		/* nodes; of NOT, left only */
	size_t at, length;		/* its word in the text, for messages */

	enum filter_field field;	/* of TEST */
	enum filter_op op;
	uint64_t number;
	uint32_t mask;			/* of FWMARK */
	uint32_t states;		/* bits of TCPFSM_* */
	uint8_t address[16];		/* IPv4 as ::ffff:a.b.c.d; 0 behind the prefix */
	unsigned int bits;		/* of the prefix, of 128 */
	char text[FILTER_TEXT_MAX];
};

struct filter {
	int root;
	int count;
	struct filter_node node[FILTER_NODES_MAX];
};

/* filter_takes(), of a part of the filter. */
bool filter_node_takes(const struct filter *filter, int at,
		       const struct tcpfsm_record *r);

#endif
