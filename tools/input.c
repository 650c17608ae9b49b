// SPDX-License-Identifier: GPL-2.0
/*
 * A record stream, from a file that may be truncated, damaged, or not a recording, in
 * reads of any length. For each error one line with file and reason is printed.
 */
#include "input.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

_Static_assert(INPUT_SIZE > UINT16_MAX, "a record may not fit");

static void input_init(struct input *in, int fd, const char *name)
{
	in->name = name;
	in->fd = fd;
	in->live = false;
	in->drained = false;
	in->checked = false;
	in->record_size = SIZE_MAX;
	in->last_ns = 0;
	in->gone = 0;
	in->start = 0;
	in->end = 0;
}

bool input_open(struct input *in, const char *path)
{
	if (!strcmp(path, "-")) {
		input_init(in, STDIN_FILENO, "standard input");
		return true;
	}

	input_init(in, open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), path);
	if (in->fd < 0)
		warn("%s", path);
	return in->fd >= 0;
}

bool input_open_live(struct input *in, const char *path, bool since_load)
{
	input_init(in, open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), path);
	in->live = true;
	if (in->fd < 0) {
		if (errno == ENOENT)
			warnx("%s: not there; is the module loaded? (modprobe tcpfsm, or insmod tcpfsm.ko)",
			      path);
		else if (errno == EACCES)
			warn("%s: readable by root, uid= and gid=, in a user namespace with CAP_NET_ADMIN",
			     path);
		else
			warn("%s", path);
		return false;
	}

	/* Tests have a FIFO in its place, which cannot seek. */
	if (!since_load && lseek(in->fd, 0, SEEK_END) < 0 && errno != ESPIPE) {
		warn("%s: cannot seek to its end", path);
		return false;
	}
	return true;
}

void input_close(struct input *in)
{
	close(in->fd);
}

static bool check_magic(const struct input *in)
{
	const unsigned char *bytes = in->buf + in->start;
	size_t len = in->end - in->start;

	if (!memcmp(bytes, TCPFSM_MAGIC, len < 8 ? len : 8))
		return true;
	if (len > 6 && !memcmp(bytes, TCPFSM_MAGIC, 6))
		warnx("%s: damaged: its line ends were converted as if it were text",
		      in->name);
	else
		warnx("%s: not a tcpfsm recording (bad magic)", in->name);
	return false;
}

static bool check_header(const struct input *in)
{
	const struct tcpfsm_header *header = &in->header;

	if (header->endian == __builtin_bswap32(TCPFSM_ENDIAN))
		warnx("%s: written on a machine of the other byte order",
		      in->name);
	else if (header->endian != TCPFSM_ENDIAN)
		warnx("%s: damaged header: byte-order mark %#x",
		      in->name, header->endian);
	else if (header->version != TCPFSM_VERSION)
		warnx("%s: format version %u; this reader knows only %u",
		      in->name, header->version, TCPFSM_VERSION);
	else if (header->header_size < sizeof(struct tcpfsm_header))
		warnx("%s: damaged header: header size %u, at least %zu expected",
		      in->name, header->header_size,
		      sizeof(struct tcpfsm_header));
	else if (header->record_size < sizeof(struct tcpfsm_record))
		warnx("%s: damaged header: record size %u, at least %zu expected",
		      in->name, header->record_size,
		      sizeof(struct tcpfsm_record));
	else
		return true;
	return false;
}

/* Checks a part of the header as soon as it has come: a wrong file may be shorter. */
static bool check(struct input *in)
{
	if (in->checked)
		return true;
	if (!check_magic(in))
		return false;
	if (in->end - in->start < sizeof(in->header))
		return true;

	memcpy(&in->header, in->buf + in->start, sizeof(in->header));
	in->checked = check_header(in);
	return in->checked;
}

static enum input_result at_end(const struct input *in)
{
	size_t rest = in->end - in->start;
	bool begun = in->record_size < SIZE_MAX;

	if (begun && !rest)
		return INPUT_END;

	if (begun)
		warnx("%s: truncated: ends after %zu of the %u bytes of the record at byte %llu",
		      in->name, rest, in->header.record_size,
		      (unsigned long long)input_at(in));
	else if (rest)
		warnx("%s: truncated: ends after %zu of the %zu bytes of its header",
		      in->name, rest, in->checked ? in->header.header_size :
						    sizeof(in->header));
	else
		warnx("%s: empty", in->name);
	return INPUT_BAD;
}

enum input_result input_fill(struct input *in)
{
	size_t room;
	ssize_t n;

	memmove(in->buf, in->buf + in->start, in->end - in->start);
	in->gone += in->start;
	in->end -= in->start;
	in->start = 0;

	room = sizeof(in->buf) - in->end;
	n = read(in->fd, in->buf + in->end, room);
	if (n < 0) {
		if (errno == EINTR || errno == EAGAIN)
			return INPUT_WAIT;
		warn("%s", in->name);
		return INPUT_BAD;
	}
	if (!n)
		return at_end(in);

	in->drained = (size_t)n < room;
	in->end += n;
	return check(in) ? INPUT_MORE : INPUT_BAD;
}

const void *input_header(struct input *in)
{
	const void *header = NULL;

	if (in->checked && in->record_size == SIZE_MAX)
		header = input_take(in, in->header.header_size);
	if (header)
		in->record_size = in->header.record_size;
	return header;
}

/* Of a file: a live reader does not end because of the order of what the module writes. */
static bool goes_back(const struct input *in, const struct tcpfsm_record *r)
{
	return !in->live && r->mono_ns < in->last_ns &&
	       !(r->kind == TCPFSM_LOST && !r->mono_ns);
}

/* A later module may have more states and causes. */
static const char *fault_of(const struct input *in, const struct tcpfsm_record *r)
{
	if (r->kind != TCPFSM_TRANSITION && r->kind != TCPFSM_LOST)
		return "is of an unknown kind";
	if (r->kind == TCPFSM_TRANSITION && (!r->old_state || !r->new_state))
		return "has no state";
	return goes_back(in, r) ? "goes back in time" : NULL;
}

bool input_check(struct input *in, const struct tcpfsm_record *r)
{
	const char *fault = fault_of(in, r);

	if (!fault) {
		if (r->kind == TCPFSM_TRANSITION)
			in->last_ns = r->mono_ns;
		return true;
	}
	in->start -= in->record_size;
	warnx("%s: damaged: the record at byte %llu %s", in->name,
	      (unsigned long long)input_at(in), fault);
	return false;
}
