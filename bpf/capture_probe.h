/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* What the capture machine needs, in the probe: its tables, its memory and its reads. */
#pragma once

#include "control.h"
#include "capture_state.h"
#include "probe_output.h"

#define SE_TABLE(name, entry)                                                                      \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(key_size, 4);                                                               \
		__uint(value_size, sizeof(entry));                                                 \
		__uint(max_entries, 1);                                                            \
	} name SEC(".maps")

SE_TABLE(capture_ops, struct se_capture_op);
SE_TABLE(capture_routines, struct se_capture_routine);
SE_TABLE(capture_pieces, struct se_capture_piece);
SE_TABLE(capture_ranges, struct se_capture_range);
SE_TABLE(capture_types, struct se_capture_type);
SE_TABLE(capture_constants, uint64_t);
SE_TABLE(capture_names, uint64_t);
SE_TABLE(capture_seen, uint64_t);
SE_TABLE(capture_retries, struct se_retry);
SE_TABLE(capture_machines, struct se_machine);

#define SE_LOOKUP(name, entry, map)                                                                \
	SE_INLINE entry *name(struct se_machine *m, uint32_t index) \
	{                                                                                          \
		(void)m;                                                                           \
		return bpf_map_lookup_elem(&map, &index);                                          \
	}

SE_LOOKUP(se_op, const struct se_capture_op, capture_ops)
SE_LOOKUP(se_routine, const struct se_capture_routine, capture_routines)
SE_LOOKUP(se_piece, const struct se_capture_piece, capture_pieces)
SE_LOOKUP(se_range, const struct se_capture_range, capture_ranges)
SE_LOOKUP(se_type, const struct se_capture_type, capture_types)
SE_LOOKUP(se_constant, const uint64_t, capture_constants)
SE_LOOKUP(se_name_word, const uint64_t, capture_names)
SE_LOOKUP(se_block, uint8_t, chunks)

SE_INLINE const struct se_capture_program *se_program(struct se_machine *m)
{
	(void)m;
	return &control.program;
}

SE_INLINE const struct se_filter *se_filter(struct se_machine *m)
{
	(void)m;
	return &control.filter;
}

SE_INLINE bool se_in_block(uint64_t *offset, uint32_t bytes)
{
	SE_OPAQUE(*offset);
	return *offset <= SE_CHUNK_BYTES - bytes;
}

SE_INLINE uint64_t *se_seen_slot(struct se_machine *m, uint32_t index)
{
	(void)m;
	return bpf_map_lookup_elem(&capture_seen, &index);
}

SE_INLINE uint64_t se_epoch(struct se_machine *m)
{
	(void)m;
	return control.capture_epoch;
}

SE_INLINE bool se_reserve(struct se_machine *m, uint64_t bytes)
{
	struct se_shard *shard = &control.shards[m->worker & (SE_MAX_WORKERS - 1)];

	if (!chunk_with_room(m->worker, bytes + 64))
		return false;
	m->out_block = shard->chunk;
	m->out = shard->used;
	return true;
}

SE_INLINE struct se_room se_room(struct se_machine *m)
{
	struct se_shard *shard = &control.shards[m->worker & (SE_MAX_WORKERS - 1)];
	uint8_t *chunk = chunk_with_room(m->worker, SE_ROOM_BYTES);
	uint64_t at = shard->used;

	m->out_block = shard->chunk;
	m->out = at;
	SE_OPAQUE(at);
	if (!chunk || at > SE_CHUNK_BYTES - SE_ROOM_BYTES)
		return (struct se_room){};
	return (struct se_room){ chunk, chunk + at };
}

SE_INLINE struct se_room se_room_at(struct se_machine *m)
{
	uint8_t *chunk = se_block(m, m->out_block);
	uint64_t at = m->out;

	return chunk && se_in_block(&at, 64) ? (struct se_room){ chunk, chunk + at } : (struct se_room){};
}

SE_INLINE bool se_read_to(struct se_machine *m, struct se_room room, uint64_t bytes, uint64_t address)
{
	(void)m;
	SE_OPAQUE(bytes);
	return bytes <= SE_CAPTURE_OBJECT_BYTES_MAX &&
	       bpf_probe_read_user(room.record + SE_OBJECT_OVERHEAD, bytes, (void *)address) == 0;
}

#define se_read_plain se_read_to

SE_INLINE bool se_read(struct se_machine *m, uint64_t offset, uint64_t bytes,
							 uint64_t address)
{
	uint8_t *chunk = se_block(m, m->out_block);

	SE_OPAQUE(offset);
	SE_OPAQUE(bytes);
	if (!chunk || offset > SE_CHUNK_BYTES - SE_CAPTURE_OBJECT_BYTES_MAX || bytes > SE_CAPTURE_OBJECT_BYTES_MAX)
		return false;
	return bpf_probe_read_user(chunk + offset, bytes, (void *)address) == 0;
}

SE_INLINE bool se_read_itab(struct se_machine *m, uint64_t address)
{
	return bpf_probe_read_user(m->itab, sizeof(m->itab), (void *)address) == 0;
}

SE_INLINE bool se_read_name(struct se_machine *m, uint64_t address, uint64_t bytes)
{
	SE_OPAQUE(bytes);
	return bytes <= SE_CAPTURE_NAME_BYTES_MAX && bpf_probe_read_user(m->name, bytes, (void *)address) == 0;
}

#define SE_READS_LAST 0

/* The kernel clears what it was asked to read to when it cannot read (kernel/trace/bpf_trace.c), and of this address,
 * which is none of user space, it reads nothing. */
#define SE_NOT_OF_USERS ((void *)~0UL)

SE_INLINE void se_clear(struct se_machine *m, uint64_t block, uint64_t offset, uint64_t bytes, uint64_t most)
{
	uint8_t *chunk = se_block(m, block);

	SE_OPAQUE(offset);
	SE_OPAQUE(bytes);
	if (chunk && offset <= SE_CHUNK_BYTES - most && bytes <= most)
		bpf_probe_read_user(chunk + offset, bytes, SE_NOT_OF_USERS);
}

SE_INLINE void se_commit(struct se_machine *m, struct se_room room, uint64_t bytes)
{
	struct se_shard *shard = &control.shards[m->worker & (SE_MAX_WORKERS - 1)];

	shard->used = m->out + bytes;
	*(uint64_t *)room.block = shard->used;
}

SE_INLINE void se_put_off(struct se_machine *m, const struct se_want *want)
{
	uint32_t key = __sync_fetch_and_add(&control.next_retry, 1);
	struct se_retry *retry = bpf_map_lookup_elem(&capture_retries, &key);

	if (!retry) {
		m->frame_cut |= SE_CUT_FULL;
		return;
	}
	retry->want = *want;
	if (want->kind == SE_WANT_OBJECT)
		retry->want.kind = SE_WANT_RETRIED;
	retry->frame_bytes_max = m->frame_bytes_max;
	retry->record_block = m->record_block;
	retry->record = m->record;
}

SE_INLINE bool se_afford(struct se_machine *m, uint64_t bytes)
{
	(void)m;
	if (__sync_fetch_and_add(&control.capture_bytes, bytes) + bytes <= control.program.bytes_max)
		return true;
	__sync_fetch_and_sub(&control.capture_bytes, bytes);
	return false;
}

SE_INLINE bool se_time_is_up(struct se_machine *m)
{
	(void)m;
	if (bpf_ktime_get_ns() >= control.deadline)
		control.abort = 1;
	return control.abort;
}


#include "capture_walk.h"
