// SPDX-License-Identifier: GPL-2.0
/* follow: one line a transition, as it happens. */
#include "record_columns.h"
#include "slices.h"
#include "style.h"
#include "view.h"

static struct table table;

static void begin(struct show *show)
{
	table_begin(&table, &record_columns, show->style, show->out);
}

static void record(struct show *show, const struct tcpfsm_record *r)
{
	table_row(&table, r);
	show->rows++;
}

static void lost(struct show *show, uint64_t count, uint64_t mono_ns)
{
	(void)show;
	table_lost(&table, count, mono_ns);
}

const struct view view_follow = {
	.name = "follow",
	.what = "each transition as it happens (the default)",
	.columns = { &record_columns, &slice_columns },
	.formats = 1u << FORMAT_TEXT | 1u << FORMAT_JSON | 1u << FORMAT_CSV |
		   1u << FORMAT_PERFETTO,
	.other = &view_perfetto,
	.begin = begin,
	.record = record,
	.lost = lost,
};
