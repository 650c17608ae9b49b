/* SPDX-License-Identifier: GPL-2.0 */
/* The meaning of a cause, and what to look at next. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

/* Prints the text for @cause, an enum tcpfsm_cause, or for all causes if it is 0. */
void explain(unsigned int cause);

/* What happened, as one text; NULL for a number that this reader does not know. */
const char *explain_what(unsigned int cause);
const char *explain_next(unsigned int cause);	/* what to look at next, likewise */

#endif
