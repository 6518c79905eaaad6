/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only) */
/*
 * What the capture machine keeps between two steps. In the probe it lies in map memory, so that the verifier knows of
 * no value more than its type and walks the step once.
 *
 * A place in copied memory is a block and an offset in it: in the probe a chunk by its number, outside an address.
 */
#pragma once

#include "abi.h"

#define SE_INLINE static __attribute__((always_inline)) inline

/* Clang must not merge or move the bound that the verifier wants to see right before the use. */
#define SE_OPAQUE(value) asm volatile("" : "+r"(value))

#define SE_NOWHERE (~0ULL)
#define SE_ROUTINE_NONE 0xffffffffU
#define SE_ROUTINE_ITAB 0 /* of every capture program: capture_itab_bytes, no operations */

/* Free places in the queue below which an object's further elements wait for their turn. */
#define SE_QUEUE_RESERVE 16

/* What se_tables_fill finds out of an operation; bits of its flags that are not the program's. */
#define SE_OP_PLAIN (1U << 31) /* counted behind the pointer, of a routine of plain bytes: argument is their size */
#define SE_OP_QUEUED (1U << 30) /* pointer, to a routine with operations and of a size that is copied */
#define SE_OP_FOUND (SE_OP_PLAIN | SE_OP_QUEUED)

/* Why something of a frame is missing: flags of its goroutine. */
#define SE_CUT_FRAME SE_GOROUTINE_FLAGS_CAPTURES_CUT /* more than a frame may have */
#define SE_CUT_LATE (SE_GOROUTINE_FLAGS_CAPTURES_CUT | SE_GOROUTINE_FLAGS_CAPTURES_LATE)
#define SE_CUT_LONG (SE_GOROUTINE_FLAGS_CAPTURES_CUT | SE_GOROUTINE_FLAGS_CAPTURES_LONG)
#define SE_CUT_FULL (SE_GOROUTINE_FLAGS_CAPTURES_CUT | SE_GOROUTINE_FLAGS_CAPTURES_FULL)

enum se_want_kind {
	SE_WANT_OBJECT, /* count elements of routine at address */
	SE_WANT_RETRIED, /* the same, once more: neither a duplicate nor to be charged again */
	SE_WANT_INTERFACE, /* address is an itab, data the data word, routine the operation; depth is one more */
	SE_WANT_PLACE, /* count elements of routine, copied already, at offset address of block data */
	SE_WANT_TABLES, /* the same of a map's directory: count has the entries still wanted in its upper half */
};

struct se_want {
	uint64_t address;
	uint64_t data;
	uint32_t routine;
	uint32_t count;
	uint32_t depth; /* indirections that may still follow */
	uint32_t kind;
};

#define SE_OBJECT_OVERHEAD (sizeof(struct se_record_header) + sizeof(struct se_object_record))
#define SE_ROOM_BYTES (SE_CAPTURE_OBJECT_BYTES_MAX + 64) /* for any object's record */

/* Where a record is written. */
struct se_room {
	uint8_t *block;
	uint8_t *record; /* in it; null without room */
};

/* Something that the probe could not read. */
struct se_retry {
	struct se_want want;
	uint64_t frame_bytes_max; /* of the frame for which it was wanted */
	uint64_t record_block; /* of its goroutine */
	uint64_t record;
};

enum se_phase {
	SE_PHASE_WALK, /* looking for the next frame */
	SE_PHASE_OPERATIONS, /* over the elements in hand */
	SE_PHASE_PIECES, /* reading an object without what lies between its pieces */
	SE_PHASE_NAME, /* looking whether the next piece is a secret's */
	SE_PHASE_NEXT, /* from the queue */
	SE_PHASE_END,
};

/* A place where code near that which is wanted is to return to. */
struct se_place {
	uint64_t pc; /* address; all ones: none was found */
	uint64_t sp; /* then, from the stack's first byte; 0 of the innermost frame alone */
};

/* How far a copied stack has been looked through. */
struct se_walk {
	uint64_t stack; /* offset of its first byte in the block */
	uint64_t bytes;
	uint64_t start; /* address */
	struct se_place found; /* and not yet looked up */
	uint64_t word; /* the next to look at, from the stack's first byte */
	uint64_t words_end;
	uint64_t bp; /* then goes on here, from the stack's first byte; all ones: nowhere */
};

#define SE_ITAB_CACHE 64 /* a power of two */
#define SE_NAME_CACHE 256 /* likewise */

struct se_machine {
	uint64_t phase;
	uint64_t worker;
	uint64_t ticks; /* operations since the clock was looked at */
	uint64_t steps; /* operations spent on this goroutine */

	/* the copied stack */
	uint64_t record_block;
	uint64_t record; /* its goroutine_record */
	uint64_t stack_block;
	struct se_walk walk;
	uint64_t taken_bp; /* the last frame pointer that a frame in hand was found to have */

	/* the frame */
	uint64_t frame_bytes;
	uint64_t frame_bytes_max;
	uint64_t frame_cut; /* why something of it is missing; 0: nothing is */
	uint64_t head; /* of the queue */
	uint64_t tail;

	/* the elements in hand */
	uint64_t in_frame; /* 1: the only one is the frame, base its CFA */
	uint64_t frame_low; /* where its stack pointer is: below lies another */
	uint64_t is_sure; /* 1: it is a frame, and not only a word that looks like the return address of one */
	uint64_t base_block;
	uint64_t base;
	uint64_t low; /* first readable byte */
	uint64_t high; /* first behind */
	uint64_t element_bytes;
	uint64_t elements; /* this one and those behind it */
	uint64_t routine;
	uint64_t first_op;
	uint64_t op;
	uint64_t op_end;
	uint64_t depth;

	/* the map whose tables are read one after the other */
	struct se_want tables; /* those behind the one in hand; count 0: there are none */
	uint64_t entries; /* still wanted of them; all ones: as many as the operation says */
	uint64_t last_table;

	/* the object to be read */
	uint64_t ready; /* 1: it is this step's to begin with */
	struct se_want want;
	uint64_t want_element_bytes;
	uint64_t out_block; /* its record is to be at out */
	uint64_t out;
	uint64_t element;
	uint64_t piece;
	uint64_t piece_count;
	uint64_t first_piece;

	/* the name that decides on the piece */
	uint64_t named; /* 1 + its offset in the object; 0: none was looked at */
	uint64_t is_secret;
	uint64_t name_bytes; /* that are to be looked at */
	uint64_t name_cut; /* 1: there are more */
	uint64_t name_at; /* the next */
	uint64_t name_state;

	/* of the snapshot */
	uint64_t allowance; /* bytes that may be copied without asking for more */
	uint64_t objects;
	uint64_t object_bytes;
	uint64_t cut;
	uint64_t cuts; /* all that was in frame_cut */
	uint64_t retried;

	uint64_t known_names[SE_NAME_CACHE]; /* addresses; names are mostly constants */
	uint64_t known_lengths[SE_NAME_CACHE]; /* with SE_NAME_MARK of secrets */
	uint8_t name[SE_CAPTURE_NAME_BYTES_MAX];
	uint64_t itab[SE_CAPTURE_ITAB_BYTES / 8]; /* the one just read */
	uint64_t known_itabs[SE_ITAB_CACHE]; /* whose record is written */
	uint64_t known_types[SE_ITAB_CACHE];
	struct se_want queue[SE_CAPTURE_QUEUE];
};
