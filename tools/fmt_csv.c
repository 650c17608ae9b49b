// SPDX-License-Identifier: GPL-2.0
/*
 * CSV (RFC 4180, but lines end in LF): a header row, then one row a record.
 * The last column is "lost", empty in the row of a transition. A loss is a row with
 * only its time and the number of records in that column.
 */
#include "escape.h"
#include "fields.h"
#include "format.h"
#include "memo.h"
#include "fmt_value.h"

#include <stddef.h>

VALUE(flags, uint32_t flags)
{
	flags &= ~TCPFSM_F_DWELL_MIN;
	if (!flags)
		return to;

	for (; flags; flags &= flags - 1) {
		to = put_flag(to, __builtin_ctz(flags));
		*to++ = '|';
	}
	return to - 1;
}

static char *spell_comm(char *to, const uint8_t comm[TCPFSM_COMM_LEN], uint32_t none)
{
	char text[4 * TCPFSM_COMM_LEN];
	char *end = put_escaped_blank(text, comm, TCPFSM_COMM_LEN);

	(void)none;
	return put_quoted_csv(to, text, end - text);
}

VALUE(comm, const uint8_t comm[TCPFSM_COMM_LEN])
{
	static struct memo memo;

	return put_memo(to, &memo, comm, 0, spell_comm);
}

enum {
	MAX_flags = 32 * (NAME_MAX_LEN + 1),
	MAX_comm = 2 * 4 * TCPFSM_COMM_LEN + 2,
};

#define MEMBER(where, object, name, kind, member, what)			\
	FIELD(where, object "_" name, kind, member, what)
#define OBJECT(name, what)
#define END(object, what)

#define FIELD(where, name, kind, member, what) name ","

static char *csv_begin(char *to, struct view *view)
{
	(void)view;
	return put_literal(to, FIELDS "lost\n");
}

#undef FIELD
#define FIELD(where, name, kind, member, what)				\
	if (IS_KNOWN(r, what))						\
		to = value_##kind(to, view, r->member);			\
	*to++ = ',';

static char *csv_record(char *to, struct view *view,
			const struct tcpfsm_record *r)
{
	FIELDS
	*to++ = '\n';
	return to;
}

#undef FIELD
#define FIELD(where, name, kind, member, what) + MAX_##kind + 1

_Static_assert(FIELDS < LINE_MAX_LEN, "a row may not fit");

/* A loss has only a time and a count. */
#undef FIELD
#define FIELD(where, name, kind, member, what)				\
	if (offsetof(struct tcpfsm_record, member) ==			\
	    offsetof(struct tcpfsm_record, mono_ns))			\
		to = value_##kind(to, view, r->member);			\
	*to++ = ',';

static char *csv_lost(char *to, struct view *view, const struct tcpfsm_record *r)
{
	FIELDS
	to = put_number(to, r->lost);
	*to++ = '\n';
	return to;
}

const struct format format_csv = {
	.name = "csv",
	.begin = csv_begin,
	.record = csv_record,
	.lost = csv_lost,
};
