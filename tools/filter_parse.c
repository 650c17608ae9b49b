// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of filters, by recursive descent:
 *
 *   or   = and { ("or" | "||" | "|") and }
 *   and  = not { ["and" | "&&" | "&"] not }
 *   not  = ("not" | "!") not | "(" or ")" | test
 *
 * As in ss(8), a row of the words "state" and "exclude" is one test of a set of states.
 */
#include "filter_tree.h"
#include "filter_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <err.h>

struct parser {
	const char *text;
	size_t next;			/* behind the current token */
	struct filter_token token;
	int depth;
	struct filter *filter;
	struct filter_error *error;
};

/* Only the first error counts. Returns -1, as no node. */
static int fail(struct parser *p, const struct filter_token *token,
		const char *format, ...)
{
	va_list args;

	if (*p->error->message)
		return -1;
	p->error->at = token->at;
	p->error->length = token->length;
	va_start(args, format);
	vsnprintf(p->error->message, sizeof(p->error->message), format, args);
	va_end(args);
	return -1;
}

/* The length of the sign at @at; 0: there is none. */
static size_t sign_length(const char *at)
{
	static const char *const pairs[] = { "==", "!=", "<=", ">=", "&&", "||" };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (!strncmp(at, pairs[i], 2))
			return 2;
	}
	return *at && strchr("=!<>&|()", *at) ? 1 : 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* A sign, a text in quotes, or a word up to one of these. */
static void advance(struct parser *p)
{
	struct filter_token *token = &p->token;
	const char *at = p->text + p->next, *quote;
	size_t room = sizeof(token->text) - 1;

	while (is_blank(*at))
		at++;
	token->quoted = *at == '"';
	if (token->quoted)
		at++;
	quote = token->quoted ? strchr(at, '"') : NULL;
	token->at = at - p->text;
	token->length = quote ? (size_t)(quote - at) : sign_length(at);
	if (!token->quoted && !token->length) {
		while (at[token->length] && at[token->length] != '"' &&
		       !is_blank(at[token->length]) && !sign_length(at + token->length))
			token->length++;
	}
	if (token->quoted && !quote) {
		token->at--;
		token->length = strlen(p->text + token->at);
		fail(p, token, "this quotation mark has no other one");
	}
	snprintf(token->text, sizeof(token->text), "%.*s",
		 (int)(token->length < room ? token->length : room), p->text + token->at);
	p->next = token->at + token->length + (quote ? 1 : 0);
}

static bool is(const struct parser *p, const char *a, const char *b, const char *c)
{
	const char *text = p->token.text;

	return !p->token.quoted && p->token.length &&
	       (!strcmp(text, a) || (b && !strcmp(text, b)) || (c && !strcmp(text, c)));
}

static bool at_end(const struct parser *p)
{
	return !p->token.length && !p->token.quoted;
}

/* An empty text in quotes is a value, too. */
static bool ends_condition(const struct parser *p)
{
	return at_end(p) || is(p, ")", NULL, NULL) || is(p, "and", "&&", "&") ||
	       is(p, "or", "||", "|");
}

static int add_node(struct parser *p, const struct filter_node *node)
{
	if (p->filter->count == FILTER_NODES_MAX)
		return fail(p, &p->token, "too long: more than %d conditions",
			    FILTER_NODES_MAX);
	p->filter->node[p->filter->count] = *node;
	return p->filter->count++;
}

static int add_pair(struct parser *p, enum filter_kind kind, int left, int right)
{
	struct filter_node node = { .kind = kind, .left = left, .right = right };

	if (left < 0 || right < 0)
		return -1;
	node.at = p->filter->node[left].at;
	node.length = p->filter->node[left].length;
	return add_node(p, &node);
}

/* Returns false if there is no operator. */
static bool take_op(struct parser *p, enum filter_op *op)
{
	static const struct {
		const char *sign, *word, *long_word;
		enum filter_op op;
	} signs[] = {
		{ "=", "eq", "==", OP_EQ }, { "!=", "ne", "neq", OP_NE },
		{ "<", "lt", NULL, OP_LT }, { "<=", "le", "leq", OP_LE },
		{ ">", "gt", NULL, OP_GT }, { ">=", "ge", "geq", OP_GE },
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (is(p, signs[i].sign, signs[i].word, signs[i].long_word)) {
			*op = signs[i].op;
			advance(p);
			return true;
		}
	}
	return false;
}

static int fail_unknown(struct parser *p)
{
	const struct filter_token *word = &p->token;
	const char *near = word->quoted ? NULL : filter_word_near(word->text);

	if (near)
		return fail(p, word, "unknown word; did you mean %s?", near);
	return fail(p, word, "unknown word");
}

/*
 * One word, an operator, and a value. Returns the number of @nodes that it makes (see
 * filter_value_parse()), or -1 after an error.
 */
static int parse_condition(struct parser *p, struct filter_node nodes[2])
{
	const struct filter_word_kind *word = filter_word_find(p->token.text);
	struct filter_token name = p->token;
	enum filter_op op = OP_EQ;
	char wrong[sizeof(p->error->message)];
	int count;

	if (ends_condition(p))
		return fail(p, &name, "a condition is missing here");
	if (name.quoted || !word)
		return fail_unknown(p);
	advance(p);
	if (!take_op(p, &op) && word->needs_op && !ends_condition(p))
		return fail(p, &p->token, "%s: one of = != < > <= >= is missing here",
			    word->word);
	if (op > OP_NE && !word->ordered)
		return fail(p, &name, "%s is compared with = and != only", word->word);
	if (ends_condition(p))
		return fail(p, &p->token, "%s: a value is missing", word->word);
	if (word->negated && op <= OP_NE)
		op = op == OP_EQ ? OP_NE : OP_EQ;
	nodes[0] = (struct filter_node){
		.kind = FILTER_TEST, .at = name.at, .length = name.length,
		.field = word->field, .op = op,
	};
	nodes[1] = nodes[0];
	count = filter_value_parse(word, &p->token, nodes, wrong, sizeof(wrong));
	if (!count)
		return fail(p, &p->token, "%s", wrong);
	advance(p);
	return count;
}

/* The rest of a row of states: each adds to the set so far, or takes away from it. */
static int parse_states(struct parser *p, struct filter_node *set)
{
	const struct filter_word_kind *word;
	struct filter_node more[2];

	if (set->op == OP_NE)
		set->states = ~set->states;
	set->op = OP_EQ;
	while (!p->token.quoted && (word = filter_word_find(p->token.text)) &&
	       word->field == FILTER_STATE) {
		if (parse_condition(p, more) < 0)
			return -1;
		if (more[0].op == OP_EQ)
			set->states |= more[0].states;
		else
			set->states &= ~more[0].states;
	}
	return add_node(p, set);
}

/* An address and a port of one end: of != it is enough that one of them differs. */
static int add_end(struct parser *p, struct filter_node nodes[2],
		   enum filter_field address, enum filter_field port)
{
	int left;

	nodes[0].field = address;
	nodes[1].field = port;
	left = add_node(p, &nodes[0]);
	return add_pair(p, nodes[0].op == OP_NE ? FILTER_OR : FILTER_AND, left,
			add_node(p, &nodes[1]));
}

static int parse_test(struct parser *p)
{
	struct filter_node nodes[2];
	int count = parse_condition(p, nodes), src;

	if (count < 0)
		return -1;
	if (nodes[0].field == FILTER_STATE)
		return parse_states(p, &nodes[0]);
	if (count == 1)
		return add_node(p, &nodes[0]);
	if (nodes[0].field == FILTER_SRC)
		return add_end(p, nodes, FILTER_SRC, FILTER_SPORT);
	if (nodes[0].field == FILTER_DST)
		return add_end(p, nodes, FILTER_DST, FILTER_DPORT);
	/* addr: both of the same end. */
	src = add_end(p, nodes, FILTER_SRC, FILTER_SPORT);
	return add_pair(p, nodes[0].op == OP_NE ? FILTER_AND : FILTER_OR, src,
			add_end(p, nodes, FILTER_DST, FILTER_DPORT));
}

static int parse_or(struct parser *p);

static int parse_not(struct parser *p)
{
	struct filter_token open = p->token;
	int node;

	if (++p->depth > FILTER_DEPTH_MAX)
		return fail(p, &open, "nested deeper than %d levels", FILTER_DEPTH_MAX);
	if (is(p, "not", "!", NULL)) {
		struct filter_node not = {
			.kind = FILTER_NOT, .at = open.at, .length = open.length,
		};

		advance(p);
		not.left = parse_not(p);
		node = not.left < 0 ? -1 : add_node(p, &not);
	} else if (is(p, "(", NULL, NULL)) {
		advance(p);
		node = parse_or(p);
		if (node >= 0 && !is(p, ")", NULL, NULL))
			return fail(p, &open, "this parenthesis is not closed");
		advance(p);
	} else {
		node = parse_test(p);
	}
	p->depth--;
	return node;
}

static int parse_and(struct parser *p)
{
	int left = parse_not(p);

	while (left >= 0 && !at_end(p) && !is(p, ")", NULL, NULL) &&
	       !is(p, "or", "||", "|")) {
		if (is(p, "and", "&&", "&"))
			advance(p);
		left = add_pair(p, FILTER_AND, left, parse_not(p));
	}
	return left;
}

static int parse_or(struct parser *p)
{
	int left = parse_and(p);

	while (left >= 0 && is(p, "or", "||", "|")) {
		advance(p);
		left = add_pair(p, FILTER_OR, left, parse_and(p));
	}
	return left;
}

struct filter *filter_parse(const char *text, struct filter_error *error)
{
	struct parser p = { .text = text, .error = error };

	*error = (struct filter_error){ 0 };
	p.filter = calloc(1, sizeof(*p.filter));
	if (!p.filter)
		err(1, NULL);
	advance(&p);
	p.filter->root = parse_or(&p);
	if (p.filter->root >= 0 && is(&p, ")", NULL, NULL))
		fail(&p, &p.token, "this parenthesis was not opened");
	if (!*error->message)
		return p.filter;
	filter_free(p.filter);
	return NULL;
}

void filter_free(struct filter *filter)
{
	free(filter);
}
