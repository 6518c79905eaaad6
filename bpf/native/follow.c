/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rest of the pause, with process_vm_readv: what the goroutine records point to and the probe does not follow.
 * Ms of running goroutines and of those in system calls, stacks of running goroutines (their start is a register of a
 * thread), stacks too long for the probe or not resident, pprof labels.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "capture.h"

static __thread struct se_batch batch;

static uint64_t word(const uint8_t *bytes, uint32_t offset)
{
	uint64_t value;

	memcpy(&value, bytes + offset, sizeof(value));
	return value;
}

static const uint8_t *g_of(const struct se_goroutine_record *record)
{
	return (const uint8_t *)(record + 1);
}

/* Bytes that could not be read are not there: the record shrinks to nothing, and the decoder finds no such memory. */
static void memory_failed(void *token)
{
	((struct se_memory_record *)token)->bytes = 0;
}

/* Asks for a piece of the target's memory; its bytes are there after the next flush. */
uint8_t *se_copy_memory(struct se_capture *capture, uint64_t address, uint64_t bytes)
{
	struct se_record_header *header;
	struct se_memory_record *memory;

	if (!address || !bytes || bytes > UINT32_MAX / 2)
		return NULL;
	header = se_arena_take(capture->arena, sizeof(*header) + sizeof(*memory) + bytes);
	if (!header) {
		capture->result->truncated |= capture->following | SE_TRUNCATION_ROOM;
		return NULL;
	}
	memory = (void *)(header + 1);
	header->kind = SE_RECORD_KIND_MEMORY;
	header->size = (uint32_t)SE_ALIGN8(sizeof(*header) + sizeof(*memory) + bytes);
	*memory = (struct se_memory_record){ address, bytes };
	se_batch_add(&batch, address, memory + 1, bytes, memory);
	return (uint8_t *)(memory + 1);
}

bool se_was_read(const uint8_t *bytes)
{
	return bytes && ((const struct se_memory_record *)bytes)[-1].bytes;
}

void se_copy_flush(void)
{
	se_batch_flush(&batch);
}

/* The part of a goroutine's stack from `start` on, innermost first up to the limit; null when there is none. */
static uint8_t *copy_stack(struct se_capture *capture, struct se_goroutine_record *record, uint64_t start)
{
	const struct se_layout *layout = &capture->request->layout;
	uint64_t low = word(g_of(record), layout->g_stack_lo);
	uint64_t high = word(g_of(record), layout->g_stack_hi);
	uint64_t bytes = high - start;
	uint8_t *stack;

	if (start < low || start >= high)
		return NULL;
	if (bytes > capture->request->stack_bytes_max) {
		bytes = capture->request->stack_bytes_max;
		record->flags |= SE_GOROUTINE_FLAGS_STACK_CUT;
	}
	record->stack_start = start;
	record->stack_bytes = (uint32_t)bytes;
	stack = se_copy_memory(capture, start, bytes);
	if (!stack)
		record->flags |= SE_GOROUTINE_FLAGS_STACK_UNREADABLE;
	return stack;
}

/* A g that the probe could not read: a page that was swapped out. process_vm_readv brings it in. */
static void read_again(struct se_capture *capture, struct se_goroutine_record *record)
{
	struct se_stack_range range;

	if (se_read_target(capture->request->pid, record->g, record + 1, capture->request->layout.g_size))
		return;
	record->g_bytes = capture->request->layout.g_size;
	range = se_stack_of(g_of(record), &capture->request->layout, capture->request->stack_bytes_max);
	record->stack_start = range.start;
	record->stack_bytes = (uint32_t)range.bytes;
	record->flags = range.flags;
	if (range.start)
		record->flags |= SE_GOROUTINE_FLAGS_STACK_DEFERRED;
}

struct running {
	struct se_goroutine_record *record; /* null for a goroutine in a system call */
	const uint8_t *m;
	const uint8_t *gsignal;
};

static const struct se_thread *thread_of(const struct se_capture *capture, const uint8_t *m)
{
	uint64_t tid = word(m, capture->request->layout.m_procid);

	for (uint32_t i = 0; tid && i < capture->thread_count; i++)
		if (capture->threads[i].seized && (uint64_t)capture->threads[i].target_tid == tid)
			return &capture->threads[i];
	return NULL;
}

static bool within(uint64_t sp, const uint8_t *g, const struct se_layout *layout)
{
	return sp >= word(g, layout->g_stack_lo) && sp < word(g, layout->g_stack_hi);
}

/* Where a goroutine's stack is used from that its thread left for g0. Midway in runtime.recovery (runtime/panic.go) sp
 * is that of the frame that recovers already, and bp still that of the frame it left, further in. */
static uint64_t saved_start(const uint8_t *g, const struct se_layout *layout)
{
	uint64_t sp = word(g, layout->g_sched_sp);
	uint64_t bp = layout->g_sched_bp == SE_NO_FIELD ? 0 : word(g, layout->g_sched_bp);

	return within(bp, g, layout) && bp < sp ? bp : sp;
}

/*
 * Where a running goroutine's stack is used from: the thread's sp when the thread is on that stack; else the saved one
 * of the vDSO call or of the switch to g0; else, in a signal handler, somewhere: then the whole stack, and the signal
 * stack that holds the interrupted registers.
 */
static void copy_running(struct se_capture *capture, const struct running *running)
{
	const struct se_layout *layout = &capture->request->layout;
	const uint8_t *g = g_of(running->record);
	const struct se_thread *thread = thread_of(capture, running->m);
	uint64_t vdso_sp = word(running->m, layout->m_vdso_sp);
	struct se_goroutine_record *record = running->record;
	uint64_t start, pc = 0, bp = 0;
	uint8_t *stack;

	if (thread && se_was_read(running->gsignal) && within(thread->registers.sp, running->gsignal, layout)) {
		se_copy_memory(capture, thread->registers.sp,
			    word(running->gsignal, layout->g_stack_hi) - thread->registers.sp);
		start = word(g, layout->g_stack_lo);
	} else if (thread && within(thread->registers.sp, g, layout)) {
		start = thread->registers.sp;
		pc = thread->registers.pc;
		bp = thread->registers.bp;
	} else if (within(vdso_sp, g, layout)) {
		start = vdso_sp;
	} else if (within(word(g, layout->g_sched_sp), g, layout)) {
		start = saved_start(g, layout);
	} else {
		record->flags |= SE_GOROUTINE_FLAGS_NO_STACK_POINTER;
		return;
	}
	stack = copy_stack(capture, record, start);
	if (stack && start == word(g, layout->g_sched_sp))
		se_capture_saved_later(capture, record, stack);
	else if (stack)
		se_capture_later(capture, record, stack, pc, bp);
}

static void copy_threads(struct se_capture *capture)
{
	for (uint32_t i = 0; i < capture->thread_count; i++) {
		const struct se_thread *thread = &capture->threads[i];
		const struct se_registers *registers = &thread->registers;
		struct se_record_header *header;

		if (!thread->seized)
			continue;
		header = se_arena_take(capture->arena, sizeof(*header) + sizeof(struct se_thread_record));
		if (!header)
			return;
		*header = (struct se_record_header){ sizeof(*header) + sizeof(struct se_thread_record),
						     SE_RECORD_KIND_THREAD };
		*(struct se_thread_record *)(header + 1) = (struct se_thread_record){
			registers->pc, registers->sp, registers->bp, registers->thread_pointer,
			registers->system_call, (uint32_t)thread->tid, (uint32_t)thread->target_tid };
	}
}

/* False for a goroutine that is looked at again for its labels alone. */
static bool has_deferred(const struct se_capture *capture, const struct se_goroutine_record *record)
{
	uint32_t status = SE_G_U32(g_of(record), capture->request->layout.g_status) & ~GO_SCAN_BIT;

	return record->flags & (SE_GOROUTINE_FLAGS_G_UNREADABLE | SE_GOROUTINE_FLAGS_STACK_DEFERRED) ||
	       status == GO_RUNNING || status == GO_SYSCALL;
}

/* First round: ms, and stacks whose place is known. Second: the signal stacks' g. Third: stacks of running ones. */
static void copy_deferred(struct se_capture *capture)
{
	const struct se_layout *layout = &capture->request->layout;
	struct running *running = calloc(capture->notes.count + 1, sizeof(*running));
	uint64_t count = 0;

	for (uint64_t i = 0; running && i < capture->notes.count; i++) {
		struct se_goroutine_record *record = (void *)capture->notes.items[i];
		uint32_t status;

		if (!has_deferred(capture, record))
			continue;
		if (se_is_late(capture)) {
			capture->result->truncated |= SE_TRUNCATION_STACKS;
			break;
		}
		if (record->flags & SE_GOROUTINE_FLAGS_G_UNREADABLE)
			read_again(capture, record);
		if (record->flags & SE_GOROUTINE_FLAGS_G_UNREADABLE)
			continue;
		if (record->flags & SE_GOROUTINE_FLAGS_STACK_DEFERRED && record->stack_start) {
			uint8_t *stack = copy_stack(capture, record, record->stack_start);

			if (stack)
				se_capture_saved_later(capture, record, stack);
		}
		status = SE_G_U32(g_of(record), layout->g_status) & ~GO_SCAN_BIT;
		if (status == GO_SYSCALL)
			se_copy_memory(capture, word(g_of(record), layout->g_m), layout->m_size);
		if (status != GO_RUNNING)
			continue;
		running[count].record = record;
		running[count].m = se_copy_memory(capture, word(g_of(record), layout->g_m), layout->m_size);
		count += running[count].m != NULL;
	}
	se_batch_flush(&batch);
	for (uint64_t i = 0; i < count; i++)
		if (se_was_read(running[i].m))
			running[i].gsignal = se_copy_memory(capture, word(running[i].m, layout->m_gsignal), layout->g_size);
	se_batch_flush(&batch);
	for (uint64_t i = 0; i < count; i++)
		if (se_was_read(running[i].m))
			copy_running(capture, &running[i]);
	se_batch_flush(&batch);
	free(running);
}

void se_follow(struct se_capture *capture)
{
	uint64_t begun = se_monotonic_ns();

	batch = (struct se_batch){ .pid = capture->request->pid, .failed = memory_failed };
	copy_threads(capture);
	capture->following = SE_TRUNCATION_STACKS;
	copy_deferred(capture);
	capture->following = SE_TRUNCATION_LABELS;
	se_copy_labels(capture);
	se_capture_deferred(capture);
	se_capture_retries(capture);
	capture->result->follow_ns = se_monotonic_ns() - begun;
}
