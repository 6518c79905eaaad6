/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * Finds in a copied stack where the frames may be that the capture program wants. It must not miss one, and may take a
 * word for a return address that is none: then more is copied than is looked at.
 *
 * Frame pointers: Go on amd64 saves the caller's at the top of each frame, below the return address
 * (cmd/internal/obj/x86/obj6.go). Functions without a frame, and those not yet through their prologue, have not: what
 * lies between sp and bp is looked at word for word.
 */
#pragma once

#include "capture_state.h"
#include "control.h"
#include "goroutine.h"

#define SE_WALK_WORDS 16 /* looked at in one step */
#define SE_WALK_FRAMES 32

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

/* Whether code near there is wanted, in bytes from the filter's start: most is not. */
SE_INLINE bool se_is_near(const struct se_filter *filter, uint64_t pc)
{
	uint64_t granule = pc / SE_FILTER_GRANULE;

	return pc < filter->bytes && filter->words[granule / 64 % SE_FILTER_WORDS] >> (granule & 63) & 1;
}

SE_INLINE bool se_is_frame_pointer(const struct se_walk *walk, uint64_t offset)
{
	return !(offset & 7) && offset < walk->bytes && walk->bytes - offset >= 16;
}

/* Begins with a stack of so many bytes at an offset of its block. */
SE_INLINE struct se_walk se_walk_from(struct se_machine *m, uint64_t stack, uint64_t bytes, uint64_t start,
				      struct se_leaf leaf)
{
	const struct se_filter *filter = se_filter(m);
	struct se_walk walk = { .stack = stack, .bytes = bytes, .start = start, .found = { SE_NOWHERE, 0 },
				.words_end = bytes, .bp = SE_NOWHERE };

	if (leaf.pc && se_is_near(filter, leaf.pc - filter->start))
		walk.found.pc = leaf.pc;
	if (leaf.bp && se_is_frame_pointer(&walk, leaf.bp - start))
		walk.words_end = walk.bp = leaf.bp - start;
	return walk;
}

/* Looks at words one by one. */
SE_INLINE struct se_place se_walk_words(struct se_machine *m, struct se_walk *walk, const uint8_t *block)
{
	const struct se_filter *filter = se_filter(m);
	uint64_t near = filter->start;
	uint64_t word = walk->word, end = walk->words_end;
	struct se_place found = { SE_NOWHERE, 0 };

	for (uint32_t i = 0; i < SE_WALK_WORDS && word + 8 <= end && found.pc == SE_NOWHERE; i++) {
		uint64_t at = walk->stack + word, pc;

		if (!se_in_block(&at, 8))
			break;
		word += 8;
		pc = SE_U64_AT(block + at);
		if (se_is_near(filter, pc - near))
			found = (struct se_place){ pc, word };
	}
	walk->word = word;
	return found;
}

/* After the last frame pointer that is one: word for word from there. */
SE_INLINE void se_leave_frame_pointers(struct se_walk *walk, uint64_t bp, uint64_t saved)
{
	walk->bp = SE_NOWHERE;
	walk->word = bp + 16;
	/* The outermost frame of a goroutine has no caller: runtime.gogo starts it with bp 0. */
	walk->words_end = saved ? walk->bytes : 0;
}

/* Goes from one saved frame pointer to the next. Of all loops here the one that runs most, over every frame of every
 * goroutine: what it needs is in registers. */
SE_INLINE struct se_place se_walk_frames(struct se_machine *m, struct se_walk *walk, const uint8_t *block)
{
	const struct se_filter *filter = se_filter(m);
	uint64_t near = filter->start;
	uint64_t stack = walk->stack, start = walk->start, last = walk->bytes - 16;
	struct se_place found = { SE_NOWHERE, 0 };
	uint64_t bp = walk->bp;

	for (uint32_t i = 0; i < SE_WALK_FRAMES && found.pc == SE_NOWHERE; i++) {
		uint64_t at = stack + bp, frame = bp, saved, pc;

		if (!se_in_block(&at, 16))
			break;
		saved = SE_U64_AT(block + at);
		pc = SE_U64_AT(block + at + 8);
		bp = saved - start;
		if (se_is_near(filter, pc - near))
			found = (struct se_place){ pc, frame + 16 };
		if (bp <= frame || bp & 7 || bp > last) { /* as of a frame pointer of 0 */
			se_leave_frame_pointers(walk, frame, saved);
			return found;
		}
	}
	walk->bp = bp;
	return found;
}

SE_INLINE bool se_is_walked(const struct se_walk *walk)
{
	return walk->bp == SE_NOWHERE && walk->word + 8 > walk->words_end;
}

/* Looks at some words and frames, unless something was found and not looked up yet, and stops where it finds something.
 * Most goroutines have nothing, and are done with this. */
SE_INLINE void se_look(struct se_machine *m, struct se_walk *walk, const uint8_t *block)
{
	if (walk->found.pc == SE_NOWHERE && walk->word + 8 <= walk->words_end)
		walk->found = se_walk_words(m, walk, block);
	if (walk->found.pc == SE_NOWHERE && walk->word + 8 > walk->words_end && walk->bp != SE_NOWHERE)
		walk->found = se_walk_frames(m, walk, block);
}
