// SPDX-License-Identifier: GPL-2.0
/* JSON: one object a line, valid and plain ASCII for any row. */
#include "number.h"
#include "table.h"

char *table_json_row(char *to, const struct table *table, const void *row)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = table->shown[i].column;
		struct value value = { 0 };

		*to++ = i ? ',' : '{';
		*to++ = '"';
		to = put_word(to, column->name);
		to = put_literal(to, "\":");
		if (column->get(row, &value))
			to = value_json(to, &value, column->kind, table->style);
		else
			to = put_literal(to, "null");
	}
	return put_literal(to, "}\n");
}
