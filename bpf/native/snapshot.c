/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One snapshot: freeze, read, resume, on a thread of its own.
 *
 * The thread exists because ptrace knows tracers as threads: when it ends, for whatever reason, the kernel lets go of
 * every thread that it still holds. No managed code runs between freeze and resume.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "capture.h"

/* Room in the arena for what the probe's chunks do not hold: threads, ms, labels, long stacks. */
#define FOLLOW_BYTES_EXPECTED (1 << 20)

struct range {
	uint64_t next;
	uint64_t count;
};

static bool claim_range(void *context, uint64_t *first, uint64_t *count)
{
	struct range *range = context;

	*first = range->next;
	if (range->next >= range->count)
		return false;
	*count = range->count - *first < SE_BLOCK_GOROUTINES ? range->count - *first : SE_BLOCK_GOROUTINES;
	range->next += *count;
	return true;
}

static void read_all_vm(struct se_capture *capture)
{
	struct range range = { 0, capture->count };

	se_read_vm(capture, claim_range, &range);
}

/* For comparison only: the second reader's records come on top; the counts stay those of the first. */
static void read_both(struct se_capture *capture)
{
	struct se_snapshot_result counts;

	se_read_bpf(capture);
	counts = *capture->result;
	if (capture->program) {
		/* What is put off until later is then only done once, for either. */
		se_tables_next_epoch(capture->tables);
		*capture->capture_bytes = 0;
	}
	read_all_vm(capture);
	*capture->result = counts;
}

static void read_goroutines(struct se_capture *capture)
{
	struct se_snapshot_result *result = capture->result;
	uint64_t begun = se_monotonic_ns();
	uint64_t seen;

	if (!capture->probe)
		read_all_vm(capture);
	else if (capture->request->reader == SE_READER_BOTH)
		read_both(capture);
	else
		se_read_bpf(capture);
	result->read_ns = se_monotonic_ns() - begun;
	seen = result->dead + result->recorded;
	result->late = result->goroutines > seen ? result->goroutines - seen : 0;
	if (result->late)
		result->truncated |= SE_TRUNCATION_GOROUTINES | (se_is_late(capture) ? 0 : SE_TRUNCATION_ROOM);
}

static void take(struct se_capture *capture)
{
	struct se_snapshot_result *result = capture->result;
	uint64_t frozen, begun;

	result->outcome = se_freeze(capture);
	if (result->outcome == SE_OUTCOME_DONE)
		result->outcome = se_find_goroutines(capture);
	if (result->outcome == SE_OUTCOME_DONE) {
		read_goroutines(capture);
		se_follow(capture);
		se_captures_count(capture);
		/* Killed meanwhile: what was read last may be nothing, and nobody can tell from when on. */
		if (!se_same_program(capture->request))
			result->outcome = SE_OUTCOME_GONE;
	}
	begun = se_monotonic_ns();
	se_resume(capture);
	frozen = result->pause_ns;
	result->resume_ns = se_monotonic_ns() - begun;
	result->pause_ns = frozen ? se_monotonic_ns() - frozen : 0;
}

/*
 * Every stop of a traced thread would raise SIGCHLD here, and a runtime that shares our process answers that by waiting
 * for its children (.NET's Process does): a waste, and when the target is one of them, the news of its stop is taken
 * away and misread as its end. Stops are nobody's business but ours.
 */
static void keep_stops_quiet(void)
{
	struct sigaction action;

	if (sigaction(SIGCHLD, NULL, &action) || action.sa_handler == SIG_IGN || action.sa_flags & SA_NOCLDSTOP)
		return;
	action.sa_flags |= SA_NOCLDSTOP;
	sigaction(SIGCHLD, &action, NULL);
}

/* On a saturated host every wake-up of ours would wait for a time slice while the target stands still. Best effort:
 * needs CAP_SYS_NICE, and all waits have deadlines. */
static void prefer_us(void)
{
	struct sched_param lowest = { .sched_priority = sched_get_priority_min(SCHED_RR) };

	pthread_setschedparam(pthread_self(), SCHED_RR, &lowest);
}

static void *run(void *argument)
{
	struct se_capture *capture = argument;
	timer_t ticks;

	prefer_us();

	if (se_ticks_start(&ticks)) {
		capture->result->outcome = SE_OUTCOME_INTERNAL_FAILURE;
		capture->result->error_number = errno;
		return NULL;
	}
	take(capture);
	se_ticks_stop(ticks);
	return NULL;
}

/* Runs the snapshot on a new thread with every signal blocked but our tick, and waits for its end. */
static int run_on_own_thread(struct se_capture *capture)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	keep_stops_quiet();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&thread, NULL, run, capture);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error ? error : pthread_join(thread, NULL);
}

static uint64_t filled_bytes(struct se_output *output)
{
	uint64_t total = output->arena.used;
	size_t bytes;

	for (uint32_t i = 0; i < output->chunks; i++) {
		se_output_region(output, i, &bytes);
		total += bytes;
	}
	return total;
}

/* The probe that reads. None when a worker of an earlier snapshot is still in it, which would write into ours: then
 * everything is read from outside. */
static struct se_probe *probe_for(struct se_probe *probe, const struct se_snapshot_request *request)
{
	return probe && request->reader != SE_READER_VM_READ && se_probe_is_quiet(probe) ? probe : NULL;
}

uint32_t se_snapshot(struct se_probe *probe, const struct se_snapshot_request *request,
		     const struct se_capture_program *program, const void *tables, size_t table_bytes,
		     struct se_snapshot_result *result, struct se_output **out)
{
	struct se_capture capture = {
		.request = request, .result = result, .probe = probe_for(probe, request), .program = program };
	uint64_t populate = FOLLOW_BYTES_EXPECTED;
	int error;

	*out = NULL;
	memset(result, 0, sizeof(*result));
	result->reader = capture.probe ? SE_READER_BPF : SE_READER_VM_READ;
	result->outcome = SE_OUTCOME_OUT_OF_MEMORY;
	if (request->reader != SE_READER_BPF || !capture.probe)
		populate += request->expected_bytes;
	capture.output = calloc(1, sizeof(*capture.output));
	if (!capture.output)
		return result->outcome;
	capture.arena = &capture.output->arena;
	capture.output->probe = capture.probe;
	capture.output->first_chunk = request->first_chunk;
	error = se_arena_open(capture.arena, request->output_bytes_max, populate);
	if (!error && program) {
		error = se_captures_prepare(&capture);
		if (!error)
			error = se_captures_load(&capture, tables, table_bytes);
		if (error == -EINVAL)
			result->outcome = SE_OUTCOME_INTERNAL_FAILURE; /* a program that does not fit its probe */
	}
	if (!error) {
		if (capture.probe)
			se_prepare_probe(&capture);
		error = run_on_own_thread(&capture);
		if (error)
			result->outcome = SE_OUTCOME_INTERNAL_FAILURE;
	}
	if (error)
		result->error_number = error < 0 ? -error : error;
	free(capture.threads);
	free(capture.notes.items);
	free(capture.scratch.items);
	se_captures_free(&capture);
	if (result->outcome != SE_OUTCOME_DONE) {
		se_output_free(capture.output);
		return result->outcome;
	}
	result->captured_bytes = filled_bytes(capture.output);
	*out = capture.output;
	return result->outcome;
}

uint32_t se_output_chunks(const struct se_output *output)
{
	return output->chunks;
}

uint32_t se_output_regions(const struct se_output *output)
{
	return output->chunks + 1;
}

const void *se_output_region(const struct se_output *output, uint32_t index, size_t *bytes)
{
	const uint8_t *chunk;
	uint64_t used;
	uint32_t chunks;

	if (index >= output->chunks) {
		*bytes = output->arena.used;
		return output->arena.base;
	}
	chunk = se_probe_chunks(output->probe, &chunks) + (uint64_t)(output->first_chunk + index) * SE_CHUNK_BYTES;
	memcpy(&used, chunk, sizeof(used));
	*bytes = used > SE_CHUNK_HEADER_BYTES && used <= SE_CHUNK_BYTES ? used - SE_CHUNK_HEADER_BYTES : 0;
	return chunk + SE_CHUNK_HEADER_BYTES;
}

void se_output_free(struct se_output *output)
{
	if (!output)
		return;
	if (output->arena.base)
		munmap(output->arena.base, output->arena.capacity);
	free(output);
}
