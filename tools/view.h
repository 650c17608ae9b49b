/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A view: what becomes of the records. One file each (view_*.c), listed in view.c.
 *
 * A view about transitions gets those that the filter takes. A view about connections
 * gets connections (connection.h) of which at least one record fits the filter.
 * Views keep their state in static variables: a run has one view.
 */
#ifndef VIEW_H
#define VIEW_H

#include <stdbool.h>
#include <stdint.h>

struct columns;
struct connection;
struct connections;
struct filter;
struct options;
struct output;
struct style;
struct tcpfsm_record;

enum connection_event {
	CONNECTION_BEGUN,		/* its first record */
	CONNECTION_OPENED,		/* it is ESTABLISHED, or ended before it was */
	CONNECTION_ENDED,		/* it entered TIME_WAIT or CLOSED */
	CONNECTION_CLOSED,		/* it entered CLOSED: nothing follows */
};

struct show {
	const struct options *options;
	struct style *style;
	struct output *out;
	const struct filter *filter;	/* NULL: everything */
	struct connections *connections;	/* of_connections */
	bool live;			/* records come as they happen, not from a file */
	bool at_end;			/* of a recording, in good order */
	uint64_t damaged_at;		/* the input ends early, at this byte; 0: it does not */
	uint64_t first_ns, last_ns;	/* CLOCK_MONOTONIC of the first and the last record */
	uint64_t rows;			/* that -n counts: the view adds to it */
};

enum view_option {			/* options that only some views have */
	VIEW_FAILED = 1,		/* --failed */
	VIEW_HISTOGRAM = 2,		/* --histogram */
	VIEW_BY = 4,			/* --by */
	VIEW_COUNT = 8,			/* --count */
	VIEW_RUN = 16,			/* --run */
	VIEW_TEXTFILE = 32,		/* --textfile */
	VIEW_INTERVAL = 64,		/* --interval */
};

struct view {
	const char *name;
	const char *what;		/* one line for --help */
	const char *argument;		/* the word behind the name, or NULL: none */
	unsigned int options;		/* VIEW_* */
	const char *const *by;		/* the words of --by, up to a NULL */
	const struct columns *columns[4];	/* of its tables, up to a NULL */
	uint32_t formats;		/* 1u << FORMAT_*; the first is the default */
	const struct view *other;	/* takes its place for the formats it has; or NULL */
	bool of_connections;
	bool begins_alive;		/* live, with the connections of the file flows */
	bool asks_filter;		/* gets every connection, and asks the filter itself */
	bool follows_command;		/* by process_tree.h, and also behind its end */
	/* CONNECTION_ENDED: a connection is forgotten then; otherwise when it is CLOSED. */
	enum connection_event let_go;

	/* Checks the words behind its options; false after a message: wrong usage. */
	bool (*check)(const struct options *options);
	/*
	 * Live, and without --for, -n, --since-load, --capture, --interval and COMMAND: shows what
	 * there is now, and ends. Returns false after a message. NULL: the view reads records.
	 */
	bool (*now)(struct show *show);
	/* The stream's header is known. */
	void (*begin)(struct show *show);
	/* The records have come to this time; before each. */
	void (*time)(struct show *show, uint64_t mono_ns);
	/* One transition that the filter takes. */
	void (*record)(struct show *show, const struct tcpfsm_record *r);
	/* of_connections is true. A twin is let go only when both ends have had the event. */
	void (*event)(struct show *show, struct connection *c, enum connection_event event);
	/* One transition more, behind its events; not if the connection was let go. */
	void (*changed)(struct show *show, struct connection *c);
	/* @lost records are missing here. */
	void (*lost)(struct show *show, uint64_t lost, uint64_t mono_ns);
	/* End of input, -n, --for, a signal, or the end of COMMAND. */
	void (*end)(struct show *show);
	/* follows_command: records behind the end of COMMAND still matter. */
	bool (*unfinished)(void);
	/* The exit status, if there is no error and no loss. @of_command: -1 without one. */
	int (*status)(int of_command);
};

extern const struct view view_follow, view_life, view_handshakes, view_ladder,
			 view_flows, view_summary, view_matrix, view_report,
			 view_perfetto, view_expect, view_watch, view_top,
			 view_metrics;

extern const struct view *const views[];	/* up to a NULL; the first is the default */

extern const char *const view_option_names[];	/* by bit of enum view_option, up to a NULL */

const struct view *view_named(const char *name);	/* or NULL */

#endif
