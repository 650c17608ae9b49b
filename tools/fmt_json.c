// SPDX-License-Identifier: GPL-2.0
/* JSON: one object a line, valid and plain ASCII whatever a record holds. */
#include "escape.h"
#include "fields.h"
#include "format.h"
#include "number.h"
#include "output.h"

#include <string.h>

#include "tcpfsm.h"

static void json_flags(struct output *out, uint64_t flags)
{
	const char *before = "[\"";

	if (!flags) {
		output_word(out, "[]");
		return;
	}

	for (unsigned int bit = 0; flags >> bit; bit++) {
		char name[NAME_MAX_LEN];

		if (!(flags >> bit & 1))
			continue;
		output_word(out, before);
		output_bytes(out, name, put_flag(name, bit) - name);
		before = "\",\"";
	}
	output_word(out, "\"]");
}

static void json_value(struct output *out, const struct value *value)
{
	char comm[6 * TCPFSM_COMM_LEN];
	char *end;

	switch (value->type) {
	case VALUE_UNKNOWN:
		output_word(out, "null");
		return;
	case VALUE_NUMBER:
		output_number(out, value->number);
		return;
	case VALUE_BOOL:
		output_word(out, value->number ? "true" : "false");
		return;
	case VALUE_FLAGS:
		json_flags(out, value->number);
		return;
	case VALUE_WORD:
		output_word(out, "\"");
		output_bytes(out, value->word, value->len);
		output_word(out, "\"");
		return;
	case VALUE_COMM:
		end = put_escaped_json(comm, value->bytes, value->len);
		output_word(out, "\"");
		output_bytes(out, comm, end - comm);
		output_word(out, "\"");
		return;
	}
}

static void json_name(struct output *out, const char *before, const char *name)
{
	output_word(out, before);
	output_word(out, name);
	output_word(out, "\":");
}

static bool same_object(const struct field *a, const struct field *b)
{
	return a->object && b->object && !strcmp(a->object, b->object);
}

/* The members of one object are neighbours in the table and known together. */
static void json_record(struct view *view, const struct tcpfsm_record *record)
{
	const struct field *end = fields + nr_fields;
	const char *before = "{\"";

	for (const struct field *f = fields; f < end; f++) {
		bool first = f->object && !(f > fields && same_object(f, f - 1));
		bool last = f->object && !(f + 1 < end && same_object(f, f + 1));
		struct value value;

		if (first) {
			json_name(view->out, before, f->object);
			before = "{\"";
		}

		field_value(f, record, &view->clock, &value);
		if (!f->object || value.type != VALUE_UNKNOWN) {
			json_name(view->out, before, f->name);
			json_value(view->out, &value);
			if (last)
				output_word(view->out, "}");
		} else if (first) {
			output_word(view->out, "null");
		}
		before = ",\"";
	}
	output_word(view->out, "}\n");
}

static void json_lost(struct view *view, const struct tcpfsm_record *record)
{
	json_name(view->out, "{\"", "lost");
	output_number(view->out, record->lost);
	output_word(view->out, "}\n");
}

const struct format format_json = {
	.name = "json",
	.record = json_record,
	.lost = json_lost,
};
