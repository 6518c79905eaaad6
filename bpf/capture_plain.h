/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * The commonest operations of the capture machine, several in a row: strings and slices of plain bytes, which are
 * copied at once, and pointers, which wait in the queue. Everything here does what capture_operate.h and
 * capture_objects.h do, for the ordinary case alone: whatever else there is is left to them.
 */
#pragma once

#include "capture_objects.h"

#define SE_PLAIN_AT_ONCE 8

/* False when there is more to it. */
SE_INLINE bool se_operate_plain(struct se_machine *m, const struct se_capture_op *op, const uint8_t *elements)
{
	const uint8_t *at = se_bytes_in(m, elements, op->offset, 16);
	uint64_t address, count, bytes;
	struct se_room room;
	enum se_seen seen;

	if (!at)
		return true;
	address = SE_U64_AT(at);
	count = SE_U64_AT(at + 8);
	if (op->flags & SE_CAPTURE_FLAGS_NAME)
		count &= ~SE_NAME_MARK;
	if (count >> 63)
		return true;
	if (count > op->limit)
		count = op->limit;
	if (!address || !count)
		return true;
	bytes = count * op->argument;
	if (bytes > m->allowance || m->frame_bytes + bytes > m->frame_bytes_max || bytes > SE_CAPTURE_OBJECT_BYTES_MAX)
		return false;
	struct se_want want = { .address = address, .routine = op->routine, .count = count, .kind = SE_WANT_OBJECT };
	seen = se_look_near(m, &want, bytes);
	if (seen != SE_SEEN_NOW)
		return seen == SE_SEEN_BEFORE;
	m->allowance -= bytes;
	m->frame_bytes += bytes;
	room = se_room(m);
	if (room.record && se_read_plain(m, room, bytes, address))
		se_record_copied(m, room, &want, bytes);
	else
		se_put_off(m, &want);
	return true;
}

SE_INLINE bool se_operate_pointer(struct se_machine *m, const struct se_capture_op *op, const uint8_t *elements)
{
	uint32_t cost = op->flags & SE_CAPTURE_FLAGS_KEEPS_DEPTH ? 0 : 1;
	uint32_t depth = se_remaining(m, op);
	const uint8_t *at = se_bytes_in(m, elements, op->offset, 8);
	uint64_t address = at ? SE_U64_AT(at) : 0;

	if (depth < cost || !address)
		return true;
	struct se_want want = { .address = address, .routine = op->routine, .count = 1, .depth = depth - cost,
				.kind = SE_WANT_OBJECT };
	se_push(m, &want);
	return true;
}

/* Goes on with the elements in hand, as far as their operations are such. */
SE_INLINE void se_operate_ahead(struct se_machine *m)
{
	const uint8_t *elements = se_block(m, m->base_block);

	for (uint32_t i = 0; i < SE_PLAIN_AT_ONCE && elements && m->phase == SE_PHASE_OPERATIONS; i++) {
		const struct se_capture_op *op = se_op(m, m->op);

		if (!op || !(op->flags & SE_OP_FOUND))
			return;
		if (op->flags & SE_OP_PLAIN ? !se_operate_plain(m, op, elements)
					    : !se_operate_pointer(m, op, elements))
			return;
		m->op++;
		m->ticks++;
		m->steps++;
		if (m->op >= m->op_end)
			se_next_element(m);
	}
}
