/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* The capture machine's frames and steps: takes the frames of a copied stack in hand, one after the other. */
#pragma once

#include "capture_plain.h"
#include "capture_stack.h"

#define SE_RANGES_LOG2_MAX 24

/* The range in which a pc lies, or null. */
SE_INLINE const struct se_capture_range *se_find_range(struct se_machine *m, uint32_t pc)
{
	const struct se_capture_range *range;
	uint32_t low = 0, high = se_program(m)->ranges;

	for (uint32_t i = 0; i < SE_RANGES_LOG2_MAX && low < high; i++) {
		uint32_t middle = low + (high - low) / 2;

		range = se_range(m, middle);
		if (!range)
			return 0;
		if (pc < range->low)
			high = middle;
		else if (pc >= range->high)
			low = middle + 1;
		else
			return range;
	}
	return 0;
}

/* Whether what was found is a frame for certain: its frame pointer is in its place, and no other frame's. A leaf is
 * told by registers. */
SE_INLINE bool se_is_sure(struct se_machine *m, uint64_t cfa, bool is_leaf)
{
	bool is_chained = m->walk.bp != SE_NOWHERE && m->walk.bp + 16 == cfa && m->taken_bp != m->walk.bp;

	if (is_chained)
		m->taken_bp = m->walk.bp;
	return is_leaf || is_chained;
}

/* Takes the frame in hand when its pc is in a range. */
SE_INLINE bool se_begin_frame(struct se_machine *m, uint64_t pc, uint64_t sp)
{
	const struct se_capture_range *range = se_find_range(m, pc - se_program(m)->text_start);
	const struct se_capture_routine *of;

	if (!range)
		return false;
	of = se_routine(m, range->routine);
	if (!of || !of->op_count)
		return false;
	m->in_frame = 1;
	m->frame_low = m->walk.stack + sp;
	m->is_sure = se_is_sure(m, sp + range->cfa_offset, !sp);
	m->base_block = m->stack_block;
	m->base = m->walk.stack + sp + range->cfa_offset;
	m->low = m->walk.stack;
	m->high = m->walk.stack + m->walk.bytes;
	m->element_bytes = 0;
	m->elements = 1;
	m->routine = range->routine;
	m->first_op = m->op = of->first_op;
	m->op_end = (uint64_t)of->first_op + of->op_count;
	m->depth = 0;
	m->frame_bytes = m->head = m->tail = 0;
	m->frame_bytes_max = of->frame_bytes;
	m->phase = SE_PHASE_OPERATIONS;
	return true;
}

/* Says in the goroutine's record that something of it is missing. */
SE_INLINE void se_end_frame(struct se_machine *m)
{
	uint64_t at = m->record, why = m->frame_cut;
	uint8_t *block;

	if (!why)
		return;
	m->frame_cut = 0;
	m->cuts |= why;
	m->cut++;
	block = se_block(m, m->record_block);
	if (block && se_in_block(&at, sizeof(struct se_goroutine_record)))
		((struct se_goroutine_record *)(block + at))->flags |= why;
}

/* Begins with a goroutine, whose record and stack m knows. */
SE_INLINE void se_begin_stack(struct se_machine *m, const struct se_walk *walk)
{
	m->walk = *walk;
	m->taken_bp = SE_NOWHERE;
	m->steps = m->frame_cut = 0;
	m->tables.count = 0;
	m->phase = SE_PHASE_WALK;
}

/* Goes to the next frame that is wanted. */
SE_INLINE void se_walk(struct se_machine *m)
{
	const uint8_t *block = se_block(m, m->stack_block);
	struct se_place found;

	se_end_frame(m);
	if (!block) {
		m->phase = SE_PHASE_END;
		return;
	}
	se_look(m, &m->walk, block);
	found = m->walk.found;
	m->walk.found.pc = SE_NOWHERE;
	if (found.pc != SE_NOWHERE && se_begin_frame(m, found.pc, found.sp))
		return;
	if (se_is_walked(&m->walk))
		m->phase = SE_PHASE_END;
}

#define SE_TICKS 64 /* operations between two looks at the clock */

SE_INLINE bool se_is_over(struct se_machine *m)
{
	m->ticks = 0;
	return se_time_is_up(m);
}

/* A small amount of work. False when the goroutine is done. */
SE_INLINE bool se_step(struct se_machine *m)
{
	if (m->phase == SE_PHASE_END)
		return false;
	if (++m->ticks >= SE_TICKS && se_is_over(m)) {
		m->frame_cut |= SE_CUT_LATE;
		m->phase = SE_PHASE_END;
	} else if (++m->steps >= SE_CAPTURE_STEPS_MAX) {
		m->frame_cut |= SE_CUT_LONG;
		m->phase = SE_PHASE_END;
	}
	if (m->phase == SE_PHASE_END) {
		se_end_frame(m);
	} else if (m->phase == SE_PHASE_OPERATIONS) {
		se_operate(m);
		if (m->op >= m->op_end)
			se_next_element(m);
	} else if (m->phase == SE_PHASE_PIECES) {
		se_read_piece(m);
		if (m->phase == SE_PHASE_PIECES)
			se_pass_pieces(m);
	} else if (m->phase == SE_PHASE_NAME) {
		se_read_letters(m);
	} else if (m->phase == SE_PHASE_NEXT) {
		se_next(m);
	} else {
		se_walk(m);
	}
	if (m->ready) {
		m->ready = 0;
		se_begin_object(m);
	}
	if (m->phase == SE_PHASE_OPERATIONS)
		se_operate_ahead(m);
	return m->phase != SE_PHASE_END;
}
