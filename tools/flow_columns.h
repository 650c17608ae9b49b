/* SPDX-License-Identifier: GPL-2.0 */
/* The columns of a connection that is alive; a row is a struct flow_row. */
#ifndef FLOW_COLUMNS_H
#define FLOW_COLUMNS_H

#include "table.h"

#define FLOW_COLUMNS 22

extern const struct columns flow_columns;

#endif
