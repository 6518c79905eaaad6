/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps of one snapshot share. Lives on the snapshot's own thread. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "control.h"
#include "goroutine.h"
#include "registers.h"
#include "sideeye.h"

enum se_worker_state {
	SE_WORKER_NO,
	SE_WORKER_CHOSEN, /* a SIGURG is on its way */
	SE_WORKER_AT_SIGNAL, /* in signal-delivery-stop, has executed nothing */
	SE_WORKER_RUNNING, /* passing the probe */
};

struct se_thread {
	pid_t tid;
	pid_t target_tid;
	bool seized;
	bool stopped;
	bool can_work; /* in a plain ptrace stop and not blocking SIGURG */
	int pending_signal; /* the target's own, to be delivered when we let go */
	enum se_worker_state worker;
	uint32_t shard; /* of a worker in the probe */
	struct se_registers registers;
};

/* Output of the process_vm_readv side: one growing mapping, record after record. */
struct se_arena {
	uint8_t *base;
	uint64_t capacity;
	uint64_t used;
};

struct se_address_list {
	uint64_t *items;
	uint64_t count;
	uint64_t capacity;
};

/* The tables of the capture program and what goes with them: in the probe's maps, or in memory of ours. */
enum se_table {
	SE_TABLE_OPS,
	SE_TABLE_ROUTINES,
	SE_TABLE_PIECES,
	SE_TABLE_RANGES,
	SE_TABLE_TYPES,
	SE_TABLE_CONSTANTS,
	SE_TABLE_NAMES,
	SE_PROGRAM_TABLES, /* how many the program has */
	SE_TABLE_SEEN = SE_PROGRAM_TABLES,
	SE_TABLE_RETRIES,
	SE_TABLE_MACHINES,
	SE_TABLES,
};

struct se_tables {
	void *at[SE_TABLES];
	uint32_t count[SE_TABLES]; /* entries that there is room for */
	uint64_t epoch; /* of the snapshot, 1 to 65535 */
};

struct se_host; /* the capture machine outside the target */

struct se_capture {
	const struct se_snapshot_request *request;
	struct se_snapshot_result *result;
	struct se_probe *probe; /* null: everything is read from outside */
	struct se_output *output;
	struct se_arena *arena;
	struct se_thread *threads;
	uint32_t thread_count;
	uint32_t thread_capacity;
	uint64_t deadline; /* CLOCK_MONOTONIC ns */
	uint64_t allgs; /* address of the array of *g */
	uint64_t count; /* of its entries that we read */
	struct se_address_list notes; /* goroutine records of ours that need a second look, as pointers */
	struct se_address_list scratch;
	uint32_t following; /* of enum se_truncation: what is missing when the arena is full */
	const struct se_capture_program *program; /* null: nothing is captured */
	struct se_tables *tables;
	struct se_host *host;
	uint64_t *capture_bytes; /* spent on objects by all readers */
	struct se_address_list stacks; /* copied apart from their records, for capturing */
};

struct se_output {
	struct se_arena arena;
	struct se_probe *probe;
	uint32_t first_chunk; /* of the probe */
	uint32_t chunks; /* filled from there on */
};

/* clock.c */
uint64_t se_monotonic_ns(void);
uint64_t se_realtime_ns(void);
bool se_is_late(const struct se_capture *capture);
int se_ticks_start(timer_t *timer);
void se_ticks_stop(timer_t timer);
#define SE_TICK_SIGNAL (SIGRTMAX - 2)

/* freeze.c: each returns an enum se_outcome */
uint32_t se_freeze(struct se_capture *capture);
void se_resume(struct se_capture *capture);
bool se_same_program(const struct se_snapshot_request *request);
enum se_waited { SE_WAITED_STOPPED, SE_WAITED_GONE, SE_WAITED_TICK };
enum se_waited se_wait_once(struct se_capture *capture, struct se_thread *thread, int *status);
enum se_waited se_wait(struct se_capture *capture, struct se_thread *thread, int *status);

/* read_vm.c */
typedef bool se_claim(void *context, uint64_t *first, uint64_t *count);
void se_read_vm(struct se_capture *capture, se_claim *claim, void *context);
int se_read_target(pid_t pid, uint64_t address, void *destination, size_t bytes);
uint32_t se_find_goroutines(struct se_capture *capture);

/* read_bpf.c */
void se_prepare_probe(struct se_capture *capture);
void se_read_bpf(struct se_capture *capture);

/* notes.c */
void se_collect_notes(struct se_capture *capture);

/* follow.c: threads, running stacks, ms, deferred stacks */
void se_follow(struct se_capture *capture);
uint8_t *se_copy_memory(struct se_capture *capture, uint64_t address, uint64_t bytes);
void se_copy_flush(void);
bool se_was_read(const uint8_t *bytes);

/* labels.c */
void se_copy_labels(struct se_capture *capture);

/* batch.c: many small reads in few system calls */
struct se_batch {
	pid_t pid;
	uint32_t count;
	struct iovec local[1024];
	struct iovec remote[1024];
	void *tokens[1024];
	void (*failed)(void *token);
};
void se_batch_add(struct se_batch *batch, uint64_t address, void *destination, uint64_t bytes, void *token);
void se_batch_flush(struct se_batch *batch);

/* capture_tables.c */
extern const size_t se_table_entry_bytes[SE_TABLES];
uint32_t se_table_entries(const struct se_capture_program *program, enum se_table table);
int se_tables_allocate(struct se_tables *tables, const struct se_capture_program *program);
void se_tables_free(struct se_tables *tables);
int se_tables_fill(struct se_tables *tables, const struct se_capture_program *program, const void *block, size_t bytes);
void se_tables_next_epoch(struct se_tables *tables);
void se_tables_filter(const struct se_tables *tables, const struct se_capture_program *program,
		      struct se_filter *filter);

/* capture_host.c */
int se_captures_prepare(struct se_capture *capture);
int se_captures_load(struct se_capture *capture, const void *tables, size_t bytes);
void se_captures_free(struct se_capture *capture);
void se_capture_record(struct se_capture *capture, struct se_goroutine_record *record);
void se_captures_flush(struct se_capture *capture);
void se_capture_later(struct se_capture *capture, struct se_goroutine_record *record, const uint8_t *stack,
		      uint64_t pc, uint64_t bp);
void se_capture_saved_later(struct se_capture *capture, struct se_goroutine_record *record, const uint8_t *stack);
void se_capture_deferred(struct se_capture *capture);
void se_capture_retries(struct se_capture *capture);
void se_captures_count(struct se_capture *capture);

/* arena.c */
int se_arena_open(struct se_arena *arena, uint64_t capacity, uint64_t populate);
void *se_arena_take(struct se_arena *arena, uint64_t bytes);
bool se_list_add(struct se_address_list *list, uint64_t value);

/* probe.c */
struct se_control *se_probe_control(struct se_probe *probe);
uint8_t *se_probe_chunks(struct se_probe *probe, uint32_t *count);
uint64_t *se_probe_notes(struct se_probe *probe, uint32_t *count);
struct se_tables *se_probe_tables(struct se_probe *probe);
bool se_probe_is_quiet(struct se_probe *probe);
void se_probe_forget(struct se_probe *probe);
void se_probe_wipe(struct se_probe *probe, uint32_t first, uint32_t end);
