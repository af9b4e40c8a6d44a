/*
 * What the sources of this target share.
 *
 * Who may touch a slot: its `word`, `next_submitted`, `waiter`, `paused`, `progress_at`, `total_at`, `ended` and
 * `head_done` are atomic and anyone's; `request` and `endpoint` are the consumer's until it submits START and the loop's
 * after that; `outcome`, `status` and `head` are the loop's until it stores `ended` (or `head_done`) with release, and
 * read-only after; the rest is the loop thread's alone.
 */
#ifndef CASC_INTERNAL_H
#define CASC_INTERNAL_H

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>

#include "CCascadeTransport.h"

enum {
    CHUNK_SLOTS = 64,
    MAX_CHUNKS = 1024,
    HEAD_MAX_BYTES = 64 * 1024,
    HEAD_MAX_LINES = 200,
    ERROR_BODY_MAX = 256 * 1024,
    DRAIN_MAX_BYTES = 64 * 1024,
    ANNOUNCED_BODY_MAX = 1024 * 1024,
    MAX_EVENTS = 16,
    MAX_SETS = 64,
    BUFFER_SMALLEST = 4096,
    BUFFER_CLASSES = 5, /* 4 to 64 KiB */
    BUFFERS_KEPT_BYTES = 1024 * 1024,
    MAX_UNHEARD = 32,        /* readers that were woken and have not run */
    MAX_READER_TURNS = 8,    /* a task that goes from one async function to another may take several */
    ENOUGH_RING = 16 * 1024, /* for a reader that takes what is there whenever it is full */
    NOT_IN_HEAP = -1,
};

/* The low half of a slot's word: what was submitted and not yet taken, and whether the slot is on the stack of
   submissions. The high half is the generation. */
enum {
    SUBMIT_START = 1,
    SUBMIT_CANCEL = 2,
    SUBMIT_RESUME = 4,
    SUBMIT_CLOSE = 8,
    SUBMIT_DRAIN = 16,
    SUBMIT_DEADLINE = 32,
    SLOT_QUEUED = 64,
};

/* `waiter`: nobody waits, a wake-up nobody has seen yet, or else what to resume. */
#define WAITER_NONE ((uintptr_t)0)
#define WAITER_SIGNALLED ((uintptr_t)1)

typedef struct casc_slot casc_slot;
typedef struct casc_set casc_set;
typedef struct casc_free_buffer casc_free_buffer;

typedef struct casc_sockets {
    uint64_t *keys; /* by descriptor */
    int key_count;
    int *places;
    size_t place_count, taken;
} casc_sockets;

typedef struct casc_easy {
    CURL *handle;
    casc_set *set;
    casc_slot *slot; /* NULL while pooled */
    struct casc_easy *next;
    char *url;    /* as set on the handle, so that setting it again can be skipped */
    bool started; /* curl has it under way */
    bool get;
    bool has_extra_headers;
    bool shows_body; /* the last body was set as CURLOPT_POSTFIELDS */
    char message[CURL_ERROR_SIZE];
} casc_easy;

struct casc_endpoint {
    casc_loop *loop;
    atomic_uint references;
    struct curl_slist *headers;
    char *ca_file;
    char *proxy;
    bool insecure;
    bool http2;
    uint32_t max_idle;
    uint32_t idle_count;
    casc_easy *idle;
    casc_endpoint *next; /* of all endpoints */
    casc_endpoint *previous;
    casc_endpoint *next_dead; /* of those released, waiting for the loop */
};

struct casc_slot {
    _Atomic uint64_t word;
    _Atomic uint32_t next_submitted; /* index + 1 */
    _Atomic uintptr_t waiter;
    _Atomic uint64_t progress_at;
    _Atomic uint64_t total_at;
    _Atomic bool paused;
    _Atomic bool head_done;
    _Atomic bool ended;

    uint32_t index;
    uint32_t next_free; /* index + 1 */
    casc_loop *loop;
    casc_endpoint *endpoint;
    casc_ring *ring;

    casc_request request;
    struct curl_slist extra_nodes[CASC_EXTRA_HEADERS];

    casc_easy *easy;
    casc_framer framer;
    bool framing_chosen;
    bool finishing; /* the body is complete but its last record did not fit yet */
    bool draining;
    bool closing;
    int opened[2]; /* the sockets that were asked for, the latest first; -1: none */
    size_t sent_segment, sent_offset;
    size_t skip;      /* bytes of the next delivery that were taken before a pause */
    uint8_t stop_end; /* why a callback stopped the transfer, a casc_end */
    int stop_os_error;
    uint64_t last_byte_at;
    uint64_t sent_at;    /* when the request began to go out, then when its last bytes so far did */
    uint64_t token_from; /* where the wait for the first token counts from: the start, moved on by the time paused */
    uint64_t paused_at;
    uint64_t drain_until;
    size_t drained;

    long status;
    char *head;
    size_t head_length, head_capacity;
    size_t head_bytes; /* received, interim responses included; likewise the lines */
    unsigned head_lines;

    int heap_position;
    uint64_t fire_at; /* the heap's key; may be earlier than the true deadline, never later */

    casc_outcome outcome;
};

struct casc_loop {
    casc_loop_options options;
    int epoll, event, timer;
    atomic_bool stopping;
    atomic_bool wake_pending;
    atomic_bool sleeping;       /* about to wait, or waiting: others must write to the eventfd */
    _Atomic uint32_t submitted; /* a stack of slots: index + 1 of the newest */
    _Atomic(casc_endpoint *) dead_endpoints;

    pthread_mutex_t lock; /* of the free list, the chunks' growth and the list of endpoints */
    _Atomic(casc_slot *) chunks[MAX_CHUNKS];
    uint32_t chunk_count;
    uint32_t free_slots; /* index + 1 */
    casc_endpoint *endpoints;
    bool closed; /* nothing can be opened any more */
    casc_watch *watches;

    casc_set *sets[MAX_SETS];
    uint32_t set_count;
    CURLSH *share;
    uint64_t now;
    uint64_t armed_at; /* what the timerfd is set to; 0: disarmed */
    uint64_t idle_at;  /* when an idle loop gives its memory back; 0: it has, or it is not idle */
    casc_sockets sockets;
    casc_slot **heap;
    int heap_count, heap_capacity;
    casc_free_buffer *free_buffers[BUFFER_CLASSES];
    size_t free_buffer_bytes;
    uint32_t free_buffer_count;
    int unheard; /* readers woken from within curl since tasks were run last */

    atomic_uint open_transfers, running, easy_handles, endpoint_count;
    _Atomic size_t spilled; /* bytes of records that outgrew their rings */
    _Atomic uint64_t rounds, wakes, started, connections, pauses;
};

/* casc_slots.c */
casc_slot *casc_slot_find(casc_loop *loop, casc_transfer_id transfer);
bool casc_slot_submit(casc_loop *loop, casc_transfer_id transfer, uint32_t what);
void casc_slot_recycle(casc_slot *slot);
void casc_slot_release_request(casc_slot *slot);
bool casc_slots_take_submitted(casc_loop *loop);
void casc_slot_signal(casc_slot *slot);
void casc_slots_free(casc_loop *loop);
void casc_slots_give_back(casc_loop *loop);
void casc_slots_each(casc_loop *loop, void (*visit)(casc_slot *slot));

/* casc_deadline.c */
bool casc_deadlines_reserve(casc_loop *loop);
void casc_deadline_update(casc_slot *slot);
void casc_deadline_remove(casc_slot *slot);
uint64_t casc_deadline_next(const casc_loop *loop);
bool casc_deadlines_fire(casc_loop *loop);

/* casc_endpoint.c */
void casc_endpoint_retain(casc_endpoint *endpoint);
casc_easy *casc_easy_take(casc_endpoint *endpoint);
void casc_easy_give_back(casc_endpoint *endpoint, casc_easy *easy);
void casc_endpoints_bury(casc_loop *loop);
void casc_endpoints_trim(casc_loop *loop);

/* casc_buffers.c */
void casc_buffers_take(casc_loop *loop, casc_ring *ring);
void casc_buffers_lend(casc_loop *loop, casc_ring *ring);
void casc_buffers_free(casc_loop *loop);

/* casc_callbacks.c */
void casc_callbacks_install(casc_loop *loop, casc_easy *easy);

/* casc_sockets.c */
uint64_t casc_sockets_key(const char *remote_ip, int remote_port, int local_port);
/* False when it is not this descriptor that has the key's local port. */
bool casc_sockets_add(casc_sockets *sockets, int descriptor, uint64_t key);
void casc_sockets_remove(casc_sockets *sockets, int descriptor);
/* Nothing has come on the connection, nor has it ended. */
bool casc_sockets_is_quiet(const casc_sockets *sockets, uint64_t key);
void casc_sockets_free(casc_sockets *sockets);

/* casc_transfer.c */
void casc_transfer_submitted(casc_slot *slot, uint32_t what);
void casc_transfer_done(casc_easy *easy, CURLcode code);
void casc_transfer_stop(casc_slot *slot, casc_end end, casc_deadline deadline);
bool casc_slot_pause(casc_slot *slot);

/* casc_sets.c */
casc_set *casc_set_join(casc_loop *loop); /* NULL: no memory */
void casc_set_leave(casc_set *set);
bool casc_set_start(casc_easy *easy);
void casc_set_end(casc_easy *easy);
void casc_set_act(casc_set *set, int descriptor, uint32_t events);
bool casc_sets_pass(casc_loop *loop);
uint64_t casc_sets_due(const casc_loop *loop); /* 0: never */
void casc_sets_close(casc_loop *loop);
void casc_sets_free(casc_loop *loop);

/* casc_loop.c */
uint64_t casc_loop_idle_from_now(const casc_loop *loop);
void casc_loop_count_idleness(casc_loop *loop);
int casc_loop_descriptor_shortage(const casc_loop *loop);

#endif
