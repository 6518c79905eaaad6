/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "capture.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14 */
#endif

/* Address space for the most that a snapshot may hold; pages only for what is expected, so that the pause has few
 * page faults of ours in it. */
int se_arena_open(struct se_arena *arena, uint64_t capacity, uint64_t populate)
{
	void *base = mmap(NULL, capacity, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return -errno;
	if (populate > capacity)
		populate = capacity;
	if (populate)
		madvise(base, populate, MADV_POPULATE_WRITE); /* a failure only costs time later */
	*arena = (struct se_arena){ base, capacity, 0 };
	return 0;
}

/* Room for `bytes`, rounded up to 8; null when the arena is full. */
void *se_arena_take(struct se_arena *arena, uint64_t bytes)
{
	void *taken = arena->base + arena->used;

	bytes = SE_ALIGN8(bytes);
	if (bytes > arena->capacity - arena->used)
		return NULL;
	arena->used += bytes;
	return taken;
}

bool se_list_add(struct se_address_list *list, uint64_t value)
{
	if (list->count == list->capacity) {
		uint64_t capacity = list->capacity ? list->capacity * 2 : 1024;
		uint64_t *items = realloc(list->items, capacity * sizeof(*items));

		if (!items)
			return false;
		list->items = items;
		list->capacity = capacity;
	}
	list->items[list->count++] = value;
	return true;
}
