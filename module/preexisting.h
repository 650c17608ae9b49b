/* SPDX-License-Identifier: GPL-2.0 */
/* The connections that are older than the module. */
#ifndef TCPFSM_PREEXISTING_H
#define TCPFSM_PREEXISTING_H

/*
 * Make a flow for every TCP socket there is, and for every request and timewait
 * socket whose end is hooked.
 * Context: process, may sleep; after flow_tombstones_begin() and transition_begin(), so
 * that no transition is missed meanwhile. It ends with flow_tombstones_end().
 */
void preexisting_walk(void);

#endif /* TCPFSM_PREEXISTING_H */
