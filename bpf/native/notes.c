/* SPDX-License-Identifier: Apache-2.0 */
/* What the probe leaves behind when it is through: chunks of records, and notes of what needs more reading. */
#include "capture.h"

struct unread {
	const uint64_t *notes;
	uint64_t next;
	uint64_t count;
	uint64_t goroutines;
};

/* Hands out what the probe could not read: whole blocks, or goroutines for which it had no room left. */
static bool claim_unread(void *context, uint64_t *first, uint64_t *count)
{
	struct unread *unread = context;

	while (unread->next < unread->count) {
		uint64_t note = unread->notes[unread->next++];

		*first = note & SE_NOTE_INDEX;
		*count = note & SE_NOTE_UNREAD_BLOCK ? SE_BLOCK_GOROUTINES : 1;
		if (!(note & (SE_NOTE_UNREAD_BLOCK | SE_NOTE_UNREAD_GOROUTINE)) || *first >= unread->goroutines)
			continue;
		if (*count > unread->goroutines - *first)
			*count = unread->goroutines - *first;
		return true;
	}
	return false;
}

/* Chunks that were filled, from the first of this snapshot on. */
static uint32_t filled(const struct se_capture *capture, const struct se_control *control)
{
	uint64_t end = control->next_chunk < control->chunks_end ? control->next_chunk : control->chunks_end;
	uint32_t first = capture->output->first_chunk;

	return end > first ? (uint32_t)end - first : 0;
}

/* Turns the probe's notes into pointers to its records, and reads what it could not. */
void se_collect_notes(struct se_capture *capture)
{
	const struct se_control *control = se_probe_control(capture->probe);
	uint32_t chunks, room;
	uint8_t *chunk = se_probe_chunks(capture->probe, &chunks);
	const uint64_t *notes = se_probe_notes(capture->probe, &room);
	uint64_t count = control->next_note < room ? control->next_note : room;
	struct unread unread = { notes, 0, count, capture->count };

	for (uint64_t i = 0; i < count; i++) {
		uint64_t offset = (uint32_t)notes[i] + sizeof(struct se_record_header);

		/* Zero is a note that a late worker counted and has not written. */
		if (!notes[i] || notes[i] & (SE_NOTE_UNREAD_BLOCK | SE_NOTE_UNREAD_GOROUTINE) ||
		    notes[i] >> 32 >= chunks)
			continue;
		se_list_add(&capture->notes, (uint64_t)(chunk + (notes[i] >> 32) * SE_CHUNK_BYTES + offset));
	}
	if (control->next_note > room)
		capture->result->truncated |= SE_TRUNCATION_STACKS | SE_TRUNCATION_LABELS | SE_TRUNCATION_ROOM;
	se_read_vm(capture, claim_unread, &unread);
	capture->output->chunks = filled(capture, control);
}
