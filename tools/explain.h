/* SPDX-License-Identifier: GPL-2.0 */
/* What a cause means, and what to look at next. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

/* Of an enum tcpfsm_cause, or of all if it is 0, onto standard output. */
void explain(unsigned int cause);

#endif
