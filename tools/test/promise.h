/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The promises of a line of output to programs that read it, for any name of a process.
 * They are checked by the standards, without the reader's own code.
 */
#ifndef PROMISE_H
#define PROMISE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool is_number(const char **at, const char *end)
{
	const char *start = *at;

	while (*at < end && **at >= '0' && **at <= '9')
		(*at)++;
	return *at > start && (*start != '0' || *at == start + 1);
}

static inline bool hex4(const char *at, const char *end, unsigned int *unit)
{
	*unit = 0;
	if (end - at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		const char *digit = memchr("0123456789abcdef", at[i], 16);

		if (!digit)
			return false;
		*unit = *unit << 4 | (digit - "0123456789abcdef");
	}
	return true;
}

/* Surrogates come in pairs. */
static inline bool json_escape(const char **at, const char *end)
{
	unsigned int unit, low;

	if (*at == end)
		return false;
	if (**at == '"' || **at == '\\') {
		(*at)++;
		return true;
	}
	if (*(*at)++ != 'u' || !hex4(*at, end, &unit))
		return false;
	*at += 4;
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	if (unit > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u' ||
	    !hex4(*at + 2, end, &low) || low < 0xdc00 || low > 0xdfff)
		return false;
	*at += 6;
	return true;
}

static inline bool json_string(const char **at, const char *end)
{
	if (*at == end || *(*at)++ != '"')
		return false;
	while (*at < end && **at != '"') {
		unsigned char c = *(*at)++;

		if (c < ' ' || c > '~' || (c == '\\' && !json_escape(at, end)))
			return false;
	}
	return *at < end && *(*at)++ == '"';
}

static inline bool json_any(const char **at, const char *end, int depth);

/* Between brackets: values, or in an object pairs, with commas between them. */
static inline bool json_list(const char **at, const char *end, char close, int depth)
{
	if (!depth)
		return false;
	(*at)++;
	if (*at < end && **at == close) {
		(*at)++;
		return true;
	}
	for (;;) {
		if (close == '}' && (!json_string(at, end) || *at == end ||
				     *(*at)++ != ':'))
			return false;
		if (!json_any(at, end, depth - 1) || *at == end)
			return false;
		if (**at == close) {
			(*at)++;
			return true;
		}
		if (*(*at)++ != ',')
			return false;
	}
}

static inline bool json_any(const char **at, const char *end, int depth)
{
	static const char *const words[] = { "true", "false", "null" };

	if (*at == end)
		return false;
	if (**at == '{')
		return json_list(at, end, '}', depth);
	if (**at == '[')
		return json_list(at, end, ']', depth);
	if (**at == '"')
		return json_string(at, end);
	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(words[i]);

		if ((size_t)(end - *at) >= len && !memcmp(*at, words[i], len)) {
			*at += len;
			return true;
		}
	}
	return is_number(at, end);
}

/* Returns the columns of a row, 0 if it is none. */
static inline unsigned int csv_columns(const char *at, const char *end)
{
	unsigned int columns = 1;

	for (;;) {
		bool quoted = at < end && *at == '"';

		at += quoted;
		for (; at < end && (quoted || *at != ','); at++) {
			if (*at < ' ' || *at > '~' || (!quoted && *at == '"'))
				return 0;
			if (quoted && *at == '"') {
				if (at + 1 == end || at[1] != '"')
					break;
				at++;
			}
		}
		if (quoted && (at == end || *at++ != '"'))
			return 0;
		if (at == end)
			return columns;
		if (*at++ != ',')
			return 0;
		columns++;
	}
}

static inline unsigned int words_of(const char *at, const char *end)
{
	unsigned int words = 0;

	for (; at < end; at++)
		words += *at != ' ' && (at + 1 == end || at[1] == ' ');
	return words;
}

/* Printable ASCII, and not empty. */
static inline bool is_ascii(const char *at, const char *end)
{
	const char *start = at;

	while (at < end && *at >= ' ' && *at <= '~')
		at++;
	return at == end && at > start;
}

/* One object, and nothing else. */
static inline bool is_json(const char *at, const char *end)
{
	return *at == '{' && json_any(&at, end, 4) && at == end;
}

#endif
