// SPDX-License-Identifier: GPL-2.0
/* JSON: one object a line, valid and plain ASCII for any row. */
#include "number.h"
#include "table.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void table_json_begin(struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		struct table_place *place = &table->shown[i];

		place->key_len = snprintf(place->key, sizeof(place->key), "%c\"%s\":",
					  i ? ',' : '{', place->column->name);
		assert(place->key_len < (int)sizeof(place->key));
	}
}

char *table_json_row(char *to, const struct table *table, const void *row)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct table_place *place = &table->shown[i];
		struct value value = { 0 };

		memcpy(to, place->key, place->key_len);
		to += place->key_len;
		if (place->column->get(row, &value))
			to = value_json(to, &value, place->column->kind, table->style);
		else
			to = put_literal(to, "null");
	}
	return put_literal(to, "}\n");
}
