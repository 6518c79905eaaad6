/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/* Shared memory between the probe and the native library that triggers it; the agent's C# never sees it. */
#pragma once

#include "abi.h"
#include "capture_state.h"

/* Keeps apart what several workers write from what else is there, and one worker's own from another's: a cache line
 * that changes hands costs more than all that is done with it. Words, because of aligned fields clang makes BTF that
 * libbpf does not take. */
#define SE_APART(name) uint64_t name[8]

/* One worker's private state. It lives here and not in a bpf_loop context, so that the verifier reads it back as
 * unknown scalars and does not walk the callback once per constant offset. */
struct se_shard {
	uint64_t chunk; /* being filled */
	uint64_t used; /* bytes of it, the leading word included */
	uint64_t first; /* index in allgs of the block in hand */
	uint64_t count; /* goroutines in it */
	uint64_t has_chunk;
	uint64_t dead;
	uint64_t recorded;
	uint64_t task; /* the worker that was seen with our signal */
	uint64_t number; /* of this shard, then; kept here because what the verifier reads from memory it does not know */
	uint64_t started;
	uint64_t finished;
	uint64_t gs[SE_BLOCK_GOROUTINES];
	struct se_walk walk; /* over the stack in hand; here because the probe's own stack is small */
	SE_APART(apart);
};

/* Which code is wanted, roughly: all of it lies in one stretch, and bit i stands for the granules i, i + bits,
 * i + 2 * bits, ... from there on. Of one size for all, so that a look takes no call; exact for 8 MiB of code. */
#define SE_FILTER_GRANULE 32
#define SE_FILTER_WORDS 4096

struct se_filter {
	uint64_t start; /* run-time address */
	uint64_t bytes;
	uint64_t words[SE_FILTER_WORDS];
};

struct se_control {
	uint64_t nonce; /* workers present nonce + shard as the value of their signal */
	uint64_t allgs;
	uint64_t count;
	uint64_t stack_bytes_max;
	uint64_t abort;
	uint64_t deadline; /* CLOCK_MONOTONIC, which is bpf_ktime_get_ns */
	uint64_t capture_epoch; /* number of the snapshot, 1 to 65535 */
	uint64_t chunks_end; /* the first chunk that is not ours */
	struct se_capture_program program; /* with ranges 0: none */
	struct se_layout layout;
	SE_APART(apart);
	uint64_t next_block;
	uint64_t next_chunk;
	uint64_t next_note;
	uint64_t next_retry;
	uint64_t capture_bytes; /* granted for objects to all workers */
	SE_APART(apart_too);
	struct se_shard shards[SE_MAX_WORKERS];
	struct se_filter filter;
	SE_APART(apart_from_all);
	uint64_t inside; /* workers in the probe, also late ones; the only field that outlives a snapshot */
};

/* What is known when the probe is loaded: code for the rest is dead, and the verifier removes it. */
struct se_probe_options {
	uint32_t captures; /* there is a capture program */
	uint32_t in_parallel; /* workers run at x86_fpu_regs_activated, not at signal_deliver */
};

/* A note names a record that needs more reading after the probe (chunk << 32 | offset), or with one of these bits the
 * index in allgs of what the probe could not read or had no room for. */
#define SE_NOTE_UNREAD_BLOCK (1ULL << 63)
#define SE_NOTE_UNREAD_GOROUTINE (1ULL << 62)
#define SE_NOTE_INDEX ((1ULL << 62) - 1)

/* A chunk that is never there. */
#define SE_NO_CHUNK UINT32_MAX

/* Each chunk begins with a word that counts its used bytes, itself included. */
#define SE_CHUNK_HEADER_BYTES 8

/* 32-bit signal numbers and siginfo offsets are the same on amd64 and arm64 (asm-generic/siginfo.h). */
#define SE_PROBE_SIGNAL 23 /* SIGURG: Go's own preemption signal; the runtime tolerates spurious ones */
#define SE_SIGINFO_VALUE_OFFSET 24 /* si_value of rt signals, unused bytes of a tgkill's siginfo */
