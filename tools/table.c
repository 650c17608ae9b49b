// SPDX-License-Identifier: GPL-2.0
/* A table: which columns are shown, and to which format each row goes. */
#include "table.h"
#include "colour.h"
#include "number.h"
#include "output.h"
#include "style.h"

#include <assert.h>

static bool is_shown(const struct column *column, const struct style *style)
{
	if (style->format != FORMAT_TEXT)
		return column->where & IN_DATA;
	if (style->extended)
		return column->where & (IN_TEXT | IN_EXTENDED | IN_REST);
	return column->where & (IN_TEXT | IN_NARROW);
}

void table_init(struct table *table, const struct columns *columns,
		struct style *style, struct output *out)
{
	*table = (struct table){ .columns = columns, .style = style, .out = out };
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = &columns->column[i];

		if (!is_shown(column, style))
			continue;
		assert(table->count < TABLE_COLUMNS_MAX);
		table->shown[table->count++] = (struct table_place){
			.column = column, .width = column->width,
		};
		if (!(column->where & IN_REST))
			table->rest = table->count;
	}
}

void table_measure(struct table *table, const void *row)
{
	if (table->style->format == FORMAT_TEXT)
		table_text_measure(table, row);
}

static char *place_for_row(const struct table *table)
{
	return output_place(table->out, TABLE_ROW_MAX);
}

void table_start(struct table *table)
{
	switch (table->style->format) {
	case FORMAT_TEXT:
		table_text_fit(table);
		output_put(table->out, table_text_headings(place_for_row(table), table));
		break;
	case FORMAT_CSV:
		output_put(table->out, table_csv_headings(place_for_row(table), table));
		break;
	case FORMAT_JSON:
		table_json_begin(table);
		break;
	default:
		break;
	}
}

void table_begin(struct table *table, const struct columns *columns,
		 struct style *style, struct output *out)
{
	table_init(table, columns, style, out);
	table_start(table);
}

void table_row(struct table *table, const void *row)
{
	char *to = place_for_row(table);

	if (table->style->format == FORMAT_TEXT)
		to = table_text_row(to, table, row);
	else if (table->style->format == FORMAT_JSON)
		to = table_json_row(to, table, row);
	else
		to = table_csv_row(to, table, row);
	output_put(table->out, to);
}

static char *put_lost_text(char *to, bool colour, uint64_t lost)
{
	if (colour)
		to = put_literal(to, RED);
	to = put_number(put_literal(to, "# lost "), lost);
	if (colour)
		to = put_literal(to, PLAIN);
	*to++ = '\n';
	return to;
}

void table_lost(struct table *table, uint64_t lost, uint64_t mono_ns)
{
	char *to = place_for_row(table);

	switch (table->style->format) {
	case FORMAT_JSON:
		to = put_literal(to, "{\"lost\":");
		to = put_literal(put_number(to, lost), "}\n");
		break;
	case FORMAT_CSV:
		to = table_csv_lost(to, table, lost, mono_ns);
		break;
	default:
		to = put_lost_text(to, table->style->colour, lost);
	}
	output_put(table->out, to);
}
