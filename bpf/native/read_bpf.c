/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader that runs inside the target: sends some of its stopped threads through signal delivery, where our BPF
 * programs copy goroutines in their context, and traps them again before they execute anything of their own.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture.h"

/* How long the others wait for a worker that finds no free core. */
#define LATE_WORKER_NS 4000000

/* A signal ends a blocking system call early where the kernel cannot restart it. Threads in user mode or in futex are
 * free of that: Go treats every wake-up of a futex as possibly spurious (runtime/os_linux.go, futexsleep). */
static bool is_preferred(const struct se_thread *thread)
{
	return thread->registers.system_call == UINT64_MAX || thread->registers.system_call == SYS_futex;
}

static uint32_t choose_workers(struct se_capture *capture, uint32_t wanted)
{
	uint32_t chosen = 0;

	for (int preferred = 1; preferred >= 0; preferred--) {
		for (uint32_t i = 0; i < capture->thread_count && chosen < wanted; i++) {
			struct se_thread *thread = &capture->threads[i];

			if (!thread->stopped || !thread->can_work || thread->worker != SE_WORKER_NO ||
			    is_preferred(thread) != preferred)
				continue;
			if (syscall(SYS_tgkill, capture->request->pid, thread->tid, SE_PROBE_SIGNAL) ||
			    ptrace(PTRACE_CONT, thread->tid, NULL, NULL))
				continue;
			thread->stopped = false;
			thread->worker = SE_WORKER_CHOSEN;
			chosen++;
		}
	}
	return chosen;
}

/* True when the thread stops in time. One that finds no core stops later, before it executes anything. */
static bool stops_soon(struct se_capture *capture, struct se_thread *thread, uint64_t patience, int *status)
{
	enum se_waited waited;

	do
		waited = se_wait_once(capture, thread, status);
	while (waited == SE_WAITED_TICK && !se_is_late(capture) && se_monotonic_ns() < patience);
	return waited == SE_WAITED_STOPPED;
}

/* Waits until each worker stops with our signal in hand. One that stops for something else stays stopped and is no
 * worker; its own signal is handed on when we let go. */
static uint32_t bring_to_signal(struct se_capture *capture)
{
	uint64_t patience = se_monotonic_ns() + LATE_WORKER_NS;
	uint32_t arrived = 0;

	for (uint32_t i = 0; i < capture->thread_count; i++) {
		struct se_thread *thread = &capture->threads[i];
		int status = 0;

		if (thread->worker != SE_WORKER_CHOSEN)
			continue;
		thread->worker = SE_WORKER_NO;
		if (!stops_soon(capture, thread, patience, &status))
			continue;
		thread->stopped = true;
		if (status >> 16)
			continue;
		thread->pending_signal = WSTOPSIG(status);
		if (thread->pending_signal != SE_PROBE_SIGNAL)
			continue;
		thread->worker = SE_WORKER_AT_SIGNAL;
		arrived++;
	}
	return arrived;
}

/* Names the shard in the signal's value, so that the probe knows its workers in whatever PID namespace they live, and
 * lets them go as far as the next trap. The interrupt is asked for before the thread moves: it traps on its way back
 * to user mode, however late we are scheduled again. */
static uint32_t send_through_probe(struct se_capture *capture, struct se_control *control)
{
	uint32_t sent = 0;

	for (uint32_t i = 0; i < capture->thread_count; i++) {
		struct se_thread *thread = &capture->threads[i];
		uint64_t value = control->nonce + sent;
		siginfo_t signal;

		if (thread->worker != SE_WORKER_AT_SIGNAL)
			continue;
		if (ptrace(PTRACE_GETSIGINFO, thread->tid, NULL, &signal))
			continue;
		memcpy((uint8_t *)&signal + SE_SIGINFO_VALUE_OFFSET, &value, sizeof(value));
		if (ptrace(PTRACE_SETSIGINFO, thread->tid, NULL, &signal) ||
		    ptrace(PTRACE_INTERRUPT, thread->tid, NULL, NULL) ||
		    ptrace(PTRACE_CONT, thread->tid, NULL, (void *)(intptr_t)SE_PROBE_SIGNAL))
			continue;
		thread->pending_signal = 0;
		thread->stopped = false;
		thread->worker = SE_WORKER_RUNNING;
		thread->shard = sent++;
	}
	return sent;
}

/* The same counter from which the probe's workers take their blocks. */
static bool claim_block(void *context, uint64_t *first, uint64_t *count)
{
	struct se_control *control = context;
	uint64_t block = __atomic_fetch_add(&control->next_block, 1, __ATOMIC_RELAXED);

	*first = block * SE_BLOCK_GOROUTINES;
	if (*first >= control->count)
		return false;
	*count = control->count - *first < SE_BLOCK_GOROUTINES ? control->count - *first : SE_BLOCK_GOROUTINES;
	return true;
}

static bool any_started(const struct se_control *control)
{
	for (uint32_t i = 0; i < SE_MAX_WORKERS; i++)
		if (__atomic_load_n(&control->shards[i].started, __ATOMIC_RELAXED))
			return true;
	return false;
}

/* Nothing is left for this worker: it has not begun, every block is claimed, and who claimed one is done with it. */
static bool is_needless(const struct se_control *control, const struct se_thread *worker)
{
	if (__atomic_load_n(&control->next_block, __ATOMIC_ACQUIRE) * SE_BLOCK_GOROUTINES < control->count)
		return false;
	for (uint32_t i = 0; i < SE_MAX_WORKERS; i++) {
		const struct se_shard *shard = &control->shards[i];
		bool started = __atomic_load_n(&shard->started, __ATOMIC_ACQUIRE);

		if (started && (i == worker->shard || !__atomic_load_n(&shard->finished, __ATOMIC_ACQUIRE)))
			return false;
	}
	return true;
}

/* Waits for the worker's trap. When no worker has found a core for a while, reads the rest from outside instead:
 * process_vm_readv needs nobody to wake up. A worker for which nothing is left holds nobody up: it is let go on its way
 * to the trap, when our thread ends. */
static void wait_for_worker(struct se_capture *capture, struct se_control *control, struct se_thread *thread)
{
	uint64_t patience = se_monotonic_ns() + LATE_WORKER_NS;
	enum se_waited waited;
	int status = 0;

	if (is_needless(control, thread))
		return;
	while ((waited = se_wait_once(capture, thread, &status)) == SE_WAITED_TICK) {
		if (is_needless(control, thread)) {
			return;
		} else if (se_is_late(capture)) {
			__atomic_store_n(&control->abort, 1, __ATOMIC_RELAXED);
			if (se_monotonic_ns() > capture->deadline + LATE_WORKER_NS)
				return;
		} else if (!any_started(control) && se_monotonic_ns() > patience) {
			capture->result->reader = SE_READER_VM_READ;
			se_read_vm(capture, claim_block, control);
		}
	}
	if (waited == SE_WAITED_GONE)
		return;
	thread->stopped = true;
	if (!(status >> 16))
		thread->pending_signal = WSTOPSIG(status);
}

/* The chunk after the last that this snapshot may fill. */
static uint32_t chunks_end(const struct se_capture *capture, uint32_t chunks)
{
	const struct se_snapshot_request *request = capture->request;
	uint32_t first = request->first_chunk < chunks ? request->first_chunk : chunks;

	return request->chunks_max && request->chunks_max < chunks - first ? first + request->chunks_max : chunks;
}

/* Before the freeze: empties its chunks. */
void se_prepare_probe(struct se_capture *capture)
{
	struct se_control *control = se_probe_control(capture->probe);
	uint32_t chunks;

	se_probe_chunks(capture->probe, &chunks);
	se_probe_forget(capture->probe);
	control->next_chunk = capture->request->first_chunk;
	control->chunks_end = chunks_end(capture, chunks);
	control->stack_bytes_max = capture->request->stack_bytes_max;
	control->layout = capture->request->layout;
	if (capture->program) {
		control->program = *capture->program;
		control->capture_epoch = capture->tables->epoch;
		se_tables_filter(capture->tables, capture->program, &control->filter);
	}
	se_probe_wipe(capture->probe, capture->request->first_chunk, control->chunks_end);
}

static void arm(struct se_capture *capture, struct se_control *control)
{
	control->allgs = capture->allgs;
	control->count = capture->count;
	control->deadline = capture->deadline;
	if (getrandom(&control->nonce, sizeof(control->nonce), GRND_NONBLOCK) != sizeof(control->nonce))
		control->nonce = se_monotonic_ns();
	control->nonce |= 1; /* 0 means: not armed */
}

void se_read_bpf(struct se_capture *capture)
{
	struct se_control *control = se_probe_control(capture->probe);
	uint64_t begun = se_monotonic_ns();
	uint32_t running;

	arm(capture, control);
	choose_workers(capture, capture->request->workers);
	bring_to_signal(capture);
	running = send_through_probe(capture, control);
	capture->result->trigger_ns = se_monotonic_ns() - begun;
	for (uint32_t i = 0; i < capture->thread_count; i++)
		if (capture->threads[i].worker == SE_WORKER_RUNNING)
			wait_for_worker(capture, control, &capture->threads[i]);
	if (!running || !any_started(control)) {
		/* No thread could carry the probe: a foreign program's threads may all block the signal. */
		capture->result->reader = SE_READER_VM_READ;
		se_read_vm(capture, claim_block, control);
	}
	__atomic_store_n(&control->nonce, 0, __ATOMIC_SEQ_CST);
	se_collect_notes(capture);
	for (uint32_t i = 0; i < SE_MAX_WORKERS; i++) {
		capture->result->workers += control->shards[i].started != 0;
		capture->result->dead += control->shards[i].dead;
		capture->result->recorded += control->shards[i].recorded;
	}
}
