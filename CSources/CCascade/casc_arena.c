#include "casc_arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "casc_memory.h"

enum { ALIGNMENT = 16, SMALLEST_BLOCK = 256 };

/* `size` counts the header too: it is what the allocator was asked for. `used` counts only the bytes after it. */
typedef struct block {
    _Alignas(ALIGNMENT) struct block *_Nullable previous;
    size_t size;
    size_t used;
} block;

_Static_assert(sizeof(block) % ALIGNMENT == 0, "the bytes after a header must stay aligned");

struct casc_arena {
    const casc_allocator *allocator;
    block *_Nullable current; /* newest first; only this one is allocated from */
    block *_Nullable spare;   /* emptied blocks of the usual size */
    size_t usual_size;
    size_t max_bytes;
    size_t reserved; /* the sizes of all blocks, spare ones included */
    size_t used;     /* the sum of `used` over the chain */
    casc_status last_status;
};

static uint8_t *block_bytes_of(block *b) {
    return (uint8_t *)(b + 1);
}

static size_t block_capacity(const block *b) {
    return b->size - sizeof(block);
}

/* Rounds up to the alignment, an empty allocation to one unit so that it is told apart from the next. False on
   overflow. */
static bool round_up(size_t size, size_t *rounded) {
    if (size > SIZE_MAX - ALIGNMENT - sizeof(block)) return false;
    *rounded = size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    return true;
}

casc_arena *casc_arena_create(size_t block_bytes, size_t max_bytes, const casc_allocator *allocator) {
    allocator = casc_memory_or_standard(allocator);
    casc_arena *arena = casc_memory_allocate(allocator, sizeof(casc_arena));
    if (arena == NULL) return NULL;
    size_t usual = block_bytes < SMALLEST_BLOCK ? SMALLEST_BLOCK : block_bytes;
    if (usual > max_bytes) usual = max_bytes;
    *arena = (casc_arena){
        .allocator = allocator,
        .usual_size = usual & ~(size_t)(ALIGNMENT - 1),
        .max_bytes = max_bytes,
        .last_status = CASC_OK,
    };
    return arena;
}

static void release_block(casc_arena *arena, block *b) {
    arena->reserved -= b->size;
    casc_memory_release(arena->allocator, b);
}

static void release_spares(casc_arena *arena) {
    while (arena->spare != NULL) {
        block *b = arena->spare;
        arena->spare = b->previous;
        release_block(arena, b);
    }
}

void casc_arena_destroy(casc_arena *arena) {
    if (arena == NULL) return;
    casc_arena_rewind(arena, (casc_arena_mark){.block = NULL, .used = 0});
    release_spares(arena);
    casc_memory_release(arena->allocator, arena);
}

static void *_Nullable fail(casc_arena *arena, casc_status status) {
    arena->last_status = status;
    return NULL;
}

/* How large a new block for `needed` bytes, header included, should be: the usual size, or what the cap leaves, or
   just enough. 0 over the cap. */
static size_t choose_block_size(casc_arena *arena, size_t needed) {
    /* Spare blocks must not stand in the way of one that is needed. */
    if (needed > arena->max_bytes - arena->reserved) release_spares(arena);
    size_t left = arena->max_bytes - arena->reserved;
    if (needed > left) return 0;
    if (needed >= arena->usual_size) return needed;
    return arena->usual_size <= left ? arena->usual_size : needed;
}

static void push_block(casc_arena *arena, block *b) {
    b->used = 0;
    b->previous = arena->current;
    arena->current = b;
}

static casc_status add_block(casc_arena *arena, size_t needed) {
    if (needed <= arena->usual_size && arena->spare != NULL) {
        block *b = arena->spare;
        arena->spare = b->previous;
        push_block(arena, b);
        return CASC_OK;
    }
    size_t size = choose_block_size(arena, needed);
    if (size == 0) return CASC_TOO_LARGE;
    block *b = casc_memory_allocate(arena->allocator, size);
    if (b == NULL) return CASC_NO_MEMORY;
    b->size = size;
    arena->reserved += size;
    push_block(arena, b);
    return CASC_OK;
}

void *casc_arena_alloc(casc_arena *arena, size_t size) {
    size_t rounded;
    if (!round_up(size, &rounded)) return fail(arena, CASC_TOO_LARGE);
    block *b = arena->current;
    if (b == NULL || rounded > block_capacity(b) - b->used) {
        casc_status status = add_block(arena, rounded + sizeof(block));
        if (status != CASC_OK) return fail(arena, status);
        b = arena->current;
    }
    uint8_t *memory = block_bytes_of(b) + b->used;
    b->used += rounded;
    arena->used += rounded;
    arena->last_status = CASC_OK;
    return memory;
}

/* Moves the end of the newest allocation. False when `memory` is not the newest or its block has no room. */
static bool resize_in_place(casc_arena *arena, const uint8_t *memory, size_t old_rounded, size_t new_rounded) {
    block *b = arena->current;
    if (b == NULL || old_rounded > b->used) return false;
    size_t offset = b->used - old_rounded;
    if (memory != block_bytes_of(b) + offset || new_rounded > block_capacity(b) - offset) return false;
    arena->used = arena->used - old_rounded + new_rounded;
    b->used = offset + new_rounded;
    arena->last_status = CASC_OK;
    return true;
}

void *casc_arena_extend(casc_arena *arena, void *memory, size_t old_size, size_t new_size) {
    size_t old_rounded, new_rounded;
    if (!round_up(old_size, &old_rounded) || !round_up(new_size, &new_rounded)) return fail(arena, CASC_TOO_LARGE);
    if (new_rounded <= old_rounded || resize_in_place(arena, memory, old_rounded, new_rounded)) {
        arena->last_status = CASC_OK;
        return memory;
    }
    void *copy = casc_arena_alloc(arena, new_size);
    if (copy != NULL) memcpy(copy, memory, old_size);
    return copy;
}

casc_arena_mark casc_arena_save(const casc_arena *arena) {
    return (casc_arena_mark){
        .block = arena->current,
        .used = arena->current != NULL ? arena->current->used : 0,
    };
}

static void retire_block(casc_arena *arena, block *b) {
    if (b->size != arena->usual_size) {
        release_block(arena, b);
        return;
    }
    b->previous = arena->spare;
    arena->spare = b;
}

void casc_arena_rewind(casc_arena *arena, casc_arena_mark mark) {
    while (arena->current != mark.block) {
        block *b = arena->current;
        arena->current = b->previous;
        arena->used -= b->used;
        retire_block(arena, b);
    }
    if (arena->current != NULL) {
        arena->used -= arena->current->used - mark.used;
        arena->current->used = mark.used;
    }
}

void casc_arena_reset(casc_arena *arena) {
    casc_arena_rewind(arena, (casc_arena_mark){.block = NULL, .used = 0});
    block *kept = arena->spare;
    if (kept == NULL) return;
    arena->spare = kept->previous;
    release_spares(arena);
    kept->previous = NULL;
    arena->spare = kept;
}

size_t casc_arena_reserved(const casc_arena *arena) {
    return arena->reserved;
}

size_t casc_arena_used(const casc_arena *arena) {
    return arena->used;
}

casc_status casc_arena_last_status(const casc_arena *arena) {
    return arena->last_status;
}
