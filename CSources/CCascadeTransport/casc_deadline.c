/*
 * Deadlines: a heap of running transfers by the earliest instant at which one of their deadlines can be due.
 *
 * A deadline that moves later (a byte came, a token was decoded) does not touch the heap: when the old instant comes,
 * the true one is computed again. So a chunk costs a store, and a transfer is sifted about once per period.
 */
#include <stdlib.h>

#include "casc_internal.h"

static const uint64_t RECHECK_NANOSECONDS = 1000000000u;

static void place(casc_loop *loop, casc_slot *slot, int position) {
    loop->heap[position] = slot;
    slot->heap_position = position;
}

static void sift_up(casc_loop *loop, casc_slot *slot, int position) {
    while (position > 0) {
        int parent = (position - 1) / 2;
        if (loop->heap[parent]->fire_at <= slot->fire_at) break;
        place(loop, loop->heap[parent], position);
        position = parent;
    }
    place(loop, slot, position);
}

static void sift_down(casc_loop *loop, casc_slot *slot, int position) {
    for (;;) {
        int child = 2 * position + 1;
        if (child >= loop->heap_count) break;
        if (child + 1 < loop->heap_count && loop->heap[child + 1]->fire_at < loop->heap[child]->fire_at) child++;
        if (slot->fire_at <= loop->heap[child]->fire_at) break;
        place(loop, loop->heap[child], position);
        position = child;
    }
    place(loop, slot, position);
}

/* Whatever is in the heap has been opened and not closed: with room for all of these none is ever left out. */
bool casc_deadlines_reserve(casc_loop *loop) {
    int needed = (int)atomic_load_explicit(&loop->open_transfers, memory_order_relaxed);
    if (needed <= loop->heap_capacity) return true;
    int capacity = loop->heap_capacity == 0 ? 64 : loop->heap_capacity;
    while (capacity < needed) capacity *= 2;
    casc_slot **heap = realloc(loop->heap, (size_t)capacity * sizeof *heap);
    if (heap == NULL) return false;
    loop->heap = heap;
    loop->heap_capacity = capacity;
    return true;
}

typedef struct due {
    uint64_t at; /* 0: never */
    casc_deadline which;
} due;

static void consider(due *earliest, uint64_t from, uint64_t limit, casc_deadline which) {
    if (limit == 0 || (earliest->at != 0 && earliest->at <= from + limit)) return;
    *earliest = (due){.at = from + limit, .which = which};
}

/* A deadline that the consumer feeds. One that has not yet looked at what is there cannot be said to wait for the
   provider: then the deadline is not due, and is looked at again soon. */
static void consider_token(const casc_slot *slot, due *earliest, uint64_t from, uint64_t limit, casc_deadline which) {
    uint64_t now = slot->loop->now;
    if (from + limit <= now && casc_ring_unread(slot->ring) > 0) {
        consider(earliest, now, limit < RECHECK_NANOSECONDS ? limit : RECHECK_NANOSECONDS, which);
    } else {
        consider(earliest, from, limit, which);
    }
}

static void consider_tokens(const casc_slot *slot, due *earliest) {
    const casc_deadlines *limits = &slot->request.deadlines;
    uint64_t progress_at = atomic_load_explicit(&slot->progress_at, memory_order_relaxed);
    if (progress_at != 0) {
        consider_token(slot, earliest, progress_at, limits->progress, CASC_DEADLINE_PROGRESS);
        return;
    }
    consider_token(slot, earliest, slot->token_from, limits->first_token, CASC_DEADLINE_FIRST_TOKEN);
    /* Never due: the first call of casc_transfer_progress does not touch the heap, and may come right after this. */
    consider(earliest, slot->loop->now, limits->progress, CASC_DEADLINE_PROGRESS);
}

/* The earliest deadline of a transfer as things stand. */
static due earliest_of(const casc_slot *slot) {
    const casc_deadlines *limits = &slot->request.deadlines;
    due earliest = {0, CASC_DEADLINE_NONE};
    if (slot->draining) return (due){slot->drain_until, CASC_DEADLINE_TOTAL};
    consider(&earliest, 0, atomic_load_explicit(&slot->total_at, memory_order_relaxed), CASC_DEADLINE_TOTAL);
    if (atomic_load_explicit(&slot->paused, memory_order_relaxed) || slot->finishing) return earliest;
    if (slot->sent_at == 0) {
        consider(&earliest, slot->outcome.started_at, limits->connect, CASC_DEADLINE_CONNECT);
    } else if (slot->outcome.head_at == 0) {
        consider(&earliest, slot->sent_at, limits->head, CASC_DEADLINE_HEAD);
    } else {
        consider(&earliest, slot->last_byte_at, limits->idle, CASC_DEADLINE_IDLE);
    }
    consider_tokens(slot, &earliest);
    return earliest;
}

void casc_deadline_update(casc_slot *slot) {
    casc_loop *loop = slot->loop;
    uint64_t at = earliest_of(slot).at;
    if (at == 0) {
        casc_deadline_remove(slot);
    } else if (slot->heap_position == NOT_IN_HEAP) {
        slot->fire_at = at;
        sift_up(loop, slot, loop->heap_count++);
    } else if (at < slot->fire_at) {
        slot->fire_at = at;
        sift_up(loop, slot, slot->heap_position);
    }
}

void casc_deadline_remove(casc_slot *slot) {
    casc_loop *loop = slot->loop;
    if (slot->heap_position == NOT_IN_HEAP) return;
    int position = slot->heap_position;
    slot->heap_position = NOT_IN_HEAP;
    casc_slot *last = loop->heap[--loop->heap_count];
    if (last == slot) return;
    sift_down(loop, last, position);
    if (last->heap_position == position) sift_up(loop, last, position);
}

uint64_t casc_deadline_next(const casc_loop *loop) {
    return loop->heap_count == 0 ? 0 : loop->heap[0]->fire_at;
}

bool casc_deadlines_fire(casc_loop *loop) {
    bool any = false;
    while (loop->heap_count > 0 && loop->heap[0]->fire_at <= loop->now) {
        casc_slot *slot = loop->heap[0];
        due next = earliest_of(slot);
        if (next.at == 0) {
            casc_deadline_remove(slot);
        } else if (next.at <= loop->now) {
            casc_transfer_stop(slot, CASC_END_DEADLINE, next.which);
            any = true;
        } else {
            slot->fire_at = next.at;
            sift_down(loop, slot, 0);
        }
    }
    return any;
}
