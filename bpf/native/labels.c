/* SPDX-License-Identifier: Apache-2.0 */
/* pprof labels of the goroutines that have some. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "capture.h"

static uint64_t word(const uint8_t *bytes, uint32_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static int by_value(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return a < b ? -1 : a > b;
}

static uint64_t sort_distinct(struct se_address_list *list)
{
	uint64_t distinct = 0;

	qsort(list->items, list->count, sizeof(*list->items), by_value);
	for (uint64_t i = 0; i < list->count; i++)
		if (!distinct || list->items[i] != list->items[distinct - 1])
			list->items[distinct++] = list->items[i];
	return list->count = distinct;
}

static void copy_string(struct se_capture *capture, const uint8_t *header)
{
	uint64_t bytes = word(header, 8);

	se_copy_memory(capture, word(header, 0), bytes < SE_LABEL_BYTES_MAX ? bytes : SE_LABEL_BYTES_MAX);
}

/* Go 1.24 on: a slice of {key, value string} (runtime/pprof/label.go, later internal/runtime/pprof/label). */
static void copy_label_slice(struct se_capture *capture, const uint8_t *slice)
{
	uint64_t pairs = word(slice, 8);
	uint8_t *items;

	if (pairs > SE_LABEL_PAIRS_MAX)
		pairs = SE_LABEL_PAIRS_MAX;
	items = se_copy_memory(capture, word(slice, 0), pairs * 32);
	if (!items)
		return;
	se_copy_flush();
	if (!se_was_read(items))
		return;
	for (uint64_t i = 0; i < 2 * pairs; i++)
		copy_string(capture, items + 16 * i);
}

enum { HMAP_COUNT = 0, HMAP_B = 9, HMAP_BUCKETS = 16, HMAP_BYTES = 48, /* runtime/map.go, Go 1.19 to 1.23 */
       BUCKET_SLOTS = 8, BUCKET_STRINGS = 8, BUCKET_OVERFLOW = 8 + 2 * 8 * 16, BUCKET_BYTES = BUCKET_OVERFLOW + 8,
       TOP_HASH_LIVE = 5 };

static void copy_bucket_strings(struct se_capture *capture, const uint8_t *bucket)
{
	for (uint32_t slot = 0; slot < BUCKET_SLOTS; slot++) {
		if (bucket[slot] < TOP_HASH_LIVE)
			continue;
		copy_string(capture, bucket + BUCKET_STRINGS + 16 * slot);
		copy_string(capture, bucket + BUCKET_STRINGS + 16 * (BUCKET_SLOTS + slot));
	}
}

/* Go 1.19 to 1.23: map[string]string. A label map is written once, so it is never found growing. */
static void copy_label_map(struct se_capture *capture, uint64_t address)
{
	uint8_t *map = se_copy_memory(capture, address, HMAP_BYTES);
	uint8_t *buckets;
	uint32_t count;

	se_copy_flush();
	if (!se_was_read(map) || map[HMAP_B] > 4 || !word(map, HMAP_COUNT))
		return;
	count = 1U << map[HMAP_B];
	buckets = se_copy_memory(capture, word(map, HMAP_BUCKETS), (uint64_t)count * BUCKET_BYTES);
	se_copy_flush();
	if (!se_was_read(buckets))
		return;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t *bucket = buckets + (uint64_t)i * BUCKET_BYTES;

		for (uint32_t chain = 0; chain < SE_LABEL_PAIRS_MAX / BUCKET_SLOTS; chain++) {
			copy_bucket_strings(capture, bucket);
			bucket = se_copy_memory(capture, word(bucket, BUCKET_OVERFLOW), BUCKET_BYTES);
			se_copy_flush();
			if (!se_was_read(bucket))
				break;
		}
	}
}

/* Labels are inherited: thousands of goroutines point to a few sets. */
void se_copy_labels(struct se_capture *capture)
{
	struct se_address_list *sets = &capture->scratch;
	uint32_t format = capture->request->layout.label_format;

	sets->count = 0;
	for (uint64_t i = 0; i < capture->notes.count; i++) {
		struct se_goroutine_record *record = (void *)capture->notes.items[i];
		uint64_t labels = word((const uint8_t *)(record + 1), capture->request->layout.g_labels);

		if (labels && !(record->flags & SE_GOROUTINE_FLAGS_G_UNREADABLE))
			se_list_add(sets, labels);
	}
	if (format == SE_LABEL_FORMAT_NONE || !sort_distinct(sets))
		return;
	if (sets->count > SE_LABEL_SETS_MAX)
		sets->count = SE_LABEL_SETS_MAX; /* a goroutine whose set is missing says so in its labels */
	for (uint64_t i = 0; i < sets->count; i++) {
		uint64_t address = sets->items[i];
		uint8_t *set;

		if (se_is_late(capture)) {
			capture->result->truncated |= SE_TRUNCATION_LABELS;
			break;
		}
		set = se_copy_memory(capture, address, format == SE_LABEL_FORMAT_MAP ? 8 : 24);
		se_copy_flush();
		if (!se_was_read(set))
			continue;
		if (format == SE_LABEL_FORMAT_MAP)
			copy_label_map(capture, word(set, 0));
		else
			copy_label_slice(capture, set);
	}
	se_copy_flush();
}
