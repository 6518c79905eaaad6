/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of a stopped thread, for each processor we build for. */
#pragma once

#include <elf.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

struct se_registers {
	uint64_t pc;
	uint64_t sp;
	uint64_t bp;
	uint64_t thread_pointer;
	uint64_t system_call; /* all ones in user mode */
};

static inline int se_read_registers(pid_t tid, struct se_registers *registers)
{
#if defined(__x86_64__)
	struct user_regs_struct regs;
	struct iovec io = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &io))
		return -1;
	*registers = (struct se_registers){ regs.rip, regs.rsp, regs.rbp, regs.fs_base, regs.orig_rax };
#elif defined(__aarch64__)
	struct user_regs_struct regs;
	uint64_t tls = 0;
	int call = -1;
	struct iovec io = { &regs, sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &io))
		return -1;
	io = (struct iovec){ &tls, sizeof(tls) };
	ptrace(PTRACE_GETREGSET, tid, (void *)NT_ARM_TLS, &io);
	io = (struct iovec){ &call, sizeof(call) };
	ptrace(PTRACE_GETREGSET, tid, (void *)NT_ARM_SYSTEM_CALL, &io);
	*registers = (struct se_registers){ regs.pc, regs.sp, regs.regs[29], tls, (uint64_t)(int64_t)call };
#else
#error "registers of this processor are not described"
#endif
	return 0;
}
