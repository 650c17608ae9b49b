// SPDX-License-Identifier: GPL-2.0
/*
 * The columns of text. Each set of them is a macro that is expanded twice: to a
 * table, for the headings and for squeeze.c, and to a function that puts a line.
 * Nearly all lines fit; squeeze.c puts again a line that does not.
 */
#include "columns.h"
#include "cell.h"
#include "format.h"
#include "number.h"
#include "squeeze.h"

#include <limits.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* COLUMN(heading, width, cell, gives) */
#define TIME        COLUMN("TIME",  LOCAL_TIME_LEN,   time,        NOTHING)
#define SECOND      COLUMN("TIME",  LOCAL_SECOND_LEN, second,      NOTHING)
#define LOCAL       COLUMN("LOCAL", 20,               local,       MIDDLE)
#define LOCAL_PORT  COLUMN("LOCAL", 6,                local_port,  MIDDLE)
#define DWELL       COLUMN("DWELL", 10,               some_dwell,  NOTHING)
#define SHORT_DWELL COLUMN("DWELL", 6,                short_dwell, NOTHING)

/*
 * On a screen. The widths are enough for most lines, but not for the longest IPv4
 * endpoint (21), the longest cause (15), or long IPv6 addresses.
 */
#define SCREEN(TIME, LOCAL, DWELL)					\
	TIME								\
	LOCAL								\
	COLUMN("PEER",       20, peer,       MIDDLE)			\
	COLUMN("TRANSITION", 24, transition, BLANKS)			\
	DWELL								\
	COLUMN("CAUSE",      11, cause,      NOTHING)

/*
 * The first set that fits the screen is used: first the local address is shortened,
 * which the user knows, then the last digits of numbers. LEAST has 80 columns.
 */
#define WIDE     SCREEN(TIME,   LOCAL,      DWELL)
#define NARROW   SCREEN(TIME,   LOCAL_PORT, DWELL)
#define NARROWER SCREEN(TIME,   LOCAL_PORT, SHORT_DWELL)
#define LEAST    SCREEN(SECOND, LOCAL_PORT, SHORT_DWELL)

/* With -x: those of /proc/net/tcpfsm/log. */
#define LOG								\
	COLUMN("TIME",       UTC_TIME_LEN, utc, NOTHING)		\
	COLUMN("NETNS",      10, netns,      NOTHING)			\
	COLUMN("ID",         6,  id,         NOTHING)			\
	COLUMN("LOCAL",      21, local,      NOTHING)			\
	COLUMN("PEER",       21, peer,       NOTHING)			\
	COLUMN("TRANSITION", 24, transition, NOTHING)			\
	COLUMN("DWELL",      10, all_dwell,  NOTHING)			\
	COLUMN("CAUSE",      10, cause,      NOTHING)			\
	COLUMN("OWNER",      16, owner,      NOTHING)			\
	COLUMN("ACTOR",      16, actor,      NOTHING)			\
	COLUMN("NOTE",       4,  note,       NOTHING)

#define COLUMN(text, columns, cell, what)				\
	{ .heading = text, .width = columns, .put = cell_##cell, .gives = GIVES_##what },
static const struct column wide[] = { WIDE };
static const struct column narrow[] = { NARROW };
static const struct column narrower[] = { NARROWER };
static const struct column least[] = { LEAST };
static const struct column full[] = { LOG };
#undef COLUMN

_Static_assert(ARRAY_SIZE(full) == COLUMNS_MAX, "COLUMNS_MAX is the most");

#define COLUMN(text, columns, cell, what)				\
	_Static_assert((columns) + 1 <= PUT_SLACK, text " is too wide");
WIDE LEAST LOG
#undef COLUMN

/* Up to @next, but at least one; @width is enough after an empty word. */
static inline char *put_blanks(char *to, char *next, int width)
{
	memset(to, ' ', width);
	return to < next ? next : to + 1;
}

static inline char *put_line_end(char *to, char *start, struct view *view,
				 const struct tcpfsm_record *r, long unseen)
{
	if (to - start - unseen > view->columns.limit)
		to = put_squeezed(start, view, r);
	*to = '\n';
	return to + 1;
}

/* Blanks up to the column, then its text. */
#define COLUMN(text, columns, cell, what)				\
	if (next > 0)							\
		to = put_blanks(to, start + next + unseen, before + 1);	\
	to = cell_##cell(to, view, r, &unseen);				\
	before = columns;						\
	next += columns + 1;

#define LINE(columns, COLUMNS)						\
static char *put_##columns(char *to, struct view *view,			\
			   const struct tcpfsm_record *r)		\
{									\
	char *start = to;						\
	int next = 0, before = 0;					\
	long unseen = 0;						\
									\
	COLUMNS								\
	return put_line_end(to, start, view, r, unseen);		\
}

LINE(wide, WIDE)
LINE(narrow, NARROW)
LINE(narrower, NARROWER)
LINE(least, LEAST)
LINE(full, LOG)

#define SET(set) { .count = ARRAY_SIZE(set), .column = set, .put_line = put_##set }

static int width(const struct columns *columns)
{
	int sum = columns->count - 1;

	for (size_t i = 0; i < columns->count; i++)
		sum += columns->column[i].width;
	return sum;
}

void columns_of_screen(struct columns *columns, int limit)
{
	static const struct columns sets[] = {
		SET(wide), SET(narrow), SET(narrower), SET(least),
	};
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(sets) && width(&sets[i]) > limit)
		i++;
	*columns = sets[i];
	columns->limit = limit;
}

void columns_of_log(struct columns *columns)
{
	*columns = (struct columns)SET(full);
	columns->limit = INT_MAX;
}

char *put_headings(char *to, const struct columns *columns)
{
	char *next = to;

	for (size_t i = 0; i < columns->count; i++) {
		if (i)
			to = put_blanks(to, next, columns->column[i - 1].width + 1);
		to = put_word(to, columns->column[i].heading);
		next += columns->column[i].width + 1;
	}
	return to;
}
