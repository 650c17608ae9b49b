// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: any words as $COLUMNS and the command line, with a NUL behind
 * each. What is taken must be something the reader can do.
 */
#include "format.h"
#include "names.h"
#include "options.h"
#include "screen.h"

#include <argp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcpfsm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The build renames what ends the program to these, in options.c. */
void fuzz_exit(int status);
void fuzz_argp_error(const struct argp_state *state, const char *fmt, ...);
void fuzz_argp_failure(const struct argp_state *state, int status, int errnum,
		       const char *fmt, ...);
error_t fuzz_argp_parse(const struct argp *argp, int argc, char **argv,
			unsigned int flags, int *index, void *input);

#ifdef __has_feature
#define HAS_LSAN __has_feature(address_sanitizer)	/* clang */
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_LSAN 1					/* gcc */
#else
#define HAS_LSAN 0
#endif
#if HAS_LSAN
#include <sanitizer/lsan_interface.h>
#endif

#define WORDS_MAX 16

static jmp_buf refused;

#define must(what) must_(what, #what, __LINE__)

static void must_(bool ok, const char *what, int line)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz-words.c:%d: %s does not hold\n", line, what);
	abort();
}

void fuzz_exit(int status)
{
	must(status == 1 || status == 2);
	longjmp(refused, 1);
}

/* The message is the whole of what an error is, so it is made. */
static void refuse(const char *fmt, va_list args)
{
	char text[4096];

	must(vsnprintf(text, sizeof(text), fmt, args) > 0);
	longjmp(refused, 1);
}

void fuzz_argp_error(const struct argp_state *state, const char *fmt, ...)
{
	va_list args;

	(void)state;
	va_start(args, fmt);
	refuse(fmt, args);
}

void fuzz_argp_failure(const struct argp_state *state, int status, int errnum,
		       const char *fmt, ...)
{
	va_list args;

	(void)state;
	must(status == 2 && !errnum);
	va_start(args, fmt);
	refuse(fmt, args);
}

error_t fuzz_argp_parse(const struct argp *argp, int argc, char **argv,
			unsigned int flags, int *index, void *input)
{
	return argp_parse(argp, argc, argv,
			  flags | ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP,
			  index, input);
}

static void check_taken(const struct options *options)
{
	must(options->format == &format_text || options->format == &format_json ||
	     options->format == &format_csv);
	must(options->count >= 1);
	must(options->cause < TCPFSM_NR_CAUSES);
	must(!options->cause || options->explain);
	must(options->proc);
	must(!(options->read && options->since_load));
	must(!(options->write && options->extended));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *words[WORDS_MAX + 2] = { "reader" };
	struct options options;
	int count = 1, width;

	if (!text)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	setenv("COLUMNS", text, 1);
	width = screen_width();
	must(width >= SCREEN_LEAST && width <= 65535);

	for (char *at = text + strlen(text) + 1; at < text + size && count <= WORDS_MAX;
	     at += strlen(at) + 1)
		words[count++] = at;

#if HAS_LSAN
	__lsan_disable();		/* who jumps out of argp frees nothing */
#endif
	if (!setjmp(refused)) {
		options_parse(&options, count, words);
		check_taken(&options);
	}
#if HAS_LSAN
	__lsan_enable();
#endif
	free(text);
	return 0;
}
