// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: any words as $COLUMNS and the command line, with a NUL behind each.
 * Options that are accepted must not contradict each other.
 */
#include "names.h"
#include "options.h"
#include "screen.h"
#include "view.h"

#include <argp.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tcpfsm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The build renames functions that end the program to these, in options.c. */
void fuzz_exit(int status);
void fuzz_argp_error(const struct argp_state *state, const char *fmt, ...);
void fuzz_argp_failure(const struct argp_state *state, int status, int errnum,
		       const char *fmt, ...);
error_t fuzz_argp_parse(const struct argp *argp, int argc, char **argv,
			unsigned int flags, int *index, void *input);

#ifdef __has_feature
#define HAS_ASAN __has_feature(address_sanitizer)	/* clang */
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1					/* gcc */
#else
#define HAS_ASAN 0
#endif
#if HAS_ASAN
/* <sanitizer/allocator_interface.h>, which gcc does not bring. */
int __sanitizer_install_malloc_and_free_hooks(void (*made)(const volatile void *, size_t),
					      void (*freed)(const volatile void *));
#endif

#define WORDS_MAX 16
#define HELD_MAX 64

static jmp_buf refused;

/* Memory allocated while the words are parsed: longjmp() out of argp does not free it. */
static __thread bool holding;
static __thread const void *held[HELD_MAX];

#define must(what) must_(what, #what, __LINE__)

static void must_(bool ok, const char *what, int line)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz-words.c:%d: %s does not hold\n", line, what);
	abort();
}

static void held_replace(const volatile void *this, const void *by)
{
	if (!holding)
		return;
	for (int i = 0; i < HELD_MAX; i++) {
		if (held[i] != this)
			continue;
		held[i] = by;
		return;
	}
	/* A freed block may be older than hold(); a new one must find a place. */
	must(!by);
}

#if HAS_ASAN
static void on_malloc(const volatile void *made, size_t size)
{
	(void)size;
	held_replace(NULL, (const void *)made);
}

static void on_free(const volatile void *freed)
{
	if (freed)
		held_replace(freed, NULL);
}

static void hold(void)
{
	static bool installed;

	if (!installed)
		must(__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free));
	installed = true;
	holding = true;
}
#else
static void hold(void)
{
}
#endif

static void let_go(void)
{
	holding = false;
	for (int i = 0; i < HELD_MAX; i++)
		free((void *)held[i]);
	memset(held, 0, sizeof(held));
}

/*
 * In place of libc's, which keep memory for the next call: let_go() would free it. They
 * would also read files for each word.
 */
struct servent *getservbyname(const char *name, const char *protocol)
{
	static struct servent http = { .s_name = "http" };

	http.s_port = htons(80);
	return strcmp(name, "http") || strcmp(protocol, "tcp") ? NULL : &http;
}

struct passwd *getpwnam(const char *name)
{
	static struct passwd root = { .pw_name = "root" };

	return strcmp(name, "root") ? NULL : &root;
}

void fuzz_exit(int status)
{
	must(status == 1 || status == 2);
	longjmp(refused, 1);
}

/* Formats the message, too, for the sanitizers. */
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
	must(options->view && options->view->formats & 1u << options->format);
	must(options->rows >= 1 && options->for_ns >= 1);
	must(options->cause < TCPFSM_NR_CAUSES);
	must(!options->cause || options->explain);
	must(options->proc);
	must(!(options->read && options->since_load));
	must(!(options->write && options->extended));
	must(!(options->read && (options->command || options->capture)));
	must(!options->capture || options->filter);
	must(!options->command || options->command[0]);
	must(!options->by || options->view->options & VIEW_BY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char name[] = "COLUMNS=";
	const size_t before = sizeof(name) - 1;
	char *text = malloc(before + size + 1), *end, *words[WORDS_MAX + 2] = { "reader" };
	struct options options;
	int count = 1, width;

	if (!text)
		abort();
	memcpy(text, name, before);
	memcpy(text + before, data, size);
	end = text + before + size;
	*end = '\0';
	/* Not setenv(): it never frees a value. */
	putenv(text);
	width = screen_width();
	must(width >= SCREEN_LEAST && width <= 65535);

	for (char *at = text + strlen(text) + 1; at < end && count <= WORDS_MAX;
	     at += strlen(at) + 1)
		words[count++] = at;

	hold();
	if (!setjmp(refused)) {
		options_parse(&options, count, words);
		check_taken(&options);
	}
	let_go();
	unsetenv("COLUMNS");
	free(text);
	return 0;
}
