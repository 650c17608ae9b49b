/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection, put together from the records of one id: opening, states, end; and its
 * twin, the other end, if that is a socket of this machine too.
 *
 * It knows what it lacks: a connection may be older than the module or than the first
 * record, records of it may be lost, and it may still be alive when the input ends.
 * A listener has an id too; it is kept as one with no peer, and is no connection.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "view.h"

#include "tcpfsm.h"

#define CONNECTION_TRANSITIONS_MAX 24	/* a damaged file may have any number */
#define CONNECTION_PATH_MAX (2 * CONNECTION_TRANSITIONS_MAX)

/* What is kept of each of its transitions. */
struct transition {
	uint64_t mono_ns;
	uint64_t dwell_ns;		/* in the old state, if has_dwell */
	uint32_t retrans;		/* segments sent again so far, if has_retrans */
	uint16_t flags;			/* TCPFSM_F_* */
	uint16_t error;			/* errno, 0: none */
	uint8_t old_state, new_state;
	uint8_t cause;
	bool has_dwell : 1, has_retrans : 1;
};

struct connection {
	/* The last record; a value unknown in it is that of the last that had it. */
	struct tcpfsm_record now;
	struct connection *twin;	/* or NULL; twin->twin is this one */
	uint64_t begun_ns;		/* its first record */
	uint64_t opened_ns;		/* seen open; 0: not, or before begun_ns */
	uint64_t ended_ns;		/* TIME_WAIT or CLOSED; 0: alive */
	struct transition *transition;
	uint8_t transitions;
	uint8_t room;
	bool fits : 1;			/* the filter took one of its records */
	bool whole_begin : 1;		/* its first record is its first transition */
	bool gap : 1;			/* transitions are missing in between */
	bool cut : 1;			/* more than CONNECTION_TRANSITIONS_MAX */
	bool has_shown : 1;		/* for the view's own use */
	bool done : 1;			/* connections.c: had the last event of interest */

	struct connection *next_id, *next_ends;		/* connection_table.c: of a bucket */
};

struct connections;
typedef void (*connection_report)(void *to, struct connection *c,
				  enum connection_event event);

/* Ends the program with a message if memory is out. */
struct connections *connections_new(enum connection_event let_go,
				    connection_report report, void *to);
void connections_free(struct connections *all);

/*
 * A record without an id belongs to no connection: it is counted. Returns the connection,
 * unless it was let go.
 */
struct connection *connections_record(struct connections *all,
				      const struct tcpfsm_record *r, bool fits);

/* Up to @mono_ns, a record that does not continue its connection is old: it is left out. */
void connections_known_until(struct connections *all, uint64_t mono_ns);

/* The connection whose last record is the one of that id, time and new state, or NULL. */
struct connection *connections_find(const struct connections *all,
				    const struct tcpfsm_record *last);

/* Records were lost here: what comes next may be the middle of a connection. */
void connections_lost(struct connections *all, uint64_t lost);

/* Those that were not let go, in the order of their first records. */
void connections_each(struct connections *all,
		      void (*do_it)(void *to, struct connection *c), void *to);

struct connection_counts {
	uint64_t alive;			/* not let go */
	uint64_t without_id;		/* records */
	uint64_t lost;			/* records */
};
struct connection_counts connections_count(const struct connections *all);

bool connection_is_listener(const struct connection *c);

/* Its records begin before it was ESTABLISHED: they say how its opening went. */
bool connection_is_opening(const struct connection *c);

/* enum tcpfsm_role: as a record said, or as the transitions show; 0: not known. */
uint8_t connection_open_role(const struct connection *c);

/* Its first transition to that state, or NULL. */
const struct transition *connection_entering(const struct connection *c, uint8_t state);

/*
 * Its states, at most CONNECTION_PATH_MAX; returns their number. Where transitions are
 * missing, both states are there. A state that one segment entered and left is not.
 */
size_t connection_path(const struct connection *c, uint8_t *state);

/*
 * The handshake of this end: from its SYN, or from the peer's, to ESTABLISHED. False if
 * it is not known: pre-existing, a SYN cookie, an ACK that was dropped, lost records.
 */
bool connection_handshake(const struct connection *c, uint64_t *ns);

/* From its first record to its end, or to @now_ns; *least if it is older than that. */
uint64_t connection_life(const struct connection *c, uint64_t now_ns, bool *least);

/* How it ended, in one word (VIEWS.md: life); NULL: it has not, or nobody knows. */
const char *connection_end(const struct connection *c);

enum connection_side { SIDE_UNKNOWN, SIDE_US, SIDE_PEER, SIDE_BOTH };

/* Which end closed or reset it first; SIDE_UNKNOWN for timers. */
enum connection_side connection_closer(const struct connection *c);

/* It was open, and then one end sent a RST. */
bool connection_was_reset(const struct connection *c);

/* It ended, but not with a FIN in each direction. False if its end was lost. */
bool connection_failed(const struct connection *c);

#endif
