/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process names itself with any bytes it likes. These make them harmless:
 * what comes out is printable ASCII, whatever went in.
 */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes up to @len or the first NUL, the unsafe ones as \xHH: 4 * @len. */
char *put_escaped(char *to, const uint8_t *bytes, size_t len);

/* The same with blanks left as they are, for formats that can quote. */
char *put_escaped_blank(char *to, const uint8_t *bytes, size_t len);

/*
 * The inside of a JSON string: 6 * @len. UTF-8 becomes \uXXXX; a byte that is
 * no part of valid UTF-8 becomes the \u00XX of its number.
 */
char *put_escaped_json(char *to, const uint8_t *bytes, size_t len);

/* A CSV field (RFC 4180) of @len printable characters: 2 * @len + 2. */
char *put_quoted_csv(char *to, const char *text, size_t len);

#endif
