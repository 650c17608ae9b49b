// SPDX-License-Identifier: GPL-2.0
/* ladder: each connection as the picture in the textbook, when both ends have ended. */
#include "connection.h"
#include "ladder_say.h"
#include "options.h"
#include "output.h"
#include "style.h"
#include "text.h"
#include "view.h"

#include <stdlib.h>

static FILE *image;			/* svg is complete only at the end */
static char *image_text;
static size_t image_size;
static unsigned int image_height;
static uint64_t lost_ns;		/* the time of the last loss */

static void begin(struct show *show)
{
	image_height = 0;
	if (show->style->format == FORMAT_SVG)
		image = text_begin(&image_text, &image_size);
}

static void print_text(struct show *show, FILE *to, char **text, size_t *size)
{
	text_end(to);
	output_text(show->out, *text, *size);
	free(*text);
}

static void draw(struct show *show, struct connection *c)
{
	static struct ladder l;
	char *text;
	size_t size;
	FILE *to;

	c->has_shown = true;
	if (c->twin)
		c->twin->has_shown = true;
	ladder_build(&l, c, lost_ns);

	if (image) {
		image_height += ladder_svg(&l, image_height, image);
	} else {
		to = text_begin(&text, &size);
		if (show->rows)
			putc('\n', to);
		if (show->style->format == FORMAT_MERMAID)
			ladder_mermaid(&l, to);
		else
			ladder_text(&l, show->style, to);
		print_text(show, to, &text, &size);
	}
	show->rows++;
}

static bool is_wanted(const struct connection *c)
{
	return !c->has_shown && !connection_is_listener(c) &&
	       (c->fits || (c->twin && c->twin->fits));
}

/* Nobody waits 60 s for the end of TIME_WAIT; in a file it is there, or not. */
static bool has_ended(const struct show *show, const struct connection *c)
{
	return show->live ? c->ended_ns : c->now.new_state == TCPFSM_CLOSED;
}

static void event(struct show *show, struct connection *c, enum connection_event event)
{
	if (event >= CONNECTION_ENDED && is_wanted(c) && has_ended(show, c) &&
	    (!c->twin || has_ended(show, c->twin)))
		draw(show, c);
}

static void draw_rest(void *to, struct connection *c)
{
	struct show *show = to;

	if (is_wanted(c) && show->rows < show->options->rows)
		draw(show, c);
}

/* A loss at the beginning of the input has no time. */
static void lost(struct show *show, uint64_t count, uint64_t mono_ns)
{
	(void)show;
	(void)count;
	lost_ns = mono_ns;
}

static void end(struct show *show)
{
	char *text;
	size_t size;
	FILE *to;

	connections_each(show->connections, draw_rest, show);

	to = text_begin(&text, &size);
	if (image) {
		text_end(image);
		ladder_svg_image(image_text, image_height, to);
		free(image_text);
		image = NULL;
	} else if (show->rows) {
		fprintf(to, "\n%s" LADDER_INFERRED "\n",
			show->style->format == FORMAT_MERMAID ? "%% " : "");
	}
	print_text(show, to, &text, &size);
}

const struct view view_ladder = {
	.name = "ladder",
	.what = "each connection as a diagram of its segments and states",
	.formats = 1u << FORMAT_TEXT | 1u << FORMAT_MERMAID | 1u << FORMAT_SVG,
	.of_connections = true,
	.let_go = CONNECTION_CLOSED,
	.begin = begin,
	.event = event,
	.lost = lost,
	.end = end,
};
