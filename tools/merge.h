/* SPDX-License-Identifier: GPL-2.0 */
#ifndef MERGE_H
#define MERGE_H

struct tcpfsm_record;

/* @r becomes @now; a value that is unknown in @r stays what it was. */
void merge_record(struct tcpfsm_record *now, const struct tcpfsm_record *r);

#endif
