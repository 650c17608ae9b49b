/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table: a list of columns, and one row after another. It is printed as text, as JSON
 * (one object a line) or as CSV (RFC 4180, but lines end in LF).
 *
 * The list of columns is the one place where a view says what it shows: --help, the manual
 * page and the completion are made from it.
 *
 * In text a column starts under its heading. On a narrow screen columns take their
 * narrow form, in the order of @narrows. A long word moves the next ones to the right,
 * into their blanks; words are shortened only if a line has no blanks left.
 */
#ifndef TABLE_H
#define TABLE_H

#include "value.h"

struct output;
struct style;

enum column_where {
	IN_TEXT = 1,			/* text, with and without -x */
	IN_NARROW = 2,			/* text without -x */
	IN_EXTENDED = 4,		/* text with -x */
	IN_DATA = 8,			/* JSON and CSV */
	IN_REST = 16,			/* text with -x, behind the columns: name=value */
};

enum column_gives {			/* in a line that is too long: */
	GIVES_NOTHING,
	GIVES_BLANKS,			/* its blanks are left out, first */
	GIVES_MIDDLE,			/* an endpoint; the longest is shortened next */
	GIVES_END,			/* the longest of these is cut last */
};

struct column {
	const char *heading;		/* of text; NULL if never in text */
	const char *name;		/* in JSON and CSV; NULL if never there */
	const char *help;		/* one sentence without its full stop */
	uint8_t where;			/* IN_* */
	bool log;			/* with -x as /proc/net/tcpfsm/log prints it */
	bool of_loss;			/* CSV: the row of a loss has it: its time */
	enum value_kind kind;
	uint8_t width;			/* columns of text, without the blank before the next */
	uint8_t narrow;			/* of the narrow form; 0: it has none */
	uint8_t narrows;		/* 1 takes its narrow form first */
	enum column_gives gives;

	/* Returns false if the value is unknown: "-", null, nothing. */
	bool (*get)(const void *row, struct value *value);
};

struct columns {
	const char *name;		/* of the table, for the manual page */
	const struct column *column;
	size_t count;
	bool stream;			/* records may be lost between two rows */
};

#define TABLE_COLUMNS_MAX 48

struct table {
	const struct columns *columns;
	struct style *style;
	struct output *out;
	struct table_place {
		const struct column *column;
		char key[32];		/* of JSON: ',"name":' */
		int key_len;
		int width;		/* of text */
		bool narrow;
		enum value_form form;
		/* The column's, copied for table_text_row(). */
		enum value_kind kind;
		bool (*get)(const void *row, struct value *value);
		int measured[2];	/* the widest so far: of the full form, of the narrow one */
	} shown[TABLE_COLUMNS_MAX];
	size_t count;
	size_t rest;			/* the first that is IN_REST, or @count */
};

/* Chooses the columns that fit @style, prints the headings. All three stay the caller's. */
void table_begin(struct table *table, const struct columns *columns,
		 struct style *style, struct output *out);

/*
 * The same in three steps for a table all of whose rows are known: table_init(), then
 * table_measure() for each row, then table_start(). Columns of text become just wide
 * enough.
 */
void table_init(struct table *table, const struct columns *columns,
		struct style *style, struct output *out);
void table_measure(struct table *table, const void *row);
void table_start(struct table *table);

void table_row(struct table *table, const void *row);

/* "# lost 17", {"lost":17}, or a row with only @mono_ns and the column "lost". */
void table_lost(struct table *table, uint64_t lost, uint64_t mono_ns);

/* table.c's own: one file for each format. */
#define TABLE_ROW_MAX 40000
void table_text_measure(struct table *table, const void *row);
void table_text_fit(struct table *table);
char *table_text_headings(char *to, const struct table *table);
char *table_text_row(char *to, const struct table *table, const void *row);
void table_json_begin(struct table *table);
char *table_json_row(char *to, const struct table *table, const void *row);
char *table_csv_headings(char *to, const struct table *table);
char *table_csv_row(char *to, const struct table *table, const void *row);
char *table_csv_lost(char *to, const struct table *table, uint64_t lost,
		     uint64_t mono_ns);

#endif
