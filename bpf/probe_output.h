/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* Where the probe puts what it read: chunks of records, and notes of what needs more reading. */
#pragma once

#include "capture_state.h"
#include "control.h"
#include "goroutine.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, 4);
	__uint(value_size, SE_CHUNK_BYTES);
	__uint(max_entries, 1);
} chunks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, 4);
	__uint(value_size, 8);
	__uint(max_entries, 1);
} notes SEC(".maps");

static void note(uint64_t value)
{
	uint32_t key = __sync_fetch_and_add(&control.next_note, 1);
	uint64_t *slot = bpf_map_lookup_elem(&notes, &key);

	if (slot)
		*slot = value;
}

/* A chunk for one worker alone. From now on its first word says that there is something in it, also when no record
 * follows: whoever wipes chunks goes by that. A function of its own for the verifier, as machine_steps. */
__attribute__((noinline)) int take_chunk(uint32_t worker)
{
	struct se_shard *shard = &control.shards[worker & (SE_MAX_WORKERS - 1)];
	uint32_t key = __sync_fetch_and_add(&control.next_chunk, 1);
	uint64_t *used;

	if (key >= control.chunks_end)
		key = SE_NO_CHUNK;
	used = bpf_map_lookup_elem(&chunks, &key);
	if (used)
		*used = SE_CHUNK_HEADER_BYTES;
	shard->chunk = key;
	shard->used = SE_CHUNK_HEADER_BYTES;
	shard->has_chunk = 1;
	return 0;
}

/* The chunk in which the next record of at most so many bytes fits, or null when all are full. */
SE_INLINE uint8_t *chunk_with_room(uint32_t worker, uint64_t bytes)
{
	const struct se_shard *shard = &control.shards[worker & (SE_MAX_WORKERS - 1)];
	uint32_t key;

	if (!shard->has_chunk || shard->used > SE_CHUNK_BYTES - bytes)
		take_chunk(worker);
	key = shard->chunk;
	return bpf_map_lookup_elem(&chunks, &key);
}
