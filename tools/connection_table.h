/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where connections are found: by id, and by their two ends. There may be several of one
 * id, and of the same ends. Both tables grow.
 */
#ifndef CONNECTION_TABLE_H
#define CONNECTION_TABLE_H

#include <stddef.h>

struct connection;
struct tcpfsm_record;

struct connection_table {
	struct connection **by_id, **by_ends;
	size_t buckets;			/* of each, a power of two */
	size_t count;
};

void connection_table_init(struct connection_table *table);

/* Not the connections in it. */
void connection_table_free(struct connection_table *table);

void connection_table_add(struct connection_table *table, struct connection *c);
void connection_table_remove(struct connection_table *table, struct connection *c);

/* c->now becomes that of a later record, @r. */
void connection_table_merge(struct connection_table *table, struct connection *c,
			    const struct tcpfsm_record *r);

/* The first, and the next, that has the id of @r; the latest added comes first. */
struct connection *connection_table_first(const struct connection_table *table,
					  const struct tcpfsm_record *r);
struct connection *connection_table_next(const struct connection *c);

/* The other end of @c, if it is alive and has no twin yet; or NULL. */
struct connection *connection_table_twin(const struct connection_table *table,
					 const struct connection *c);

/* All, in no order; the caller frees the list. */
struct connection **connection_table_list(const struct connection_table *table);

#endif
