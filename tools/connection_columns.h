/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The cells that more than one view of connections shows; @row is a struct connection.
 * Each returns false if the value is unknown.
 */
#ifndef CONNECTION_COLUMNS_H
#define CONNECTION_COLUMNS_H

#include "table.h"

extern const struct columns life_columns;	/* of view_life.c */

bool cell_local(const void *row, struct value *value);
bool cell_laddr(const void *row, struct value *value);
bool cell_lport(const void *row, struct value *value);
bool cell_peer(const void *row, struct value *value);
bool cell_owner(const void *row, struct value *value);
bool cell_owner_uid(const void *row, struct value *value);
bool cell_id(const void *row, struct value *value);
bool cell_netns(const void *row, struct value *value);
bool cell_open_role(const void *row, struct value *value);

/* The notes of all its transitions. */
bool cell_flags(const void *row, struct value *value);
bool cell_note(const void *row, struct value *value);	/* false if there are none */

#endif
