/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process may give itself a name of any bytes. The output of these functions is
 * printable ASCII for all of them. The comment of a put_*() ends with the maximum length.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Bytes up to @len or the first NUL, unsafe ones as \xHH: 4 * @len. */
char *put_escaped(char *to, const uint8_t *bytes, size_t len);

/* The same, but a blank stays a blank: for formats that can quote. */
char *put_escaped_blank(char *to, const uint8_t *bytes, size_t len);

/*
 * The inside of a JSON string. UTF-8 becomes \uXXXX; a byte that is not valid UTF-8
 * becomes \u00XX of its number: 6 * @len.
 */
char *put_escaped_json(char *to, const uint8_t *bytes, size_t len);

/* A CSV field (RFC 4180) of @len printable characters: 2 * @len + 2. */
char *put_quoted_csv(char *to, const char *text, size_t len);

/* Text or a value of an attribute in XML and HTML; @text is printable ASCII. */
void print_escaped_xml(FILE *to, const char *text, size_t len);

#endif
