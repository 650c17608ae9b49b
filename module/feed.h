/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An open log, follow or raw file.
 *
 * Context: process.
 */
#ifndef TCPFSM_FEED_H
#define TCPFSM_FEED_H

#include <linux/fs.h>
#include <linux/poll.h>

#include "cursor.h"

/* The differences between the three. */
struct feed_kind {
	enum cursor_from from;
	bool binary;
};

extern const struct feed_kind feed_log, feed_follow, feed_raw;

/*
 * @net is held by the caller until feed_close(). Return: 0; -ENOMEM; -EUSERS: too many
 * files of @net are open (WAKE_FEEDS_MAX).
 */
int feed_open(struct file *file, struct net *net, const struct feed_kind *kind);

/* Return: the @net that feed_open() was given. */
struct net *feed_close(struct file *file);

/* For struct proc_ops. */
ssize_t feed_read(struct kiocb *iocb, struct iov_iter *to);
__poll_t feed_poll(struct file *file, poll_table *table);
loff_t feed_lseek(struct file *file, loff_t offset, int whence);

#endif /* TCPFSM_FEED_H */
