// SPDX-License-Identifier: GPL-2.0
/* JSON: one object a line, valid and plain ASCII for any record. */
#include "escape.h"
#include "fields.h"
#include "format.h"
#include "memo.h"
#include "fmt_value.h"

VALUE(flags, uint32_t flags)
{
	flags &= ~TCPFSM_F_DWELL_MIN;
	if (!flags)
		return put_literal(to, "[]");

	*to++ = '[';
	for (; flags; flags &= flags - 1) {
		*to++ = '"';
		to = put_flag(to, __builtin_ctz(flags));
		to = put_literal(to, "\",");
	}
	to[-1] = ']';
	return to;
}

static char *spell_comm(char *to, const uint8_t comm[TCPFSM_COMM_LEN], uint32_t none)
{
	(void)none;
	*to++ = '"';
	to = put_escaped_json(to, comm, TCPFSM_COMM_LEN);
	*to++ = '"';
	return to;
}

VALUE(comm, const uint8_t comm[TCPFSM_COMM_LEN])
{
	static struct memo memo;

	return put_memo(to, &memo, comm, 0, spell_comm);
}

enum { MAY_BE_EMPTY_flags = 0, MAY_BE_EMPTY_comm = 0 };

/* Whether a value is put in quotes here; flags and comm have their own. */
enum {
	QUOTED_time = 1, QUOTED_number = 0, QUOTED_port = 0, QUOTED_netns = 0,
	QUOTED_id = 1, QUOTED_family = 0, QUOTED_address = 1, QUOTED_state = 1,
	QUOTED_cause = 1, QUOTED_role = 1, QUOTED_dwell_min = 0,
	QUOTED_flags = 0, QUOTED_comm = 0,
};

enum {
	MAX_flags = 32 * (NAME_MAX_LEN + 3),
	MAX_comm = 6 * TCPFSM_COMM_LEN + 2,
};

/* A comma before each name; a brace overwrites the first one. */
#define NAME(name) to = put_literal(to, ",\"" name "\":");

#define FIELD(where, name, kind, member, what)				\
	NAME(name)							\
	if (IS_KNOWN(r, what)) {					\
		char *value = to + QUOTED_##kind;			\
		char *end = value_##kind(value, view, r->member);	\
									\
		if (MAY_BE_EMPTY_##kind && end == value) {		\
			to = put_literal(to, "null");			\
		} else {						\
			if (QUOTED_##kind) {				\
				*to = '"';				\
				*end++ = '"';				\
			}						\
			to = end;					\
		}							\
	} else {							\
		to = put_literal(to, "null");				\
	}

#define OBJECT(name, what)						\
	NAME(name)							\
	if (!IS_KNOWN(r, what)) {					\
		to = put_literal(to, "null");				\
	} else {							\
		char *brace = to;

#define MEMBER(where, object, name, kind, member, what)			\
		FIELD(where, name, kind, member, what)

#define END(object, what)						\
		*brace = '{';						\
		*to++ = '}';						\
	}

static char *json_record(char *to, struct view *view,
			 const struct tcpfsm_record *r)
{
	char *first = to;

	FIELDS
	*first = '{';
	return put_literal(to, "}\n");
}

#undef FIELD
#undef OBJECT
#undef MEMBER
#undef END
#define FIELD(where, name, kind, member, what) \
	+ sizeof("\"" name "\":\"\",") + MAX_##kind
#define OBJECT(name, what)
#define MEMBER(where, object, name, kind, member, what) \
	FIELD(where, object name "{}", kind, member, what)
#define END(object, what)

_Static_assert(FIELDS < LINE_MAX_LEN, "a line may not fit");

static char *json_lost(char *to, struct view *view, const struct tcpfsm_record *r)
{
	(void)view;
	to = put_literal(to, "{\"lost\":");
	to = put_number(to, r->lost);
	return put_literal(to, "}\n");
}

const struct format format_json = {
	.name = "json",
	.record = json_record,
	.lost = json_lost,
};
