/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * Finds the frames of a copied stack that the capture program wants. It must not miss one, and may take a word for a
 * return address that is none: then more is copied than is looked at.
 *
 * Frame pointers: Go on amd64 saves the caller's at the top of each frame, below the return address
 * (cmd/internal/obj/x86/obj6.go). Functions without a frame, and those not yet through their prologue, have not: what
 * lies between sp and bp is looked at word for word.
 */
#pragma once

#include "capture_objects.h"
#include "goroutine.h"

#define SE_NO_FIELD 65535 /* in a layout */
#define SE_NOWHERE (~0ULL)
#define SE_WALK_WORDS 16 /* looked at in one step */
#define SE_WALK_FRAMES 32
#define SE_RANGES_LOG2_MAX 24

SE_INLINE bool se_is_frame_pointer(const struct se_machine *m, uint64_t offset)
{
	return !(offset & 7) && offset < m->stack_bytes && m->stack_bytes - offset >= 16;
}

/* Registers of a stack's innermost frame; 0 when not known. */
struct se_leaf {
	uint64_t pc;
	uint64_t bp;
};

/* Those that a goroutine off its thread was left with, for the stack that starts at `start`: runtime.mcall saves them
 * in sched, entersyscall in sched and once more in its own fields. Before Go 1.23 it saves no bp, and what is in sched
 * is an old one (runtime/proc.go, save). */
SE_INLINE struct se_leaf se_saved_leaf(const uint8_t *g, const struct se_layout *layout, uint64_t start)
{
	bool called = (SE_G_U32(g, layout->g_status) & ~GO_SCAN_BIT) == GO_SYSCALL;
	struct se_leaf leaf = { SE_G_U64(g, layout->g_sched_pc), 0 };

	if (layout->g_sched_bp != SE_NO_FIELD && (!called || layout->g_syscallbp != SE_NO_FIELD))
		leaf.bp = SE_G_U64(g, layout->g_sched_bp);
	if (SE_G_U64(g, layout->g_sched_sp) != start) {
		leaf.pc = SE_G_U64(g, layout->g_syscallpc);
		leaf.bp = leaf.bp && layout->g_syscallbp != SE_NO_FIELD ? SE_G_U64(g, layout->g_syscallbp) : 0;
	}
	return leaf;
}

/* Begins with the stack that lies at m->stack of m->stack_block. */
SE_INLINE void se_walk_from(struct se_machine *m, struct se_leaf leaf)
{
	m->leaf_pc = leaf.pc;
	m->word = 0;
	m->words_end = m->stack_bytes;
	m->bp = leaf.bp - m->stack_start;
	if (leaf.bp && se_is_frame_pointer(m, m->bp))
		m->words_end = m->bp;
	else
		m->bp = SE_NOWHERE;
	m->taken_bp = SE_NOWHERE;
	m->steps = m->frame_cut = 0;
	m->phase = SE_PHASE_WALK;
}

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

/* Whether code near there is wanted: most is not. A bit stands for se_filter_granule bytes of code, and for those at
 * every whole se_filter_span behind them. */
SE_INLINE bool se_passes_filter(struct se_machine *m, uint64_t pc)
{
	uint64_t granule = pc / SE_FILTER_GRANULE;

	return se_filter(m)[granule / 64 % SE_FILTER_WORDS] >> (granule & 63) & 1;
}

/* Whether what was found is a frame for certain: its frame pointer is in its place, and no other frame's. A leaf is
 * told by registers. */
SE_INLINE bool se_is_sure(struct se_machine *m, uint64_t cfa, bool is_leaf)
{
	bool is_chained = m->bp != SE_NOWHERE && m->bp + 16 == cfa && m->taken_bp != m->bp;

	if (is_chained)
		m->taken_bp = m->bp;
	return is_leaf || is_chained;
}

/* Takes the frame in hand when its pc is in a range. */
SE_INLINE bool se_begin_frame(struct se_machine *m, uint64_t pc, uint64_t sp, bool is_leaf)
{
	const struct se_capture_range *range = se_find_range(m, pc);
	const struct se_capture_routine *of;

	if (!range)
		return false;
	of = se_routine(m, range->routine);
	if (!of || !of->op_count)
		return false;
	m->in_frame = 1;
	m->frame_low = m->stack + sp;
	m->is_sure = se_is_sure(m, sp + range->cfa_offset, is_leaf);
	m->base_block = m->stack_block;
	m->base = m->stack + sp + range->cfa_offset;
	m->low = m->stack;
	m->high = m->stack + m->stack_bytes;
	m->element_bytes = 0;
	m->elements = 1;
	m->routine = range->routine;
	m->first_op = m->op = of->first_op;
	m->op_end = (uint64_t)of->first_op + of->op_count;
	m->depth = 0;
	m->frame_bytes = m->head = m->tail = 0;
	m->phase = SE_PHASE_OPERATIONS;
	return true;
}

/* Says in the goroutine's record that something of it is missing. */
SE_INLINE void se_end_frame(struct se_machine *m)
{
	uint64_t at = m->record;
	uint8_t *block;

	if (!m->frame_cut)
		return;
	m->frame_cut = 0;
	m->cut++;
	block = se_block(m, m->record_block);
	if (block && se_in_block(&at, sizeof(struct se_goroutine_record)))
		((struct se_goroutine_record *)(block + at))->flags |= SE_GOROUTINE_FLAGS_CAPTURES_CUT;
}

/* A place where code near that which is wanted is to return to. */
struct se_place {
	uint64_t pc; /* from the start of the text; all ones: none was found */
	uint64_t sp; /* then, from the stack's first byte */
};

SE_INLINE bool se_is_near(struct se_machine *m, uint64_t pc, uint64_t text_bytes)
{
	return pc < text_bytes && se_passes_filter(m, pc);
}

/* Looks at words one by one. */
SE_INLINE struct se_place se_walk_words(struct se_machine *m, const uint8_t *block)
{
	uint64_t text = se_program(m)->text_start, text_bytes = se_program(m)->text_bytes;
	uint64_t word = m->word, end = m->words_end;
	struct se_place found = { SE_NOWHERE, 0 };

	for (uint32_t i = 0; i < SE_WALK_WORDS && word + 8 <= end && found.pc == SE_NOWHERE; i++) {
		uint64_t at = m->stack + word, pc;

		if (!se_in_block(&at, 8))
			break;
		word += 8;
		pc = SE_U64_AT(block + at) - text;
		if (se_is_near(m, pc, text_bytes))
			found = (struct se_place){ pc, word };
	}
	m->word = word;
	return found;
}

/* After the last frame pointer that is one: word for word from there. */
SE_INLINE void se_leave_frame_pointers(struct se_machine *m, uint64_t bp, uint64_t saved)
{
	m->bp = SE_NOWHERE;
	m->word = bp + 16;
	/* The outermost frame of a goroutine has no caller: runtime.gogo starts it with bp 0. */
	m->words_end = saved ? m->stack_bytes : 0;
}

/* Goes from one saved frame pointer to the next. Of all loops here the one that runs most, over every frame of every
 * goroutine: what it needs is in registers. */
SE_INLINE struct se_place se_walk_frames(struct se_machine *m, const uint8_t *block)
{
	uint64_t text = se_program(m)->text_start, text_bytes = se_program(m)->text_bytes;
	uint64_t stack = m->stack, start = m->stack_start, last = m->stack_bytes - 16;
	struct se_place found = { SE_NOWHERE, 0 };
	uint64_t bp = m->bp;

	for (uint32_t i = 0; i < SE_WALK_FRAMES && found.pc == SE_NOWHERE; i++) {
		uint64_t at = stack + bp, frame = bp, saved, pc;

		if (!se_in_block(&at, 16))
			break;
		saved = SE_U64_AT(block + at);
		pc = SE_U64_AT(block + at + 8) - text;
		bp = saved - start;
		if (se_is_near(m, pc, text_bytes))
			found = (struct se_place){ pc, frame + 16 };
		if (!saved || bp <= frame || bp & 7 || bp > last) {
			se_leave_frame_pointers(m, frame, saved);
			return found;
		}
	}
	m->bp = bp;
	return found;
}

/* Looks at some words and frames, and stops at a frame that is wanted. Most goroutines have none, and are done in one
 * step. */
SE_INLINE void se_walk(struct se_machine *m)
{
	const uint8_t *block = se_block(m, m->stack_block);
	uint64_t text_bytes = se_program(m)->text_bytes;
	struct se_place found = { m->leaf_pc - se_program(m)->text_start, 0 };
	bool is_leaf;

	se_end_frame(m);
	if (!block) {
		m->phase = SE_PHASE_END;
		return;
	}
	if (!m->leaf_pc || !se_is_near(m, found.pc, text_bytes))
		found.pc = SE_NOWHERE;
	is_leaf = found.pc != SE_NOWHERE;
	m->leaf_pc = 0;
	if (found.pc == SE_NOWHERE && m->word + 8 <= m->words_end)
		found = se_walk_words(m, block);
	if (found.pc == SE_NOWHERE && m->word + 8 > m->words_end && m->bp != SE_NOWHERE)
		found = se_walk_frames(m, block);
	if (found.pc != SE_NOWHERE && se_begin_frame(m, found.pc, found.sp, is_leaf))
		return;
	if (m->bp == SE_NOWHERE && m->word + 8 > m->words_end)
		m->phase = SE_PHASE_END;
}

/* A small amount of work. False when the goroutine is done. */
SE_INLINE bool se_step(struct se_machine *m)
{
	if (m->phase == SE_PHASE_END)
		return false;
	if ((m->ticks++ & 63) == 63 && se_time_is_up(m)) {
		m->frame_cut = 1;
		m->phase = SE_PHASE_END;
	} else if (++m->steps >= SE_CAPTURE_STEPS_MAX) {
		m->frame_cut = 1;
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
	return m->phase != SE_PHASE_END;
}
