// SPDX-License-Identifier: GPL-2.0
/*
 * Text for people: one line a transition under a line of headings.
 *
 *   TIME     LOCAL  PEER                 TRANSITION               DWELL  CAUSE
 *   03:50:12 :41234 198.51.100.1:443     SYN_SENT → ESTABLISHED   12.3ms rcv_synack
 *   # lost 17
 *
 * These are 80 columns; a wider screen shows more. With -x nothing is shortened.
 */
#include "colour.h"
#include "columns.h"
#include "fields.h"
#include "format.h"
#include "fmt_value.h"

static char *text_begin(char *to, struct view *view)
{
	if (view->extended)
		columns_of_log(&view->columns);
	else
		columns_of_screen(&view->columns, view->width);

	if (view->colour)
		to = put_literal(to, BOLD);
	to = put_headings(to, &view->columns);
	if (view->colour)
		to = put_literal(to, PLAIN);
	*to++ = '\n';
	return to;
}

/* Only fields that are known. */
#define FIELD(where, name, kind, member, what)				\
	FIELD_##where(name, kind, member, what)
#define FIELD_COLUMN(name, kind, member, what)
#define FIELD_OTHER(name, kind, member, what)				\
	if (IS_KNOWN(r, what)) {					\
		char *value = put_literal(to, " " name "=");		\
		char *end = value_##kind(value, view, r->member);	\
									\
		if (end > value)					\
			to = end;					\
	}
#define OBJECT(name, what)
#define MEMBER(where, object, name, kind, member, what)			\
	FIELD_##where(object "_" name, kind, member, what)
#define END(object, what)

static char *put_other_fields(char *to, struct view *view,
			      const struct tcpfsm_record *r)
{
	FIELDS
	return to;
}

#undef FIELD_OTHER
#define FIELD_OTHER(name, kind, member, what) + sizeof(" " name "=") + MAX_##kind

_Static_assert(COLUMNS_MAX * (CELL_MAX + 1) < LINE_MAX_LEN, "a screen's line may not fit");
/* With -x, only NOTE is as long as CELL_MAX. */
_Static_assert(CELL_MAX + COLUMNS_MAX * 96 FIELDS < LINE_MAX_LEN, "a line may not fit");

/* Not inlined: lines without -x would have to save its registers. */
static __attribute__((noinline)) char *text_extended(char *to, struct view *view,
						     const struct tcpfsm_record *r)
{
	to = view->columns.put_line(to, view, r) - 1;
	to = put_other_fields(to, view, r);
	*to = '\n';
	return to + 1;
}

static char *text_record(char *to, struct view *view,
			 const struct tcpfsm_record *r)
{
	if (view->extended)
		return text_extended(to, view, r);
	return view->columns.put_line(to, view, r);
}

static char *text_lost(char *to, struct view *view, const struct tcpfsm_record *r)
{
	if (view->colour)
		to = put_literal(to, RED);
	to = put_number(put_literal(to, "# lost "), r->lost);
	if (view->colour)
		to = put_literal(to, PLAIN);
	*to++ = '\n';
	return to;
}

const struct format format_text = {
	.name = "text",
	.begin = text_begin,
	.record = text_record,
	.lost = text_lost,
};
