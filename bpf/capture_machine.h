/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * The capture machine: runs the capture program of abi.table over the frames of a copied stack. The very same code is
 * in the probe and in the native library; capture_operate.h has its operations, capture_objects.h its reading half,
 * capture_plain.h both for the commonest case, capture_names.h knows secrets by their names, capture_stack.h finds the
 * frames, capture_walk.h takes them in hand.
 *
 * Whoever includes it defines before:
 *   se_program(m)                  the struct se_capture_program
 *   se_op(m, i), se_routine, se_piece, se_range, se_type, se_constant, se_name_word
 *                                  an entry of a table, or null
 *   se_filter(m)                   the struct se_filter
 *   se_block(m, block)             where a block begins, or null
 *   se_in_block(&offset, bytes)    whether so many bytes there are in the block
 *   se_reserve(m, bytes)           sets m->out_block and m->out to where a record may lie; false without room
 *   se_room(m)                     the same for SE_ROOM_BYTES, and where that is
 *   se_room_at(m)                  where the record at m->out is
 *   se_read_to(m, room, bytes, address)  reads target memory behind a record's head; false when it is not there
 *   se_read_plain(m, room, bytes, address)  the same of bytes on which nothing depends: perhaps later
 *   se_read(m, offset, bytes, address)  reads target memory to an offset of m->out_block; false when it is not there
 *   se_read_itab(m, address)       reads target memory to m->itab
 *   se_read_name(m, address, bytes)  reads target memory to m->name
 *   SE_READS_LAST                  1 when no other reader tries what could not be read
 *   se_clear(m, block, offset, bytes, most)  makes zeros of copied bytes, at most so many
 *   se_commit(m, room, bytes)      the record at m->out is complete
 *   se_put_off(m, want)            of what was not read: again by another reader, or a record that says so
 *   se_epoch(m)                    number of the snapshot; se_seen_slot(m, i) a slot of what it has seen, or null
 *   se_afford(m, bytes)            takes bytes from what a snapshot may copy; false, and none, when there are no more
 *   se_time_is_up(m)
 */
#pragma once

#include "capture_state.h"

/* In the copied length of a string: it is a secret's name. */
#define SE_NAME_MARK (1ULL << 63)

/* Words of the target lie at any address; amd64, arm64 and BPF on them read those in one go. */
#define SE_U64_AT(bytes) (*(const volatile uint64_t *)(bytes))

/* Bytes of the element in hand, which lies in a block that begins at `elements`; null when they are none of it. */
SE_INLINE const uint8_t *se_bytes_in(struct se_machine *m, const uint8_t *elements, int32_t offset, uint32_t bytes)
{
	uint64_t at = m->base + (uint64_t)(int64_t)offset;

	if (at < m->low || at > m->high || m->high - at < bytes || !se_in_block(&at, bytes))
		return 0;
	return elements + at;
}

SE_INLINE const uint8_t *se_bytes_at(struct se_machine *m, int32_t offset, uint32_t bytes)
{
	const uint8_t *elements = se_block(m, m->base_block);

	return elements ? se_bytes_in(m, elements, offset, bytes) : 0;
}

SE_INLINE void se_push(struct se_machine *m, const struct se_want *want)
{
	uint64_t place = m->tail;

	if (place - m->head >= SE_CAPTURE_QUEUE) {
		m->frame_cut |= SE_CUT_LONG;
		return;
	}
	m->tail = place + 1;
	place &= SE_CAPTURE_QUEUE - 1;
	SE_OPAQUE(place);
	m->queue[place & (SE_CAPTURE_QUEUE - 1)] = *want;
}

/* Plain bytes are copied at once, while the elements in hand stay there: most objects are strings, and for them the
 * queue would be half of the work. */
SE_INLINE bool se_is_plain(const struct se_capture_routine *of)
{
	return !of->op_count && !of->piece_count;
}

SE_INLINE void se_want_object(struct se_machine *m, const struct se_capture_routine *of, const struct se_want *want)
{
	if (se_is_plain(of)) {
		m->want = *want;
		m->ready = 1;
	} else {
		se_push(m, want);
	}
}

/* Takes elements in hand: the operations of their routine run over them. */
SE_INLINE void se_take_elements(struct se_machine *m, const struct se_capture_routine *of, uint32_t routine,
				uint64_t block, uint64_t offset, uint64_t count, uint64_t depth)
{
	m->phase = SE_PHASE_NEXT;
	if (!of || !count || !of->op_count)
		return;
	m->in_frame = 0;
	m->base_block = block;
	m->base = m->low = offset;
	m->high = offset + of->element_bytes;
	m->element_bytes = of->element_bytes;
	m->elements = count;
	m->routine = routine;
	m->first_op = m->op = of->first_op;
	m->op_end = (uint64_t)of->first_op + of->op_count;
	m->depth = depth;
	m->phase = SE_PHASE_OPERATIONS;
}

/* Goes to the next element. With a crowded queue the others wait there for their turn, so that a long slice of
 * pointers does not overflow it. */
SE_INLINE void se_next_element(struct se_machine *m)
{
	m->base += m->element_bytes;
	m->low = m->base;
	m->high = m->base + m->element_bytes;
	m->op = m->first_op;
	if (!m->elements || --m->elements == 0 || m->in_frame) {
		m->phase = SE_PHASE_NEXT;
	} else if (m->tail - m->head > SE_CAPTURE_QUEUE - SE_QUEUE_RESERVE) {
		struct se_want rest = { .address = m->base, .data = m->base_block, .routine = m->routine,
					.count = m->elements, .depth = m->depth, .kind = SE_WANT_PLACE };

		se_push(m, &rest);
		m->phase = SE_PHASE_NEXT;
	}
}

/* Indirections that are allowed from the element in hand. */
SE_INLINE uint32_t se_remaining(const struct se_machine *m, const struct se_capture_op *op)
{
	return m->in_frame ? op->depth : m->depth;
}

/* Wants elements behind a pointer, when depth allows. Plain bytes behind a counted pointer belong to the value that
 * points to them, a string or a slice, and cost nothing. */
SE_INLINE void se_follow_pointer(struct se_machine *m, const struct se_capture_op *op, uint32_t routine,
				 uint64_t address, uint64_t count)
{
	const struct se_capture_routine *of = se_routine(m, routine);
	uint32_t cost = op->flags & SE_CAPTURE_FLAGS_KEEPS_DEPTH ? 0 : 1;
	uint32_t depth = se_remaining(m, op);

	if (!of || !of->element_bytes || !address || !count)
		return;
	if (of->element_bytes > SE_CAPTURE_OBJECT_BYTES_MAX) {
		m->frame_cut |= SE_CUT_FRAME;
		return;
	}
	if (!of->op_count && op->code != SE_CAPTURE_CODE_POINTER)
		depth = 0;
	else if (depth < cost)
		return;
	else
		depth -= cost;
	struct se_want want = { .address = address, .routine = routine, .count = count < UINT32_MAX ? count : UINT32_MAX,
				.depth = of->op_count ? depth : 0, .kind = SE_WANT_OBJECT };
	se_want_object(m, of, &want);
}

/* The entry of a dynamic type, or null. */
SE_INLINE const struct se_capture_type *se_find_type(struct se_machine *m, uint64_t address)
{
	const struct se_capture_program *program = se_program(m);
	uint32_t slot = (address * 0x9E3779B97F4A7C15ULL) >> 32;

	for (uint32_t i = 0; i < SE_CAPTURE_TYPE_PROBES; i++, slot++) {
		const struct se_capture_type *type = se_type(m, slot & (program->types - 1));

		if (!type || !type->address)
			return 0;
		if (type->address == address)
			return type;
	}
	return 0;
}

/* Wants what the data word of an interface points to. Where the word is the value itself, that value is a pointer, and
 * either way the program says what it points to. */
SE_INLINE void se_follow_dynamic(struct se_machine *m, const struct se_capture_op *op, uint64_t type_address,
				 uint64_t data, uint32_t depth)
{
	const struct se_capture_type *type = se_find_type(m, type_address);
	const struct se_capture_routine *of;
	uint32_t routine;

	if (!type || !data)
		return;
	routine = type->routine;
	if (op->code == SE_CAPTURE_CODE_ASSERTION) {
		if (type->number != op->argument)
			return;
		routine = op->routine;
	}
	of = se_routine(m, routine);
	if (!of)
		return;
	if (!of->element_bytes || of->element_bytes > SE_CAPTURE_OBJECT_BYTES_MAX) {
		if (of->element_bytes)
			m->frame_cut |= SE_CUT_FRAME;
		return;
	}
	struct se_want want = { .address = data, .routine = routine, .count = 1,
				.depth = of->op_count ? depth : 0, .kind = SE_WANT_OBJECT };
	se_want_object(m, of, &want);
}

/* An itab must be read before its type is known: that is done in its turn. It is copied whatever the depth, because it
 * tells the value's type. */
SE_INLINE void se_follow_interface(struct se_machine *m, const struct se_capture_op *op, uint32_t index, uint64_t type,
				   uint64_t data)
{
	uint32_t cost = op->flags & SE_CAPTURE_FLAGS_KEEPS_DEPTH ? 0 : 1;
	uint32_t depth = se_remaining(m, op);

	if (!type)
		return;
	if (op->flags & SE_CAPTURE_FLAGS_EMPTY_INTERFACE) {
		if (depth >= cost)
			se_follow_dynamic(m, op, type, data, depth - cost);
		return;
	}
	struct se_want want = { .address = type, .data = data, .routine = index, .count = 1,
				.depth = depth < cost ? 0 : depth - cost + 1, .kind = SE_WANT_INTERFACE };
	se_push(m, &want);
}
