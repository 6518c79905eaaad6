/* SPDX-License-Identifier: Apache-2.0 */
/* What the capture machine needs, outside the target: its tables, its memory and its reads by process_vm_readv. */
#pragma once

#include "capture.h"
#include "capture_state.h"
#include "control.h"

struct se_host {
	struct se_machine machine; /* first: a machine is its host */
	struct se_capture *capture;
	struct se_batch plain; /* reads on which nothing depends */
	struct se_tables own; /* when there is no probe whose tables could be used */
	uint64_t own_bytes;
	struct se_filter filter;
};

SE_INLINE struct se_capture *capture_of(struct se_machine *m)
{
	return ((struct se_host *)m)->capture;
}

#define SE_LOOKUP(name, type, table)                                                               \
	SE_INLINE const type *name(struct se_machine *m, uint32_t index)                           \
	{                                                                                          \
		const struct se_tables *tables = capture_of(m)->tables;                            \
		return index < tables->count[table] ? (const type *)tables->at[table] + index : NULL; \
	}

SE_LOOKUP(se_op, struct se_capture_op, SE_TABLE_OPS)
SE_LOOKUP(se_routine, struct se_capture_routine, SE_TABLE_ROUTINES)
SE_LOOKUP(se_piece, struct se_capture_piece, SE_TABLE_PIECES)
SE_LOOKUP(se_range, struct se_capture_range, SE_TABLE_RANGES)
SE_LOOKUP(se_type, struct se_capture_type, SE_TABLE_TYPES)
SE_LOOKUP(se_constant, uint64_t, SE_TABLE_CONSTANTS)
SE_LOOKUP(se_name_word, uint64_t, SE_TABLE_NAMES)

SE_INLINE const struct se_filter *se_filter(struct se_machine *m)
{
	return &((struct se_host *)m)->filter;
}

SE_INLINE uint64_t *se_seen_slot(struct se_machine *m, uint32_t index)
{
	return (uint64_t *)capture_of(m)->tables->at[SE_TABLE_SEEN] + index;
}

SE_INLINE uint64_t se_epoch(struct se_machine *m)
{
	return capture_of(m)->tables->epoch;
}

SE_INLINE const struct se_capture_program *se_program(struct se_machine *m)
{
	return capture_of(m)->program;
}

/* A block is named by its address: its bounds are those of what lies in it, which the machine keeps. */
SE_INLINE uint8_t *se_block(struct se_machine *m, uint64_t block)
{
	(void)m;
	return (uint8_t *)block;
}

SE_INLINE bool se_in_block(uint64_t *offset, uint32_t bytes)
{
	(void)offset;
	(void)bytes;
	return true;
}

SE_INLINE bool se_reserve(struct se_machine *m, uint64_t bytes)
{
	const struct se_arena *arena = capture_of(m)->arena;

	m->out_block = (uint64_t)arena->base;
	m->out = arena->used;
	return arena->capacity - arena->used >= bytes + 64;
}

SE_INLINE struct se_room se_room(struct se_machine *m)
{
	if (!se_reserve(m, SE_ROOM_BYTES))
		return (struct se_room){};
	return (struct se_room){ (uint8_t *)m->out_block, (uint8_t *)m->out_block + m->out };
}

SE_INLINE struct se_room se_room_at(struct se_machine *m)
{
	return (struct se_room){ (uint8_t *)m->out_block, (uint8_t *)m->out_block + m->out };
}

SE_INLINE bool se_read_to(struct se_machine *m, struct se_room room, uint64_t bytes, uint64_t address)
{
	return se_read_target(capture_of(m)->request->pid, address, room.record + SE_OBJECT_OVERHEAD, bytes) == 0;
}

/* A system call for each object would be most of the work, and most objects are bytes that no operation looks at: those
 * are read together, later. */
SE_INLINE bool se_read_plain(struct se_machine *m, struct se_room room, uint64_t bytes, uint64_t address)
{
	se_batch_add(&((struct se_host *)m)->plain, address, room.record + SE_OBJECT_OVERHEAD, bytes, room.record);
	return true;
}

SE_INLINE bool se_read(struct se_machine *m, uint64_t offset, uint64_t bytes, uint64_t address)
{
	return se_read_target(capture_of(m)->request->pid, address, (uint8_t *)m->out_block + offset, bytes) == 0;
}

SE_INLINE bool se_read_itab(struct se_machine *m, uint64_t address)
{
	return se_read_target(capture_of(m)->request->pid, address, m->itab, sizeof(m->itab)) == 0;
}

SE_INLINE bool se_read_name(struct se_machine *m, uint64_t address, uint64_t bytes)
{
	return se_read_target(capture_of(m)->request->pid, address, m->name, bytes) == 0;
}

#define SE_READS_LAST 1

SE_INLINE void se_clear(struct se_machine *m, uint64_t block, uint64_t offset, uint64_t bytes, uint64_t most)
{
	(void)m;
	if (bytes <= most)
		memset((uint8_t *)block + offset, 0, bytes);
}

SE_INLINE void se_commit(struct se_machine *m, struct se_room room, uint64_t bytes)
{
	(void)room;
	capture_of(m)->arena->used = m->out + bytes;
}

SE_INLINE void se_write_record(struct se_machine *m, struct se_room room, const struct se_want *want, uint32_t bytes,
			       uint32_t state);

/* Nobody else could read it either: the decoder is told. */
SE_INLINE void se_put_off(struct se_machine *m, const struct se_want *want)
{
	struct se_want unread = *want;

	if (want->kind == SE_WANT_INTERFACE)
		unread.routine = SE_ROUTINE_ITAB;
	if (se_reserve(m, 0)) {
		se_write_record(m, se_room_at(m), &unread, 0, SE_OBJECT_STATE_UNREADABLE);
	} else {
		m->frame_cut |= SE_CUT_FULL;
	}
}

SE_INLINE bool se_afford(struct se_machine *m, uint64_t bytes)
{
	const struct se_capture *capture = capture_of(m);

	if (__sync_fetch_and_add(capture->capture_bytes, bytes) + bytes <= capture->program->bytes_max)
		return true;
	__sync_fetch_and_sub(capture->capture_bytes, bytes);
	return false;
}

SE_INLINE bool se_time_is_up(struct se_machine *m)
{
	return se_is_late(capture_of(m));
}
