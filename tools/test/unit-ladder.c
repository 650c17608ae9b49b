// SPDX-License-Identifier: GPL-2.0
/*
 * Ladders of connections made of random transitions: each transition is in the picture
 * once, each side's in their order; the text keeps to its width, and no name or number
 * from a record breaks a picture.
 */
#include "ladder_say.h"
#include "style.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#define LADDERS 4999

static unsigned int passed, failed;

static void expect(const char *what, unsigned int n, bool good)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s: ladder %u\n", what, n);
}

static uint32_t next_random(void)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state = state * 6364136223846793005 + 1442695040888963407;
	return state >> 33;
}

static uint32_t below(uint32_t limit)
{
	return next_random() % limit;
}

static struct transition random_transition(uint64_t *now, uint8_t old_state)
{
	struct transition t = {
		.mono_ns = *now += below(4) ? below(100000) : below(2000000000),
		.dwell_ns = below(2) ? below(300000000) : ~UINT64_C(0) >> below(60),
		.retrans = below(4) ? below(20) : ~0u >> below(31),
		.flags = below(3) ? 0 : next_random(),
		.error = below(4) ? 0 : below(200),
		.old_state = below(9) ? old_state : below(256),
		.new_state = below(20) ? below(TCPFSM_NR_STATES) : below(256),
		.cause = below(20) ? below(TCPFSM_NR_CAUSES) : below(256),
		.has_dwell = below(2),
		.has_retrans = below(2),
	};

	return t;
}

static void random_bytes(void *to, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)to)[i] = below(3) ? next_random() :
				     (uint8_t)"<>&\"';#\n\r%`"[below(11)];
}

static void random_connection(struct connection *c, struct transition *t)
{
	uint64_t now = 1 + below(1000000);
	uint8_t state = below(2) ? TCPFSM_CLOSED : TCPFSM_LISTEN;

	memset(c, 0, sizeof(*c));
	random_bytes(&c->now, sizeof(c->now));
	c->now.open_role = below(4);
	c->begun_ns = now;
	c->transition = t;
	c->transitions = 1 + below(below(2) ? 8 : CONNECTION_TRANSITIONS_MAX);
	c->whole_begin = below(2);
	c->gap = below(2);
	c->cut = below(5) == 0;
	for (unsigned int i = 0; i < c->transitions; i++) {
		t[i] = random_transition(&now, state);
		state = t[i].new_state;
	}
	if (state == TCPFSM_CLOSED || state == TCPFSM_TIME_WAIT)
		c->ended_ns = now;
}

/* The transitions at @side from top to bottom are those of its connection. */
static bool is_whole(const struct ladder *l, enum ladder_side side)
{
	const struct connection *c = l->end[side];
	const struct transition *t = c ? c->transition : NULL;

	for (unsigned int i = 0; i < l->rows; i++) {
		if (l->row[i].event[side] && l->row[i].event[side] != t++)
			return false;
	}
	return t == (c ? c->transition + c->transitions : NULL);
}

static bool has_arrows_once(const struct ladder *l)
{
	unsigned int count[2][SEGMENTS] = { 0 };

	for (unsigned int i = 0; i < l->rows; i++) {
		const struct ladder_row *row = &l->row[i];

		if (row->segment && count[row->from][row->segment]++)
			return false;
	}
	return true;
}

static char *draw(const struct ladder *l, enum format format, int width)
{
	struct style style = { .width = width };
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		err(1, NULL);
	if (format == FORMAT_TEXT)
		ladder_text(l, &style, to);
	else if (format == FORMAT_MERMAID)
		ladder_mermaid(l, to);
	else
		ladder_svg(l, 0, to);
	if (fclose(to))
		err(1, NULL);
	return text;
}

/* Lines of printable ASCII, at most @width long, without a blank at their ends. */
static bool is_text(const char *text, size_t width)
{
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length > width || text[length] != '\n' ||
		    (length && text[length - 1] == ' '))
			return false;
		for (; length; length--, text++) {
			if (*text < ' ' || *text > '~')
				return false;
		}
		text++;
	}
	return true;
}

/* Each line begins as one of a diagram does, and has no more syntax than that. */
static bool is_mermaid(const char *text)
{
	static const char *const begins[] = {
		"%% connection ", "sequenceDiagram", "    participant L as ",
		"    participant R as ", "    Note left of L: ", "    Note right of R: ",
		"    Note over L,R: ", "    L->>R: ", "    R->>L: ", "    L-xR: ",
		"    R-xL: ", "    L-->>R: ", "    R-->>L: ",
	};

	for (; *text; text += strcspn(text, "\n") + 1) {
		bool good = false;

		for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
			good |= !strncmp(text, begins[i], strlen(begins[i]));
		if (!good)
			return false;
	}
	return true;
}

/* A "<" outside of a tag would have another one inside. */
static bool is_svg(const char *text)
{
	bool tag = false;

	for (; *text; text++) {
		if ((*text == '<' || *text == '>') && tag == (*text == '<'))
			return false;
		if (*text == '<' || *text == '>')
			tag = *text == '<';
	}
	return !tag;
}

int main(void)
{
	static const int widths[] = { 80, 101, 199 };
	static struct ladder l;

	for (unsigned int n = 0; n < LADDERS; n++) {
		struct transition t[2][CONNECTION_TRANSITIONS_MAX];
		struct connection c[2];
		int width = widths[n % 3];
		char *text;

		random_connection(&c[0], t[0]);
		random_connection(&c[1], t[1]);
		if (below(3)) {
			c[0].twin = &c[1];
			c[1].twin = &c[0];
		}
		ladder_build(&l, &c[0], below(2) ? c[0].begun_ns : 0);
		expect("rows", n, l.rows <= LADDER_ROWS_MAX);
		expect("left", n, is_whole(&l, LEFT));
		expect("right", n, is_whole(&l, RIGHT));
		expect("arrows", n, has_arrows_once(&l));

		text = draw(&l, FORMAT_TEXT, width);
		expect("text", n, is_text(text, width));
		free(text);
		text = draw(&l, FORMAT_MERMAID, width);
		expect("mermaid", n, is_text(text, 4096) && is_mermaid(text));
		free(text);
		text = draw(&l, FORMAT_SVG, width);
		expect("svg", n, is_text(text, 4096) && is_svg(text));
		free(text);
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
