/*
 * casc_server: an HTTP/1.1 server on a transfer loop's thread: libmicrohttpd without a thread of its own, its epoll
 * descriptor among the loop's. So a request is accepted, sent upstream and answered without changing thread.
 *
 * libmicrohttpd reads heads and bodies, frames answers and times idle connections out. What it cannot do is done here:
 * it does not look at a connection that is suspended, so a second epoll set holds every connection, for its hang-up
 * alone, and tells of a client that goes away while nobody reads from it or writes to it. Nor does it mind a client that
 * sends or takes a byte now and then, and so never ends: that is timed here.
 *
 * Everything but casc_listener_open and casc_listener_close happens on the loop's thread.
 */
#ifndef CASC_SERVER_H
#define CASC_SERVER_H

#include "casc_exchange.h"
#include "casc_loop.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct casc_server casc_server;

/* From any thread. A socket that listens on an address in numbers, IPv4 or IPv6; -1 with `error` set to an errno value.
   `port` 0 takes a free one, and is set to what was taken. `shared`: several sockets may listen on this port. */
int casc_listener_open(const char *address, uint16_t *port, bool shared, int *error);
void casc_listener_close(int listener);
/* Whether an address in numbers is this machine's own loopback; `valid` tells whether it is one at all. */
bool casc_address_is_loopback(const char *address, bool *valid);

typedef struct casc_server_options {
    size_t max_body;          /* a larger one is received and forgotten, up to four times that; then cut off */
    size_t free_body;         /* a larger one than this is kept only for a client that is welcome */
    size_t outbox;            /* unsent bytes of an answer at which its writer had better wait */
    uint32_t max_connections; /* at a time; more wait to be accepted */
    uint32_t idle_seconds;    /* a connection on which nothing moves for so long is closed */
    size_t connection_memory; /* bytes for the head of a request, its fields' table, and the head of its answer */
    uint64_t head;            /* nanoseconds within which the head of a request must be there */
    uint64_t slow;            /* and within which a client must send or take `least_moved` bytes, or all there is */
    uint64_t least_moved;
    uint64_t hold; /* nanoseconds after which an exchange that is held is told so for the first time */
    uint64_t beat; /* and then each time */

    /* Called on the loop's thread. `owner` is what `begin` returned. */
    void *_Nullable context;
    void *_Nonnull (*_Nonnull begin)(void *_Nullable context, casc_exchange *exchange); /* a request is complete */
    /* Whether the client of a request that is being received is known. Nothing but its header may be looked at. */
    bool (*welcome)(void *_Nullable context, const casc_exchange *exchange);
    void (*held)(void *owner);               /* casc_exchange_hold: no answer was begun in time */
    void (*gone)(void *owner);               /* the client went away; once at most, before `over` */
    void (*over)(void *owner);               /* once; `owner` is not used again */
    void (*resume)(void *waiter);            /* who waits in casc_exchange_wait */
    void (*closed)(void *_Nullable context); /* once, the last of all calls: the server is gone */
} casc_server_options;

/* Takes the listening socket over, also when it fails: NULL then, with `error` set to an errno value. */
casc_server *_Nullable casc_server_start(casc_loop *loop, int listener, const casc_server_options *options, int *error);

/* Accepts nothing more. Exchanges under way go on, and each is the last of its connection. */
void casc_server_drain(casc_server *server);

/* Closes every connection and frees the server. The loop does it when it stops. */
void casc_server_stop(casc_server *server);

/* Exchanges that are not over. */
uint32_t casc_server_exchanges(const casc_server *server);
uint32_t casc_server_connections(const casc_server *server);

/* What exchanges that are not over hold, in bytes; each of them is looked at. */
typedef struct casc_server_held {
    size_t bodies;   /* of requests, until they are let go of */
    size_t outboxes; /* of answers in pieces */
} casc_server_held;

casc_server_held casc_server_read_held(const casc_server *server);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
