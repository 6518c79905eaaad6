/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* The capture machine's operations: each looks at the element in hand and wants what that points to. */
#pragma once

#include "capture_machine.h"

#define SE_SAME_SIZE_GROW 8 /* sameSizeGrow of hmap.flags (Go 1.23, runtime/map.go) */

/* Never more than there are: what lies behind them is something else, and names would be looked for in it. */
SE_INLINE uint64_t se_bucket_count(struct se_machine *m, const struct se_capture_op *op)
{
	/* hmap.flags, hmap.B */
	const uint8_t *at = se_bytes_at(m, op->second - 1, 2);
	uint64_t logarithm;

	if (!at || at[1] >= 32)
		return 0;
	logarithm = at[1];
	if (op->flags & SE_CAPTURE_FLAGS_OLD_BUCKETS && !(at[0] & SE_SAME_SIZE_GROW)) {
		if (!logarithm)
			return 0;
		logarithm--;
	}
	return 1ULL << (logarithm & 31);
}

/* How many elements there are, by what the element in hand says at `second`; 0 for what cannot be a length. */
SE_INLINE uint64_t se_count(struct se_machine *m, const struct se_capture_op *op)
{
	const uint8_t *at;
	uint64_t count = 0;

	if (op->code == SE_CAPTURE_CODE_POWER_OF_TWO)
		return se_bucket_count(m, op);
	at = se_bytes_at(m, op->second, 8);
	if (!at)
		return 0;
	count = SE_U64_AT(at);
	if (op->flags & SE_CAPTURE_FLAGS_NAME)
		count &= ~SE_NAME_MARK;
	if (op->code == SE_CAPTURE_CODE_MASK_PLUS_ONE)
		count++;
	return count >> 63 ? 0 : count;
}

#define SE_ENTRIES_BITS 16 /* of a want's count: so many for places in a directory, and so many for entries */
#define SE_ENTRIES_MAX 0xffffU
#define SE_GROUP_ENTRIES_MIN 2 /* what a group counts at least */

/* How many of a table's groups are wanted for the entries that are. Those are spread evenly over the groups, but for
 * chance: half as many again are taken, and some. */
SE_INLINE uint64_t se_table_groups(struct se_machine *m, const struct se_capture_op *op, uint64_t groups)
{
	const uint8_t *at = se_bytes_at(m, op->argument, 2);
	uint64_t used = at ? *(const volatile uint16_t *)at : 0;
	uint64_t wanted = m->entries, counted;

	if (wanted > SE_ENTRIES_MAX)
		return groups; /* it is tried again, alone */
	if (!used)
		return 0;
	if (groups > UINT32_MAX)
		groups = UINT32_MAX;
	if (used > wanted) {
		uint64_t enough = wanted * groups / used;

		enough += enough / 2 + 8;
		groups = groups < enough ? groups : enough;
		used = wanted;
	}
	counted = (wanted + SE_GROUP_ENTRIES_MIN - 1) / SE_GROUP_ENTRIES_MIN;
	groups = groups < counted ? groups : counted;
	counted = groups * SE_GROUP_ENTRIES_MIN;
	counted = counted > used ? counted : used;
	m->entries = wanted > counted ? wanted - counted : 0;
	return groups;
}

/* A table at once; those behind it wait until it is known how many entries it has. */
SE_INLINE void se_operate_table(struct se_machine *m, const struct se_capture_op *op, uint64_t word)
{
	if (!word || word == m->last_table)
		return;
	m->last_table = word;
	if (m->entries > SE_ENTRIES_MAX)
		m->entries = op->limit < SE_ENTRIES_MAX ? op->limit : SE_ENTRIES_MAX;
	m->tables = (struct se_want){ .address = m->base + m->element_bytes, .data = m->base_block,
				      .routine = m->routine, .count = (m->elements - 1) & SE_ENTRIES_MAX,
				      .depth = m->depth, .kind = SE_WANT_TABLES };
	m->elements = 1;
	m->want = (struct se_want){ .address = word, .routine = op->routine, .count = 1, .depth = m->depth,
				    .kind = SE_WANT_OBJECT };
	m->ready = 1;
}

SE_INLINE void se_operate_counted(struct se_machine *m, const struct se_capture_op *op, uint64_t word)
{
	uint64_t count = se_count(m, op);
	uint64_t most = op->limit;
	uint32_t routine = op->routine;

	if (op->code == SE_CAPTURE_CODE_ELEMENT) {
		/* Of a nil slice no address must become one. */
		if (op->argument >= count || !word)
			return;
		word += (uint64_t)op->argument * op->limit;
		most = 1;
	} else if (op->code == SE_CAPTURE_CODE_DIRECTORY && count) {
		routine = op->argument;
	} else if (op->code == SE_CAPTURE_CODE_MASK_PLUS_ONE) {
		count = se_table_groups(m, op, count);
	} else if (op->code == SE_CAPTURE_CODE_DIRECTORY) {
		/* A length that is not there, and not 0, means that the header is none. */
		count = se_bytes_at(m, op->second, 8) ? 1 : 0;
	}
	se_follow_pointer(m, op, routine, word, count < most ? count : most);
}

/* Elements within the element in hand; those that lie in it whole. */
SE_INLINE void se_operate_elements(struct se_machine *m, const struct se_capture_op *op)
{
	const struct se_capture_routine *of = se_routine(m, op->routine);
	uint64_t at = m->base + (uint64_t)(int64_t)op->offset;
	uint64_t fit;

	if (!of || !of->element_bytes || at < m->low || at > m->high)
		return;
	fit = (m->high - at) / of->element_bytes;
	struct se_want want = { .address = at, .data = m->base_block, .routine = op->routine,
				.count = op->argument < fit ? op->argument : fit, .depth = se_remaining(m, op),
				.kind = SE_WANT_PLACE };
	if (want.count && of->op_count)
		se_push(m, &want);
}

/* Bytes of a secret on the stack, as far as they are the frame's and were copied. */
SE_INLINE void se_operate_blank(struct se_machine *m, const struct se_capture_op *op)
{
	uint64_t at = m->base + (uint64_t)(int64_t)op->offset;
	uint64_t end = at + op->limit;

	if (!m->in_frame || !m->is_sure)
		return;
	if ((int64_t)(at - m->frame_low) < 0)
		at = m->frame_low;
	if (end > m->high)
		end = m->high;
	if (at < end)
		se_clear(m, m->base_block, at, end - at, SE_CAPTURE_BLANK_BYTES_MAX);
}

/* One operation. */
SE_INLINE void se_operate(struct se_machine *m)
{
	uint32_t index = m->op;
	const struct se_capture_op *op;
	const uint8_t *at;
	uint64_t word;

	m->op++;
	op = se_op(m, index);
	if (!op)
		return;
	if (op->code == SE_CAPTURE_CODE_ELEMENTS) {
		se_operate_elements(m, op);
		return;
	}
	if (op->code == SE_CAPTURE_CODE_BLANK) {
		se_operate_blank(m, op);
		return;
	}
	if (op->code == SE_CAPTURE_CODE_GLOBAL) {
		const uint64_t *constant = se_constant(m, op->argument);

		if (constant)
			se_follow_pointer(m, op, op->routine, *constant, 1);
		return;
	}
	at = se_bytes_at(m, op->offset, 8);
	if (op->code == SE_CAPTURE_CODE_ONLY_IF) {
		const uint64_t *constant = se_constant(m, op->argument);

		if (!at || !constant || SE_U64_AT(at) != *constant)
			m->op += op->limit;
		return;
	}
	if (!at)
		return;
	word = SE_U64_AT(at);
	if (op->code == SE_CAPTURE_CODE_POINTER) {
		se_follow_pointer(m, op, op->routine, word, 1);
	} else if (op->code == SE_CAPTURE_CODE_INTERFACE || op->code == SE_CAPTURE_CODE_ASSERTION) {
		at = se_bytes_at(m, op->second, 8);
		if (at)
			se_follow_interface(m, op, index, word, SE_U64_AT(at));
	} else if (op->code == SE_CAPTURE_CODE_TABLE) {
		se_operate_table(m, op, word);
	} else {
		se_operate_counted(m, op, word);
	}
}
