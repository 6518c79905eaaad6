/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * Secrets that only the program's data names: entries of maps. The name is read and judged before what it names is
 * copied; abi.table has the automaton.
 */
#pragma once

#include "capture_operate.h"

#define SE_STRING_BYTES 16
#define SE_NAME_LETTERS 16 /* looked at in one step */

/* The copied string at `named` - 1 of the object in hand, or null. */
SE_INLINE uint64_t *se_named_string(struct se_machine *m)
{
	uint64_t at = m->out + SE_OBJECT_OVERHEAD + m->named - 1;
	uint8_t *block = se_block(m, m->out_block);

	return block && se_in_block(&at, SE_STRING_BYTES) ? (uint64_t *)(block + at) : 0;
}

/* The name is judged: pieces go on. What it names is a secret also when nobody can tell. */
SE_INLINE void se_end_name(struct se_machine *m, bool is_secret)
{
	uint64_t *string = se_named_string(m);

	m->is_secret = is_secret;
	if (string && is_secret)
		string[1] |= SE_NAME_MARK;
	m->phase = SE_PHASE_PIECES;
}

SE_INLINE uint64_t se_name_slot(uint64_t address, uint64_t bytes)
{
	uint64_t slot = (address ^ address >> 11) + bytes;

	SE_OPAQUE(slot);
	return slot & (SE_NAME_CACHE - 1);
}

/* Whether the name was judged before; then it is again. */
SE_INLINE bool se_is_known_name(struct se_machine *m, uint64_t address, uint64_t bytes)
{
	uint64_t slot = se_name_slot(address, bytes);

	if (m->known_names[slot] != address || (m->known_lengths[slot] & ~SE_NAME_MARK) != bytes)
		return false;
	se_end_name(m, m->known_lengths[slot] & SE_NAME_MARK);
	return true;
}

/* Whether there is no name, as of an empty slot, or one that is known to be no secret's. One that is marked is. */
SE_INLINE bool se_is_harmless(struct se_machine *m, uint64_t address, uint64_t bytes)
{
	uint64_t slot = se_name_slot(address, bytes);

	return !bytes || (!(bytes & SE_NAME_MARK) && m->known_names[slot] == address && m->known_lengths[slot] == bytes);
}

/* Remembers what was found of a name. */
SE_INLINE void se_judge_name(struct se_machine *m, bool is_secret)
{
	const volatile uint64_t *string = se_named_string(m);

	if (string) {
		uint64_t address = string[0], bytes = string[1];
		uint64_t slot = se_name_slot(address, bytes);

		m->known_names[slot] = address;
		m->known_lengths[slot] = bytes | (is_secret ? SE_NAME_MARK : 0);
	}
	se_end_name(m, is_secret);
}

/* Of an empty slot the length is 0. */
SE_INLINE void se_begin_name(struct se_machine *m, uint64_t named)
{
	const volatile uint64_t *string;
	uint64_t address = 0, bytes = 0;

	m->named = named;
	string = se_named_string(m);
	if (string) {
		address = string[0];
		bytes = string[1];
	}
	if (string && !bytes) {
		se_end_name(m, false);
		return;
	}
	if (string && se_is_known_name(m, address, bytes))
		return;
	m->name_cut = bytes > SE_CAPTURE_NAME_BYTES_MAX;
	if (m->name_cut)
		bytes = SE_CAPTURE_NAME_BYTES_MAX;
	m->name_bytes = bytes;
	m->name_at = m->name_state = 0;
	m->phase = SE_PHASE_NAME;
	if (string && se_read_name(m, address, bytes))
		return;
	if (SE_READS_LAST) {
		se_end_name(m, true);
		return;
	}
	m->phase = SE_PHASE_NEXT;
	se_put_off(m, &m->want);
}

/* Some letters of the name. */
SE_INLINE void se_read_letters(struct se_machine *m)
{
	uint64_t at = m->name_at, state = m->name_state, end = m->name_bytes;

	for (uint32_t i = 0; i < SE_NAME_LETTERS && at < end; i++, at++) {
		uint64_t place = at, letter, class;
		const uint64_t *word;

		SE_OPAQUE(place);
		letter = ((volatile uint8_t *)m->name)[place & (SE_CAPTURE_NAME_BYTES_MAX - 1)];
		word = se_name_word(m, letter / 8);
		if (!word)
			break;
		class = *word >> (letter % 8 * 8) & 63;
		word = se_name_word(m, SE_CAPTURE_NAME_CLASS_WORDS + state * SE_CAPTURE_NAME_STATE_WORDS + class / 4);
		if (!word)
			break;
		state = *word >> (class % 4 * 16) & 0xffff;
	}
	if (at == m->name_at) {
		se_end_name(m, true); /* no table: nothing was judged */
		return;
	}
	m->name_at = at;
	m->name_state = state;
	if (at >= end)
		se_judge_name(m, m->name_cut || state >= se_program(m)->names_secret);
}
