/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * The probe: copies goroutines while every thread of the target is stopped.
 *
 * It runs in the context of the target's own threads, on their way through signal delivery, because there a read of
 * user memory is a plain load: no system call, no page pinning. Workers claim blocks of runtime.allgs from a shared
 * counter, so a late worker delays nobody. It only ever reads the target.
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <bpf/bpf_helpers.h>

#include "control.h"
#include "goroutine.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct se_control control = {};
#define SE_STEPS_AT_ONCE 2 /* what the verifier has to walk grows with them */
#define SE_CALLS_AT_ONCE 4 /* of a function that it walks once: these cost it nothing */

const volatile struct se_probe_options options = {};

#include "probe_output.h"
#include "capture_probe.h"

/* A function of its own, and not static: then the verifier walks it once, however often it is called. Where returns are
 * guarded against speculation each costs as much as a step. */
__attribute__((noinline)) int machine_steps(struct se_machine *m)
{
	for (uint32_t i = 0; i < SE_STEPS_AT_ONCE; i++)
		if (!m || !se_step(m))
			return 0;
	return 1;
}

static long more_steps(uint32_t round __attribute__((unused)), uint32_t *worker)
{
	struct se_machine *m = bpf_map_lookup_elem(&capture_machines, worker);

	for (uint32_t i = 0; i < SE_CALLS_AT_ONCE; i++)
		if (!m || !machine_steps(m))
			return 1;
	return 0;
}

/* Looks through a stack in a chunk, and says whether anything of it is wanted. A function of its own for the verifier,
 * as machine_steps. */
__attribute__((noinline)) int look(struct se_walk *walk, uint32_t chunk)
{
	const uint8_t *block = bpf_map_lookup_elem(&chunks, &chunk);

	if (!block || !walk)
		return 0;
	se_look(0, walk, block);
	return walk->found.pc != SE_NOWHERE || !se_is_walked(walk);
}

/* Runs the capture program over the goroutine whose record lies at `record` of the shard's chunk. */
SE_INLINE void capture_frames(uint32_t *worker, const uint8_t *chunk, uint64_t record, uint64_t stack_bytes)
{
	struct se_shard *shard = &control.shards[*worker & (SE_MAX_WORKERS - 1)];
	const struct se_goroutine_record *of = (const void *)(chunk + record);
	struct se_leaf leaf = se_saved_leaf((const uint8_t *)(of + 1), &control.layout, of->stack_start);
	struct se_machine *m;

	shard->walk = se_walk_from(0, record + sizeof(*of) + SE_G_BYTES_MAX, stack_bytes, of->stack_start, leaf);
	/* For most goroutines this is all. */
	if (!look(&shard->walk, shard->chunk))
		return;
	m = bpf_map_lookup_elem(&capture_machines, worker);
	if (!m)
		return;
	m->worker = *worker;
	m->record_block = m->stack_block = shard->chunk;
	m->record = record;
	se_begin_stack(m, &shard->walk);
	bpf_loop(SE_CAPTURE_STEPS_MAX / SE_STEPS_AT_ONCE / SE_CALLS_AT_ONCE, more_steps, worker, 0);
}

static long copy_goroutine(uint32_t i, uint32_t *worker)
{
	struct se_shard *shard = &control.shards[*worker & (SE_MAX_WORKERS - 1)];
	uint64_t address, used, g_bytes, stack_bytes;
	struct se_stack_range range;
	struct se_goroutine_record *record;
	struct se_record_header *header;
	uint8_t *chunk, *g;

	if (control.abort || i >= shard->count)
		return 1;
	chunk = chunk_with_room(*worker, SE_RECORD_BYTES_MAX);
	if (!chunk) {
		note(SE_NOTE_UNREAD_GOROUTINE | (shard->first + i));
		return 0;
	}
	used = shard->used;
	SE_OPAQUE(used);
	if (used > SE_CHUNK_BYTES - SE_RECORD_BYTES_MAX)
		return 1;
	header = (void *)(chunk + used);
	record = (void *)(header + 1);
	g = (void *)(record + 1);
	address = shard->gs[i & (SE_BLOCK_GOROUTINES - 1)];

	g_bytes = control.layout.g_size;
	SE_OPAQUE(g_bytes);
	if (g_bytes > SE_G_BYTES_MAX)
		return 1;
	if (bpf_probe_read_user(g, g_bytes, (void *)address) == 0) {
		range = se_stack_of(g, &control.layout, control.stack_bytes_max);
		if (!range.alive) {
			shard->dead++;
			return 0;
		}
	} else {
		range = (struct se_stack_range){
			.flags = SE_GOROUTINE_FLAGS_G_UNREADABLE, .needs_follow = 1 };
	}

	stack_bytes = range.flags & SE_GOROUTINE_FLAGS_STACK_DEFERRED ? 0 : range.bytes;
	SE_OPAQUE(stack_bytes);
	if (stack_bytes > SE_INLINE_STACK_BYTES)
		return 1;
	if (stack_bytes && bpf_probe_read_user(g + SE_G_BYTES_MAX, stack_bytes, (void *)range.start)) {
		range.flags |= SE_GOROUTINE_FLAGS_STACK_DEFERRED;
		stack_bytes = 0;
	}

	record->g = address;
	record->stack_start = range.start;
	record->index = shard->first + i;
	record->stack_bytes = range.bytes;
	record->g_bytes = g_bytes;
	record->flags = range.flags;
	record->reserved = 0;
	header->kind = SE_RECORD_KIND_GOROUTINE;
	header->size = SE_ALIGN8(sizeof(*header) + sizeof(*record) + SE_G_BYTES_MAX + stack_bytes);
	if (range.needs_follow || range.flags & SE_GOROUTINE_FLAGS_STACK_DEFERRED)
		note(shard->chunk << 32 | used);
	shard->used = used + header->size;
	*(uint64_t *)chunk = shard->used;
	shard->recorded++;
	if (options.captures && control.program.ranges && stack_bytes)
		capture_frames(worker, chunk, used + sizeof(*header), stack_bytes);
	return 0;
}

static long copy_block(uint32_t i __attribute__((unused)), uint32_t *worker)
{
	struct se_shard *shard = &control.shards[*worker & (SE_MAX_WORKERS - 1)];
	uint64_t block = __sync_fetch_and_add(&control.next_block, 1);
	uint64_t first = block * SE_BLOCK_GOROUTINES;
	uint64_t count;

	/* With a worker on every core nobody else can tell that time is up: this code is not preempted. */
	if (bpf_ktime_get_ns() >= control.deadline)
		control.abort = 1;
	if (control.abort || first >= control.count)
		return 1;
	count = control.count - first;
	SE_OPAQUE(count);
	if (count > SE_BLOCK_GOROUTINES)
		count = SE_BLOCK_GOROUTINES;
	shard->first = first;
	shard->count = count;
	if (bpf_probe_read_user(shard->gs, count * 8, (void *)(control.allgs + first * 8))) {
		note(SE_NOTE_UNREAD_BLOCK | first);
		return 0;
	}
	bpf_loop(SE_BLOCK_GOROUTINES, copy_goroutine, worker, 0);
	return 0;
}

static void leave(void)
{
	uint64_t before = __sync_fetch_and_sub(&control.inside, 1);

	SE_OPAQUE(before); /* with a result the addition is one that orders what is around it */
}

/* Says that a worker is here, before it looks whether its snapshot is still under way: whoever ends that and then finds
 * nobody inside knows that nobody of it will write any more (se_probe_is_quiet). */
static bool enter(uint64_t nonce)
{
	uint64_t before = __sync_fetch_and_add(&control.inside, 1);

	SE_OPAQUE(before);
	if (control.nonce == nonce)
		return true;
	leave();
	return false;
}

static void run(uint32_t worker)
{
	struct se_shard *shard = &control.shards[worker & (SE_MAX_WORKERS - 1)];

	if (__sync_lock_test_and_set(&shard->started, 1))
		return;
	bpf_loop(1 << 23, copy_block, &worker, 0);
	shard->finished = 1;
}

/*
 * A worker comes by with our signal in hand. The kernel holds the lock of the process's signals here, with interrupts
 * off (kernel/signal.c, get_signal): no second worker gets in. So where there is a place further on, it runs there.
 *
 * TP_PROTO(int sig, struct kernel_siginfo *info, struct k_sigaction *ka): include/trace/events/signal.h
 */
SEC("raw_tp/signal_deliver")
int on_signal_deliver(struct bpf_raw_tracepoint_args *ctx)
{
	uint64_t nonce = control.nonce;
	struct se_shard *shard;
	uint64_t value = 0;

	if (ctx->args[0] != SE_PROBE_SIGNAL || !nonce || control.abort)
		return 0;
	if (bpf_probe_read_kernel(&value, sizeof(value), (void *)(ctx->args[1] + SE_SIGINFO_VALUE_OFFSET)))
		return 0;
	value -= nonce;
	if (value >= SE_MAX_WORKERS || !enter(nonce))
		return 0;
	if (options.in_parallel) {
		shard = &control.shards[value & (SE_MAX_WORKERS - 1)];
		shard->number = value;
		shard->task = bpf_get_current_task();
	} else {
		run(value);
	}
	leave();
	return 0;
}

/*
 * The same worker a moment later: while it sets up the frame of the Go runtime's signal handler, on the handler's own
 * stack, it gives itself fresh FPU registers (arch/x86/kernel/signal.c, handle_signal: fpu__clear_user_states; Linux
 * 5.13 on), and holds no lock. It still has to pass the trap before it executes anything.
 *
 * TP_PROTO(struct fpu *fpu): arch/x86/include/asm/trace/fpu.h
 */
SEC("raw_tp/x86_fpu_regs_activated")
int on_fpu_regs_activated(void *ctx)
{
	uint64_t task, nonce = control.nonce, number = SE_MAX_WORKERS;

	(void)ctx;
	if (!nonce || control.abort)
		return 0;
	task = bpf_get_current_task();
	for (uint32_t i = 0; i < SE_MAX_WORKERS; i++)
		if (control.shards[i].task == task)
			number = control.shards[i].number;
	if (number >= SE_MAX_WORKERS || !enter(nonce))
		return 0;
	/* Between the look and the entry another snapshot may have begun. */
	if (control.shards[number & (SE_MAX_WORKERS - 1)].task == task)
		run(number);
	leave();
	return 0;
}
