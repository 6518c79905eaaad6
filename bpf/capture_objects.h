/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* The capture machine's reading half: takes what is wanted from the queue and copies it. */
#pragma once

#include "capture_names.h"
#include "capture_seen.h"

#define SE_ALLOWANCE (2 * SE_CAPTURE_OBJECT_BYTES_MAX)
#define SE_PIECES_AT_ONCE 8
#define SE_OBJECT_BYTES(m) ((uint64_t)(m)->want.count * (m)->want_element_bytes)

/* Writes the head of the record at m->out. */
SE_INLINE void se_write_record(struct se_machine *m, struct se_room room, const struct se_want *want, uint32_t bytes,
			       uint32_t state)
{
	struct se_record_header *header = (void *)room.record;
	struct se_object_record *object = (void *)(header + 1);

	object->address = want->address;
	object->bytes = bytes;
	object->routine = want->routine;
	object->count = want->count;
	object->state = state;
	header->kind = SE_RECORD_KIND_OBJECT;
	header->size = (SE_OBJECT_OVERHEAD + bytes + 7) & ~7U;
	se_commit(m, room, header->size);
}

/* The object is there: its record is complete. */
SE_INLINE void se_record_copied(struct se_machine *m, struct se_room room, const struct se_want *want, uint64_t bytes)
{
	se_write_record(m, room, want, bytes, SE_OBJECT_STATE_COPIED);
	m->objects++;
	m->object_bytes += bytes;
}

/* Its operations are next. */
SE_INLINE void se_take_object(struct se_machine *m, const struct se_capture_routine *of)
{
	se_take_elements(m, of, m->want.routine, m->out_block, m->out + SE_OBJECT_OVERHEAD, m->want.count,
			 m->want.depth);
}

SE_INLINE void se_end_pieces(struct se_machine *m)
{
	struct se_room room = se_room_at(m);

	if (room.record)
		se_record_copied(m, room, &m->want, SE_OBJECT_BYTES(m));
	se_take_object(m, se_routine(m, m->want.routine));
}

/* Goes to the next piece. */
SE_INLINE void se_next_piece(struct se_machine *m)
{
	if (++m->piece >= m->piece_count) {
		m->piece = 0;
		m->element++;
	}
}

/* Passes over pieces that are there already and stay, because their names are known and no secrets'. */
SE_INLINE void se_pass_pieces(struct se_machine *m)
{
	const uint8_t *block = se_block(m, m->out_block);

	for (uint32_t i = 0; i < SE_PIECES_AT_ONCE && block && m->element < m->want.count; i++) {
		const struct se_capture_piece *piece = se_piece(m, m->first_piece + m->piece);
		const volatile uint64_t *name;
		uint64_t at;

		if (!piece || !piece->name || !piece->is_copied)
			return;
		at = m->out + SE_OBJECT_OVERHEAD + m->element * m->want_element_bytes + piece->name - 1;
		if (!se_in_block(&at, SE_STRING_BYTES))
			return;
		name = (const volatile uint64_t *)(block + at);
		if (!se_is_harmless(m, name[0], name[1]))
			return;
		se_next_piece(m);
	}
}

/* One piece of one element. */
SE_INLINE void se_read_piece(struct se_machine *m)
{
	const struct se_capture_piece *piece = se_piece(m, m->first_piece + m->piece);
	uint64_t element_bytes = m->want_element_bytes;
	uint64_t offset = m->element * element_bytes;

	if (m->element >= m->want.count) {
		se_end_pieces(m);
		return;
	}
	if (piece && piece->offset <= element_bytes && piece->bytes <= element_bytes - piece->offset) {
		if (piece->name && m->named != offset + piece->name) {
			se_begin_name(m, offset + piece->name);
			if (m->phase != SE_PHASE_PIECES)
				return;
		}
		offset += piece->offset;
		if (piece->name && m->is_secret) {
			se_clear(m, m->out_block, m->out + SE_OBJECT_OVERHEAD + offset, piece->bytes,
				 SE_CAPTURE_OBJECT_BYTES_MAX);
		} else if (!piece->is_copied && !se_read(m, m->out + SE_OBJECT_OVERHEAD + offset, piece->bytes,
							 m->want.address + offset)) {
			m->phase = SE_PHASE_NEXT;
			se_put_off(m, &m->want);
			return;
		}
	}
	se_next_piece(m);
}

/* Takes from what a snapshot may copy in portions, so that workers seldom meet there. The last portions are as small as
 * what is wanted. */
SE_INLINE bool se_raise_allowance(struct se_machine *m, uint64_t bytes)
{
	if (se_afford(m, SE_ALLOWANCE))
		m->allowance += SE_ALLOWANCE;
	else if (se_afford(m, bytes))
		m->allowance += bytes;
	return m->allowance >= bytes;
}

SE_INLINE bool se_is_allowed(struct se_machine *m, uint64_t bytes)
{
	if (m->want.kind == SE_WANT_RETRIED)
		return true;
	if (m->frame_bytes + bytes > m->frame_bytes_max) {
		m->frame_cut |= SE_CUT_FRAME;
		return false;
	}
	if (!se_is_new(m, &m->want, bytes))
		return false;
	if (m->allowance < bytes && !se_raise_allowance(m, bytes)) {
		m->frame_cut |= SE_CUT_FULL;
		return false;
	}
	m->allowance -= bytes;
	m->frame_bytes += bytes;
	return true;
}

/* Pieces are read to places that the verifier knows less of: they get twice the room. */
SE_INLINE void se_begin_pieces(struct se_machine *m, const struct se_capture_routine *of)
{
	if (!se_reserve(m, 2 * SE_CAPTURE_OBJECT_BYTES_MAX)) {
		se_put_off(m, &m->want);
		return;
	}
	m->element = m->piece = m->named = 0;
	m->first_piece = of->first_piece;
	m->piece_count = of->piece_count;
	m->phase = SE_PHASE_PIECES;
}

SE_INLINE void se_read_whole(struct se_machine *m, const struct se_capture_routine *of, uint64_t bytes)
{
	struct se_room room = se_room(m);
	bool is_read = room.record && (of->op_count ? se_read_to(m, room, bytes, m->want.address)
						     : se_read_plain(m, room, bytes, m->want.address));

	if (!is_read) {
		se_put_off(m, &m->want);
		return;
	}
	se_record_copied(m, room, &m->want, bytes);
	if (of->op_count)
		se_take_object(m, of);
}

SE_INLINE void se_begin_object(struct se_machine *m)
{
	const struct se_capture_routine *of = se_routine(m, m->want.routine);
	uint64_t bytes;

	if (!of || !of->element_bytes)
		return;
	m->want_element_bytes = of->element_bytes;
	bytes = SE_OBJECT_BYTES(m);
	if (bytes > SE_CAPTURE_OBJECT_BYTES_MAX) {
		/* A read copies so many elements; the others come after what is queued already. */
		struct se_want rest = m->want;
		uint32_t most = SE_CAPTURE_OBJECT_BYTES_MAX / of->element_bytes;

		rest.address += (uint64_t)most * of->element_bytes;
		rest.count -= most;
		se_push(m, &rest);
		m->want.count = most;
		bytes = SE_OBJECT_BYTES(m);
	}
	if (bytes > SE_CAPTURE_OBJECT_BYTES_MAX || !se_is_allowed(m, bytes))
		return;
	if (of->piece_count)
		se_begin_pieces(m, of);
	else
		se_read_whole(m, of, bytes);
}

/* Copies an itab once: capture_itab_bytes of routine 0. Not charged to the frame: there are few of them. False when
 * there is no room for it. */
SE_INLINE bool se_record_itab(struct se_machine *m)
{
	struct se_want wanted = { .address = m->want.address, .routine = SE_ROUTINE_ITAB, .count = 1 };
	struct se_room room = se_room(m);
	uint64_t *words;

	if (!room.record)
		return false;
	if (!se_is_new(m, &wanted, SE_CAPTURE_ITAB_BYTES))
		return true;
	words = (uint64_t *)(room.record + SE_OBJECT_OVERHEAD);
	for (uint32_t i = 0; i < SE_CAPTURE_ITAB_BYTES / 8; i++)
		words[i] = m->itab[i];
	se_record_copied(m, room, &wanted, SE_CAPTURE_ITAB_BYTES);
	return true;
}

/* The type in an itab (internal/abi.ITab, Go 1.19 to 1.27: Inter, Type), then as for an empty interface. */
SE_INLINE void se_begin_interface(struct se_machine *m)
{
	uint64_t slot = (m->want.address >> 4) & (SE_ITAB_CACHE - 1);
	uint64_t type, data = m->want.data;
	uint32_t index = m->want.routine, depth = m->want.depth;
	const struct se_capture_op *op;

	SE_OPAQUE(slot);
	slot &= SE_ITAB_CACHE - 1;
	type = m->known_types[slot];
	if (m->known_itabs[slot] != m->want.address) {
		uint64_t itab = m->want.address;

		if (!se_read_itab(m, itab) || !se_record_itab(m)) {
			se_put_off(m, &m->want);
			return;
		}
		type = m->itab[1];
		m->known_itabs[slot] = itab;
		m->known_types[slot] = type;
	}
	op = se_op(m, index);
	if (op && depth)
		se_follow_dynamic(m, op, type, data, depth - 1);
}

/* The tables of a map behind the one that was in hand wait for their turn like all else. */
SE_INLINE void se_put_back_tables(struct se_machine *m)
{
	m->tables.count |= (uint32_t)m->entries << SE_ENTRIES_BITS;
	if (m->entries)
		se_push(m, &m->tables);
	m->tables.count = 0;
}

/* Goes on with the tables of a map. */
SE_INLINE void se_take_tables(struct se_machine *m)
{
	m->entries = m->want.count >> SE_ENTRIES_BITS;
	m->want.count &= SE_ENTRIES_MAX;
}

/* The next of the queue; when it is empty the frame is done. */
SE_INLINE void se_next(struct se_machine *m)
{
	uint64_t place;

	if (m->tables.count)
		se_put_back_tables(m);
	place = m->head;
	if (place == m->tail) {
		m->phase = SE_PHASE_WALK;
		return;
	}
	m->head = place + 1;
	place &= SE_CAPTURE_QUEUE - 1;
	SE_OPAQUE(place);
	m->want = m->queue[place & (SE_CAPTURE_QUEUE - 1)];
	m->entries = SE_NOWHERE;
	m->last_table = 0;
	if (m->want.kind == SE_WANT_TABLES)
		se_take_tables(m);
	if (m->want.kind == SE_WANT_PLACE || m->want.kind == SE_WANT_TABLES)
		se_take_elements(m, se_routine(m, m->want.routine), m->want.routine, m->want.data,
				 m->want.address, m->want.count, m->want.depth);
	else if (m->want.kind == SE_WANT_INTERFACE)
		se_begin_interface(m);
	else
		m->ready = 1;
}
