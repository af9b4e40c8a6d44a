/*
 * Answers. A whole one is handed to libmicrohttpd at once. One in pieces is read by it from the exchange's outbox: each
 * reading takes all that is there as one chunk, and an empty outbox suspends the connection until the next piece.
 */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "casc_server_internal.h"

/* What is read for a client of HTTP/1.0; chunks are read into the connection's own memory. */
enum { READ_BLOCK = 512 };

enum { FIRST_OUTBOX_BYTES = 512, KEPT_OUTBOX_BYTES = 4096 };

void casc_exchange_suspend(casc_exchange *exchange) {
    exchange->suspended = true;
    MHD_suspend_connection(exchange->connection);
}

void casc_exchange_resume(casc_exchange *exchange) {
    if (!exchange->suspended) return;
    exchange->suspended = false;
    MHD_resume_connection(exchange->connection);
    exchange->server->requests.due_at = 1; /* it is looked at before the loop sleeps */
}

static bool can_answer(const casc_exchange *exchange, casc_stage stage) {
    return casc_loop_is_current(exchange->loop) && exchange->server != NULL && !exchange->gone &&
           exchange->stage == stage;
}

static bool add_headers(const casc_exchange *exchange, struct MHD_Response *response, const casc_header *headers,
                        size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (MHD_add_response_header(response, headers[i].name, headers[i].value) != MHD_YES) return false;
    }
    return !exchange->server->draining || MHD_add_response_header(response, "Connection", "close") == MHD_YES;
}

/* Takes the response over; it leaves once the connection is resumed. */
static bool queue(casc_exchange *exchange, struct MHD_Response *response, unsigned status, const casc_header *headers,
                  size_t count, casc_stage stage) {
    bool queued = add_headers(exchange, response, headers, count) &&
                  MHD_queue_response(exchange->connection, status, response) == MHD_YES;
    MHD_destroy_response(response);
    if (!queued) return false;
    exchange->stage = stage;
    return true;
}

bool casc_exchange_answer(casc_exchange *exchange, unsigned status, const casc_header *headers, size_t count,
                          const void *body, size_t length) {
    if (!can_answer(exchange, CASC_WAITING)) return false;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(length, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
    if (response == NULL || !queue(exchange, response, status, headers, count, CASC_ANSWERED)) return false;
    casc_hold_end(exchange);
    casc_exchange_resume(exchange);
    return true;
}

/* --- In pieces. --- */

/* libmicrohttpd sends the head, each piece and the end by themselves, and each wakes the client: most of what a short
   answer costs. Where one of them is known to follow another they leave together. */
void casc_exchange_cork(casc_exchange *exchange, bool corked) {
    if (exchange->corked == corked) return;
    exchange->corked = corked;
    int value = corked;
    setsockopt(exchange->client->descriptor, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

size_t casc_exchange_unsent(const casc_exchange *exchange) {
    return exchange->filled - exchange->sent;
}

void casc_exchange_wake(casc_exchange *exchange) {
    if (exchange->waiter == NULL) return;
    bool over = exchange->server == NULL || exchange->gone;
    if (!over && casc_exchange_unsent(exchange) > exchange->server->options.outbox / 2) return;
    void *waiter = exchange->waiter;
    exchange->waiter = NULL;
    exchange->resume(waiter);
}

static void empty_outbox(casc_exchange *exchange) {
    exchange->sent = exchange->filled = 0;
    if (exchange->outbox_capacity <= KEPT_OUTBOX_BYTES) return;
    free(exchange->outbox);
    exchange->outbox = NULL;
    exchange->outbox_capacity = 0;
}

static ssize_t read_outbox(void *context, uint64_t position, char *out, size_t most) {
    (void)position;
    casc_exchange *exchange = context;
    if (exchange->gone) return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t length = casc_exchange_unsent(exchange) < most ? casc_exchange_unsent(exchange) : most;
    if (length == 0) {
        if (exchange->finished)
            return exchange->well ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
        casc_exchange_cork(exchange, false);
        casc_exchange_suspend(exchange);
        return 0;
    }
    memcpy(out, exchange->outbox + exchange->sent, length);
    exchange->sent += length;
    if (exchange->sent == exchange->filled) empty_outbox(exchange);
    casc_exchange_wake(exchange);
    return (ssize_t)length;
}

static void release_reader(void *context) {
    casc_exchange_release(context);
}

bool casc_exchange_open(casc_exchange *exchange, unsigned status, const casc_header *headers, size_t count) {
    if (!can_answer(exchange, CASC_WAITING)) return false;
    atomic_fetch_add_explicit(&exchange->references, 1, memory_order_relaxed);
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, READ_BLOCK, read_outbox, exchange, release_reader);
    if (response == NULL) {
        casc_exchange_release(exchange);
        return false;
    }
    if (!queue(exchange, response, status, headers, count, CASC_OPENED)) return false;
    casc_exchange_cork(exchange, true);
    return true;
}

static bool reserve_outbox(casc_exchange *exchange, size_t length) {
    if (exchange->filled + length <= exchange->outbox_capacity) return true;
    if (exchange->sent > 0) {
        memmove(exchange->outbox, exchange->outbox + exchange->sent, casc_exchange_unsent(exchange));
        exchange->filled -= exchange->sent;
        exchange->sent = 0;
    }
    size_t capacity = exchange->outbox_capacity > 0 ? exchange->outbox_capacity : FIRST_OUTBOX_BYTES;
    while (capacity < exchange->filled + length) capacity *= 2;
    if (capacity == exchange->outbox_capacity) return true;
    uint8_t *outbox = realloc(exchange->outbox, capacity);
    if (outbox == NULL) return false;
    exchange->outbox = outbox;
    exchange->outbox_capacity = capacity;
    return true;
}

bool casc_exchange_write(casc_exchange *exchange, const void *bytes, size_t length) {
    if (!can_answer(exchange, CASC_OPENED) || exchange->finished || !reserve_outbox(exchange, length)) return false;
    if (length == 0) return true;
    memcpy(exchange->outbox + exchange->filled, bytes, length);
    exchange->filled += length;
    casc_exchange_resume(exchange);
    return true;
}

bool casc_exchange_finish(casc_exchange *exchange, bool well) {
    if (!can_answer(exchange, CASC_OPENED) || exchange->finished) return false;
    exchange->finished = true;
    exchange->well = well;
    casc_hold_end(exchange);
    if (casc_exchange_unsent(exchange) > 0) casc_exchange_cork(exchange, true);
    casc_exchange_resume(exchange);
    return true;
}

bool casc_exchange_leave(casc_exchange *exchange) {
    bool unfinished = can_answer(exchange, CASC_OPENED) && !exchange->finished;
    if (!unfinished && !can_answer(exchange, CASC_WAITING)) return false;
    exchange->gone = true; /* its owner has no need to be told */
    casc_hold_end(exchange);
    casc_exchange_cut(exchange);
    return true;
}

bool casc_exchange_is_full(const casc_exchange *exchange) {
    return can_answer(exchange, CASC_OPENED) && casc_exchange_unsent(exchange) >= exchange->server->options.outbox;
}

bool casc_exchange_wait(casc_exchange *exchange, void *waiter) {
    if (!can_answer(exchange, CASC_OPENED) || casc_exchange_unsent(exchange) <= exchange->server->options.outbox / 2)
        return false;
    exchange->waiter = waiter;
    return true;
}

bool casc_exchange_is_gone(const casc_exchange *exchange) {
    return !casc_loop_is_current(exchange->loop) || exchange->server == NULL || exchange->gone;
}
