/*
 * casc_arena: the memory of one logical request, given out by moving a pointer and given back all at once.
 *
 * Layout: a chain of blocks, each a header followed by its bytes; `current` is the block that allocations come from.
 * Invariants: every pointer is 16-byte aligned; the sum of all blocks' sizes, headers and blocks kept for reuse
 * included, never exceeds `max_bytes`; an arena that has been reset keeps one block and no more. An allocation larger
 * than a block gets a block of its own size, and so does one for which the cap leaves no whole block.
 * Threads: one at a time. Ownership may move between threads with a happens-before edge; nothing here is atomic.
 */
#ifndef CASC_ARENA_H
#define CASC_ARENA_H

#include "casc_alloc.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct casc_arena casc_arena;

/* A point to rewind to. Valid until the arena is reset or rewound to an earlier mark. */
typedef struct casc_arena_mark {
    void *_Nullable block;
    size_t used;
} casc_arena_mark;

/* `block_bytes`: the usual block's size, header included. `max_bytes`: the hard cap over all blocks. NULL when memory
   is refused. No block is allocated until the first allocation. */
casc_arena *_Nullable casc_arena_create(size_t block_bytes, size_t max_bytes,
                                        const casc_allocator *_Nullable allocator);
void casc_arena_destroy(casc_arena *_Nullable arena);

/* `size` bytes, 16-byte aligned, uninitialised. NULL over the cap or when memory is refused: see
   casc_arena_last_status. */
void *_Nullable casc_arena_alloc(casc_arena *arena, size_t size);

/* Grows the allocation at `memory` from `old_size` to `new_size`: in place when it is the newest one and the block has
   room, else by copying (the old bytes stay allocated until a reset or rewind). NULL as casc_arena_alloc; then
   `memory` is still valid. A smaller `new_size` changes nothing. */
void *_Nullable casc_arena_extend(casc_arena *arena, void *memory, size_t old_size, size_t new_size);

casc_arena_mark casc_arena_save(const casc_arena *arena);
/* Frees everything allocated since `mark`; blocks of the usual size are kept for reuse, larger ones are freed. */
void casc_arena_rewind(casc_arena *arena, casc_arena_mark mark);
/* Frees everything; keeps one block of the usual size. */
void casc_arena_reset(casc_arena *arena);

/* Bytes reserved from the allocator for blocks, and bytes handed out, each allocation rounded up to 16. */
size_t casc_arena_reserved(const casc_arena *arena);
size_t casc_arena_used(const casc_arena *arena);
/* Why the last allocation failed: CASC_OK if it did not, CASC_TOO_LARGE or CASC_NO_MEMORY. */
casc_status casc_arena_last_status(const casc_arena *arena);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
