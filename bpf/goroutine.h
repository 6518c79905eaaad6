/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * What of a goroutine is copied. One decision for both readers: the probe in the kernel and process_vm_readv outside
 * must deliver the same bytes.
 */
#pragma once

#include "abi.h"

/* Values of g.atomicstatus: runtime/runtime2.go, unchanged from Go 1.19 to 1.27 (deadextra since 1.26). */
enum {
	GO_IDLE = 0,
	GO_RUNNING = 2,
	GO_SYSCALL = 3,
	GO_DEAD = 6,
	GO_DEAD_EXTRA = 11,
	GO_SCAN_BIT = 0x1000,
};

/* A record of the longest kind that a reader may write without asking for more room, and as much behind it as lets the
 * verifier see that blanking its last bytes stays within the chunk. */
#define SE_RECORD_BYTES_MAX                                                                        \
	(sizeof(struct se_record_header) + sizeof(struct se_goroutine_record) + SE_G_BYTES_MAX +   \
	 SE_INLINE_STACK_BYTES + SE_CAPTURE_BLANK_BYTES_MAX)

#define SE_NO_FIELD 65535 /* in a layout */

#define SE_ALIGN8(n) (((n) + 7) & ~(uint64_t)7)

/* The masks keep the verifier sure that a field lies within the copied g; every real offset is below them. */
#define SE_G_U64(g, offset) (*(const volatile uint64_t *)((g) + ((offset) & (SE_G_BYTES_MAX - 8))))
#define SE_G_U32(g, offset) (*(const volatile uint32_t *)((g) + ((offset) & (SE_G_BYTES_MAX - 4))))

struct se_stack_range {
	uint64_t start; /* 0: no stack to copy here */
	uint64_t bytes;
	uint32_t flags; /* enum se_goroutine_flags */
	uint32_t alive; /* 0: a free g kept by the runtime, or not yet started */
	uint32_t needs_follow; /* its m or its labels are wanted */
};

static __attribute__((always_inline)) inline struct se_stack_range
se_stack_of(const uint8_t *g, const struct se_layout *layout, uint64_t stack_bytes_max)
{
	struct se_stack_range range = {};
	uint32_t status = SE_G_U32(g, layout->g_status) & ~GO_SCAN_BIT;
	uint64_t low, high, sp, syscall_sp;

	if (status == GO_IDLE || status == GO_DEAD || status == GO_DEAD_EXTRA)
		return range;
	range.alive = 1;
	range.needs_follow = SE_G_U64(g, layout->g_labels) != 0;
	if (status == GO_RUNNING) {
		/* Its registers are those of a stopped thread; whoever holds the threads copies the stack. */
		range.flags = SE_GOROUTINE_FLAGS_ON_THREAD | SE_GOROUTINE_FLAGS_STACK_DEFERRED;
		range.needs_follow = 1;
		return range;
	}
	low = SE_G_U64(g, layout->g_stack_lo);
	high = SE_G_U64(g, layout->g_stack_hi);
	sp = SE_G_U64(g, layout->g_sched_sp);
	if (status == GO_SYSCALL) {
		/* entersyscall saves both (runtime/proc.go, reentersyscall); a cgo call may have moved sched on. */
		syscall_sp = SE_G_U64(g, layout->g_syscallsp);
		range.needs_follow = 1;
		if (sp < low || sp >= high || (syscall_sp >= low && syscall_sp < sp))
			sp = syscall_sp;
	}
	if (sp < low || sp >= high) {
		range.flags = SE_GOROUTINE_FLAGS_NO_STACK_POINTER;
		return range;
	}
	range.start = sp;
	range.bytes = high - sp;
	if (range.bytes > stack_bytes_max) {
		range.bytes = stack_bytes_max;
		range.flags |= SE_GOROUTINE_FLAGS_STACK_CUT;
	}
	if (range.bytes > SE_INLINE_STACK_BYTES)
		range.flags |= SE_GOROUTINE_FLAGS_STACK_DEFERRED;
	return range;
}
