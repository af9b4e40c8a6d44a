/*
 * casc_exchange: one request to the server and its answer.
 *
 *   begin ─► answer ─────────────────► over
 *     └────► open ─► write… ─► finish ─┘      (or gone ─► over, at any point)
 *
 * It is counted: whoever got it from `begin` holds one reference, and may hold it for as long as they like. The
 * functions that answer do nothing but say so (false) once the exchange is over, and on any thread but the loop's, where
 * they can only be called when the loop has stopped. The request's head and body may be read from anywhere.
 */
#ifndef CASC_EXCHANGE_H
#define CASC_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct casc_exchange casc_exchange;

/* Readable bytes, of any value, after a body's own. */
enum { CASC_EXCHANGE_PADDING = 64 };

/* What is wrong with a request, apart from its content. */
typedef enum casc_problem {
    CASC_PROBLEM_NONE = 0,
    CASC_PROBLEM_TOO_LARGE = 1, /* the body */
    CASC_PROBLEM_FRAMING = 2,   /* the body's end can be read in two ways */
    CASC_PROBLEM_NO_MEMORY = 3,
    CASC_PROBLEM_UNWELCOME = 4, /* a body that is larger than anybody may send, of a client that is not known */
} casc_problem;

typedef struct casc_header {
    const char *name;
    const char *value; /* neither holds CR or LF */
} casc_header;

void casc_exchange_release(casc_exchange *exchange);

casc_problem casc_exchange_problem(const casc_exchange *exchange);
const char *casc_exchange_method(const casc_exchange *exchange);
const char *casc_exchange_path(const casc_exchange *exchange); /* without the query, unescaped */
const uint8_t *_Nullable casc_exchange_body(const casc_exchange *exchange, size_t *length);
void casc_exchange_free_body(casc_exchange *exchange);
uint64_t casc_exchange_received_at(const casc_exchange *exchange); /* casc_now, when the request was complete */

/* On the loop's thread: a header field's value, valid until the exchange is answered. NULL once it is over. */
const char *_Nullable casc_exchange_header(const casc_exchange *exchange, const char *name);

/* Within `begin` only: the client's address in numbers, empty where there is none. An IPv4 address within IPv6 is told as
   what it is. */
enum { CASC_ADDRESS_BYTES = 46 };
void casc_exchange_client_address(const casc_exchange *exchange, char *address);

/* The whole answer. Everything is copied. False: the exchange is over, was answered, or memory is refused. */
bool casc_exchange_answer(casc_exchange *exchange, unsigned status, const casc_header *_Nullable headers, size_t count,
                          const void *_Nullable body, size_t length);

/* An answer in pieces; its head leaves with the first of them. */
bool casc_exchange_open(casc_exchange *exchange, unsigned status, const casc_header *_Nullable headers, size_t count);
/* Pieces that were written since the loop last sent leave together. */
bool casc_exchange_write(casc_exchange *exchange, const void *bytes, size_t length);
/* The answer ends here: well, or with the connection cut off. */
bool casc_exchange_finish(casc_exchange *exchange, bool well);
/* Nobody will say more. An answer that was not begun, or not ended, will not be: its connection is cut off, and true is
   returned. */
bool casc_exchange_leave(casc_exchange *exchange);

/* Whether as much is unsent that the writer should wait. */
bool casc_exchange_is_full(const casc_exchange *exchange);
/* Asks to be resumed with `waiter` once at most half of that is unsent, or the exchange is over. False: it is so now,
   and `waiter` was not stored. One waiter at a time. */
bool casc_exchange_wait(casc_exchange *exchange, void *waiter);

/* From now on `held` is called at the server's intervals, until casc_exchange_unhold or the answer's end; also where an
   answer in pieces was opened meanwhile. */
bool casc_exchange_hold(casc_exchange *exchange);
void casc_exchange_unhold(casc_exchange *exchange);

/* The client is gone, or the exchange is over. */
bool casc_exchange_is_gone(const casc_exchange *exchange);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
