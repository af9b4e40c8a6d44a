/*
 * The table of transfers: slots in chunks that never move, a free list, and the stack of submissions.
 *
 * A slot's word holds its generation, what was submitted to it, and whether it is on the stack. Whoever sets SLOT_QUEUED
 * pushes the slot, so it is there at most once and a submission needs no memory; the bit outlives a change of
 * generation, because the slot stays on the stack then. The loop takes the whole stack with one exchange, which makes
 * the push's compare-and-swap safe from reuse of an index in between.
 */
#include <stdlib.h>

#include "casc_internal.h"

static uint32_t index_of(casc_transfer_id transfer) {
    return (uint32_t)transfer;
}
static uint32_t generation_of(uint64_t word) {
    return (uint32_t)(word >> 32);
}

casc_slot *casc_slot_find(casc_loop *loop, casc_transfer_id transfer) {
    uint32_t index = index_of(transfer);
    if (index >= (uint32_t)CHUNK_SLOTS * MAX_CHUNKS) return NULL;
    casc_slot *chunk = atomic_load_explicit(&loop->chunks[index / CHUNK_SLOTS], memory_order_acquire);
    if (chunk == NULL) return NULL;
    casc_slot *slot = &chunk[index % CHUNK_SLOTS];
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_acquire);
    return generation_of(word) == generation_of(transfer) ? slot : NULL;
}

static void push_submitted(casc_loop *loop, casc_slot *slot) {
    uint32_t top = atomic_load_explicit(&loop->submitted, memory_order_relaxed);
    do {
        atomic_store_explicit(&slot->next_submitted, top, memory_order_relaxed);
        /* release: pairs with the exchange in casc_slots_take_submitted, so the loop sees the request it names */
    } while (!atomic_compare_exchange_weak_explicit(&loop->submitted, &top, slot->index + 1, memory_order_release,
                                                    memory_order_relaxed));
}

bool casc_slot_submit(casc_loop *loop, casc_transfer_id transfer, uint32_t what) {
    casc_slot *slot = casc_slot_find(loop, transfer);
    if (slot == NULL) return false;
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed);
    do {
        if (generation_of(word) != generation_of(transfer)) return false;
    } while (!atomic_compare_exchange_weak_explicit(&slot->word, &word, word | what | SLOT_QUEUED, memory_order_acq_rel,
                                                    memory_order_relaxed));
    if ((word & SLOT_QUEUED) == 0) {
        push_submitted(loop, slot);
        casc_loop_wake(loop);
    }
    return true;
}

bool casc_slots_take_submitted(casc_loop *loop) {
    uint32_t top = atomic_exchange_explicit(&loop->submitted, 0, memory_order_acquire);
    if (top == 0) return false;
    /* The stack is newest first; turn it round so that requests start in the order in which they came. */
    uint32_t oldest = 0;
    while (top != 0) {
        casc_slot *slot = &atomic_load(&loop->chunks[(top - 1) / CHUNK_SLOTS])[(top - 1) % CHUNK_SLOTS];
        uint32_t next = atomic_load_explicit(&slot->next_submitted, memory_order_relaxed);
        atomic_store_explicit(&slot->next_submitted, oldest, memory_order_relaxed);
        oldest = top;
        top = next;
    }
    while (oldest != 0) {
        casc_slot *slot = &atomic_load(&loop->chunks[(oldest - 1) / CHUNK_SLOTS])[(oldest - 1) % CHUNK_SLOTS];
        /* Read before the bits are cleared: from then on another thread may push the slot again. */
        oldest = atomic_load_explicit(&slot->next_submitted, memory_order_relaxed);
        uint64_t word = atomic_fetch_and_explicit(&slot->word, 0xffffffff00000000u, memory_order_acq_rel);
        casc_transfer_submitted(slot, (uint32_t)word);
    }
    return true;
}

/* With the lock held. */
static bool grow(casc_loop *loop) {
    if (loop->chunk_count == MAX_CHUNKS) return false;
    casc_slot *chunk = calloc(CHUNK_SLOTS, sizeof(casc_slot));
    if (chunk == NULL) return false;
    for (uint32_t i = CHUNK_SLOTS; i-- > 0;) {
        casc_slot *slot = &chunk[i];
        slot->index = loop->chunk_count * CHUNK_SLOTS + i;
        slot->loop = loop;
        slot->heap_position = NOT_IN_HEAP;
        atomic_init(&slot->word, (uint64_t)1 << 32);
        slot->next_free = loop->free_slots;
        loop->free_slots = slot->index + 1;
    }
    atomic_store_explicit(&loop->chunks[loop->chunk_count], chunk, memory_order_release);
    loop->chunk_count++;
    return true;
}

static casc_slot *take_free(casc_loop *loop) {
    casc_slot *slot = NULL;
    pthread_mutex_lock(&loop->lock);
    if (!loop->closed && (loop->free_slots != 0 || grow(loop))) {
        uint32_t index = loop->free_slots - 1;
        slot = &atomic_load(&loop->chunks[index / CHUNK_SLOTS])[index % CHUNK_SLOTS];
        loop->free_slots = slot->next_free;
        atomic_fetch_add_explicit(&loop->open_transfers, 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&loop->lock);
    return slot;
}

static void put_free(casc_slot *slot) {
    casc_loop *loop = slot->loop;
    if (slot->ring != NULL) {
        bool is_here = casc_loop_is_current(loop);
        casc_ring_reset(slot->ring, !is_here);
        /* A free slot holds no buffer. */
        if (is_here) casc_buffers_take(loop, slot->ring);
    }
    pthread_mutex_lock(&loop->lock);
    slot->next_free = loop->free_slots;
    loop->free_slots = slot->index + 1;
    pthread_mutex_unlock(&loop->lock);
    atomic_fetch_sub_explicit(&loop->open_transfers, 1, memory_order_release);
}

casc_transfer_id casc_transfer_open(casc_loop *loop, casc_endpoint *endpoint) {
    casc_slot *slot = take_free(loop);
    if (slot == NULL) return 0;
    if (slot->ring == NULL) {
        slot->ring = casc_ring_create(loop->options.ring_bytes, loop->options.max_record, NULL);
        if (slot->ring != NULL) casc_ring_meter(slot->ring, &loop->spilled);
    }
    if (slot->ring == NULL) {
        put_free(slot);
        casc_loop_wake(loop); /* a loop that stops waits for the last transfer */
        return 0;
    }
    casc_endpoint_retain(endpoint);
    slot->endpoint = endpoint;
    return (atomic_load_explicit(&slot->word, memory_order_relaxed) & 0xffffffff00000000u) | slot->index;
}

/* A new generation, with nothing submitted: whatever was submitted to the old one just now is void. A generation of 0
   is skipped, so that no id is ever 0. */
static void begin_generation(casc_slot *slot) {
    uint64_t word = atomic_load_explicit(&slot->word, memory_order_relaxed), next;
    do {
        uint32_t generation = generation_of(word) + 1;
        if (generation == 0) generation = 1;
        next = ((uint64_t)generation << 32) | (word & SLOT_QUEUED);
    } while (
        !atomic_compare_exchange_weak_explicit(&slot->word, &word, next, memory_order_acq_rel, memory_order_relaxed));
}

/* A transfer may be closed on one thread while another is still waiting for it, or about to: it must not wait on. */
static void dismiss_waiter(casc_slot *slot) {
    /* Pairs with the fence in casc_transfer_wait: it sees the new generation, or its waiter is seen here. */
    atomic_thread_fence(memory_order_seq_cst);
    uintptr_t waiter = atomic_exchange_explicit(&slot->waiter, WAITER_NONE, memory_order_acq_rel);
    if (waiter > WAITER_SIGNALLED) slot->loop->options.resume(slot->loop->options.context, (void *)waiter);
}

void casc_slot_release_request(casc_slot *slot) {
    void *owner = slot->request.owner;
    slot->request.owner = NULL;
    if (owner != NULL) slot->loop->options.released(slot->loop->options.context, owner);
}

void casc_slot_recycle(casc_slot *slot) {
    casc_loop *loop = slot->loop;
    casc_endpoint *endpoint = slot->endpoint;
    slot->endpoint = NULL;
    /* A free slot must not look as if it were under way: casc_loop_stop ends whatever does. */
    slot->finishing = slot->draining = slot->closing = false;
    begin_generation(slot);
    dismiss_waiter(slot);
    /* What a consumer may look at before the loop has seen its request. */
    atomic_store_explicit(&slot->progress_at, 0, memory_order_relaxed);
    atomic_store_explicit(&slot->paused, false, memory_order_relaxed);
    atomic_store_explicit(&slot->head_done, false, memory_order_relaxed);
    atomic_store_explicit(&slot->ended, false, memory_order_relaxed);
    if (slot->head_capacity > 8192) {
        free(slot->head);
        slot->head = NULL;
        slot->head_capacity = 0;
    }
    casc_loop_count_idleness(loop);
    casc_slot_release_request(slot);
    casc_endpoint_release(endpoint);
    put_free(slot);
}

void casc_slot_signal(casc_slot *slot) {
    uintptr_t waiter = atomic_load_explicit(&slot->waiter, memory_order_relaxed);
    for (;;) {
        uintptr_t next = waiter > WAITER_SIGNALLED ? WAITER_NONE : WAITER_SIGNALLED;
        /* acq_rel: the consumer that is woken (or that sees SIGNALLED) sees what was published before */
        if (atomic_compare_exchange_weak_explicit(&slot->waiter, &waiter, next, memory_order_acq_rel,
                                                  memory_order_relaxed)) {
            break;
        }
    }
    if (waiter > WAITER_SIGNALLED) slot->loop->options.resume(slot->loop->options.context, (void *)waiter);
}

void casc_slots_each(casc_loop *loop, void (*visit)(casc_slot *slot)) {
    for (uint32_t chunk = 0; chunk < loop->chunk_count; chunk++) {
        for (uint32_t i = 0; i < CHUNK_SLOTS; i++) visit(&atomic_load(&loop->chunks[chunk])[i]);
    }
}

static void free_slot_memory(casc_slot *slot) {
    casc_ring_destroy(slot->ring);
    free(slot->head);
}

void casc_slots_free(casc_loop *loop) {
    casc_slots_each(loop, free_slot_memory);
    for (uint32_t chunk = 0; chunk < loop->chunk_count; chunk++) free(atomic_load(&loop->chunks[chunk]));
}

void casc_slots_give_back(casc_loop *loop) {
    pthread_mutex_lock(&loop->lock);
    for (uint32_t next = loop->free_slots; next != 0;) {
        casc_slot *slot = &atomic_load(&loop->chunks[(next - 1) / CHUNK_SLOTS])[(next - 1) % CHUNK_SLOTS];
        if (slot->ring != NULL) casc_ring_reset(slot->ring, true);
        free(slot->head);
        slot->head = NULL;
        slot->head_capacity = 0;
        next = slot->next_free;
    }
    pthread_mutex_unlock(&loop->lock);
}
