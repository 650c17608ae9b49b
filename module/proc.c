// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/tcpfsm, one directory per network namespace:
 *
 *   log      all records held, as text, then end of file
 *   follow   records from now on, as text, live
 *   raw      struct tcpfsm_header, then records from the oldest held, live
 *   flows    connections alive now
 *   stats    counters, "name value" a line
 *   matrix   how often each OLD->NEW happened
 *
 * Context: process.
 * Locking: feed.lock serialises those who share one open file; it is not
 *   held while a reader waits. There is no state two open files share.
 *
 * An open file holds a reference on the module, so that rmmod answers "in use"
 * rather than to wait for a reader, and one on its namespace.
 */
#include "proc.h"

#include <linux/capability.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "cursor.h"
#include "flow.h"
#include "stats.h"
#include "text.h"
#include "wake.h"

static kuid_t proc_uid;
static kgid_t proc_gid;

/* What distinguishes the three feeds. */
struct feed_kind {
	enum cursor_from from;
	bool binary;
};

static const struct feed_kind feed_log = { CURSOR_HELD, false };
static const struct feed_kind feed_follow = { CURSOR_NOW, false };
static const struct feed_kind feed_raw = { CURSOR_OLDEST, true };

/* As much as leaves a feed within 4 KiB. */
#define FEED_OUT	(SZ_4K - 256)

/* One open feed. Output is made in @out and leaves it byte by byte if need be. */
struct feed {
	struct mutex lock;	/* all members below */
	const struct feed_kind *kind;
	struct cursor *cursor;
	struct net *net;
	s64 real_offset_ns;
	u64 opened_ns;
	bool greeted;		/* the header has been made */
	bool heading;		/* @out holds the header */
	size_t out_pos, out_len;
	char out[FEED_OUT] __aligned(8);
};

static_assert(sizeof(struct feed) <= SZ_4K);

static_assert(sizeof(struct tcpfsm_record) <= TEXT_LINE_MAX);

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
		.real_offset_ns = f->real_offset_ns,
		.mono_ns = f->opened_ns,
		.flags = net_eq(f->net, &init_net) ? TCPFSM_HEADER_ALL_NETNS : 0,
	};
	strscpy_pad(header->module_version, TCPFSM_VERSION_STRING,
		    sizeof(header->module_version));
	return sizeof(*header);
}

/* Make output, when there is none, of what there is. */
static enum cursor_got feed_fill(struct feed *f)
{
	enum cursor_got got = CURSOR_RECORD;
	struct tcpfsm_record rec;

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
	while (sizeof(f->out) - f->out_len >= TEXT_LINE_MAX) {
		got = cursor_next(f->cursor, &rec);
		if (got != CURSOR_RECORD)
			break;
		if (f->kind->binary) {
			memcpy(f->out + f->out_len, &rec, sizeof(rec));
			f->out_len += sizeof(rec);
		} else {
			f->out_len += text_record(f->out + f->out_len, &rec,
						  f->real_offset_ns);
		}
	}
	return f->out_len ? CURSOR_RECORD : got;
}

/*
 * Put out what there is, as far as it fits: text a fill at a time, so that who
 * read too far can go back (bash's read, head), records all there are.
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

static ssize_t feed_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct feed *f = iocb->ki_filp->private_data;
	bool nonblock = (iocb->ki_filp->f_flags & O_NONBLOCK) ||
			(iocb->ki_flags & IOCB_NOWAIT);
	enum cursor_got got = CURSOR_RECORD;
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	ssize_t done;

	/* First wait, then look: wake.c relies on it. */
	add_wait_queue(&wake_queue, &wait);
	for (;;) {
		done = -ERESTARTSYS;
		if (mutex_lock_interruptible(&f->lock))
			break;
		done = feed_copy(f, to, &got);
		mutex_unlock(&f->lock);
		if (done || got == CURSOR_RECORD || got == CURSOR_END)
			break;
		done = -EAGAIN;
		if (nonblock)
			break;
		done = -ERESTARTSYS;
		if (signal_pending(current))
			break;
		wait_woken(&wait, TASK_INTERRUPTIBLE,
			   got == CURSOR_SOON ? 1 : MAX_SCHEDULE_TIMEOUT);
	}
	remove_wait_queue(&wake_queue, &wait);
	if (done > 0)
		iocb->ki_pos += done;
	return done;
}

static __poll_t feed_poll(struct file *file, poll_table *table)
{
	struct feed *f = file->private_data;
	enum cursor_got got;

	poll_wait(file, &wake_queue, table);
	mutex_lock(&f->lock);
	got = feed_fill(f);
	mutex_unlock(&f->lock);
	if (got == CURSOR_SOON)
		wake_soon();
	return got == CURSOR_RECORD || got == CURSOR_END ?
	       EPOLLIN | EPOLLRDNORM : 0;
}

/*
 * A live feed goes to its start, header included, or to its end: from now on. A
 * log can only be taken anew. And every feed goes back within what the last
 * read() was given, for who reads more than it wants.
 */
static loff_t feed_seek(struct feed *f, loff_t pos, loff_t offset, int whence)
{
	if (whence == SEEK_CUR) {
		if (offset > 0 || offset < -(loff_t)f->out_pos)
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

static loff_t feed_lseek(struct file *file, loff_t offset, int whence)
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

/*
 * Whose files has the root of a user namespace to be able to read? Those of
 * its network namespace. It cannot be their owner: its uid is often mapped only
 * after they were made (clone() of both at once). So there open() asks for the
 * capability, and the mode leaves it to that.
 */
static bool proc_by_capability(const struct net *net)
{
	return net->user_ns != &init_user_ns;
}

/*
 * Pin what an open file needs. Context: proc keeps us loaded during open().
 * Return: the file's namespace, or an error pointer.
 */
static struct net *proc_pin(struct inode *inode)
{
	struct net *net = maybe_get_net(pde_data(inode));

	if (!net)
		return ERR_PTR(-ENXIO);
	if (proc_by_capability(net) && !ns_capable(net->user_ns, CAP_NET_ADMIN)) {
		put_net(net);
		return ERR_PTR(-EACCES);
	}
	if (!try_module_get(THIS_MODULE)) {
		put_net(net);
		return ERR_PTR(-ENXIO);
	}
	return net;
}

static void proc_unpin(struct net *net)
{
	put_net(net);
	module_put(THIS_MODULE);
}

static int feed_open(struct inode *inode, struct file *file,
		     const struct feed_kind *kind)
{
	struct net *net = proc_pin(inode);
	struct feed *f;

	if (IS_ERR(net))
		return PTR_ERR(net);
	f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	if (!f)
		goto err_unpin;
	f->cursor = cursor_new(net, kind->from);
	if (!f->cursor)
		goto err_free;
	mutex_init(&f->lock);
	f->kind = kind;
	f->net = net;
	f->opened_ns = ktime_get_ns();
	/* Not two clock readings: every open must show a record at the same time. */
	f->real_offset_ns = ktime_to_ns(ktime_mono_to_real(0));
	file->private_data = f;
	/* As in fs/open.c:stream_open(): read() must not hold the lock of f_pos. */
	file->f_mode &= ~(FMODE_ATOMIC_POS | FMODE_PREAD);
	return 0;

err_free:
	kfree(f);
err_unpin:
	proc_unpin(net);
	return -ENOMEM;
}

static int feed_release(struct inode *inode, struct file *file)
{
	struct feed *f = file->private_data;
	struct net *net = f->net;

	cursor_free(f->cursor);
	kfree(f);
	proc_unpin(net);
	return 0;
}

static int log_open(struct inode *inode, struct file *file)
{
	return feed_open(inode, file, &feed_log);
}

static int follow_open(struct inode *inode, struct file *file)
{
	return feed_open(inode, file, &feed_follow);
}

static int raw_open(struct inode *inode, struct file *file)
{
	return feed_open(inode, file, &feed_raw);
}

static int show_open(struct inode *inode, struct file *file,
		     int (*show)(struct seq_file *m, void *v))
{
	struct net *net = proc_pin(inode);
	int err;

	if (IS_ERR(net))
		return PTR_ERR(net);
	err = single_open(file, show, net);
	if (err)
		proc_unpin(net);
	return err;
}

static int show_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	struct net *net = m->private;
	int err = single_release(inode, file);

	proc_unpin(net);
	return err;
}

/*
 * One line a flow, by index: @pos is the index + 1, 0 the header. A flow that
 * moves to another index while somebody reads may come twice, or not at all.
 */
static void *flows_start(struct seq_file *m, loff_t *pos)
{
	struct net *net = m->private;
	struct flow *flow;
	u32 at;

	if (*pos == 0)
		return SEQ_START_TOKEN;
	flow = kmalloc(sizeof(*flow), GFP_KERNEL);
	if (!flow)
		return ERR_PTR(-ENOMEM);
	for (at = *pos - 1; flow_copy(&at, flow); at++) {
		*pos = at + 1;
		/* Not to be told yet, so not to be shown. */
		if (flow->flags & FLOW_UNTOLD || flow->state == TCPFSM_CLOSED)
			continue;
		if (net_eq(net, &init_net) || (flow->netns == net->ns.inum &&
					       flow->since_ns >= stats_net_born(net)))
			return flow;
		cond_resched();
	}
	kfree(flow);
	return NULL;
}

static void flows_stop(struct seq_file *m, void *v)
{
	if (v != SEQ_START_TOKEN && !IS_ERR(v))
		kfree(v);
}

static void *flows_next(struct seq_file *m, void *v, loff_t *pos)
{
	flows_stop(m, v);
	++*pos;
	return flows_start(m, pos);
}

static int flows_show(struct seq_file *m, void *v)
{
	char line[TEXT_LINE_MAX];

	seq_write(m, line, v == SEQ_START_TOKEN ? text_flow_header(line) :
			   text_flow(line, v, ktime_get_ns()));
	return 0;
}

static const struct seq_operations flows_ops = {
	.start = flows_start,
	.next = flows_next,
	.stop = flows_stop,
	.show = flows_show,
};

static int flows_open(struct inode *inode, struct file *file)
{
	struct net *net = proc_pin(inode);
	int err;

	if (IS_ERR(net))
		return PTR_ERR(net);
	err = seq_open(file, &flows_ops);
	if (err)
		proc_unpin(net);
	else
		((struct seq_file *)file->private_data)->private = net;
	return err;
}

static int flows_release(struct inode *inode, struct file *file)
{
	struct net *net = ((struct seq_file *)file->private_data)->private;
	int err = seq_release(inode, file);

	proc_unpin(net);
	return err;
}

static int stats_file_show(struct seq_file *m, void *v)
{
	return stats_show(m, m->private);
}

static int stats_open(struct inode *inode, struct file *file)
{
	return show_open(inode, file, stats_file_show);
}

static int matrix_file_show(struct seq_file *m, void *v)
{
	return stats_matrix_show(m, m->private);
}

static int matrix_open(struct inode *inode, struct file *file)
{
	return show_open(inode, file, matrix_file_show);
}

#define FEED_OPS(open)				\
	{						\
		.proc_open = open,			\
		.proc_read_iter = feed_read,		\
		.proc_poll = feed_poll,		\
		.proc_lseek = feed_lseek,		\
		.proc_release = feed_release,		\
	}

#define SHOW_OPS(open, release)				\
	{						\
		.proc_open = open,			\
		.proc_read_iter = seq_read_iter,	\
		.proc_lseek = seq_lseek,		\
		.proc_release = release,		\
	}

static const struct {
	const char *name;
	struct proc_ops ops;
} proc_files[] = {
	{ "log", FEED_OPS(log_open) },
	{ "follow", FEED_OPS(follow_open) },
	{ "raw", FEED_OPS(raw_open) },
	{ "flows", SHOW_OPS(flows_open, flows_release) },
	{ "stats", SHOW_OPS(stats_open, show_release) },
	{ "matrix", SHOW_OPS(matrix_open, show_release) },
};

static int __net_init proc_net_init(struct net *net)
{
	struct proc_dir_entry *dir, *file;
	umode_t mode = proc_by_capability(net) ? 0444 : 0440;
	size_t i;

	dir = proc_net_mkdir(net, "tcpfsm", net->proc_net);
	if (!dir)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(proc_files); i++) {
		file = proc_create_data(proc_files[i].name, mode, dir,
					&proc_files[i].ops, net);
		if (!file)
			goto err_remove;
		if (net_eq(net, &init_net))
			proc_set_user(file, proc_uid, proc_gid);
	}
	return 0;

err_remove:
	remove_proc_subtree("tcpfsm", net->proc_net);
	return -ENOMEM;
}

static void __net_exit proc_net_exit(struct net *net)
{
	remove_proc_subtree("tcpfsm", net->proc_net);
}

static struct pernet_operations proc_net_ops = {
	.init = proc_net_init,
	.exit = proc_net_exit,
};

int proc_init(kuid_t uid, kgid_t gid)
{
	proc_uid = uid;
	proc_gid = gid;
	return register_pernet_subsys(&proc_net_ops);
}

void proc_exit(void)
{
	unregister_pernet_subsys(&proc_net_ops);
}
