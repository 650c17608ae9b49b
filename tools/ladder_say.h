/* SPDX-License-Identifier: GPL-2.0 */
/* What all pictures of a ladder say. Texts are printable ASCII; they end with a NUL. */
#ifndef LADDER_SAY_H
#define LADDER_SAY_H

#include "ladder.h"

#define LADDER_NAME_MAX 96		/* an endpoint, a process or a namespace */
#define LADDER_TEXT_MAX 64		/* a state, a cause, a duration, a remark */

/* "curl/172"; empty if it is not known. */
void ladder_owner(const struct ladder *l, enum ladder_side side,
		  char name[LADDER_NAME_MAX]);

/* "127.0.0.1:80"; "-" if it is not known. */
void ladder_endpoint(const struct ladder *l, enum ladder_side side,
		     char name[LADDER_NAME_MAX]);

/* "netns 4026532200" if the ends are in two namespaces, else empty. */
void ladder_netns(const struct ladder *l, enum ladder_side side,
		  char name[LADDER_NAME_MAX]);

/* A segment that no orderly connection has. */
bool ladder_is_bad(const struct ladder_row *row);

/* "SYN x7" */
void ladder_label(const struct ladder_row *row, char text[LADDER_TEXT_MAX]);

/* Since the first event: "12.345 ms", from 10 s on "65.6 s". */
void ladder_time(const struct ladder *l, uint64_t mono_ns, char text[LADDER_TEXT_MAX]);

void ladder_state(uint8_t state, char text[LADDER_TEXT_MAX]);
void ladder_cause(uint8_t cause, char text[LADDER_TEXT_MAX]);

/* The picture itself shows this cause. */
bool ladder_is_plain(uint8_t cause);

/* What an event says beside its state, in @text[0] to @text[@n - 1]; returns @n. */
#define LADDER_REMARKS_MAX 3
unsigned int ladder_remarks(const struct ladder *l, enum ladder_side side,
			    const struct transition *t,
			    char text[LADDER_REMARKS_MAX][LADDER_TEXT_MAX]);

/*
 * "still ESTABLISHED", "last seen in ESTABLISHED" if records were lost since then, or
 * empty if this end has ended or is not known.
 */
void ladder_still(const struct ladder *l, enum ladder_side side,
		  char text[LADDER_TEXT_MAX]);

/*
 * Who opened it, who closed it first, how it ended and why; lines that end in LF. The
 * caller frees it.
 */
char *ladder_summary(const struct ladder *l);

/* Said once, after the last ladder. */
#define LADDER_INFERRED \
	"Segments are inferred from transitions and their causes; no packet was captured."

#endif
