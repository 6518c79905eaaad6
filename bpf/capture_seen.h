/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * The objects of one snapshot, as a set of fingerprints that all workers share: an open-addressing table of words, the
 * upper 16 bits of which are the snapshot's number. So what earlier ones left is free, and nothing needs clearing.
 */
#pragma once

#include "capture_state.h"

#define SE_SEEN_PROBES 16
#define SE_EPOCH_SHIFT 48

/* True when the fingerprint was not in the set. True as well when its neighbourhood is full: then the same object may
 * be copied twice, which does no harm. */
SE_INLINE bool se_is_new_in(struct se_machine *m, uint64_t epoch, uint64_t fingerprint)
{
	uint64_t mine = epoch << SE_EPOCH_SHIFT | fingerprint >> (64 - SE_EPOCH_SHIFT);
	uint32_t slot = fingerprint;

	for (uint32_t i = 0; i < SE_SEEN_PROBES; i++, slot++) {
		uint64_t *place = se_seen_slot(m, slot & (SE_CAPTURE_SEEN - 1));
		uint64_t there;

		if (!place)
			return true;
		there = *(volatile uint64_t *)place;
		if (there >> SE_EPOCH_SHIFT != epoch)
			there = __sync_val_compare_and_swap(place, there, mine) == there ? 0 : *(volatile uint64_t *)place;
		if (!there)
			return true;
		if (there == mine)
			return false;
	}
	return true;
}
