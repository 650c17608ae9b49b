/* SPDX-License-Identifier: GPL-2.0 */
/* Definitions for the sets of records. */
#ifndef GENERATE_H
#define GENERATE_H

#include <stdint.h>

#include "tcpfsm.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define IPV4(a, b, c, d) { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d }
#define LOOPBACK6 { [15] = 1 }

#define START_NS 1000000000000			/* 1000 s after boot */

#define KNOWN_ENDS (TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT | TCPFSM_KNOWN_PEER)
#define KNOWN_BARE (TCPFSM_KNOWN_ID | KNOWN_ENDS | TCPFSM_KNOWN_ROUTE)
#define KNOWN_ALL 0x3fffu

#define BASE .family = AF_INET, .known = KNOWN_BARE, .id = 0x2a,	\
	.laddr = IPV4(127, 0, 0, 1), .lport = 8080,			\
	.raddr = IPV4(127, 0, 0, 1), .rport = 50002,			\
	.old_state = TCPFSM_SYN_SENT, .new_state = TCPFSM_ESTABLISHED

extern unsigned long count;			/* of records in flood, random, ... */

void put_bytes_of(const struct tcpfsm_record *record);
void put_record(struct tcpfsm_record record);	/* sets seq and mono_ns */

uint64_t next_random(void);			/* the same in each run */
uint64_t below(uint64_t limit);

/* The @n-th record of "connections". */
struct tcpfsm_record connection_record(unsigned long n);

void put_flood(void);
void put_random(void);
void put_connections(void);
void put_connections6(void);
void put_variety(void);
void put_ladders(void);

#endif
