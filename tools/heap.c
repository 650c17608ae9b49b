// SPDX-License-Identifier: GPL-2.0
/* A binary heap of times. */
#include "heap.h"

#include <err.h>
#include <stdlib.h>

#include "tcpfsm.h"

void heap_add(struct heap *heap, uint64_t at_ns, const struct tcpfsm_record *last)
{
	size_t i = heap->count++;

	if (heap->count > heap->room) {
		heap->room = heap->room ? 2 * heap->room : 64;
		heap->entry = reallocarray(heap->entry, heap->room, sizeof(*heap->entry));
		if (!heap->entry)
			err(1, NULL);
	}
	for (; i && heap->entry[(i - 1) / 2].at_ns > at_ns; i = (i - 1) / 2)
		heap->entry[i] = heap->entry[(i - 1) / 2];
	heap->entry[i] = (struct heap_entry){
		.at_ns = at_ns,
		.id = last->id,
		.since_ns = last->mono_ns,
		.netns = last->netns,
		.state = last->new_state,
	};
}

void heap_take(struct heap *heap, struct heap_entry *entry)
{
	const struct heap_entry *moved = &heap->entry[--heap->count];
	size_t i = 0, child;

	*entry = heap->entry[0];
	while ((child = 2 * i + 1) < heap->count) {
		if (child + 1 < heap->count &&
		    heap->entry[child + 1].at_ns < heap->entry[child].at_ns)
			child++;
		if (heap->entry[child].at_ns >= moved->at_ns)
			break;
		heap->entry[i] = heap->entry[child];
		i = child;
	}
	heap->entry[i] = *moved;
}

void heap_free(struct heap *heap)
{
	free(heap->entry);
	*heap = (struct heap){ 0 };
}
