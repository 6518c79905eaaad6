/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capture machine outside the target, reading by process_vm_readv: for the reader without a probe, for stacks that
 * the probe has not copied, and for objects that it could not read.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "capture.h"
#include "capture_state.h"

#include "capture_outside.h"
#include "capture_walk.h"

/* Of the reads that were put off until later: what was counted as copied and is not. */
static __thread struct {
	uint64_t objects;
	uint64_t bytes;
} unread;

/* Its record is complete already, and as long as if it had been read. */
static void plain_failed(void *token)
{
	struct se_object_record *object = (void *)((struct se_record_header *)token + 1);

	unread.objects++;
	unread.bytes += object->bytes;
	object->bytes = 0;
	object->state = SE_OBJECT_STATE_UNREADABLE;
}

/* After this all objects are there, or known not to be. */
void se_captures_flush(struct se_capture *capture)
{
	struct se_machine *m;

	if (!capture->host)
		return;
	m = &capture->host->machine;
	se_batch_flush(&capture->host->plain);
	m->objects -= unread.objects;
	m->object_bytes -= unread.bytes;
	memset(&unread, 0, sizeof(unread));
}

static void run(struct se_machine *m)
{
	while (se_step(m))
		;
}

/* Runs the capture program over a copied stack. */
static void capture_stack(struct se_capture *capture, struct se_goroutine_record *record, const uint8_t *stack,
			  struct se_leaf leaf)
{
	struct se_machine *m = &capture->host->machine;
	struct se_walk walk = se_walk_from(m, 0, record->stack_bytes, record->stack_start, leaf);

	m->record_block = (uint64_t)record;
	m->record = 0;
	m->stack_block = (uint64_t)stack;
	se_begin_stack(m, &walk);
	run(m);
}

/* Of a goroutine whose stack is in its record. */
void se_capture_record(struct se_capture *capture, struct se_goroutine_record *record)
{
	const uint8_t *g = (const uint8_t *)(record + 1);

	if (capture->program && record->stack_bytes && !(record->flags & SE_GOROUTINE_FLAGS_STACK_DEFERRED))
		capture_stack(capture, record, g + SE_G_BYTES_MAX,
			      se_saved_leaf(g, &capture->request->layout, record->stack_start));
}

/* Of a goroutine whose stack will be there, in a memory record, after the next flush. */
void se_capture_later(struct se_capture *capture, struct se_goroutine_record *record, const uint8_t *stack,
		      uint64_t pc, uint64_t bp)
{
	struct se_address_list *stacks = &capture->stacks;

	if (!capture->program)
		return;
	if (capture->request->layout.g_sched_bp == SE_NO_FIELD)
		bp = 0;
	if (!se_list_add(stacks, (uint64_t)record) || !se_list_add(stacks, (uint64_t)stack) ||
	    !se_list_add(stacks, pc) || !se_list_add(stacks, bp))
		capture->result->truncated |= SE_TRUNCATION_CAPTURES_FULL;
}

/* The same with the registers that the goroutine was left with. */
void se_capture_saved_later(struct se_capture *capture, struct se_goroutine_record *record, const uint8_t *stack)
{
	struct se_leaf leaf =
		se_saved_leaf((const uint8_t *)(record + 1), &capture->request->layout, record->stack_start);

	se_capture_later(capture, record, stack, leaf.pc, leaf.bp);
}

void se_capture_deferred(struct se_capture *capture)
{
	const uint64_t *items = capture->stacks.items;

	for (uint64_t i = 0; i + 4 <= capture->stacks.count; i += 4) {
		const uint8_t *stack = (const uint8_t *)items[i + 1];

		if (((const struct se_memory_record *)stack)[-1].bytes)
			capture_stack(capture, (void *)items[i], stack, (struct se_leaf){ items[i + 2], items[i + 3] });
	}
	se_captures_flush(capture);
}

/* What the probe could not read, and what follows from it. */
void se_capture_retries(struct se_capture *capture)
{
	const struct se_walk nothing = { .found = { SE_NOWHERE, 0 }, .bp = SE_NOWHERE };
	const struct se_retry *retries;
	struct se_machine *m;
	uint32_t chunks;
	uint64_t count;

	if (!capture->program || !capture->probe)
		return;
	m = &capture->host->machine;
	retries = capture->tables->at[SE_TABLE_RETRIES];
	count = se_probe_control(capture->probe)->next_retry;
	if (count > SE_CAPTURE_RETRIES_MAX)
		count = SE_CAPTURE_RETRIES_MAX;
	for (uint64_t i = 0; i < count; i++) {
		uint8_t *blocks = se_probe_chunks(capture->probe, &chunks);

		/* Zero is one that a late worker counted and has not written. */
		if (!retries[i].record || retries[i].record_block >= chunks)
			continue;
		m->record_block = (uint64_t)(blocks + retries[i].record_block * SE_CHUNK_BYTES);
		m->record = retries[i].record;
		m->stack_block = m->record_block;
		se_begin_stack(m, &nothing);
		m->frame_bytes = m->head = m->tail = 0;
		m->frame_bytes_max = retries[i].frame_bytes_max;
		se_push(m, &retries[i].want);
		m->phase = SE_PHASE_NEXT;
		m->retried++;
		run(m);
	}
	se_captures_flush(capture);
}

static int use_tables(struct se_capture *capture)
{
	if (capture->probe) {
		capture->tables = se_probe_tables(capture->probe);
		capture->capture_bytes = &se_probe_control(capture->probe)->capture_bytes;
		return 0;
	}
	capture->tables = &capture->host->own;
	capture->capture_bytes = &capture->host->own_bytes;
	return se_tables_allocate(capture->tables, capture->program);
}

/* Before the freeze: everything that the pause should not wait for. */
int se_captures_prepare(struct se_capture *capture)
{
	int error;

	if (!capture->program)
		return 0;
	capture->host = mmap(NULL, sizeof(*capture->host), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (capture->host == MAP_FAILED) {
		capture->host = NULL;
		return -ENOMEM;
	}
	capture->host->capture = capture;
	capture->host->plain.pid = capture->request->pid;
	capture->host->plain.failed = plain_failed;
	error = use_tables(capture);
	if (error)
		return error;
	for (uint32_t i = 0; i < capture->tables->count[SE_TABLE_MACHINES]; i++)
		memset((struct se_machine *)capture->tables->at[SE_TABLE_MACHINES] + i, 0,
		       offsetof(struct se_machine, queue));
	se_tables_next_epoch(capture->tables);
	return 0;
}

/* The program itself. */
int se_captures_load(struct se_capture *capture, const void *tables, size_t bytes)
{
	int error = se_tables_fill(capture->tables, capture->program, tables, bytes);

	if (!error)
		se_tables_filter(capture->tables, capture->program, &capture->host->filter);
	return error;
}

void se_captures_free(struct se_capture *capture)
{
	free(capture->stacks.items);
	if (!capture->host)
		return;
	se_tables_free(&capture->host->own);
	munmap(capture->host, sizeof(*capture->host));
}

static void count(struct se_snapshot_result *result, const struct se_machine *m)
{
	result->objects += m->objects;
	result->object_bytes += m->object_bytes;
	result->capture_cut += m->cut;
	result->retried += m->retried;
	if (m->cuts & SE_GOROUTINE_FLAGS_CAPTURES_LATE)
		result->truncated |= SE_TRUNCATION_CAPTURES_LATE;
	if (m->cuts & SE_GOROUTINE_FLAGS_CAPTURES_LONG)
		result->truncated |= SE_TRUNCATION_CAPTURES_LONG;
	if (m->cuts & SE_GOROUTINE_FLAGS_CAPTURES_FULL)
		result->truncated |= SE_TRUNCATION_CAPTURES_FULL;
}

void se_captures_count(struct se_capture *capture)
{
	const struct se_machine *machines;

	if (!capture->program)
		return;
	machines = capture->tables->at[SE_TABLE_MACHINES];
	for (uint32_t i = 0; i < capture->tables->count[SE_TABLE_MACHINES]; i++)
		count(capture->result, &machines[i]);
	count(capture->result, &capture->host->machine);
}
