/* SPDX-License-Identifier: GPL-2.0 */
/* The words of a filter, and the values behind them. */
#ifndef FILTER_WORDS_H
#define FILTER_WORDS_H

#include "filter_tree.h"

struct filter_token {
	size_t at, length;		/* in the text, bytes */
	bool quoted;
	char text[FILTER_TEXT_MAX];	/* cut if it is longer */
};

enum filter_value {
	VALUE_OF_STATE, VALUE_OF_ADDRESS, VALUE_OF_PORT, VALUE_OF_DEV, VALUE_OF_MARK,
	VALUE_OF_ID, VALUE_OF_NUMBER, VALUE_OF_USER, VALUE_OF_COMM, VALUE_OF_NETNS,
	VALUE_OF_CAUSE, VALUE_OF_NOTE, VALUE_OF_TIME, VALUE_OF_ROLE, VALUE_OF_FAMILY,
};

struct filter_word_kind {
	const char *word;
	enum filter_field field;
	enum filter_value value;
	bool ordered;			/* takes < > <= >=, too */
	bool needs_op;			/* has no operator by default */
	bool negated;			/* means the contrary of its operator */
};

/* NULL: no such word. filter_word_near(): one that differs by a letter, or NULL. */
const struct filter_word_kind *filter_word_find(const char *text);
const char *filter_word_near(const char *text);

/* In any spelling: 1u << TCPFSM_<STATE>, or those of a group; 0: there is no such name. */
uint32_t filter_states_named(const char *text);

/*
 * Puts the value of @token into @nodes, the second of which is for the port of
 * an address with one. Returns the number of nodes, or 0 and the reason in @message.
 */
int filter_value_parse(const struct filter_word_kind *word,
		       const struct filter_token *token, struct filter_node nodes[2],
		       char *message, size_t size);

/* filter_address.c. Decimal, or hexadecimal with 0x. */
bool filter_number_parse(const char *text, uint64_t most, uint64_t *number);

#define FILTER_NOT_A_STATE "not a state"
#define FILTER_NOT_A_PORT "not a port (0-65535) or a service"

bool filter_port_parse(const char *text, uint64_t *port);

/* Sets @count, see filter_value_parse(). Returns NULL, or why @token is no address. */
const char *filter_address_parse(const char *token, struct filter_node nodes[2],
				 int *count);

#endif
