/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a record says: one table, in the order in which JSON and CSV print it.
 * Text has columns of its own for some fields and takes the rest from here.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "names.h"

struct clock;
struct tcpfsm_record;

enum field_kind {
	FIELD_TIME,			/* CLOCK_MONOTONIC; shown as UTC */
	FIELD_NUMBER,
	FIELD_ID,			/* hexadecimal, as ss -e */
	FIELD_FAMILY,			/* 4 or 6 */
	FIELD_ADDRESS,
	FIELD_STATE,
	FIELD_CAUSE,
	FIELD_ROLE,
	FIELD_DWELL_MIN,		/* a bit of @flags that tells on @dwell_ns */
	FIELD_FLAGS,			/* the others */
	FIELD_COMM,
};

struct field {
	const char *object;		/* what it is a member of, or NULL */
	const char *name;
	enum field_kind kind;
	bool column;			/* of text: not repeated as name=value */
	uint8_t size;
	uint16_t offset;		/* in struct tcpfsm_record */
	uint32_t known;			/* TCPFSM_KNOWN_* it needs, or 0 */
};

extern const struct field fields[];
extern const size_t nr_fields;

struct value {
	enum {
		VALUE_UNKNOWN,
		VALUE_NUMBER,
		VALUE_BOOL,		/* @number */
		VALUE_WORD,		/* printable ASCII without blank or quote */
		VALUE_FLAGS,		/* @number: bits for put_flag() */
		VALUE_COMM,		/* @bytes: anything */
	} type;
	uint64_t number;
	const uint8_t *bytes;		/* into the record */
	size_t len;			/* of @word or @bytes */
	char word[ADDRESS_MAX + 1];
};

void field_value(const struct field *field, const struct tcpfsm_record *record,
		 struct clock *clock, struct value *value);

#endif
