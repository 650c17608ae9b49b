/* SPDX-License-Identifier: GPL-2.0 */
/* The connections that are older than the module. */
#ifndef TCPFSM_SEED_H
#define TCPFSM_SEED_H

/*
 * Make a flow for every TCP socket, request and timewait socket there is.
 * Context: process, may sleep; once tracepoint and hooks are attached, so that
 * what changes meanwhile is not missed.
 */
void seed_flows(void);

#endif /* TCPFSM_SEED_H */
