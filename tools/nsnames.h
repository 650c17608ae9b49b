/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The names of network namespaces and interfaces of this machine. A recording may be of
 * another one, so a view of a file looks none up. A name is printable ASCII without blanks.
 */
#ifndef NSNAMES_H
#define NSNAMES_H

#include <stdbool.h>
#include <stdint.h>

void nsnames_enable(bool enable);	/* false at first */

/* The name in /run/netns of the namespace of that inode, or NULL. */
const char *nsname(uint32_t inode);

/* Is it the namespace of this program? Only there ifname() can be asked. */
bool nsnames_own(uint32_t inode);

/* The name of an interface, or NULL. */
const char *ifname(uint32_t ifindex);

#endif
