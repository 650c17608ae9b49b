// SPDX-License-Identifier: GPL-2.0
/*
 * tcpfsm: shows, saves and replays the TCP state transitions that the module records.
 * Here the records go from the input through the filter to the view.
 */
#include "capture.h"
#include "connection.h"
#include "explain.h"
#include "filter.h"
#include "flow_file.h"
#include "input.h"
#include "nsnames.h"
#include "options.h"
#include "output.h"
#include "run.h"
#include "screen.h"
#include "terminal.h"
#include "version.h"
#include "view.h"
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
enum { EXIT_OK = 0, EXIT_ERROR = 1, EXIT_USAGE = 2, EXIT_LOST = 3 };

static struct options options;
static struct input in;
static struct output out;
static struct style style;
static struct show show = {
	.options = &options, .style = &style, .out = &out,
};
static uint64_t lost;
static bool begun;			/* the stream's header has come */

static void start(const void *header)
{
	begun = true;
	if (options.write) {
		output_empty(&out);
		output_bytes(&out, header, in.header.header_size);
		return;
	}
	clock_init(&style.clock, in.header.real_offset_ns);
	if (options.view->begin)
		options.view->begin(&show);
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

static void handle_of_connection(const struct tcpfsm_record *r, bool takes)
{
	struct connection *c = connections_record(show.connections, r, takes);

	if (c && options.view->changed)
		options.view->changed(&show, c);
}

static void handle_transition(const struct tcpfsm_record *r, const void *bytes)
{
	bool takes = !options.filter || filter_takes(options.filter, r);

	if (!show.first_ns)
		show.first_ns = r->mono_ns;
	show.last_ns = r->mono_ns;
	if (options.view->time)
		options.view->time(&show, r->mono_ns);
	if (options.write) {
		if (!takes)
			return;
		output_bytes(&out, bytes, in.record_size);
		show.rows++;
		return;
	}
	if (takes && options.view->record)
		options.view->record(&show, r);
	if (options.view->of_connections)
		handle_of_connection(r, takes);
}

static void handle_lost(const struct tcpfsm_record *r, const void *bytes)
{
	/* A damaged file may have any number: the sum must not wrap to 0. */
	if (__builtin_add_overflow(lost, r->lost, &lost))
		lost = UINT64_MAX;
	if (options.write) {
		output_bytes(&out, bytes, in.record_size);
		return;
	}
	if (show.connections)
		connections_lost(show.connections, r->lost);
	if (options.view->lost)
		options.view->lost(&show, r->lost, r->mono_ns);
}

static bool handle(const void *bytes)
{
	const struct tcpfsm_record *r = aligned(bytes);

	if (!input_check(&in, r))
		return false;
	if (r->kind == TCPFSM_TRANSITION)
		handle_transition(r, bytes);
	else
		handle_lost(r, bytes);
	return true;
}

/* A view takes a connection if any record of it, or of its other end, fits the filter. */
static void handle_event(void *to, struct connection *c, enum connection_event event)
{
	bool takes = options.view->asks_filter || c->fits || (c->twin && c->twin->fits);

	(void)to;
	/* Those of flow_file.h come before, and are no events. */
	if (begun && takes && show.rows < options.rows)
		options.view->event(&show, c, event);
}

/* With COMMAND: records of what happened after its end are not shown. */
static bool is_late(const void *bytes)
{
	return aligned(bytes)->mono_ns > wait_child_ended() && !options.view->unfinished;
}

/* A view that goes on behind the end of COMMAND, on a machine that is never quiet. */
static bool is_finished(void)
{
	return options.view->unfinished && show.last_ns > wait_child_ended() &&
	       !options.view->unfinished();
}

/* Returns false after a message; end of file, a signal and -n are no error. */
static bool read_all(void)
{
	const void *bytes;

	while (wait_for_input(in.fd, &out)) {
		switch (input_fill(&in)) {
		case INPUT_WAIT:
			output_flush(&out);
			continue;
		case INPUT_END:
			show.at_end = true;
			return true;
		case INPUT_BAD:
			return false;
		case INPUT_MORE:
			break;
		}

		bytes = input_header(&in);
		if (bytes)
			start(bytes);
		while (show.rows < options.rows && (bytes = input_record(&in))) {
			if (is_late(bytes))
				return true;
			if (!handle(bytes))
				return false;
		}
		if (show.rows >= options.rows || is_finished())
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

/* For --help, -V, --list and explain, which use stdio. */
static void close_stdout(void)
{
	/* EPIPE: the program that reads the output has ended. */
	if (!fflush(stdout) || errno == EPIPE)
		return;
	warn("standard output");
	_exit(EXIT_ERROR);
}

static char *proc_file(const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", options.proc, name) < 0)
		err(EXIT_ERROR, NULL);
	return path;
}

/* Does the view show what there is now, instead of records to come? */
static bool is_of_now(void)
{
	return options.view->now && show.live && !options.write && !options.since_load &&
	       !options.capture && !options.command && !options.interval_ns &&
	       options.for_ns == UINT64_MAX && options.rows == UINT64_MAX;
}

/* In a signal handler: a second signal kills. */
static void abandon(void)
{
	capture_abandon();
	terminal_abandon();
}

/* The names of these files are in use until the end. */
static bool open_all(void)
{
	bool ok;

	if (options.read)
		ok = input_open(&in, options.read);
	else
		ok = input_open_live(&in, proc_file("raw"), options.since_load);
	return ok && output_open(&out, options.write, in.fd) &&
	       wait_init(abandon) &&
	       (!options.capture || capture_begin(proc_file("filter"), options.capture));
}

/* Returns the exit status of COMMAND, or -1 if there is none. */
static int show_records(bool *ok)
{
	int status = -1;

	if (options.view->of_connections && !options.write)
		show.connections = connections_new(options.view->let_go, handle_event, NULL);
	*ok = !options.view->begins_alive || !show.live || options.since_load ||
	      flow_file_connections(options.proc, show.connections);
	if (*ok && options.command)
		status = run_start(options.command, options.view->follows_command);
	if (!*ok || status > 0)
		return status;
	wait_deadline(options.for_ns);
	*ok = read_all();
	if (!*ok)
		show.damaged_at = input_at(&in);
	if (options.view->end && begun && !options.write)
		options.view->end(&show);
	output_flush(&out);
	*ok &= capture_end();
	if (options.command)
		status = run_end(wait_signal_for_child());
	if (options.view->status && !options.write)
		status = options.view->status(status);
	return status;
}

static int show_all(void)
{
	int status = -1;
	bool ok = true;

	show.live = !options.read;
	style = (struct style){
		.format = options.format,
		.width = screen_width(),
		.extended = options.extended,
		.colour = options.colour && options.format == FORMAT_TEXT,
		.utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8"),
	};
	show.filter = options.filter;
	nsnames_enable(show.live);
	if (is_of_now()) {
		ok = output_open(&out, NULL, -1) && options.view->now(&show);
	} else {
		if (!open_all())
			return EXIT_ERROR;
		status = show_records(&ok);
		input_close(&in);
	}
	ok &= output_close(&out);

	if (lost)
		warnx("%llu records were lost: %s", (unsigned long long)lost,
		      options.read ? "the recording has gaps" :
				     "they came faster than they were read");
	if (!ok)
		return EXIT_ERROR;
	if (status >= 0 && !(lost && options.view->status))
		return status;
	return lost ? EXIT_LOST : EXIT_OK;
}

int main(int argc, char **argv)
{
	open_standard_files();
	signal(SIGPIPE, SIG_IGN);		/* write() fails with EPIPE instead */
	atexit(close_stdout);
	setlocale(LC_CTYPE, "");
	options_parse(&options, argc, argv);
	if (options.explain) {
		explain(options.cause);
		return EXIT_OK;
	}
	if (options.list) {
		options_list();
		return EXIT_OK;
	}
	if (options.view->check && !options.view->check(&options))
		return EXIT_USAGE;
	if (options.version)
		return print_versions(&in, proc_file("raw")) ? EXIT_OK : EXIT_ERROR;
	return show_all();
}
