/* SPDX-License-Identifier: GPL-2.0 */
/* The columns of a record: what follow shows. */
#ifndef RECORD_COLUMNS_H
#define RECORD_COLUMNS_H

#include "table.h"

struct tcpfsm_record;

extern const struct columns record_columns;

/* For the columns of a connection, too. False if the record does not know the value. */
bool record_local(const struct tcpfsm_record *r, struct value *value);
bool record_peer(const struct tcpfsm_record *r, struct value *value);
bool record_owner(const struct tcpfsm_record *r, struct value *value);
bool record_note(const struct tcpfsm_record *r, struct value *value);

#endif
