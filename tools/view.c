// SPDX-License-Identifier: GPL-2.0
/* The list of views. */
#include "view.h"

#include <stddef.h>
#include <string.h>

const struct view *const views[] = {
	&view_follow,
	&view_life,
	&view_handshakes,
	&view_summary,
	&view_matrix,
	&view_ladder,
	&view_report,
	&view_flows,
	&view_expect,
	&view_watch,
	&view_top,
	&view_metrics,
	NULL
};

const char *const view_option_names[] = {
	"--failed", "--histogram", "--by", "--count", "--run", "--textfile",
	"--interval", NULL
};

const struct view *view_named(const char *name)
{
	for (const struct view *const *v = views; *v; v++) {
		if (!strcmp((*v)->name, name))
			return *v;
	}
	return NULL;
}
