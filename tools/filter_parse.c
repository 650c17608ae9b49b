// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of filters, by recursive descent:
 *
 *   or   = and { ("or" | "||" | "|") and }
 *   and  = not { ["and" | "&&" | "&"] not }
 *   not  = ("not" | "!") not | "(" or ")" | test
 *
 * As in ss(8), states that follow each other without a word between them are a set.
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
static int fail(struct parser *p, const struct filter_token *token, const char *format, ...)
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

static bool is_sign(char c)
{
	return c && strchr("=!<>&|", c);
}

/* A parenthesis, a run of signs, a text in quotes, or a word up to one of these. */
static void advance(struct parser *p)
{
	const char *at = p->text + p->next;
	size_t length = 0, skip = 0;

	while (*at == ' ' || *at == '\t' || *at == '\n')
		at++;
	p->token.quoted = *at == '"' && strchr(at + 1, '"');
	if (p->token.quoted) {
		at++;
		length = strchr(at, '"') - at;
		skip = 1;
	} else if (*at == '(' || *at == ')') {
		length = 1;
	} else if (*at == '!' && at[1] != '=') {
		length = 1;
	} else if (is_sign(*at)) {
		while (length < 2 && is_sign(at[length]))
			length++;
	} else {
		while (at[length] && !strchr(" \t\n()\"", at[length]) && !is_sign(at[length]))
			length++;
		if (*at == '"')
			length = 1;
	}
	p->token.at = at - p->text;
	p->token.length = length;
	snprintf(p->token.text, sizeof(p->token.text), "%.*s",
		 (int)(length < sizeof(p->token.text) ? length : sizeof(p->token.text)), at);
	p->next = p->token.at + length + skip;
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

static int add_node(struct parser *p, const struct filter_node *node)
{
	if (p->filter->count == FILTER_NODES_MAX)
		return fail(p, &p->token, "too long: more than %d conditions", FILTER_NODES_MAX);
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

static const struct {
	const char *sign, *word;
	enum filter_op op;
} signs[] = {
	{ "=", "eq", OP_EQ }, { "==", "eq", OP_EQ }, { "!=", "ne", OP_NE },
	{ "<", "lt", OP_LT }, { ">", "gt", OP_GT }, { "<=", "le", OP_LE }, { ">=", "ge", OP_GE },
};

/* Returns false if there is no operator. */
static bool take_op(struct parser *p, enum filter_op *op)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (is(p, signs[i].sign, signs[i].word, NULL)) {
			*op = signs[i].op;
			advance(p);
			return true;
		}
	}
	return false;
}

/* A test of one word: an operator, mostly optional, and a value. */
static int parse_test(struct parser *p)
{
	const struct filter_word_kind *word = filter_word_find(p->token.text);
	struct filter_token name = p->token;
	struct filter_node nodes[2] = { { .kind = FILTER_TEST } };
	int count, left;

	if (at_end(p))
		return fail(p, &name, "a condition is missing here");
	if (name.quoted || !word) {
		const char *near = name.quoted ? NULL : filter_word_near(name.text);

		if (near)
			return fail(p, &name, "unknown word; is it %s?", near);
		return fail(p, &name, "unknown word");
	}
	advance(p);
	nodes[0].op = word->negated ? OP_NE : OP_EQ;
	if (take_op(p, &nodes[0].op) && nodes[0].op > OP_NE && !word->ordered)
		return fail(p, &name, "%s is compared with = and != only", name.text);
	if (at_end(p))
		return fail(p, &p->token, "%s: a value is missing", name.text);
	nodes[0].at = name.at;
	nodes[0].length = name.length;
	nodes[0].field = word->field;
	nodes[1] = nodes[0];
	count = filter_value_parse(word, &p->token, nodes, p->error->message,
				   sizeof(p->error->message));
	if (!count) {
		p->error->at = p->token.at;
		p->error->length = p->token.length;
		return -1;
	}
	advance(p);
	left = add_node(p, &nodes[0]);
	if (count == 1)
		return left;
	/* An address and a port: of != it is enough that one differs. */
	return add_pair(p, nodes[0].op == OP_NE ? FILTER_OR : FILTER_AND, left,
			add_node(p, &nodes[1]));
}

static int parse_or(struct parser *p);

static int parse_not(struct parser *p)
{
	struct filter_token open = p->token;
	int node;

	if (++p->depth > FILTER_DEPTH_MAX)
		return fail(p, &open, "nested deeper than %d levels", FILTER_DEPTH_MAX);
	if (is(p, "not", "!", NULL)) {
		struct filter_node not = { .kind = FILTER_NOT, .at = open.at, .length = open.length };

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

/* state A state B: one set, as in ss. */
static bool join_states(struct parser *p, int left, int right)
{
	struct filter_node *a = &p->filter->node[left], *b = &p->filter->node[right];

	if (a->kind != FILTER_TEST || a->field != FILTER_STATE || a->op != OP_EQ ||
	    b->kind != FILTER_TEST || b->field != FILTER_STATE || b->op != OP_EQ)
		return false;
	a->states |= b->states;
	p->filter->count--;
	return true;
}

static int parse_and(struct parser *p)
{
	int left = parse_not(p);

	while (left >= 0 && !at_end(p) && !is(p, ")", NULL, NULL) && !is(p, "or", "||", "|")) {
		bool said = is(p, "and", "&&", "&");
		int last = left, right;

		if (said)
			advance(p);
		right = parse_not(p);
		/* The last of several: its pair is on the right. */
		if (!said && right >= 0 && p->filter->node[left].kind == FILTER_AND)
			last = p->filter->node[left].right;
		if (right >= 0 && !said && right == p->filter->count - 1 &&
		    join_states(p, last, right))
			continue;
		left = add_pair(p, FILTER_AND, left, right);
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
		p.filter->root = fail(&p, &p.token, "this parenthesis was not opened");
	if (p.filter->root >= 0)
		return p.filter;
	filter_free(p.filter);
	return NULL;
}

void filter_free(struct filter *filter)
{
	free(filter);
}
