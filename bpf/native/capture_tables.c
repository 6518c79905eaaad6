/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "capture.h"
#include "capture_state.h"

const size_t se_table_entry_bytes[SE_TABLES] = {
	[SE_TABLE_OPS] = sizeof(struct se_capture_op),
	[SE_TABLE_ROUTINES] = sizeof(struct se_capture_routine),
	[SE_TABLE_PIECES] = sizeof(struct se_capture_piece),
	[SE_TABLE_RANGES] = sizeof(struct se_capture_range),
	[SE_TABLE_TYPES] = sizeof(struct se_capture_type),
	[SE_TABLE_CONSTANTS] = sizeof(uint64_t),
	[SE_TABLE_NAMES] = sizeof(uint64_t),
	[SE_TABLE_SEEN] = sizeof(uint64_t),
	[SE_TABLE_RETRIES] = sizeof(struct se_retry),
	[SE_TABLE_MACHINES] = sizeof(struct se_machine),
};

/* Entries that a table needs for a program. */
uint32_t se_table_entries(const struct se_capture_program *program, enum se_table table)
{
	switch (table) {
	case SE_TABLE_OPS:
		return program->ops;
	case SE_TABLE_ROUTINES:
		return program->routines;
	case SE_TABLE_PIECES:
		return program->pieces;
	case SE_TABLE_RANGES:
		return program->ranges;
	case SE_TABLE_TYPES:
		return program->types;
	case SE_TABLE_CONSTANTS:
		return program->constants;
	case SE_TABLE_NAMES:
		return program->names;
	case SE_TABLE_SEEN:
		return SE_CAPTURE_SEEN;
	case SE_TABLE_RETRIES:
		return SE_CAPTURE_RETRIES_MAX;
	case SE_TABLE_MACHINES:
		return SE_MAX_WORKERS;
	default:
		return 0;
	}
}

/* Memory for a machine outside alone: it has no retries and needs no machines of workers. */
int se_tables_allocate(struct se_tables *tables, const struct se_capture_program *program)
{
	for (enum se_table i = 0; i <= SE_TABLE_SEEN; i++) {
		uint32_t count = se_table_entries(program, i);
		void *memory;

		if (!count)
			continue;
		memory = mmap(NULL, count * se_table_entry_bytes[i], PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (memory == MAP_FAILED) {
			se_tables_free(tables);
			return -ENOMEM;
		}
		tables->at[i] = memory;
		tables->count[i] = count;
	}
	return 0;
}

void se_tables_free(struct se_tables *tables)
{
	for (enum se_table i = 0; i < SE_TABLES; i++)
		if (tables->at[i])
			munmap(tables->at[i], tables->count[i] * se_table_entry_bytes[i]);
	memset(tables, 0, sizeof(*tables));
}

/* Finds out which operations are of the commonest kinds; see capture_plain.h. Those are what the program's own tables
 * say of them: its bits for that are taken for none. */
static void mark_operations(struct se_tables *tables, const struct se_capture_program *program)
{
	const struct se_capture_routine *routines = tables->at[SE_TABLE_ROUTINES];
	struct se_capture_op *op = tables->at[SE_TABLE_OPS];

	for (uint32_t i = 0; i < program->ops; i++, op++) {
		const struct se_capture_routine *of;

		op->flags &= ~SE_OP_FOUND;
		if (op->routine >= program->routines)
			continue;
		of = &routines[op->routine];
		if (!of->element_bytes || of->element_bytes > SE_CAPTURE_OBJECT_BYTES_MAX)
			continue;
		if (op->code == SE_CAPTURE_CODE_COUNTED && op->second == op->offset + 8 && !of->op_count &&
		    !of->piece_count) {
			op->flags |= SE_OP_PLAIN;
			op->argument = of->element_bytes;
		} else if (op->code == SE_CAPTURE_CODE_POINTER && of->op_count) {
			op->flags |= SE_OP_QUEUED;
		}
	}
}

/* Puts a program into its tables; what room is left there is cleared, so that nothing of an earlier one is found. */
int se_tables_fill(struct se_tables *tables, const struct se_capture_program *program, const void *block, size_t bytes)
{
	const uint8_t *from = block;

	if (program->types & (program->types - 1))
		return -EINVAL;
	for (enum se_table i = 0; i < SE_PROGRAM_TABLES; i++) {
		uint64_t count = se_table_entries(program, i);
		uint64_t size = count * se_table_entry_bytes[i];

		if (count > tables->count[i] || size > bytes)
			return -EINVAL;
		if (!tables->count[i])
			continue;
		memcpy(tables->at[i], from, size);
		memset((uint8_t *)tables->at[i] + size, 0, (tables->count[i] - count) * se_table_entry_bytes[i]);
		from += size;
		bytes -= size;
	}
	if (bytes)
		return -EINVAL;
	mark_operations(tables, program);
	return 0;
}

/* Of all code that is in a range; see control.h. */
void se_tables_filter(const struct se_tables *tables, const struct se_capture_program *program,
		      struct se_filter *filter)
{
	const struct se_capture_range *range = tables->at[SE_TABLE_RANGES];
	uint64_t low = UINT32_MAX, high = 0;

	for (uint32_t i = 0; i < program->ranges; i++) {
		low = range[i].low < low ? range[i].low : low;
		high = range[i].high > high ? range[i].high : high;
	}
	if (high > program->text_bytes)
		high = program->text_bytes;
	memset(filter, 0, sizeof(*filter));
	filter->start = program->text_start + low;
	filter->bytes = high > low ? high - low : 0;
	for (uint32_t i = 0; i < program->ranges; i++, range++) {
		uint64_t first = (range->low - low) / SE_FILTER_GRANULE;
		uint64_t last = (range->high - low - 1) / SE_FILTER_GRANULE;

		if (range->high <= range->low)
			continue;
		if (last - first >= SE_FILTER_WORDS * 64)
			last = first + SE_FILTER_WORDS * 64 - 1;
		for (uint64_t granule = first; granule <= last; granule++)
			filter->words[granule / 64 % SE_FILTER_WORDS] |= 1ULL << (granule & 63);
	}
}

/* Forgets what was seen. */
void se_tables_next_epoch(struct se_tables *tables)
{
	if (++tables->epoch <= UINT16_MAX)
		return;
	tables->epoch = 1;
	memset(tables->at[SE_TABLE_SEEN], 0, tables->count[SE_TABLE_SEEN] * sizeof(uint64_t));
}
