/* SPDX-License-Identifier: Apache-2.0 */
/* The loaded probe, for those who load it and those who look after it. */
#pragma once

#include <bpf/libbpf.h>

#include "capture.h"

enum { SIGNAL_DELIVER, FPU_REGS_ACTIVATED, PROGRAMS };

struct se_probe {
	struct bpf_object *object;
	struct bpf_program *programs[PROGRAMS]; /* null where it is not loaded */
	struct bpf_link *links[PROGRAMS];
	struct se_control *control;
	uint8_t *chunks;
	uint64_t *notes;
	uint32_t chunk_count;
	uint32_t note_count;
	struct se_tables tables; /* of the capture program; empty when loaded without one */
};

void se_probe_detach(struct se_probe *probe);
