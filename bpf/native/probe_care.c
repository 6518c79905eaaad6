/* SPDX-License-Identifier: Apache-2.0 */
/* What a loaded probe needs before and between snapshots: its places in the kernel, nobody in it, and nothing left. */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "probe.h"

static const char *const tracepoints[PROGRAMS] = {
	[SIGNAL_DELIVER] = "signal_deliver",
	[FPU_REGS_ACTIVATED] = "x86_fpu_regs_activated",
};

int se_probe_attach(struct se_probe *probe)
{
	for (int i = 0; i < PROGRAMS; i++) {
		if (!probe->programs[i] || probe->links[i])
			continue;
		probe->links[i] = bpf_program__attach_raw_tracepoint(probe->programs[i], tracepoints[i]);
		if (libbpf_get_error(probe->links[i])) {
			int error = errno ? -errno : -EINVAL;

			probe->links[i] = NULL;
			return error;
		}
	}
	return 0;
}

void se_probe_detach(struct se_probe *probe)
{
	for (int i = 0; i < PROGRAMS; i++)
		if (probe->links[i])
			bpf_link__destroy(probe->links[i]);
	memset(probe->links, 0, sizeof(probe->links));
}

/* How long a late worker may take to see that nobody wants it any more. */
#define LEAVE_NS 20000000

/* Ends what is under way, and says whether no worker of it is left that would write into the next snapshot. One that is
 * on its way and not yet inside finds no snapshot of its own any more (snapshot.bpf.c, enter). */
bool se_probe_is_quiet(struct se_probe *probe)
{
	const struct timespec a_moment = { .tv_nsec = 50000 };
	uint64_t until = se_monotonic_ns() + LEAVE_NS;

	__atomic_store_n(&probe->control->nonce, 0, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&probe->control->inside, __ATOMIC_SEQ_CST)) {
		__atomic_store_n(&probe->control->abort, 1, __ATOMIC_RELAXED);
		if (se_monotonic_ns() > until)
			return false;
		nanosleep(&a_moment, NULL);
	}
	return true;
}

/* Clears the first entries of an array, as many as were counted. */
static void clear(void *entries, size_t entry_bytes, uint64_t counted, uint32_t count)
{
	if (entries)
		memset(entries, 0, (counted < count ? counted : count) * entry_bytes);
}

/* Clears what a snapshot is about, and what its workers left for us to do. */
void se_probe_forget(struct se_probe *probe)
{
	const struct se_control *control = probe->control;
	const struct se_tables *tables = &probe->tables;

	clear(probe->notes, sizeof(uint64_t), control->next_note, probe->note_count);
	clear(tables->at[SE_TABLE_RETRIES], se_table_entry_bytes[SE_TABLE_RETRIES], control->next_retry,
	      tables->count[SE_TABLE_RETRIES]);
	memset(probe->control, 0, offsetof(struct se_control, inside));
}

/* Clears what was copied into some chunks: those that were filled, whose first words are not zero, as a whole. Behind
 * the last record may be what was read and then not wanted. */
void se_probe_wipe(struct se_probe *probe, uint32_t first, uint32_t end)
{
	for (uint32_t i = first; i < end && i < probe->chunk_count; i++) {
		uint8_t *chunk = probe->chunks + (size_t)i * SE_CHUNK_BYTES;

		if (*(const uint64_t *)chunk)
			memset(chunk, 0, SE_CHUNK_BYTES);
	}
}

/* What was copied of a target does not lie around until somebody needs the room. */
int se_probe_rest(struct se_probe *probe)
{
	const struct se_tables *tables = &probe->tables;

	se_probe_detach(probe);
	if (!se_probe_is_quiet(probe))
		return -EBUSY;
	se_probe_wipe(probe, 0, probe->chunk_count);
	se_probe_forget(probe);
	clear(tables->at[SE_TABLE_MACHINES], se_table_entry_bytes[SE_TABLE_MACHINES], UINT64_MAX,
	      tables->count[SE_TABLE_MACHINES]);
	return 0;
}
