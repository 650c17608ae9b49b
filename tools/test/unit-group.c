// SPDX-License-Identifier: GPL-2.0
/* Groups: more than are kept, the order of the rows, and the sums of the rest. */
#include "connection.h"
#include "group.h"

#include <stdio.h>
#include <string.h>

#define PEERS (GROUPS_MAX + 7)
#define FIRST_PEER 17			/* has three connections, the others have one */

static unsigned int passed, failed;

static void expect(const char *what, bool good)
{
	if (good) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL %s\n", what);
}

/* One that was opened in @peer + 1 us, and is alive. */
static void count_one(uint32_t peer)
{
	struct transition transition[] = {
		{ .old_state = TCPFSM_CLOSED, .new_state = TCPFSM_SYN_SENT },
		{ .old_state = TCPFSM_SYN_SENT, .new_state = TCPFSM_ESTABLISHED,
		  .dwell_ns = 1000 * (peer + UINT64_C(1)), .has_dwell = true },
	};
	struct connection c = {
		.now = { .known = TCPFSM_KNOWN_PEER | TCPFSM_KNOWN_COUNTS, .bytes_in = 3,
			 .bytes_out = UINT64_MAX / 11 },
		.opened_ns = 1,
		.transition = transition,
		.transitions = 2,
	};

	memcpy(c.now.raddr, &peer, sizeof(peer));
	group_count(&c, BY_PEER);
}

int main(void)
{
	static struct group *list[GROUPS_MAX];
	size_t rows;

	for (uint32_t peer = 0; peer < PEERS; peer++)
		count_one(peer);
	count_one(FIRST_PEER);
	count_one(FIRST_PEER);

	expect("all are counted", group_all.connections == PEERS + 2);
	expect("those of later groups are in others", group_others.connections == 7);

	rows = group_rows(list, 2);
	expect("there are as many rows as wanted", rows == 2);
	expect("the largest group is first", list[0]->connections == 3);
	expect("it is that of its peer",
	       !memcmp(list[0]->key, &(uint32_t){ FIRST_PEER }, 4));
	expect("its handshakes are its own", list[0]->took.count == 3 &&
	       list[0]->took.max_ns == 1000 * (FIRST_PEER + 1));
	expect("of equal groups, the least key is next", list[1]->connections == 1 &&
	       !memcmp(list[1]->key, &(uint32_t){ 0 }, 4));
	expect("the rest is in others", group_others.connections == PEERS - 2);
	expect("with its sums", group_others.opened == PEERS - 2 &&
	       group_others.bytes_in == 3 * (PEERS - 2) &&
	       group_others.took.count == PEERS - 2 &&
	       group_others.took.max_ns == UINT64_C(1000) * PEERS);
	expect("a sum does not wrap", group_all.bytes_out == UINT64_MAX);
	expect("nothing failed, nothing was closed",
	       !group_all.failed && !group_all.reset && !group_all.closed_by_us &&
	       !group_all.closed_by_peer && !group_all.time_wait);

	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
