/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A ladder: the two ends of a connection as lifelines, and between them the segments
 * that opened and closed it. Time runs downwards.
 *
 * No packet was captured. A segment is in the picture if a transition or its cause says
 * that one end sent it or received it.
 */
#ifndef LADDER_H
#define LADDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "connection.h"

struct style;

enum ladder_side { LEFT, RIGHT };

/* Each is drawn at most once in each direction. */
enum ladder_segment {
	SEGMENT_NONE,
	SEGMENT_SYN,
	SEGMENT_SYN_ACK,
	SEGMENT_ACK_OF_SYN,
	SEGMENT_FIN,
	SEGMENT_ACK_OF_FIN,
	SEGMENT_RST,
	SEGMENT_ICMP,			/* from the other end, or from the way to it */
	SEGMENTS
};

struct ladder_row {
	const struct transition *event[2];	/* at each side, or NULL */
	enum ladder_segment segment;
	enum ladder_side from;
	uint32_t again;			/* sent again so often, as far as is known */
	bool data;			/* a SYN with data */
	bool with_ack;			/* a FIN that acknowledges the other end's FIN */
	bool unanswered;
	bool missing[2];		/* records of this side are missing here */
	bool open;			/* the connection is open, and time passes */
};

#define LADDER_ROWS_MAX (6 * CONNECTION_TRANSITIONS_MAX + 2 * SEGMENTS)

struct ladder {
	const struct connection *end[2];	/* NULL: not a socket of this machine */
	uint64_t start_ns;		/* of the first event */
	uint64_t lost_ns;		/* records were lost at this time; 0: none */
	bool maybe_with_ack;		/* of a FIN: no record says whether */
	struct ladder_row *arrow[2][SEGMENTS];	/* by sender; NULL: none */
	unsigned int next[2];		/* the first row that is free for each side */
	unsigned int rows;
	struct ladder_row row[LADDER_ROWS_MAX];
};

/*
 * The active opener is on the left; of two, the one that began first. @lost_ns: the time
 * of the last loss of records, or 0.
 */
void ladder_build(struct ladder *l, const struct connection *c, uint64_t lost_ns);

/*
 * One ladder, as the lines of a text of @style->width columns, as a mermaid diagram, or
 * as a part of an SVG image from @y on; returns its height.
 */
void ladder_text(const struct ladder *l, const struct style *style, FILE *to);
void ladder_mermaid(const struct ladder *l, FILE *to);
unsigned int ladder_svg(const struct ladder *l, unsigned int y, FILE *to);

/* The image around what ladder_svg() made. */
void ladder_svg_image(const char *ladders, unsigned int height, FILE *to);

/* For a page: the rules of all such images; one image and its sentences, which the caller frees. */
void ladder_svg_style(FILE *to);
char *ladder_svg_figure(const struct connection *c, uint64_t lost_ns);

#endif
