// SPDX-License-Identifier: GPL-2.0
/* A page of HTML that needs no other file: its frame, its style, and values in it. */
#include "page.h"
#include "dwell.h"
#include "escape.h"
#include "histogram.h"
#include "number.h"
#include "version.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

/*
 * Colours are variables, once for light and once for dark. Those of states differ in
 * lightness too, and a failure has a sign of its own, for those who see few colours.
 */
static const char style_of_page[] =
	":root{color-scheme:light dark;--back:#fff;--panel:#f6f7f8;--ink:#1c1f23;"
	"--faint:#5c646e;--line:#d9dde2;--dim:#bcc3cb;--edge:#3d6fa5;--bad:#b3261e;--bar:#3d6fa5;"
	"--s1:#e0a100;--s2:#1f78b4;--s3:#6a51a3;--s4:#d95f02;--s5:#b4bac2}\n"
	"@media screen and (prefers-color-scheme:dark){:root{--back:#15181c;--panel:#1d2126;"
	"--ink:#e4e7eb;--faint:#9aa3ad;--line:#363c44;--dim:#525b66;--edge:#7db2e8;--bad:#ff8a80;"
	"--bar:#7db2e8;--s1:#f2c14e;--s2:#56a8e0;--s3:#a990e0;--s4:#f58a42;--s5:#5b636d}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0 auto;max-width:72rem;padding:1.5rem 1.25rem 3rem;"
	"font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back)}\n"
	"h1{font-size:1.6rem;line-height:1.2;margin:0}\n"
	"h2{font-size:1.2rem;line-height:1.3;margin:2.75rem 0 .5rem;padding-top:.75rem;"
	"border-top:1px solid var(--line)}\n"
	"h3{font-size:1rem;margin:0 0 .4rem}\n"
	"p{margin:.25rem 0 .75rem;max-width:46rem}\n"
	".note,figcaption span{color:var(--faint);font-size:.875rem}\n"
	".others{columns:18rem}\n"
	"code{font:.9em ui-monospace,\"DejaVu Sans Mono\",monospace;overflow-wrap:anywhere}\n"
	"a{color:var(--edge)}\n"
	".bad{color:var(--bad)}\n"
	".numbers{display:grid;grid-template-columns:repeat(6,1fr);"
	"gap:1px;margin:1.25rem 0 .5rem;border:1px solid var(--line);background:var(--line)}\n"
	".numbers div{display:flex;flex-direction:column-reverse;justify-content:flex-end;"
	"padding:.6rem .8rem;background:var(--back)}\n"
	".numbers dt{color:var(--faint);font-size:.8rem;line-height:1.3}\n"
	".numbers dd{margin:0;font-size:1.5rem;line-height:1.3;font-weight:600;"
	"font-variant-numeric:tabular-nums;white-space:nowrap}\n"
	".narrow{display:none}\n"
	".wide{overflow-x:auto}\n"
	".wide svg{display:block;min-width:42rem;max-width:100%;height:auto;margin:0 auto}\n"
	"table{border-collapse:collapse;width:100%;font-size:.875rem}\n"
	"th,td{padding:.4rem .9rem .4rem 0;text-align:left;vertical-align:top;"
	"border-bottom:1px solid var(--line)}\n"
	"th{font-weight:600;color:var(--faint);white-space:nowrap}\n"
	"tbody th{color:var(--ink)}\n"
	".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
	"summary{cursor:pointer;margin:1rem 0 .5rem;font-weight:600}\n"
	"figure{margin:1.5rem 0;break-inside:avoid}\n"
	"figcaption{margin-bottom:.25rem;font-weight:600}\n"
	"figcaption span{font-weight:400;margin-left:.5rem}\n"
	".pair{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));"
	"gap:1.5rem 2.5rem}\n"
	".histogram{break-inside:avoid}\n"
	".histogram table{font-size:.8rem}\n"
	".histogram td{padding:.1rem .6rem .1rem 0;border:0;vertical-align:middle}\n"
	".histogram td:last-child{width:100%;padding-right:0}\n"
	".histogram svg{display:block;width:100%;height:.8rem}\n"
	".histogram rect{fill:var(--bar)}\n"
	".percentiles{color:var(--faint);font-size:.8rem;font-variant-numeric:tabular-nums}\n"
	".percentiles span{display:inline-block;margin-right:.5rem}"
	".percentiles b{color:var(--ink)}\n"
	"@media(max-width:1000px){.numbers{grid-template-columns:repeat(4,1fr)}}\n"
	"@media screen and (max-width:700px){\n"
	".narrow{display:block;text-align:right;margin:0}\n"
	".wide{border-right:2px solid var(--line)}\n"
	"}\n"
	"@media(max-width:700px){\n"
	".numbers{grid-template-columns:repeat(2,1fr)}\n"
	"body{padding:1rem .9rem 2rem}\n"
	".causes thead{display:none}.causes tr{display:block;padding:.6rem 0;"
	"border-bottom:1px solid var(--line)}\n"
	".causes th,.causes td{display:inline-block;padding:.1rem .9rem .1rem 0;border:0}\n"
	".causes td.text{display:block}\n"
	"}\n"
	"@media print{body{max-width:none;padding:0;font-size:.8rem}"
	"h2,h3,figcaption,thead{break-after:avoid}tr{break-inside:avoid}"
	".wide{overflow:visible}.wide svg{min-width:0}}\n";

void page_begin(FILE *to, const char *title, void (*const *style)(FILE *to))
{
	fprintf(to, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
		"<meta name=\"generator\" content=\"tcpfsm %s\">\n"
		"<title>%s</title>\n<style>\n%s", reader_version, title, style_of_page);
	while (*style)
		(*style++)(to);
	fputs("</style>\n</head>\n<body>\n", to);
}

void page_end(FILE *to)
{
	fputs("</body>\n</html>\n", to);
}

void page_wide_begin(FILE *to)
{
	fputs("<p class=\"note narrow\">Wider than the screen: scroll it sideways →</p>\n"
	      "<div class=\"wide\">\n", to);
}

void page_wide_end(FILE *to)
{
	fputs("</div>\n", to);
}

/* A narrow blank that breaks no line. */
void page_count(char text[PAGE_COUNT_MAX], uint64_t count)
{
	char digits[NUMBER_MAX];
	size_t length = put_number(digits, count) - digits;

	for (size_t i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			text = put_literal(text, "\u202f");
		*text++ = digits[i];
	}
	*text = '\0';
}

/* "12.3us" as typographers want it. */
const char *page_duration(uint64_t ns)
{
	static char text[NUMBER_MAX + sizeof("\u202f\u00b5s")];
	char brief[NUMBER_MAX + sizeof("ms")];
	size_t digits;

	*put_brief_dwell(brief, ns) = '\0';
	digits = strspn(brief, "0123456789.");
	snprintf(text, sizeof(text), "%.*s\u202f%s%s", (int)digits, brief,
		 brief[digits] == 'u' ? "\u00b5" : "", brief + digits + (brief[digits] == 'u'));
	return text;
}

void page_text(FILE *to, const char *text)
{
	size_t length = strlen(text);
	char *escaped = malloc(4 * length + 1), *end;

	if (!escaped)
		err(1, NULL);
	end = put_escaped_blank(escaped, (const uint8_t *)text, length);
	print_escaped_xml(to, escaped, end - escaped);
	free(escaped);
}

void page_value(FILE *to, bool (*get)(const void *row, struct value *value),
		enum value_kind kind, enum value_form form, const void *row,
		struct style *style)
{
	char text[VALUE_TEXT_MAX + 1] = "-", *end = text + 1;
	struct value value = { 0 };
	int unseen = 0;

	if (get(row, &value))
		end = value_text(text, &value, kind, form, style, &unseen);
	print_escaped_xml(to, text, end - text);
}

static void put_bar(FILE *to, const struct histogram_range *range, uint64_t most)
{
	char count[PAGE_COUNT_MAX];

	page_count(count, range->count);
	fprintf(to, "<tr><td class=\"n\">%s</td><td>–</td>", page_duration(range->from_us * 1000));
	fprintf(to, "<td class=\"n\">%s</td><td class=\"n\">%s</td><td><svg><rect "
		"width=\"%.2f%%\" height=\"100%%\"/></svg></td></tr>\n",
		page_duration((range->to_us + 1) * 1000), count, 100.0 * range->count / most);
}

void page_histogram(FILE *to, const char *title, const struct histogram *h)
{
	static const unsigned int percent[] = { 50, 90, 99 };
	struct histogram_range range[HISTOGRAM_RANGES];
	size_t ranges = histogram_ranges(h, range);
	uint64_t most = 1;

	if (!h->count)
		return;
	fprintf(to, "<div class=\"histogram\"><h3>%s</h3>\n<p class=\"percentiles\">", title);
	for (size_t i = 0; i < sizeof(percent) / sizeof(percent[0]); i++)
		fprintf(to, "<span>p%u <b>%s</b></span> ", percent[i],
			page_duration(histogram_percentile(h, percent[i])));
	fprintf(to, "<span>max <b>%s</b></span></p>\n<table>\n", page_duration(h->max_ns));
	for (size_t i = 0; i < ranges; i++)
		most = range[i].count > most ? range[i].count : most;
	for (size_t i = 0; i < ranges; i++)
		put_bar(to, &range[i], most);
	fputs("</table></div>\n", to);
}
