// SPDX-License-Identifier: GPL-2.0
/*
 * reader: shows, saves and replays the TCP state transitions that the tcpfsm module
 * records.
 */
#include "explain.h"
#include "format.h"
#include "input.h"
#include "number.h"
#include "options.h"
#include "output.h"
#include "screen.h"
#include "version.h"
#include "wait.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* argp exits with 2 for wrong usage. */
enum { EXIT_OK = 0, EXIT_ERROR = 1, EXIT_LOST = 3 };

static struct input in;
static struct output out;
static uint64_t shown, lost;

static char *place_for_line(void)
{
	return output_place(&out, LINE_MAX_LEN + PUT_SLACK);
}

static void start(const struct options *options, struct view *view,
		  const void *header)
{
	if (options->write) {
		output_empty(&out);
		output_bytes(&out, header, in.header.header_size);
		return;
	}
	clock_init(&view->clock, in.header.real_offset_ns);
	if (options->format->begin)
		output_put(&out, options->format->begin(place_for_line(), view));
}

/* A copy if the record is unaligned, as the sizes of a later version may cause. */
static const struct tcpfsm_record *aligned(const void *bytes)
{
	static struct tcpfsm_record copy;

	if ((uintptr_t)bytes % _Alignof(struct tcpfsm_record) == 0)
		return bytes;
	memcpy(&copy, bytes, sizeof(copy));
	return &copy;
}

static bool handle(const struct options *options, struct view *view,
		   const void *bytes)
{
	const struct tcpfsm_record *r = aligned(bytes);
	put_record put = options->format->record;

	if (r->kind == TCPFSM_TRANSITION) {
		shown++;
	} else if (r->kind == TCPFSM_LOST) {
		put = options->format->lost;
		/* A damaged file may have any number: the sum must not wrap to 0. */
		if (__builtin_add_overflow(lost, r->lost, &lost))
			lost = UINT64_MAX;
	} else {
		warnx("%s: damaged: a record of kind %u ends at byte %llu",
		      in.name, r->kind, (unsigned long long)input_at(&in));
		return false;
	}

	if (options->write)
		output_bytes(&out, bytes, in.record_size);
	else
		output_put(&out, put(place_for_line(), view, r));
	return true;
}

/* Returns false after a message; end of file, a signal and -n are no error. */
static bool run(const struct options *options, struct view *view)
{
	const void *bytes;

	while (wait_for_input(in.fd, &out)) {
		switch (input_fill(&in)) {
		case INPUT_WAIT:
			output_flush(&out);
			continue;
		case INPUT_END:
			return true;
		case INPUT_BAD:
			return false;
		case INPUT_MORE:
			break;
		}

		bytes = input_header(&in);
		if (bytes)
			start(options, view, bytes);
		while (shown < options->count && (bytes = input_record(&in))) {
			if (!handle(options, view, bytes))
				return false;
		}
		if (shown == options->count)
			break;
		/* Nothing more to read for now; poll() would cost as much as the write. */
		if (in.drained)
			output_flush(&out);
	}
	return true;
}

/*
 * If 0, 1 or 2 is closed, the next file opened would get its number. So /dev/null is
 * opened there, in a mode in which the reads or writes fail as on a closed file.
 */
static void open_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

/* For --help, -V and explain, which use stdio. */
static void close_stdout(void)
{
	/* EPIPE: the program that reads the output has ended. */
	if (!fflush(stdout) || errno == EPIPE)
		return;
	warn("standard output");
	_exit(EXIT_ERROR);
}

static int show(const struct options *options, const char *raw)
{
	struct view view = {
		.width = screen_width(),
		.extended = options->extended,
		.colour = options->colour,
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
	};
	bool ok;

	if (options->read)
		ok = input_open(&in, options->read);
	else
		ok = input_open_live(&in, raw, options->since_load);
	if (!ok || !output_open(&out, options->write, in.fd) || !wait_init())
		return EXIT_ERROR;

	ok = run(options, &view);
	ok &= output_close(&out);
	input_close(&in);

	if (lost)
		warnx("%llu records were lost: %s", (unsigned long long)lost,
		      options->read ? "the recording has gaps" :
				      "they came faster than they were read");
	if (!ok)
		return EXIT_ERROR;
	return lost ? EXIT_LOST : EXIT_OK;
}

int main(int argc, char **argv)
{
	struct options options;
	int status;
	char *raw;

	open_standard_files();
	signal(SIGPIPE, SIG_IGN);		/* write() fails with EPIPE instead */
	atexit(close_stdout);
	setlocale(LC_CTYPE, "");
	options_parse(&options, argc, argv);
	if (options.explain) {
		explain(options.cause);
		return EXIT_OK;
	}
	if (asprintf(&raw, "%s/raw", options.proc) < 0)
		err(EXIT_ERROR, NULL);

	if (options.version)
		status = print_versions(&in, raw) ? EXIT_OK : EXIT_ERROR;
	else
		status = show(&options, raw);
	free(raw);
	return status;
}
