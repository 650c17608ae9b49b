/* SPDX-License-Identifier: GPL-2.0 */
/* How everything is printed: the same for all views of one run. */
#ifndef STYLE_H
#define STYLE_H

#include <stdbool.h>

#include "clock.h"

enum format {
	FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_MERMAID, FORMAT_SVG, FORMAT_PERFETTO,
	FORMAT_HTML, FORMAT_PROMETHEUS,
};

struct style {
	enum format format;
	struct clock clock;		/* of the records */
	int width;			/* of the screen, columns */
	bool extended;			/* -x */
	bool colour;
	bool utf8;			/* the terminal shows → */
};

#endif
