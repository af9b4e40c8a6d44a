#include "casc_ring.h"

#include <stdatomic.h>
#include <string.h>

#include "casc_memory.h"

/* Two lines, since x86 fetches them in pairs. */
enum { LINE_PAIR = 128, SMALLEST = 4096, LARGEST = 1 << 30 };

/* Precedes every record. Records begin at multiples of its size, so a header always fits before the buffer's end. */
typedef struct header {
    uint32_t length; /* of the payload; of a skip marker: of everything it skips, itself included */
    uint8_t kind;    /* a casc_record_kind or SKIP */
    uint8_t name_length;
    bool spilled; /* a spilled_record follows instead of the payload */
    uint8_t unused;
} header;

enum { SKIP = 0, UNIT = sizeof(header) };

typedef struct spilled_record {
    uint8_t *bytes;
    size_t size;
} spilled_record;

enum { SPILLED_SIZE = sizeof(header) + sizeof(spilled_record) };

_Static_assert(sizeof(header) == 8 && SPILLED_SIZE % UNIT == 0, "records keep to multiples of 8 bytes");

struct casc_ring {
    const casc_allocator *allocator;
    size_t capacity;
    size_t max_record;
    _Atomic size_t reserved;           /* statistics only: relaxed everywhere */
    _Atomic size_t low_mark;           /* a hint: relaxed everywhere */
    _Atomic size_t *_Nullable spilled; /* a sum over many rings: relaxed everywhere */

    uint8_t line_of_head[LINE_PAIR];
    /* Written by the producer, read by the consumer. `base`, `buffer` and `size` are plain: they change only while the
       producer sees tail == head (and then precede the release of a new head), and the consumer reads them only between
       its acquire of a head beyond tail and its release of the tail that reaches it. */
    _Atomic uint64_t head;
    uint64_t base;
    uint8_t *_Nullable buffer;
    size_t size; /* of the buffer: a power of two, at most the capacity */

    uint8_t line_of_producer[LINE_PAIR];
    uint8_t *_Nullable open_bytes; /* the open record's payload, in the buffer or in the spill block */
    size_t open_length;
    size_t open_limit;    /* payload bytes that fit where the record is now; never above max_record */
    uint64_t open_start;  /* the record's position: head, or beyond it by a skip marker not yet written */
    spilled_record spill; /* the open record's block, once spilled */
    uint64_t spill_end;   /* the position after the last published spilled record */
    uint64_t asked_head;  /* head when readability was last asked for */
    bool cramped;         /* what came at once did not fit: the buffer grows when the ring is empty */
    size_t wanted;        /* the size of the buffer that was detached */

    uint8_t line_of_tail[LINE_PAIR];
    /* Written by the consumer; the producer reads only `tail`. */
    _Atomic uint64_t tail;
    uint64_t known_head; /* a head seen earlier: saves touching the producer's line for each record of a burst */
    uint64_t next_tail;  /* what releasing the peeked record makes of tail; tail when none is peeked */
    spilled_record peeked_spill;

    uint8_t line_after[LINE_PAIR];
};

/* Creation. */

static size_t power_of_two_above(size_t size) {
    size_t power = SMALLEST;
    while (power < size && power < LARGEST) power *= 2;
    return power;
}

casc_ring *casc_ring_create(size_t capacity, size_t max_record, const casc_allocator *allocator) {
    allocator = casc_memory_or_standard(allocator);
    casc_ring *ring = casc_memory_allocate(allocator, sizeof(casc_ring));
    if (ring == NULL) return NULL;
    memset(ring, 0, sizeof(casc_ring));
    ring->allocator = allocator;
    ring->capacity = power_of_two_above(capacity);
    ring->max_record = max_record < LARGEST ? max_record : LARGEST;
    atomic_init(&ring->reserved, 0);
    atomic_init(&ring->low_mark, 0);
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    return ring;
}

void casc_ring_destroy(casc_ring *ring) {
    if (ring == NULL) return;
    casc_ring_reset(ring, true);
    casc_memory_release(ring->allocator, ring);
}

void casc_ring_meter(casc_ring *ring, _Atomic size_t *spilled) {
    ring->spilled = spilled;
}

static void free_spill(casc_ring *ring, spilled_record *spill) {
    if (spill->bytes == NULL) return;
    atomic_fetch_sub_explicit(&ring->reserved, spill->size, memory_order_relaxed);
    if (ring->spilled != NULL) atomic_fetch_sub_explicit(ring->spilled, spill->size, memory_order_relaxed);
    casc_memory_release(ring->allocator, spill->bytes);
    *spill = (spilled_record){0};
}

void casc_ring_reset(casc_ring *ring, bool give_back) {
    casc_ring_discard(ring);
    casc_record record;
    while (casc_ring_peek(ring, &record)) casc_ring_release(ring);
    atomic_store_explicit(&ring->head, 0, memory_order_relaxed);
    atomic_store_explicit(&ring->tail, 0, memory_order_relaxed);
    ring->base = ring->spill_end = ring->asked_head = ring->known_head = ring->next_tail = 0;
    ring->cramped = false;
    if (give_back) ring->wanted = 0;
    if (!give_back || ring->buffer == NULL) return;
    casc_memory_release(ring->allocator, ring->buffer);
    ring->buffer = NULL;
    atomic_fetch_sub_explicit(&ring->reserved, ring->size, memory_order_relaxed);
    ring->size = 0;
}

/* The buffer alone, as memory. */

void *casc_ring_detach(casc_ring *ring, size_t *size) {
    if (ring->buffer == NULL || ring->open_bytes != NULL || casc_ring_unread(ring) > 0) return NULL;
    void *buffer = ring->buffer;
    *size = ring->wanted = ring->size;
    ring->buffer = NULL;
    ring->size = 0;
    atomic_fetch_sub_explicit(&ring->reserved, *size, memory_order_relaxed);
    return buffer;
}

size_t casc_ring_wanted(const casc_ring *ring) {
    return ring->buffer != NULL ? 0 : ring->wanted != 0 ? ring->wanted : SMALLEST;
}

void casc_ring_attach(casc_ring *ring, void *buffer, size_t size) {
    ring->buffer = buffer;
    ring->size = size;
    ring->base = atomic_load_explicit(&ring->head, memory_order_relaxed);
    atomic_fetch_add_explicit(&ring->reserved, size, memory_order_relaxed);
}

/* Positions and sizes. */

static uint8_t *at(const casc_ring *ring, uint64_t position) {
    return ring->buffer + ((position - ring->base) & (ring->size - 1));
}

static size_t contiguous(const casc_ring *ring, uint64_t position) {
    return ring->size - (size_t)((position - ring->base) & (ring->size - 1));
}

static size_t trailer_size(size_t name_length) {
    return name_length > CASC_RING_PADDING ? name_length : CASC_RING_PADDING;
}

static size_t record_size(size_t length, size_t name_length) {
    return (UNIT + length + trailer_size(name_length) + UNIT - 1) & ~(size_t)(UNIT - 1);
}

static void write_header(const casc_ring *ring, uint64_t position, header h) {
    memcpy(at(ring, position), &h, sizeof h);
}

/* The producer's side: finding room. */

static bool is_empty(const casc_ring *ring) {
    /* Pairs with the release in casc_ring_release. */
    return atomic_load_explicit(&ring->tail, memory_order_acquire) ==
           atomic_load_explicit(&ring->head, memory_order_relaxed);
}

/* The buffer that a record of `needed` bytes asks for, at most the capacity. */
static size_t fitting_size(const casc_ring *ring, size_t needed) {
    size_t size = ring->size == 0 ? casc_ring_wanted(ring) : ring->cramped ? 2 * ring->size : ring->size;
    while (size < needed) size *= 2;
    return size < ring->capacity ? size : ring->capacity;
}

/* Gives an empty ring, into which the consumer does not look, a buffer that `needed` bytes fit. False when memory is
   refused and the old one does not do. */
static bool fit_buffer(casc_ring *ring, size_t needed) {
    size_t size = fitting_size(ring, needed);
    ring->cramped = false;
    if (size == ring->size) return true;
    uint8_t *buffer = casc_memory_allocate(ring->allocator, size);
    if (buffer == NULL) return needed <= ring->size;
    if (ring->open_bytes != NULL && ring->spill.bytes == NULL) { /* the open record is in the old one */
        memcpy(buffer + UNIT, ring->open_bytes, ring->open_length);
        ring->open_bytes = buffer + UNIT;
    }
    casc_memory_release(ring->allocator, ring->buffer);
    ring->buffer = buffer;
    ring->base = atomic_load_explicit(&ring->head, memory_order_relaxed);
    atomic_fetch_add_explicit(&ring->reserved, size - ring->size, memory_order_relaxed);
    ring->size = size;
    return true;
}

typedef struct place {
    uint64_t start;
    size_t space; /* free and contiguous from there */
} place;

/* Where `size` contiguous bytes are free: at head, else at index 0 past the buffer's end. An empty ring begins again at
   index 0 unless `stay` asks to keep what already lies at head, and it fits. */
static bool find_place(casc_ring *ring, size_t size, bool stay, place *found) {
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    /* Pairs with the release in casc_ring_release: bytes that the consumer gave back are no longer being read. */
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    if (tail == head && !(stay && size <= contiguous(ring, head))) ring->base = head;
    size_t free_bytes = ring->size - (size_t)(head - tail);
    size_t to_end = contiguous(ring, head);
    size_t at_head = to_end < free_bytes ? to_end : free_bytes;
    if (size <= at_head) {
        *found = (place){.start = head, .space = at_head};
        return true;
    }
    /* With less than `to_end` free the tail lies between head and the end: nothing is free at index 0. */
    if (free_bytes < to_end || size > free_bytes - to_end) return false;
    *found = (place){.start = head + to_end, .space = free_bytes - to_end};
    return true;
}

static void set_limit(casc_ring *ring, size_t payload_space) {
    ring->open_limit = payload_space < ring->max_record ? payload_space : ring->max_record;
}

static void place_open_record(casc_ring *ring, place to) {
    uint8_t *bytes = at(ring, to.start) + UNIT;
    if (ring->open_length > 0 && bytes != ring->open_bytes) memmove(bytes, ring->open_bytes, ring->open_length);
    ring->open_bytes = bytes;
    ring->open_start = to.start;
    set_limit(ring, to.space - UNIT - CASC_RING_PADDING);
}

/* Moves the open record to a block of `size` bytes, or enlarges its block. */
static casc_status spill_to(casc_ring *ring, size_t size) {
    if (size > ring->spill.size) {
        uint8_t *bytes = casc_memory_reallocate(ring->allocator, ring->spill.bytes, size);
        if (bytes == NULL) return CASC_NO_MEMORY;
        if (ring->spill.bytes == NULL && ring->open_length > 0) memcpy(bytes, ring->open_bytes, ring->open_length);
        size_t more = size - ring->spill.size;
        atomic_fetch_add_explicit(&ring->reserved, more, memory_order_relaxed);
        if (ring->spilled != NULL) atomic_fetch_add_explicit(ring->spilled, more, memory_order_relaxed);
        ring->spill = (spilled_record){.bytes = bytes, .size = size};
    }
    ring->open_bytes = ring->spill.bytes;
    set_limit(ring, ring->spill.size - CASC_RING_PADDING);
    return CASC_OK;
}

/* The block grows by doubling, so that a long record is copied a bounded number of times a byte. */
static casc_status grow_spill(casc_ring *ring, size_t length, size_t name_length) {
    size_t needed = length + trailer_size(name_length);
    if (needed <= ring->spill.size) return spill_to(ring, needed);
    size_t doubled = 2 * (ring->spill.size > ring->capacity ? ring->spill.size : ring->capacity);
    size_t largest = ring->max_record + CASC_RING_PADDING;
    if (doubled > largest) doubled = largest;
    return spill_to(ring, needed > doubled ? needed : doubled);
}

/* One unread spilled record at a time: the ring could hold hundreds of pointers to blocks of max_record bytes. */
static bool may_spill(const casc_ring *ring) {
    /* Pairs with the release in casc_ring_release. */
    return atomic_load_explicit(&ring->tail, memory_order_acquire) >= ring->spill_end;
}

static casc_status full(casc_ring *ring) {
    ring->cramped = ring->size < ring->capacity;
    /* A buffer that is to grow must be emptied first. */
    atomic_store_explicit(&ring->low_mark, ring->cramped ? 0 : ring->size / 4, memory_order_relaxed);
    return CASC_FULL;
}

/* Makes the open record fit `length` bytes of payload and a name, wherever that is. What already is in the open record
   is moved only when it must be: to index 0, to a larger buffer or out of the ring, at most a few times whatever the
   number of appends. */
static casc_status make_room(casc_ring *ring, size_t length, size_t name_length) {
    if (length > ring->max_record) return CASC_TOO_LARGE;
    if (ring->spill.bytes != NULL) return grow_spill(ring, length, name_length);
    size_t size = record_size(length, name_length);
    if (size > ring->capacity) return may_spill(ring) ? grow_spill(ring, length, name_length) : full(ring);
    if (is_empty(ring) && (ring->cramped || size > ring->size) && !fit_buffer(ring, size)) return CASC_NO_MEMORY;
    place found;
    /* When this fails some record is unread, for an empty ring has all of a buffer that fits. */
    if (!find_place(ring, size, ring->open_length > 0, &found)) return full(ring);
    place_open_record(ring, found);
    return CASC_OK;
}

/* The producer's side: records. */

casc_status casc_ring_append(casc_ring *ring, const void *bytes, size_t length) {
    if (length > ring->open_limit - ring->open_length) {
        if (length > ring->max_record - ring->open_length) return CASC_TOO_LARGE;
        casc_status status = make_room(ring, ring->open_length + length, 0);
        if (status != CASC_OK) return status;
    }
    if (length > 0) memcpy(ring->open_bytes + ring->open_length, bytes, length);
    ring->open_length += length;
    return CASC_OK;
}

void casc_ring_suffices(casc_ring *ring) {
    ring->cramped = false;
}

casc_status casc_ring_reserve(casc_ring *ring, size_t length) {
    if (length > ring->max_record) return CASC_TOO_LARGE;
    if (length <= ring->open_limit || record_size(length, 0) <= SMALLEST || !may_spill(ring)) return CASC_OK;
    return spill_to(ring, length + CASC_RING_PADDING);
}

size_t casc_ring_open_length(const casc_ring *ring) {
    return ring->open_length;
}

static void forget_open_record(casc_ring *ring) {
    ring->open_bytes = NULL;
    ring->open_length = ring->open_limit = 0;
    ring->spill = (spilled_record){0};
}

void casc_ring_discard(casc_ring *ring) {
    free_spill(ring, &ring->spill);
    forget_open_record(ring);
}

/* Writes the skip marker that leads to the record at `start`, if there is a gap, and lets the consumer see both. */
static void move_head(casc_ring *ring, uint64_t start, size_t size) {
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    if (start != head) write_header(ring, head, (header){.length = (uint32_t)(start - head), .kind = SKIP});
    /* Pairs with the acquire in newer_head: the record is written before it can be seen. */
    atomic_store_explicit(&ring->head, start + size, memory_order_release);
}

static casc_status publish_spilled(casc_ring *ring, header h) {
    place found;
    if (ring->size == 0 && !fit_buffer(ring, SPILLED_SIZE)) return CASC_NO_MEMORY;
    if (!find_place(ring, SPILLED_SIZE, false, &found)) return full(ring);
    h.spilled = true;
    write_header(ring, found.start, h);
    memcpy(at(ring, found.start) + UNIT, &ring->spill, sizeof ring->spill);
    move_head(ring, found.start, SPILLED_SIZE);
    ring->spill_end = found.start + SPILLED_SIZE;
    return CASC_OK;
}

casc_status casc_ring_publish(casc_ring *ring, casc_record_kind kind, const void *name, size_t name_length) {
    if (name == NULL) name_length = 0;
    if (name_length > CASC_RING_NAME_MAX) name_length = CASC_RING_NAME_MAX;
    /* Appending has reserved CASC_RING_PADDING bytes for the trailer: enough for all but the longest names. */
    if (ring->open_bytes == NULL || name_length > CASC_RING_PADDING) {
        casc_status status = make_room(ring, ring->open_length, name_length);
        if (status != CASC_OK) return status;
    }
    if (name_length > 0) memcpy(ring->open_bytes + ring->open_length, (const uint8_t *)name, name_length);
    header h = {.length = (uint32_t)ring->open_length, .kind = (uint8_t)kind, .name_length = (uint8_t)name_length};
    if (ring->spill.bytes != NULL) {
        casc_status status = publish_spilled(ring, h);
        if (status != CASC_OK) return status;
    } else {
        write_header(ring, ring->open_start, h);
        move_head(ring, ring->open_start, record_size(ring->open_length, name_length));
    }
    forget_open_record(ring);
    return CASC_OK;
}

bool casc_ring_became_readable(casc_ring *ring) {
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    if (head == ring->asked_head) return false;
    /* Pairs with the fence in newer_head. Both sides store their own end and then look at the other's; without the
       fences each could miss the other's store, and the consumer would sleep over a record. */
    atomic_thread_fence(memory_order_seq_cst);
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    bool readable = tail >= ring->asked_head && tail != head;
    ring->asked_head = head;
    return readable;
}

/* The consumer's side. */

/* The head as of now, when it may be beyond `tail`; else `tail`. */
static uint64_t newer_head(casc_ring *ring, uint64_t tail) {
    /* Pairs with the release in move_head. */
    uint64_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
    if (head != tail) return head;
    /* Pairs with the fence in casc_ring_became_readable: "empty" may put the consumer to sleep. */
    atomic_thread_fence(memory_order_seq_cst);
    return atomic_load_explicit(&ring->head, memory_order_acquire);
}

static header read_header(const casc_ring *ring, uint64_t position) {
    header h;
    memcpy(&h, at(ring, position), sizeof h);
    return h;
}

bool casc_ring_peek(casc_ring *ring, casc_record *record) {
    uint64_t position = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    if (ring->known_head == position) ring->known_head = newer_head(ring, position);
    if (ring->known_head == position) return false;
    header h = read_header(ring, position);
    if (h.kind == SKIP) {
        position += h.length;
        h = read_header(ring, position);
    }
    uint8_t *bytes = at(ring, position) + UNIT;
    ring->next_tail = position + (h.spilled ? (size_t)SPILLED_SIZE : record_size(h.length, h.name_length));
    if (h.spilled) {
        memcpy(&ring->peeked_spill, bytes, sizeof ring->peeked_spill);
        bytes = ring->peeked_spill.bytes;
    }
    *record = (casc_record){
        .bytes = bytes,
        .length = h.length,
        .name = h.name_length > 0 ? bytes + h.length : NULL,
        .name_length = h.name_length,
        .kind = (casc_record_kind)h.kind,
    };
    return true;
}

void casc_ring_release(casc_ring *ring) {
    free_spill(ring, &ring->peeked_spill);
    /* Pairs with the acquires of tail in find_place and may_spill: this side's reads are done before the producer may
       write there. */
    atomic_store_explicit(&ring->tail, ring->next_tail, memory_order_release);
}

/* Either side. */

size_t casc_ring_unread(const casc_ring *ring) {
    /* Tail first: it only grows, so what is read second cannot lie behind it. */
    uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    return (size_t)(atomic_load_explicit(&ring->head, memory_order_acquire) - tail);
}

size_t casc_ring_capacity(const casc_ring *ring) {
    return ring->capacity;
}

size_t casc_ring_low_mark(const casc_ring *ring) {
    return atomic_load_explicit(&ring->low_mark, memory_order_relaxed);
}

size_t casc_ring_reserved(const casc_ring *ring) {
    return atomic_load_explicit(&ring->reserved, memory_order_relaxed);
}
