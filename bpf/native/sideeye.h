/* SPDX-License-Identifier: Apache-2.0 */
/* The native library as C# sees it. Everything between freeze and resume happens inside se_snapshot. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "abi.h"

#define SE_EXPORT __attribute__((visibility("default")))

struct se_probe; /* the loaded BPF object */
struct se_output; /* the records of one snapshot */

/* Loads and attaches the probe with room for `chunks` chunks, `notes` goroutines that need a second look, and a capture
 * program of `program`'s size; null when it will have none.
 * Returns 0 or -errno; the kernel's and libbpf's words are in `log`. */
SE_EXPORT int se_probe_load(const void *object, size_t object_bytes, uint32_t chunks, uint32_t notes,
			    const struct se_capture_program *program, char *log, size_t log_bytes, struct se_probe **probe);
SE_EXPORT void se_probe_free(struct se_probe *probe);

/* Takes the probe away from its tracepoints, so that it costs the host nothing, and keeps it loaded; -EBUSY when it
 * must not be used again. Its records are gone, and wiped. se_probe_attach makes it ready anew; 0 or -errno. */
SE_EXPORT int se_probe_rest(struct se_probe *probe);
SE_EXPORT int se_probe_attach(struct se_probe *probe);

/* Freezes the target, copies its goroutines and what `program` wants of them, lets it go. Records of other snapshots
 * stay in the probe's chunks that the request leaves alone. `probe` may be null for the vm_read reader, `program` when
 * nothing is captured; `tables` are its tables, one after the other. A probe that a worker of an earlier snapshot is
 * still in is left alone; result->reader says who read.
 * Returns an enum se_outcome, also in result->outcome. On SE_OUTCOME_DONE *output holds the records, else null. */
SE_EXPORT uint32_t se_snapshot(struct se_probe *probe, const struct se_snapshot_request *request,
			       const struct se_capture_program *program, const void *tables,
			       size_t table_bytes, struct se_snapshot_result *result, struct se_output **output);

/* Device and inode of the program that the process executes; 0 or -errno. */
SE_EXPORT int se_program_identity(int32_t pid, uint64_t *device, uint64_t *inode);

/* Chunks of the probe that hold records, from the request's first on. */
SE_EXPORT uint32_t se_output_chunks(const struct se_output *output);

/* The records are in a few regions of memory; each is a sequence of records. */
SE_EXPORT uint32_t se_output_regions(const struct se_output *output);
SE_EXPORT const void *se_output_region(const struct se_output *output, uint32_t index, size_t *bytes);
SE_EXPORT void se_output_free(struct se_output *output);
