/* SPDX-License-Identifier: GPL-2.0 */
/* The meaning of a cause, and what to look at next. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

/* No cause, but the end of a connection whose SYN was answered by a reset. */
#define EXPLAIN_REFUSED 256
#define EXPLAIN_REFUSED_WORD "refused"

/* A cause, or EXPLAIN_REFUSED, in any letter case; 0: none. */
unsigned int explain_named(const char *word);

/* Prints the text for @cause, or for all of enum tcpfsm_cause if it is 0. */
void explain(unsigned int cause);

/* What happened, as one text; NULL for a number that this reader does not know. */
const char *explain_what(unsigned int cause);
const char *explain_next(unsigned int cause);	/* what to look at next, likewise */

#endif
