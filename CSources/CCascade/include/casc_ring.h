/*
 * casc_ring: a bounded ring of records between one producer (the loop thread) and one consumer (the request's task).
 *
 * A record is contiguous, so that it can be decoded in place: an 8-byte header, the payload, and a trailer of at least
 * CASC_RING_PADDING readable bytes, the first of which are the event's name. The trailer belongs to the record, so
 * reading it never races with the producer. Positions are 64-bit and only grow; an index is a position's distance from
 * the ring's base, modulo the buffer's size, a power of two.
 *
 *        release ──►│ published records │ open record │ free
 *                 tail                head
 *
 * Invariants: tail <= head <= tail + capacity. The consumer writes only tail, the producer only head; each reads the
 * other's with acquire and publishes its own with release. A record never wraps: where it would, a skip marker fills
 * the rest of the buffer. When the ring is empty the producer begins again at index 0, by moving the base to head, so a
 * paced stream touches the first page only. A record that outgrows the ring is spilled to a block of its own, which the
 * ring holds by pointer and the consumer's release frees; `max_record` bounds it, and a record may spill only when no
 * spilled one is unread, so memory stays below capacity + 2 * max_record however slow the consumer is.
 * The buffer is allocated at the first append, 4 KiB large. When a record or what comes at once does not fit, it grows
 * towards the capacity, but only while the ring is empty, so that neither side ever sees it move: a stream in small
 * pieces holds a page, and a burst finds a ring full at most a few times. It is kept over a reset, and can be given back
 * while the ring is empty and idle.
 *
 * CASC_FULL is only returned while a published record is unread, so a release is bound to come. A producer that goes to
 * sleep on it must first say so where the consumer looks after a release, and then try once more.
 */
#ifndef CASC_RING_H
#define CASC_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "casc_alloc.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

enum { CASC_RING_PADDING = 64, CASC_RING_NAME_MAX = 255 };

typedef struct casc_ring casc_ring;

typedef enum casc_record_kind {
    CASC_RECORD_DATA = 1,  /* one SSE event's data, or one NDJSON line */
    CASC_RECORD_ERROR = 2, /* as DATA, of an event named "error" or of the non-standard field "error:" */
    CASC_RECORD_TAIL = 3,  /* what was pending, undispatched, when the transport ended cleanly */
    CASC_RECORD_BODY = 4,  /* a whole body */
} casc_record_kind;

typedef struct casc_record {
    const uint8_t
        *_Nullable bytes; /* never NULL in a record that was peeked; CASC_RING_PADDING readable bytes, of any value, follow the payload */
    size_t length;
    const uint8_t *_Nullable name; /* the SSE event's name, NULL when there is none */
    size_t name_length;
    casc_record_kind kind;
} casc_record;

/* `capacity` is rounded up to a power of two, at least 4096. `max_record`: the largest payload. Both are limited to
   1 GiB. NULL when memory is refused. */
casc_ring *_Nullable casc_ring_create(size_t capacity, size_t max_record, const casc_allocator *_Nullable allocator);
void casc_ring_destroy(casc_ring *_Nullable ring);
/* Before the first append: adds the bytes of spilled records to `spilled` while they are held. It must outlive the ring. */
void casc_ring_meter(casc_ring *ring, _Atomic size_t *spilled);

/* Producer. */

/* Adds bytes to the open record, opening one if need be. CASC_FULL: nothing was taken; try again after the consumer
   has released. CASC_TOO_LARGE, CASC_NO_MEMORY: nothing was taken and the open record should be discarded. */
casc_status casc_ring_append(casc_ring *ring, const void *bytes, size_t length);
/* Announces that the open record will be of `length` bytes, or of fewer: a long one gets a block of that size at once,
   and is not copied while it grows. Never CASC_FULL. */
casc_status casc_ring_reserve(casc_ring *ring, size_t length);
/* Payload bytes of the open record. */
size_t casc_ring_open_length(const casc_ring *ring);
/* Closes the open record (an empty one if nothing was appended) and publishes it. `name` may be NULL; at most
   CASC_RING_NAME_MAX bytes of it are kept. Statuses as above. */
casc_status casc_ring_publish(casc_ring *ring, casc_record_kind kind, const void *_Nullable name, size_t name_length);
void casc_ring_discard(casc_ring *ring);
/* After CASC_FULL: the buffer is not to grow for that. */
void casc_ring_suffices(casc_ring *ring);
/* Whether the consumer may have seen the ring empty since the producer last asked, and there is now something to read:
   then it must be woken. Asked once after a batch of records; costs a fence when there were any. A consumer that peeks
   and finds nothing is certain to be covered by a later true. */
bool casc_ring_became_readable(casc_ring *ring);

/* Consumer. */

/* The oldest record, which stays valid until casc_ring_release. False when there is none. */
bool casc_ring_peek(casc_ring *ring, casc_record *record);
/* Gives back the record last peeked; nothing when none was. */
void casc_ring_release(casc_ring *ring);

/* Either side; exact for the caller's own end, a lower bound of progress for the other. */
size_t casc_ring_unread(const casc_ring *ring);   /* bytes between tail and head */
size_t casc_ring_capacity(const casc_ring *ring); /* the most it may buffer */
/* After CASC_FULL: how much may be unread when the producer had better try again. */
size_t casc_ring_low_mark(const casc_ring *ring);
size_t casc_ring_reserved(const casc_ring *ring); /* memory held now, spilled records included */

/* Neither side active: takes the buffer out of an empty ring, for another one's use; NULL when it has none or is not
   empty. The ring gets a new one at its next append, as large as this was. */
void *_Nullable casc_ring_detach(casc_ring *ring, size_t *size);
/* The size of the buffer that an append would allocate now; 0 when there is one. */
size_t casc_ring_wanted(const casc_ring *ring);
/* Neither side active, and `wanted` bytes are asked for: gives the ring a detached buffer of just that size. */
void casc_ring_attach(casc_ring *ring, void *buffer, size_t size);

/* Neither side active: forget everything, keep the buffer (or, with `give_back`, free it). */
void casc_ring_reset(casc_ring *ring, bool give_back);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
