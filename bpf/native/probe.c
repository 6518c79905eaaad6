/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "capture.h"
#include "probe.h"

static __thread char *log_text;
static __thread size_t log_room;

static int keep_log(enum libbpf_print_level level, const char *format, va_list arguments)
{
	int written;

	if (level == LIBBPF_DEBUG || log_room < 2)
		return 0;
	written = vsnprintf(log_text, log_room, format, arguments);
	if (written > 0) {
		size_t taken = (size_t)written < log_room ? (size_t)written : log_room - 1;

		log_text += taken;
		log_room -= taken;
	}
	return 0;
}

static void *map_array(struct bpf_object *object, const char *name, size_t bytes)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, name);
	void *memory;

	if (!map)
		return NULL;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
	return memory == MAP_FAILED ? NULL : memory;
}

static const char *const table_maps[SE_TABLES] = {
	[SE_TABLE_OPS] = "capture_ops",
	[SE_TABLE_ROUTINES] = "capture_routines",
	[SE_TABLE_PIECES] = "capture_pieces",
	[SE_TABLE_RANGES] = "capture_ranges",
	[SE_TABLE_TYPES] = "capture_types",
	[SE_TABLE_CONSTANTS] = "capture_constants",
	[SE_TABLE_NAMES] = "capture_names",
	[SE_TABLE_SEEN] = "capture_seen",
	[SE_TABLE_RETRIES] = "capture_retries",
	[SE_TABLE_MACHINES] = "capture_machines",
};

/* Room for a capture program. */
static int make_room(struct se_probe *probe, const struct se_capture_program *program)
{
	for (enum se_table i = 0; i < SE_TABLES; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(probe->object, table_maps[i]);
		uint32_t count = se_table_entries(program, i);
		int error;

		probe->tables.count[i] = count ? count : 1;
		error = map ? bpf_map__set_max_entries(map, probe->tables.count[i]) : -EINVAL;
		if (error)
			return error;
	}
	return 0;
}

static int map_tables(struct se_probe *probe)
{
	for (enum se_table i = 0; i < SE_TABLES; i++) {
		probe->tables.at[i] = map_array(probe->object, table_maps[i],
						probe->tables.count[i] * se_table_entry_bytes[i]);
		if (!probe->tables.at[i])
			return -ENOMEM;
	}
	return 0;
}

static int load(struct se_probe *probe, const struct se_capture_program *room, bool in_parallel)
{
	const struct se_probe_options options = { .captures = room != NULL, .in_parallel = in_parallel };
	struct bpf_map *chunks = bpf_object__find_map_by_name(probe->object, "chunks");
	struct bpf_map *notes = bpf_object__find_map_by_name(probe->object, "notes");
	struct bpf_map *globals = bpf_object__find_map_by_name(probe->object, ".bss");
	struct bpf_map *constants = bpf_object__find_map_by_name(probe->object, ".rodata");
	struct bpf_program *at_signal = bpf_object__find_program_by_name(probe->object, "on_signal_deliver");
	struct bpf_program *behind = bpf_object__find_program_by_name(probe->object, "on_fpu_regs_activated");
	int error;

	if (!chunks || !notes || !globals || !constants || !at_signal || !behind)
		return -EINVAL;
	probe->programs[SIGNAL_DELIVER] = at_signal;
	probe->programs[FPU_REGS_ACTIVATED] = in_parallel ? behind : NULL;
	error = bpf_program__set_autoload(behind, in_parallel);
	if (!error)
		error = bpf_map__set_initial_value(constants, &options, sizeof(options));
	if (!error)
		error = bpf_map__set_max_entries(chunks, probe->chunk_count);
	if (!error)
		error = bpf_map__set_max_entries(notes, probe->note_count);
	if (!error && room)
		error = make_room(probe, room);
	if (!error)
		error = bpf_object__load(probe->object);
	if (error)
		return error;
	if (bpf_map__value_size(globals) < sizeof(*probe->control))
		return -EINVAL;
	probe->control = map_array(probe->object, ".bss", sizeof(*probe->control));
	probe->chunks = map_array(probe->object, "chunks", (size_t)probe->chunk_count * SE_CHUNK_BYTES);
	probe->notes = map_array(probe->object, "notes", (size_t)probe->note_count * sizeof(uint64_t));
	if (!probe->control || !probe->chunks || !probe->notes)
		return -ENOMEM;
	if (room && map_tables(probe))
		return -ENOMEM;
	return se_probe_attach(probe);
}

/* Where the log of what libbpf and the verifier say begins anew. */
static void begin_log(char *log, size_t bytes)
{
	log_text = log;
	log_room = bytes;
	if (bytes)
		*log = 0;
}

int se_probe_load(const void *object, size_t object_bytes, uint32_t chunks, uint32_t notes,
		  const struct se_capture_program *program, char *log, size_t log_bytes, struct se_probe **out)
{
	int error = -ENOMEM;

	*out = NULL;
	libbpf_set_print(keep_log);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	/* Not every architecture has a place where workers run at once: then they run one after the other. */
	for (int in_parallel = 1; in_parallel >= 0; in_parallel--) {
		struct se_probe *probe = calloc(1, sizeof(*probe));

		if (!probe)
			return -ENOMEM;
		begin_log(log, log_bytes);
		probe->chunk_count = chunks ? chunks : 1;
		probe->note_count = notes ? notes : 1;
		probe->object = bpf_object__open_mem(object, object_bytes, NULL);
		error = probe->object ? load(probe, program, in_parallel) : -errno;
		log_room = 0;
		if (!error) {
			*out = probe;
			return 0;
		}
		se_probe_free(probe);
	}
	return error;
}

void se_probe_free(struct se_probe *probe)
{
	if (!probe)
		return;
	se_probe_detach(probe);
	if (probe->control)
		munmap(probe->control, sizeof(*probe->control));
	if (probe->chunks)
		munmap(probe->chunks, (size_t)probe->chunk_count * SE_CHUNK_BYTES);
	if (probe->notes)
		munmap(probe->notes, (size_t)probe->note_count * sizeof(uint64_t));
	se_tables_free(&probe->tables);
	if (probe->object)
		bpf_object__close(probe->object);
	free(probe);
}

struct se_control *se_probe_control(struct se_probe *probe)
{
	return probe->control;
}

uint8_t *se_probe_chunks(struct se_probe *probe, uint32_t *count)
{
	*count = probe->chunk_count;
	return probe->chunks;
}

uint64_t *se_probe_notes(struct se_probe *probe, uint32_t *count)
{
	*count = probe->note_count;
	return probe->notes;
}

struct se_tables *se_probe_tables(struct se_probe *probe)
{
	return &probe->tables;
}
