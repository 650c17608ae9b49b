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
 *   filter   what is captured, to be read and written; initial namespace only
 *
 * Context: process.
 * Locking: none of its own.
 *
 * An open file holds references on the module, so that rmmod reports "in use" and does
 * not wait for a reader, and on its namespace.
 */
#include "proc.h"

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "feed.h"
#include "filter.h"
#include "flow.h"
#include "netns.h"
#include "stats.h"
#include "text.h"

static kuid_t proc_uid;
static kgid_t proc_gid;
static bool proc_ready;		/* the files of all namespaces exist */

/*
 * The root of a user namespace may read the files of its network namespace. It cannot
 * own them: where both are made by one clone(), its uid is mapped only after the files
 * exist. So there the mode lets everybody open, and open() checks the capability.
 */
static bool proc_by_capability(const struct net *net)
{
	return net->user_ns != &init_user_ns;
}

/*
 * May current see the whole machine? With CAP_NET_ADMIN, or as the user or group that
 * uid= or gid= names. Uid 0 without that capability is nobody: it may be a container's,
 * on the host's network.
 */
static bool proc_may_see_all(void)
{
	return capable(CAP_NET_ADMIN) ||
	       (__kuid_val(proc_uid) && uid_eq(current_fsuid(), proc_uid)) ||
	       (__kgid_val(proc_gid) && in_egroup_p(proc_gid));
}

static bool proc_may_open(const struct net *net)
{
	if (net_eq(net, &init_net))
		return proc_may_see_all();
	return !proc_by_capability(net) || ns_capable(net->user_ns, CAP_NET_ADMIN);
}

/*
 * Take the references of an open file. Context: proc keeps us loaded during open().
 * Return: the file's namespace, or an error pointer.
 */
static struct net *proc_pin(struct inode *inode)
{
	struct net *net;

	/* If loading fails after all, an open file would outlive the module. */
	if (!READ_ONCE(proc_ready))
		return ERR_PTR(-ENXIO);
	net = maybe_get_net(pde_data(inode));
	if (!net)
		return ERR_PTR(-ENXIO);
	if (!proc_may_open(net)) {
		put_net(net);
		return ERR_PTR(-EACCES);
	}
	if (!netns_counters_held(net)) {
		put_net(net);
		return ERR_PTR(-ENOMEM);
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

static int feed_file_open(struct inode *inode, struct file *file,
			    const struct feed_kind *kind)
{
	struct net *net = proc_pin(inode);
	int err;

	if (IS_ERR(net))
		return PTR_ERR(net);
	err = feed_open(file, net, kind);
	if (err)
		proc_unpin(net);
	return err;
}

static int feed_file_release(struct inode *inode, struct file *file)
{
	proc_unpin(feed_close(file));
	return 0;
}

static int log_open(struct inode *inode, struct file *file)
{
	return feed_file_open(inode, file, &feed_log);
}

static int follow_open(struct inode *inode, struct file *file)
{
	return feed_file_open(inode, file, &feed_follow);
}

static int raw_open(struct inode *inode, struct file *file)
{
	return feed_file_open(inode, file, &feed_raw);
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
 * A line for each flow, by index: @pos is the index + 1; 0 is the header. A connection
 * whose flow moves to another index meanwhile may be shown twice, or not at all.
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
		/* Not reported yet, or ended. */
		if ((flow->flags & FLOW_UNREPORTED) || flow->state == TCPFSM_CLOSED)
			continue;
		if (net_eq(net, &init_net) || (flow->netns == net->ns.inum &&
					       flow->since_ns >= netns_born(net)))
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
	struct flow *flow = v;

	/* As in the other files: pids are those of the initial pid namespace. */
	if (v != SEQ_START_TOKEN &&
	    task_active_pid_ns(current) != &init_pid_ns)
		flow->known &= ~TCPFSM_KNOWN_OWNER;
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

static int filter_file_show(struct seq_file *m, void *v)
{
	filter_show(m);
	return 0;
}

static bool filter_may_write(const struct net *net)
{
	return ns_capable(net->user_ns, CAP_NET_ADMIN);
}

/*
 * The capability is checked at open(): else a file opened without it could be the output
 * of a privileged program. It is checked at write(), too: the file may be inherited by a
 * process without it.
 */
static int filter_open(struct inode *inode, struct file *file)
{
	if ((file->f_mode & FMODE_WRITE) && !filter_may_write(pde_data(inode)))
		return -EPERM;
	return show_open(inode, file, filter_file_show);
}

/* Each write() is a whole filter, at any position. */
static ssize_t filter_file_write(struct file *file, const char __user *text,
				 size_t len, loff_t *pos)
{
	const struct seq_file *m = file->private_data;

	if (!filter_may_write(m->private))
		return -EPERM;
	return filter_write(text, len) ?: len;
}

#define FEED_OPS(open)				\
	{						\
		.proc_open = open,			\
		.proc_read_iter = feed_read,		\
		.proc_poll = feed_poll,		\
		.proc_lseek = feed_lseek,		\
		.proc_release = feed_file_release,	\
	}

#define SHOW_OPS(open, release)				\
	{						\
		.proc_open = open,			\
		.proc_read_iter = seq_read_iter,	\
		.proc_lseek = seq_lseek,		\
		.proc_release = release,		\
	}

#define FILTER_OPS					\
	{						\
		.proc_open = filter_open,		\
		.proc_read_iter = seq_read_iter,	\
		.proc_write = filter_file_write,	\
		.proc_lseek = seq_lseek,		\
		.proc_release = show_release,		\
	}

static const struct proc_file {
	const char *name;
	struct proc_ops ops;
	bool writable;		/* by its owner; in the initial namespace only */
} proc_files[] = {
	{ "log", FEED_OPS(log_open) },
	{ "follow", FEED_OPS(follow_open) },
	{ "raw", FEED_OPS(raw_open) },
	{ "flows", SHOW_OPS(flows_open, flows_release) },
	{ "stats", SHOW_OPS(stats_open, show_release) },
	{ "matrix", SHOW_OPS(matrix_open, show_release) },
	{ "filter", FILTER_OPS, .writable = true },
};

static int proc_net_create(struct net *net)
{
	umode_t mode = proc_by_capability(net) ? 0444 : 0440;
	struct proc_dir_entry *dir, *entry;
	const struct proc_file *file;

	dir = proc_net_mkdir(net, "tcpfsm", net->proc_net);
	if (!dir)
		return -ENOMEM;
	for (file = proc_files; file < proc_files + ARRAY_SIZE(proc_files); file++) {
		if (file->writable && !net_eq(net, &init_net))
			continue;
		entry = proc_create_data(file->name, file->writable ? 0640 : mode,
					 dir, &file->ops, net);
		if (!entry)
			goto err_remove;
		if (net_eq(net, &init_net))
			proc_set_user(entry, proc_uid, proc_gid);
	}
	return 0;

err_remove:
	remove_proc_subtree("tcpfsm", net->proc_net);
	return -ENOMEM;
}

/* A namespace is made, and recorded, without its files if there is no memory for them. */
static int __net_init proc_net_init(struct net *net)
{
	int err = proc_net_create(net);

	if (!err || net_eq(net, &init_net))
		return err;
	pr_warn_once("no memory for the files of a new network namespace: it has no /proc/net/tcpfsm\n");
	return 0;
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
	int err;

	proc_uid = uid;
	proc_gid = gid;
	err = register_pernet_subsys(&proc_net_ops);
	if (!err)
		WRITE_ONCE(proc_ready, true);
	return err;
}

void proc_exit(void)
{
	unregister_pernet_subsys(&proc_net_ops);
}
