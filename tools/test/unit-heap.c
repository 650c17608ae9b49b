// SPDX-License-Identifier: GPL-2.0
/* Times in any order come out in order. */
#include "heap.h"

#include <stdio.h>

#include "tcpfsm.h"

#define TIMES 1009

int main(void)
{
	struct heap heap = { 0 };
	struct heap_entry entry;
	uint64_t random = 88172645463325252ull, last = 0, sum = 0, taken = 0;
	unsigned int wrong = heap_least(&heap) != UINT64_MAX;

	/* Two come for each one that goes. */
	for (unsigned int i = 0; i < 2 * TIMES; i++) {
		struct tcpfsm_record r = { .id = i, .mono_ns = 7 * i, .netns = i % 5, .new_state = i % 11 };

		random = random * 6364136223846793005 + 1442695040888963407;
		r.id = random >> 40;
		heap_add(&heap, r.id, &r);
		sum += r.id;
		if (i % 2)
			continue;
		heap_take(&heap, &entry);
		wrong += entry.at_ns != entry.id;
		taken += entry.at_ns;
	}
	wrong += heap.count != TIMES;
	while (heap.count) {
		wrong += heap_least(&heap) < last;
		last = heap_least(&heap);
		heap_take(&heap, &entry);
		wrong += entry.at_ns != last || entry.at_ns != entry.id;
		taken += entry.at_ns;
	}
	wrong += taken != sum;
	heap_free(&heap);
	printf("%u passed, %u failed\n", wrong ? 0 : TIMES, wrong);
	return wrong > 0;
}
