// SPDX-License-Identifier: GPL-2.0
/*
 * CSV (RFC 4180, but lines end in LF): a header row, then one row a record.
 * The last column is "lost": empty in a transition's row; a loss has a row of
 * its own with the time of the loss, and the count in that column.
 */
#include "escape.h"
#include "fields.h"
#include "format.h"
#include "number.h"
#include "output.h"

#include "tcpfsm.h"

static void csv_begin(struct view *view)
{
	for (size_t i = 0; i < nr_fields; i++) {
		if (fields[i].object) {
			output_word(view->out, fields[i].object);
			output_word(view->out, "_");
		}
		output_word(view->out, fields[i].name);
		output_word(view->out, ",");
	}
	output_word(view->out, "lost\n");
}

static void csv_flags(struct output *out, uint64_t flags)
{
	const char *before = "";

	for (unsigned int bit = 0; flags >> bit; bit++) {
		char name[NAME_MAX_LEN];

		if (!(flags >> bit & 1))
			continue;
		output_word(out, before);
		output_bytes(out, name, put_flag(name, bit) - name);
		before = "|";
	}
}

static void csv_comm(struct output *out, const uint8_t *bytes, size_t len)
{
	char text[4 * TCPFSM_COMM_LEN], quoted[2 * sizeof(text) + 2];
	char *end;

	end = put_escaped_blank(text, bytes, len);
	end = put_quoted_csv(quoted, text, end - text);
	output_bytes(out, quoted, end - quoted);
}

static void csv_value(struct output *out, const struct value *value)
{
	switch (value->type) {
	case VALUE_UNKNOWN:
		return;
	case VALUE_NUMBER:
		output_number(out, value->number);
		return;
	case VALUE_BOOL:
		output_word(out, value->number ? "true" : "false");
		return;
	case VALUE_FLAGS:
		csv_flags(out, value->number);
		return;
	case VALUE_WORD:
		output_bytes(out, value->word, value->len);
		return;
	case VALUE_COMM:
		csv_comm(out, value->bytes, value->len);
		return;
	}
}

static void csv_record(struct view *view, const struct tcpfsm_record *record)
{
	for (size_t i = 0; i < nr_fields; i++) {
		struct value value;

		field_value(&fields[i], record, &view->clock, &value);
		csv_value(view->out, &value);
		output_word(view->out, ",");
	}
	output_word(view->out, "\n");
}

/* Of a loss only the time and the count mean something. */
static bool told_of_a_loss(const struct field *field)
{
	return field->offset == offsetof(struct tcpfsm_record, mono_ns);
}

static void csv_lost(struct view *view, const struct tcpfsm_record *record)
{
	for (size_t i = 0; i < nr_fields; i++) {
		struct value value;

		if (told_of_a_loss(&fields[i])) {
			field_value(&fields[i], record, &view->clock, &value);
			csv_value(view->out, &value);
		}
		output_word(view->out, ",");
	}
	output_number(view->out, record->lost);
	output_word(view->out, "\n");
}

const struct format format_csv = {
	.name = "csv",
	.begin = csv_begin,
	.record = csv_record,
	.lost = csv_lost,
};
