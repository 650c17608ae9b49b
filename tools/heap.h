/* SPDX-License-Identifier: GPL-2.0 */
/* Times at which to look at a connection again, the earliest first: a binary heap. */
#ifndef HEAP_H
#define HEAP_H

#include <stddef.h>
#include <stdint.h>

struct tcpfsm_record;

/* It may be gone by then, so its last record is here and no pointer. */
struct heap_entry {
	uint64_t at_ns;
	uint64_t id, since_ns;
	uint32_t netns;
	uint8_t state;
};

struct heap {
	struct heap_entry *entry;
	size_t count, room;
};

void heap_add(struct heap *heap, uint64_t at_ns, const struct tcpfsm_record *last);
void heap_free(struct heap *heap);

/* The earliest time; UINT64_MAX: there is none. */
static inline uint64_t heap_least(const struct heap *heap)
{
	return heap->count ? heap->entry[0].at_ns : UINT64_MAX;
}

/* Takes out the earliest of a heap that is not empty. */
void heap_take(struct heap *heap, struct heap_entry *entry);

#endif
