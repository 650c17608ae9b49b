// SPDX-License-Identifier: GPL-2.0
/* The bytes of a process name as printable ASCII. */
#include "escape.h"

#include <string.h>

static char *put_byte(char *to, const char *prefix, unsigned int byte)
{
	while (*prefix)
		*to++ = *prefix++;
	*to++ = "0123456789abcdef"[byte >> 4 & 15];
	*to++ = "0123456789abcdef"[byte & 15];
	return to;
}

static char *put_text(char *to, const uint8_t *bytes, size_t len, int least)
{
	for (; len && *bytes; bytes++, len--) {
		if (*bytes < least || *bytes > 0x7e || *bytes == '\\')
			to = put_byte(to, "\\x", *bytes);
		else
			*to++ = *bytes;
	}
	return to;
}

char *put_escaped(char *to, const uint8_t *bytes, size_t len)
{
	return put_text(to, bytes, len, ' ' + 1);
}

char *put_escaped_blank(char *to, const uint8_t *bytes, size_t len)
{
	return put_text(to, bytes, len, ' ');
}

/*
 * The length of the UTF-8 sequence at @s and its code point, or 0 if it is
 * cut, overlong, a surrogate or past U+10FFFF.
 */
static size_t decode_utf8(const uint8_t *s, size_t len, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t need;

	if (s[0] < 0x80)
		need = 1;
	else if (s[0] >= 0xc0 && s[0] < 0xe0)
		need = 2;
	else if (s[0] >= 0xe0 && s[0] < 0xf0)
		need = 3;
	else if (s[0] >= 0xf0 && s[0] < 0xf8)
		need = 4;
	else
		return 0;
	if (need > len)
		return 0;

	*code = need == 1 ? s[0] : s[0] & (0x7f >> need);
	for (size_t i = 1; i < need; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}

	if (*code < least[need] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return need;
}

static char *put_utf16(char *to, uint32_t unit)
{
	return put_byte(put_byte(to, "\\u", unit >> 8), "", unit);
}

char *put_escaped_json(char *to, const uint8_t *bytes, size_t len)
{
	while (len && *bytes) {
		uint32_t code;
		size_t used = decode_utf8(bytes, len, &code);

		if (!used) {
			code = *bytes;
			used = 1;
		}

		if (code == '"' || code == '\\') {
			*to++ = '\\';
			*to++ = code;
		} else if (code >= ' ' && code <= 0x7e) {
			*to++ = code;
		} else if (code < 0x10000) {
			to = put_utf16(to, code);
		} else {
			to = put_utf16(to, 0xd800 + ((code - 0x10000) >> 10));
			to = put_utf16(to, 0xdc00 + (code & 0x3ff));
		}
		bytes += used;
		len -= used;
	}
	return to;
}

char *put_quoted_csv(char *to, const char *text, size_t len)
{
	if (!memchr(text, '"', len) && !memchr(text, ',', len) &&
	    !memchr(text, ' ', len)) {
		memcpy(to, text, len);
		return to + len;
	}

	*to++ = '"';
	for (; len; text++, len--) {
		if (*text == '"')
			*to++ = '"';
		*to++ = *text;
	}
	*to++ = '"';
	return to;
}

void print_escaped_xml(FILE *to, const char *text, size_t len)
{
	for (; len; text++, len--) {
		if (strchr("<>&\"'", *text))
			fprintf(to, "&#%d;", *text);
		else
			putc(*text, to);
	}
}
