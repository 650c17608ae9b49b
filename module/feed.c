// SPDX-License-Identifier: GPL-2.0
/*
 * From a cursor's records to the bytes that read() returns: a line of text for each
 * record, or a header and the records themselves.
 *
 * Context: process.
 * Locking: feed.lock serialises the users of one open file. It is not held while a
 *   reader waits. Open files share no state.
 */
#include "feed.h"

#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "cursor.h"
#include "netns.h"
#include "text.h"
#include "wake.h"

const struct feed_kind feed_log = { CURSOR_HELD, false };
const struct feed_kind feed_follow = { CURSOR_NOW, false };
const struct feed_kind feed_raw = { CURSOR_OLDEST, true };

/* Bytes that are made at once. */
#define FEED_OUT	SZ_64K

/* Records that are formatted as text at once. */
#define FEED_TEXT	16U

/* One open file. Output is made in @out; read() may take it in any pieces. */
struct feed {
	struct mutex lock;	/* all members below */
	const struct feed_kind *kind;
	struct cursor *cursor;
	struct net *net;
	struct wake *wake;	/* of @net */
	struct text_clock clock;
	u64 opened_ns;
	bool greeted;		/* the header has been made */
	bool heading;		/* @out holds the header */
	size_t out_pos, out_len;
	char *out;		/* FEED_OUT bytes */
	struct tcpfsm_record recs[FEED_TEXT];	/* to be formatted */
};

static size_t feed_header(const struct feed *f, char *to)
{
	struct tcpfsm_header *header = (void *)to;

	if (!f->kind->binary)
		return text_header(to);
	*header = (struct tcpfsm_header) {
		.magic = { 't', 'c', 'p', 'f', 's', 'm', '\r', '\n' },
		.endian = TCPFSM_ENDIAN,
		.version = TCPFSM_VERSION,
		.header_size = sizeof(struct tcpfsm_header),
		.record_size = sizeof(struct tcpfsm_record),
		.netns = f->net->ns.inum,
		.real_offset_ns = f->clock.real_offset_ns,
		.mono_ns = f->opened_ns,
		.flags = net_eq(f->net, &init_net) ? TCPFSM_HEADER_ALL_NETNS : 0,
	};
	strscpy_pad(header->module_version, TCPFSM_VERSION_STRING,
		    sizeof(header->module_version));
	return sizeof(*header);
}

static enum cursor_got feed_fill_binary(struct feed *f)
{
	unsigned int n;
	enum cursor_got got = cursor_read(f->cursor, (void *)f->out,
					  FEED_OUT / sizeof(struct tcpfsm_record), &n);

	if (got == CURSOR_RECORD)
		f->out_len = n * sizeof(struct tcpfsm_record);
	return got;
}

static enum cursor_got feed_fill_text(struct feed *f)
{
	enum cursor_got got = CURSOR_RECORD;
	unsigned int room, n, i;

	do {
		room = min_t(size_t, (FEED_OUT - f->out_len) / TEXT_LINE_MAX, FEED_TEXT);
		if (!room)
			break;
		got = cursor_read(f->cursor, f->recs, room, &n);
		if (got != CURSOR_RECORD)
			break;
		for (i = 0; i < n; i++)
			f->out_len += text_record(f->out + f->out_len, &f->recs[i],
						  &f->clock);
	} while (n == room);
	return f->out_len ? CURSOR_RECORD : got;
}

/* Fill @out, if all of it was read. */
static enum cursor_got feed_fill(struct feed *f)
{
	if (f->out_pos < f->out_len)
		return CURSOR_RECORD;
	f->out_pos = 0;
	f->out_len = 0;
	f->heading = !f->greeted;
	if (f->heading) {
		f->out_len = feed_header(f, f->out);
		f->greeted = true;
		return CURSOR_RECORD;
	}
	return f->kind->binary ? feed_fill_binary(f) : feed_fill_text(f);
}

/*
 * Copy what there is to @to. Text is copied one fill at a time, so that a program that
 * has read too far can seek back in @out (bash's read, head).
 */
static ssize_t feed_copy(struct feed *f, struct iov_iter *to,
			 enum cursor_got *got)
{
	ssize_t done = 0;
	size_t n;

	while (iov_iter_count(to)) {
		*got = feed_fill(f);
		if (*got != CURSOR_RECORD)
			break;
		n = copy_to_iter(f->out + f->out_pos, f->out_len - f->out_pos, to);
		if (!n)
			return done ?: -EFAULT;
		f->out_pos += n;
		done += n;
		if (!f->kind->binary || signal_pending(current))
			break;
		cond_resched();
	}
	return done;
}

/* Copy once. Return: bytes; 0: there is nothing; or an error. */
static ssize_t feed_look(struct feed *f, struct iov_iter *to, enum cursor_got *got)
{
	ssize_t done;

	if (mutex_lock_interruptible(&f->lock))
		return -ERESTARTSYS;
	done = feed_copy(f, to, got);
	mutex_unlock(&f->lock);
	return done;
}

/* Copy, or wait and copy. In the queue before the first look: see wake.c. Return: as above. */
static ssize_t feed_wait(struct feed *f, struct iov_iter *to, enum cursor_got *got)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	ssize_t done;

	add_wait_queue(&f->wake->queue, &wait);
	for (;;) {
		done = feed_look(f, to, got);
		if (done || *got == CURSOR_END)
			break;
		done = -ERESTARTSYS;
		if (signal_pending(current))
			break;
		wait_woken(&wait, TASK_INTERRUPTIBLE,
			   *got == CURSOR_SOON ? 1 : MAX_SCHEDULE_TIMEOUT);
	}
	remove_wait_queue(&f->wake->queue, &wait);
	return done;
}

/* A write is in progress: wake the poller in a moment. */
static void feed_soon(const struct feed *f)
{
	smp_mb();	/* as A of wake.c, after the look */
	wake_soon(f->wake);
}

ssize_t feed_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct feed *f = iocb->ki_filp->private_data;
	bool nonblock = (iocb->ki_filp->f_flags & O_NONBLOCK) ||
			(iocb->ki_flags & IOCB_NOWAIT);
	enum cursor_got got;
	ssize_t done;

	if (!iov_iter_count(to))
		return 0;
	/*
	 * splice() and sendfile() would wait with the pipe locked
	 * (fs/splice.c:splice_file_to_pipe): the process at its other end could not
	 * even be killed.
	 */
	if (f->kind->from != CURSOR_HELD && !user_backed_iter(to))
		return -EINVAL;
	done = feed_look(f, to, &got);
	if (!done && got != CURSOR_END) {
		if (nonblock && got == CURSOR_SOON)
			feed_soon(f);
		done = nonblock ? -EAGAIN : feed_wait(f, to, &got);
	}
	if (done > 0)
		iocb->ki_pos += done;
	return done;
}

__poll_t feed_poll(struct file *file, poll_table *table)
{
	struct feed *f = file->private_data;
	enum cursor_got got;

	poll_wait(file, &f->wake->queue, table);
	mutex_lock(&f->lock);
	got = feed_fill(f);
	mutex_unlock(&f->lock);
	if (got == CURSOR_SOON)
		feed_soon(f);
	return got == CURSOR_RECORD || got == CURSOR_END ?
	       EPOLLIN | EPOLLRDNORM : 0;
}

/*
 * follow and raw can be moved to their start, with the header, or to their end: from now
 * on. log can be moved to its start. All can be moved back by what the last read() took,
 * for a program that has read too far.
 */
static loff_t feed_seek(struct feed *f, loff_t pos, loff_t offset, int whence)
{
	if (whence == SEEK_CUR) {
		/* sendfile() moves @pos, and not @out_pos. */
		if (offset > 0 || offset < -(loff_t)f->out_pos || pos + offset < 0)
			return -EINVAL;
		f->out_pos += offset;
		return pos + offset;
	}
	if (offset)
		return -EINVAL;
	if (whence == SEEK_END && f->kind->from != CURSOR_HELD) {
		cursor_move(f->cursor, CURSOR_NOW);
		if (f->heading)
			return pos;
	} else if (whence == SEEK_SET) {
		cursor_move(f->cursor, f->kind->from);
		f->greeted = false;
	} else {
		return -EINVAL;
	}
	f->out_pos = 0;
	f->out_len = 0;
	return 0;
}

loff_t feed_lseek(struct file *file, loff_t offset, int whence)
{
	struct feed *f = file->private_data;
	loff_t pos;

	mutex_lock(&f->lock);
	pos = feed_seek(f, file->f_pos, offset, whence);
	if (pos >= 0)
		file->f_pos = pos;
	mutex_unlock(&f->lock);
	return pos;
}

static void feed_free(struct feed *f)
{
	kvfree(f->out);
	kfree(f);
}

static struct feed *feed_new(struct net *net, const struct feed_kind *kind)
{
	struct feed *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);

	if (!f)
		return NULL;
	f->out = kvmalloc(FEED_OUT, GFP_KERNEL_ACCOUNT);
	if (f->out)
		f->cursor = cursor_new(net, kind->from);
	if (!f->cursor) {
		feed_free(f);
		return NULL;
	}
	mutex_init(&f->lock);
	f->kind = kind;
	f->net = net;
	f->wake = netns_wake(net);
	f->opened_ns = ktime_get_ns();
	/* The offset, not two clock readings: each open shows the same time of a record. */
	f->clock.real_offset_ns = ktime_to_ns(ktime_mono_to_real(0));
	return f;
}

int feed_open(struct file *file, struct net *net, const struct feed_kind *kind)
{
	int err = wake_open(netns_wake(net));
	struct feed *f;

	if (err)
		return err;
	f = feed_new(net, kind);
	if (!f) {
		wake_close(netns_wake(net));
		return -ENOMEM;
	}
	file->private_data = f;
	/* As in fs/open.c:stream_open(): read() must not hold the lock of f_pos. */
	file->f_mode &= ~(FMODE_ATOMIC_POS | FMODE_PREAD);
	return 0;
}

struct net *feed_close(struct file *file)
{
	struct feed *f = file->private_data;
	struct net *net = f->net;

	wake_close(f->wake);
	cursor_free(f->cursor);
	feed_free(f);
	return net;
}
