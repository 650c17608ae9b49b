/* SPDX-License-Identifier: GPL-2.0 */
/* The pages /proc/net/tcpfsm/stats and matrix. */
#ifndef TCPFSM_STATS_H
#define TCPFSM_STATS_H

struct net;
struct seq_file;

/* @hooks adds the lines of the hooks to the initial namespace's stats. */
void stats_init(void (*hooks)(struct seq_file *m));

/* The page of @net. Context: process. Return: 0 or -ENOMEM. */
int stats_show(struct seq_file *m, const struct net *net);
int stats_matrix_show(struct seq_file *m, const struct net *net);

#endif /* TCPFSM_STATS_H */
