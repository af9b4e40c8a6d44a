/*
 * casc_transfer: one HTTP request and its response, from any thread to the loop and back.
 *
 * A transfer is named by an id (slot index and generation), never by a pointer: an id that outlived its transfer is
 * recognised and ignored. Between casc_transfer_open and casc_transfer_close one thread at a time is its consumer;
 * casc_transfer_cancel may come from anywhere at any time.
 *
 *   open ─► start ─► { wait ─► peek/release … } ─► ended ─► close
 *
 * The response's body arrives in a ring as records (casc_sse.h). A full ring pauses the transfer; the consumer's
 * releases resume it. Pausing costs the provider nothing: paused time counts for no deadline but the total one.
 */
#ifndef CASC_TRANSFER_H
#define CASC_TRANSFER_H

#include "CCascade.h"
#include "casc_endpoint.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef uint64_t casc_transfer_id; /* 0 is never a transfer */

enum { CASC_BODY_SEGMENTS = 4, CASC_EXTRA_HEADERS = 4 };

/* A body of one segment up to this length leaves along with the head, in one write. */
enum { CASC_SHOWN_BODY_MAX = 16 * 1024 };

typedef struct casc_segment {
    const void *_Nullable bytes;
    size_t length;
} casc_segment;

/* Durations in nanoseconds, 0 for none. Progress is a call of casc_transfer_progress; where the body is one record,
   also each part of it that is more than blanks. */
typedef struct casc_deadlines {
    uint64_t connect;     /* name resolution, TCP and TLS */
    uint64_t head;        /* from the request's last bytes being sent to the response's header fields */
    uint64_t first_token; /* from the start to the first progress */
    uint64_t idle;        /* between bytes, once the head is there */
    uint64_t progress;    /* between two steps of progress, once there was one */
    uint64_t total_at;    /* not a duration: the instant (casc_now) at which all ends */
} casc_deadlines;

/* All pointers must stay valid until the loop has called `released` with `owner`: when
   the response's head came, where the request was surely sent by then, else after the close. */
typedef struct casc_request {
    const char *url;
    bool get; /* GET without a body instead of POST */
    casc_segment body[CASC_BODY_SEGMENTS];
    const char *_Nullable extra_headers[CASC_EXTRA_HEADERS]; /* "Name: value" */
    uint8_t framing;                                         /* casc_framing, of a response that succeeds */
    size_t body_limit;                                       /* decoded bytes; 0: none */
    casc_deadlines deadlines;
    void *owner; /* handed to `released` once; not otherwise used */
} casc_request;

typedef enum casc_end {
    CASC_END_COMPLETED = 0, /* the HTTP exchange ended as its framing allows; says nothing about the content */
    CASC_END_CURL = 1,      /* curl_code tells */
    CASC_END_DEADLINE = 2,  /* `deadline` tells which */
    CASC_END_CANCELLED = 3, /* by the consumer */
    CASC_END_TOO_LARGE = 4, /* header fields, an event or the body passed a cap */
    CASC_END_CUT_HEAD = 5,  /* the response ended within its header fields */
    CASC_END_NO_MEMORY = 6, /* this process ran out */
    CASC_END_SHUTDOWN = 7,  /* the loop stopped */
} casc_end;

typedef enum casc_deadline {
    CASC_DEADLINE_NONE = 0,
    CASC_DEADLINE_CONNECT,
    CASC_DEADLINE_HEAD,
    CASC_DEADLINE_FIRST_TOKEN,
    CASC_DEADLINE_IDLE,
    CASC_DEADLINE_PROGRESS,
    CASC_DEADLINE_TOTAL,
} casc_deadline;

typedef struct casc_outcome {
    uint8_t end;      /* casc_end */
    uint8_t deadline; /* casc_deadline */
    bool reused;      /* on a connection that had served a request before */
    bool sent;        /* the request went out, or part of it */
    bool answered;    /* a line of a response's head came */
    bool queued;      /* ended in waiting for one of the host's connections (connections_per_host) */
    int32_t curl_code;
    int32_t os_error;    /* errno when the failure is due to a lack of descriptors here, else 0 */
    uint64_t body_bytes; /* received */
    uint64_t started_at; /* instants of casc_now; 0 where it never came to that */
    uint64_t connected_at;
    uint64_t head_at;
    uint64_t ended_at;
    char message[160]; /* libcurl's own words, empty when it had none */
} casc_outcome;

/* From any thread: a transfer to fill. 0 when memory is refused or the loop has stopped. */
casc_transfer_id casc_transfer_open(casc_loop *loop, casc_endpoint *endpoint);

/* The consumer: hands the request over. */
void casc_transfer_start(casc_loop *loop, casc_transfer_id transfer, const casc_request *request);

/* From any thread: the connection is closed at once and the transfer ends as cancelled. False when it is gone. */
bool casc_transfer_cancel(casc_loop *loop, casc_transfer_id transfer);

/* The consumer: moves the total deadline to another instant, or with 0 takes it away. */
void casc_transfer_set_total(casc_loop *loop, casc_transfer_id transfer, uint64_t at);

/* The consumer: the transfer is over for it and the id is void. With `drain`, a response whose content is complete may
   finish in the background for a moment, so that its connection can serve again; else the connection is closed. */
void casc_transfer_close(casc_loop *loop, casc_transfer_id transfer, bool drain);

/* The consumer: the oldest unread record. It stays valid until the next call of release. */
bool casc_transfer_peek(casc_loop *loop, casc_transfer_id transfer, casc_record *record);
void casc_transfer_release(casc_loop *loop, casc_transfer_id transfer);

/* The consumer: whether the transfer has ended and every record was read; then `outcome` is filled in. */
bool casc_transfer_ended(casc_loop *loop, casc_transfer_id transfer, casc_outcome *outcome);

/* The consumer: asks to be resumed with `waiter` when a record comes or the transfer ends or is closed. False: something
   came in the meantime, or the transfer is gone; `waiter` was not stored, look again. */
bool casc_transfer_wait(casc_loop *loop, casc_transfer_id transfer, void *waiter);

/* The consumer: a token was decoded. Feeds the first-token and progress deadlines. */
void casc_transfer_progress(casc_loop *loop, casc_transfer_id transfer);

/* The consumer: the status of the response, 0 before its head is complete; and its header fields as lines that end in
   LF (CR stripped), valid until close. */
long casc_transfer_status(casc_loop *loop, casc_transfer_id transfer);
const char *casc_transfer_head(casc_loop *loop, casc_transfer_id transfer, size_t *length);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
