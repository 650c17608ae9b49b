// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz target: any bytes as a record file, through the whole reader, in every format.
 * The output must keep the promises of the format for any input:
 *
 *   text	printable ASCII, or that and three marks of UTF-8; of colours
 *		only the reader's own; no line wider than the screen; with -x,
 *		eleven words and then name=value
 *   json	an object a line, by RFC 8259, in ASCII
 *   csv	rows of as many columns as there are headings, by RFC 4180
 *   -w		the bytes of the input, up to an error
 *
 *	--version	one line for each, printable ASCII
 *
 * An error in the file is one message, the same in every format, and status 1.
 */
#include "colour.h"
#include "input.h"
#include "promise.h"
#include "wait.h"

#include <langinfo.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>

static const char *charset;
#define nl_langinfo(item) ((void)(item), (char *)charset)
#define main reader_main
#define wait_init(before_kill) ((void)(before_kill), true) /* once is enough, see begin() */
#include "../reader.c"
#undef main
#undef wait_init

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX (16 * 1024 * 1024)

static int in_fd = -1, out_fd;
static char in_path[32];
static char *got;			/* the output, and its length */
static size_t got_len;
static char said[1024];			/* the last message */
static unsigned int said_count;

#define must(what) must_(what, #what, __LINE__)

static void must_(bool ok, const char *what, int line)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz-stream.c:%d: %s does not hold; message '%s', output:\n",
		line, what, said);
	if (got_len)
		fwrite(got, 1, got_len < 4000 ? got_len : 4000, stderr);
	abort();
}

/* The messages of err.h, which the build renames to these. */
static void say(const char *fmt, va_list args)
{
	vsnprintf(said, sizeof(said), fmt, args);
	said_count++;
}

void fuzz_warnx(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
}

void fuzz_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(fmt, args);
	va_end(args);
}

static bool starts(const char *at, const char *end, const char *with)
{
	size_t len = strlen(with);

	return (size_t)(end - at) >= len && !memcmp(at, with, len);
}

/* The length of one of the reader's marks, or 0. */
static size_t mark_at(const char *at, const char *end)
{
	static const char *const marks[] = { "→", "≥", "…" };

	for (size_t i = 0; i < 3; i++) {
		if (starts(at, end, marks[i]))
			return strlen(marks[i]);
	}
	return 0;
}

/* The length of an escape sequence for a colour, or 0. */
static size_t colour_at(const char *at, const char *end)
{
	static const char *const colours[] = {
		PLAIN, BOLD, DIM, RED, GREEN, YELLOW, CYAN,
	};

	for (size_t i = 0; i < 7; i++) {
		if (starts(at, end, colours[i]))
			return strlen(colours[i]);
	}
	return 0;
}

/* Returns how many columns a line of text takes on a terminal, or -1. */
static int text_columns(const char *at, const char *end, bool screen)
{
	int columns = 0;

	while (at < end) {
		size_t mark = screen ? mark_at(at, end) : 0;
		size_t colour = screen ? colour_at(at, end) : 0;

		if (!colour && !mark && (*at < ' ' || *at > '~'))
			return -1;
		columns += !colour;
		at += colour ? colour : mark ? mark : 1;
	}
	return columns;
}

/* ---- running the reader ---- */

enum mode { TEXT, TEXT_UTF8, EXTENDED, JSON, CSV, SAVE, MODES };

static const int widths[] = { 80, 83, 88, 102, 144 };

static bool line_is_good(enum mode mode, const char *at, const char *end,
			 unsigned int nr, int width)
{
	static unsigned int headings;
	bool lost = mode < JSON && words_of(at, end) == 3;
	int columns;

	switch (mode) {
	case TEXT:
	case TEXT_UTF8:
		columns = text_columns(at, end, mode == TEXT_UTF8);
		return columns > 0 && columns <= width;
	case EXTENDED:
		return text_columns(at, end, false) > 0 &&
		       (lost || (nr ? words_of(at, end) >= 11 :
				      words_of(at, end) == 11));
	case JSON:
		return is_json(at, end);
	case CSV:
		if (!nr)
			headings = csv_columns(at, end);
		return headings > 30 && csv_columns(at, end) == headings;
	default:
		return false;
	}
}

/* Returns the lines without the headings. */
static unsigned int check_lines(enum mode mode, int width)
{
	const char *at = got, *end = got + got_len, *line_end;
	unsigned int nr = 0;

	for (; at < end; at = line_end + 1) {
		line_end = memchr(at, '\n', end - at);
		must(line_end);
		must(line_is_good(mode, at, line_end, nr, width));
		nr++;
	}
	if (!nr)
		return 0;
	return mode == JSON ? nr : nr - 1;
}

static int run_mode(enum mode mode, int width)
{
	char columns[8];
	off_t len;
	int status;

	snprintf(columns, sizeof(columns), "%d", width);
	setenv("COLUMNS", columns, 1);
	charset = mode == TEXT_UTF8 ? "UTF-8" : "ANSI_X3.4-1968";
	options = (struct options){
		.view = &view_follow,
		.format = mode == JSON ? FORMAT_JSON : mode == CSV ? FORMAT_CSV : FORMAT_TEXT,
		.read = in_path,
		.proc = "",
		.write = mode == SAVE ? "-" : NULL,
		.extended = mode == EXTENDED,
		.colour = mode == TEXT_UTF8,
		.rows = UINT64_MAX,
		.for_ns = UINT64_MAX,
	};
	show.rows = 0;
	lost = 0;
	said_count = 0;
	said[0] = '\0';
	got_len = 0;
	if (ftruncate(out_fd, 0) || lseek(out_fd, 0, SEEK_SET) ||
	    dup2(out_fd, STDOUT_FILENO) < 0)
		abort();
	status = show_all();

	len = lseek(out_fd, 0, SEEK_END);
	must(len >= 0 && len <= OUT_MAX);
	must(pread(out_fd, got, len, 0) == len);
	got_len = len;
	return status;
}

/* --version prints the version in the header; it reads from a pipe here. */
static void check_version(const uint8_t *data, size_t size)
{
	char *at = got, *end, *line_end;
	char path[32];
	int fds[2];
	bool ok;

	if (size > 4096)
		size = 4096;
	if (pipe(fds) || write(fds[1], data, size) != (ssize_t)size ||
	    ftruncate(out_fd, 0) || lseek(out_fd, 0, SEEK_SET) ||
	    dup2(out_fd, STDOUT_FILENO) < 0)
		abort();
	close(fds[1]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[0]);
	said_count = 0;
	in.fd = -1;
	ok = print_versions(&in, path);
	fflush(stdout);
	if (!ok)
		close(in.fd);
	close(fds[0]);

	got_len = pread(out_fd, got, OUT_MAX, 0);
	must(said_count == !ok);
	end = got + got_len;
	for (; at < end; at = line_end + 1) {
		line_end = memchr(at, '\n', end - at);
		must(line_end);
		must(text_columns(at, line_end, false) > 0);
	}
}

static void begin(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
	struct sigaction was[4];

	in_fd = memfd_create("in", MFD_CLOEXEC);
	out_fd = memfd_create("out", MFD_CLOEXEC);
	got = malloc(OUT_MAX);
	snprintf(in_path, sizeof(in_path), "/proc/self/fd/%d", in_fd);
	for (int i = 0; i < 4; i++)
		sigaction(signals[i], NULL, &was[i]);
	if (in_fd < 0 || out_fd < 0 || !got || !wait_init(NULL))
		abort();
	for (int i = 0; i < 4; i++)
		sigaction(signals[i], &was[i], NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int lines = 0;
	char first_said[sizeof(said)];
	uint64_t first_lost = 0;
	int width, first = -1;

	if (in_fd < 0)
		begin();
	if (ftruncate(in_fd, 0) ||
	    (size && pwrite(in_fd, data, size, 0) != (ssize_t)size))
		abort();
	width = widths[size % 5];
	if (size)
		check_version(data, size);

	for (enum mode mode = 0; mode < MODES; mode++) {
		int status = run_mode(mode, width);

		must(status == EXIT_OK || status == EXIT_ERROR || status == EXIT_LOST);
		must(said_count == (status == EXIT_ERROR) + 0u + (lost > 0));
		must((status == EXIT_LOST) == (lost && status != EXIT_ERROR));
		must(text_columns(said, said + strlen(said), false) >=
		     (said_count ? 1 : 0));
		if (mode == SAVE)
			must(got_len <= size && !memcmp(got, data, got_len));
		else if (mode == TEXT)
			lines = check_lines(mode, width);
		else
			must(check_lines(mode, width) == lines);

		if (first < 0) {
			first = status;
			first_lost = lost;
			strcpy(first_said, said);
		}
		must(status == first && lost == first_lost);
		must(!strcmp(said, first_said));
	}
	return 0;
}
