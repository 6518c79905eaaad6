/* SPDX-License-Identifier: Apache-2.0 */
/* The reader that needs no BPF: process_vm_readv(2) from outside, in large batches. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "capture.h"

int se_read_target(pid_t pid, uint64_t address, void *destination, size_t bytes)
{
	struct iovec local = { destination, bytes };
	struct iovec remote = { (void *)address, bytes };

	return process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)bytes ? 0 : -1;
}

/* Length before pointer, as the runtime's own readers do (runtime/proc.go, allGsSnapshot): the writer publishes the
 * pointer first. With everything stopped either order would do. */
uint32_t se_find_goroutines(struct se_capture *capture)
{
	const struct se_snapshot_request *request = capture->request;
	uint64_t count;

	if (se_read_target(request->pid, request->allglen, &count, 8) ||
	    se_read_target(request->pid, request->allgptr, &capture->allgs, 8)) {
		capture->result->error_number = errno;
		return SE_OUTCOME_UNREADABLE_GOROUTINES;
	}
	capture->result->goroutines = count;
	capture->count = count < request->goroutines_max ? count : request->goroutines_max;
	return SE_OUTCOME_DONE;
}

static uint8_t *g_of(struct se_goroutine_record *record)
{
	return (uint8_t *)(record + 1);
}

static void g_failed(void *token)
{
	((struct se_goroutine_record *)token)->flags |= SE_GOROUTINE_FLAGS_G_UNREADABLE;
}

static void stack_failed(void *token)
{
	((struct se_goroutine_record *)token)->flags |=
		SE_GOROUTINE_FLAGS_STACK_DEFERRED | SE_GOROUTINE_FLAGS_STACK_UNREADABLE;
}

struct block {
	uint64_t first;
	uint64_t count;
	uint64_t gs[SE_BLOCK_GOROUTINES];
	struct se_goroutine_record *records[SE_BLOCK_GOROUTINES]; /* those whose stack is in them */
	uint8_t g[SE_BLOCK_GOROUTINES][sizeof(struct se_goroutine_record) + SE_G_BYTES_MAX]
		__attribute__((aligned(8)));
};

/* Reads the g structs of a block into a buffer of ours: only the living get a record. */
static int read_gs(struct se_capture *capture, struct block *block, struct se_batch *batch)
{
	uint32_t g_size = capture->request->layout.g_size;

	if (se_read_target(capture->request->pid, capture->allgs + block->first * 8, block->gs, block->count * 8))
		return -1;
	batch->failed = g_failed;
	for (uint64_t i = 0; i < block->count; i++) {
		struct se_goroutine_record *record = (void *)block->g[i];

		memset(record, 0, sizeof(*record));
		record->g = block->gs[i];
		record->index = block->first + i;
		record->g_bytes = g_size;
		se_batch_add(batch, block->gs[i], g_of(record), g_size, record);
	}
	se_batch_flush(batch);
	return 0;
}

/* Moves a living goroutine into the arena and asks for its stack. */
static void record_goroutine(struct se_capture *capture, struct se_goroutine_record *draft, struct se_batch *batch,
			     struct se_goroutine_record **placed)
{
	struct se_stack_range range = { .flags = SE_GOROUTINE_FLAGS_G_UNREADABLE, .alive = 1, .needs_follow = 1 };
	struct se_record_header *header;
	struct se_goroutine_record *record;
	uint64_t stack, size;

	if (!(draft->flags & SE_GOROUTINE_FLAGS_G_UNREADABLE))
		range = se_stack_of(g_of(draft), &capture->request->layout, capture->request->stack_bytes_max);
	if (!range.alive) {
		capture->result->dead++;
		return;
	}
	stack = range.flags & SE_GOROUTINE_FLAGS_STACK_DEFERRED ? 0 : range.bytes;
	size = SE_ALIGN8(sizeof(*header) + sizeof(*record) + SE_G_BYTES_MAX + stack);
	header = se_arena_take(capture->arena, size);
	if (!header)
		return; /* no room: counted as late */
	header->kind = SE_RECORD_KIND_GOROUTINE;
	header->size = (uint32_t)size;
	record = (void *)(header + 1);
	memcpy(record, draft, sizeof(*record) + SE_G_BYTES_MAX);
	record->stack_start = range.start;
	record->stack_bytes = (uint32_t)range.bytes;
	record->flags = range.flags;
	if (stack) {
		se_batch_add(batch, range.start, g_of(record) + SE_G_BYTES_MAX, stack, record);
		*placed = record;
	}
	if (range.needs_follow || range.flags & SE_GOROUTINE_FLAGS_STACK_DEFERRED)
		se_list_add(&capture->notes, (uint64_t)record);
	capture->result->recorded++;
}

/* Reads the goroutines that `claim` hands out, at most SE_BLOCK_GOROUTINES at a time, until it answers false. What is
 * not read before the deadline has no record; the caller counts. */
void se_read_vm(struct se_capture *capture, se_claim *claim, void *context)
{
	static __thread struct block block; /* some 50 KiB: too much for a small stack, too hot for malloc in the pause */
	static __thread struct se_batch batch;

	batch.pid = capture->request->pid;
	while (claim(context, &block.first, &block.count)) {
		if (se_is_late(capture) || read_gs(capture, &block, &batch))
			continue;
		batch.failed = stack_failed;
		memset(block.records, 0, sizeof(block.records));
		for (uint64_t i = 0; i < block.count; i++)
			record_goroutine(capture, (void *)block.g[i], &batch, &block.records[i]);
		se_batch_flush(&batch);
		for (uint64_t i = 0; capture->program && i < block.count; i++)
			if (block.records[i])
				se_capture_record(capture, block.records[i]);
		se_captures_flush(capture);
	}
}
