/* SPDX-License-Identifier: GPL-2.0 */
/* What a cause means, and what to look at next. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stdbool.h>

/* Of an enum tcpfsm_cause, or of all if it is 0; false after a message. */
bool explain(unsigned int cause);

#endif
