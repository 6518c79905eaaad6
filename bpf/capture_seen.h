/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * The objects of one snapshot, as a set of fingerprints that all workers share: an open-addressing table of words, the
 * upper 16 bits of which are the snapshot's number. So what earlier ones left is free, and nothing needs clearing.
 */
#pragma once

#include "capture_state.h"

#define SE_SEEN_PROBES 16
#define SE_SEEN_NEAREST 4
#define SE_EPOCH_SHIFT 48

/* A name for an object that is asked for, of 64 bits: two of one name are one in 2^44 per look, and then one is not
 * copied, and said not to be. */
SE_INLINE uint64_t se_fingerprint(const struct se_want *want)
{
	uint64_t h = want->address * 0x9E3779B97F4A7C15ULL;

	h ^= h >> 29;
	h += ((uint64_t)want->routine << 32 | want->count) * 0xBF58476D1CE4E5B9ULL;
	h ^= h >> 32;
	h += (uint64_t)want->depth * 0x94D049BB133111EBULL;
	h *= 0xD6E8FEB86659FD93ULL;
	return h ^ h >> 32;
}

/* Where to look first. Go allocates objects of one size side by side, so the slots of neighbours are neighbours, and as
 * close as can be: every page of the table that is touched costs a walk of page tables, in this pause. Each power of
 * two of sizes begins elsewhere, so that small and large objects at one distance do not meet. */
SE_INLINE uint32_t se_first_slot(uint64_t address, uint64_t bytes)
{
	uint32_t shift = 4;

	/* Of what is smaller the difference has no top bit, and no branch is needed. */
	shift += (31 - bytes) >> 63;
	shift += (63 - bytes) >> 63;
	shift += (127 - bytes) >> 63;
	shift += (255 - bytes) >> 63;
	shift += (511 - bytes) >> 63;
	shift += (1023 - bytes) >> 63;
	return (address >> shift) + shift * (SE_CAPTURE_SEEN / 16 + 4099);
}

enum se_seen {
	SE_SEEN_NOW, /* it was not in the set, and is now */
	SE_SEEN_BEFORE,
	SE_SEEN_UNSURE, /* it is not in the slots that were looked at, and they are full */
};

/* Looks at so many slots. */
SE_INLINE enum se_seen se_look_at(struct se_machine *m, uint64_t epoch, const struct se_want *want, uint64_t bytes,
				  uint32_t slots)
{
	uint64_t mine = epoch << SE_EPOCH_SHIFT | se_fingerprint(want) >> (64 - SE_EPOCH_SHIFT);
	uint32_t slot = se_first_slot(want->address, bytes);

	for (uint32_t i = 0; i < slots; i++, slot++) {
		uint64_t *place = se_seen_slot(m, slot & (SE_CAPTURE_SEEN - 1));
		uint64_t there;

		if (!place)
			return SE_SEEN_UNSURE;
		there = *(volatile uint64_t *)place;
		if (there >> SE_EPOCH_SHIFT != epoch)
			there = __sync_val_compare_and_swap(place, there, mine) == there ? 0 : *(volatile uint64_t *)place;
		if (!there)
			return SE_SEEN_NOW;
		if (there == mine)
			return SE_SEEN_BEFORE;
	}
	return SE_SEEN_UNSURE;
}

/* True when the object was not in the set. True as well when its neighbourhood is full: then the same object may
 * be copied twice, which does no harm. */
SE_INLINE bool se_is_new(struct se_machine *m, const struct se_want *want, uint64_t bytes)
{
	return se_look_at(m, se_epoch(m), want, bytes, SE_SEEN_PROBES) != SE_SEEN_BEFORE;
}

/* The same of the nearest slots alone. */
SE_INLINE enum se_seen se_look_near(struct se_machine *m, const struct se_want *want, uint64_t bytes)
{
	return se_look_at(m, se_epoch(m), want, bytes, SE_SEEN_NEAREST);
}
