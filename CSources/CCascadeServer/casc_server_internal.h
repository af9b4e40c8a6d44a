/*
 * What the sources of this target share. Everything is the loop thread's, but for an exchange's count of references, and
 * its body and what was copied of its head, which change no more once `begin` was called.
 */
#ifndef CASC_SERVER_INTERNAL_H
#define CASC_SERVER_INTERNAL_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "CCascadeServer.h"

/* Exchanges that wait for the same length of time, the one that is due first at the head. */
typedef struct casc_hold_line {
    casc_exchange *first, *last;
} casc_hold_line;

/* What a connection is waited for. */
typedef enum casc_pace {
    CASC_PACE_OURS,   /* nothing */
    CASC_PACE_HEAD,   /* the head of a request, whole */
    CASC_PACE_BODY,   /* its body, or a part of it */
    CASC_PACE_ANSWER, /* to take of its answer */
} casc_pace;

typedef struct casc_client {
    casc_server *server;
    casc_exchange *exchange; /* NULL between two */
    int descriptor;
    bool hung_up;
    uint32_t requests; /* whose head was whole */

    /* When it was first found at its present pace, and what it had moved then. */
    casc_pace pace;
    uint32_t pace_request;
    uint64_t since, moved, expected;
    struct casc_client *next, *previous; /* of all connections */
} casc_client;

typedef enum casc_stage {
    CASC_RECEIVING, /* the request */
    CASC_WAITING,   /* handed over, suspended */
    CASC_OPENED,    /* the answer comes in pieces; suspended while there is none */
    CASC_ANSWERED,  /* the whole answer is libmicrohttpd's */
} casc_stage;

struct casc_exchange {
    atomic_uint references; /* the connection's, the response's reader's, and those of whoever got it from `begin` */
    casc_loop *loop;
    casc_server *server; /* NULL once it is over */
    casc_client *client;
    struct MHD_Connection *connection;
    void *owner;
    casc_stage stage;
    casc_problem problem;
    bool suspended;
    bool gone;
    bool finished, well;
    bool corked;
    bool welcome; /* found to be */

    uint8_t *body;
    size_t length, capacity;
    uint64_t forgotten; /* bytes of a body that is too large */
    uint64_t received_at;

    uint8_t *outbox; /* unsent bytes: [sent, filled) */
    size_t sent, filled, outbox_capacity;
    void *waiter;
    void (*resume)(void *waiter);

    casc_hold_line *line; /* NULL: not held */
    uint64_t due_at;
    casc_exchange *line_next, *line_previous;
    casc_exchange *next, *previous; /* of all that are not over */

    const char *path; /* behind the method */
    char method[];
};

struct casc_server {
    casc_server_options options;
    casc_loop *loop;
    struct MHD_Daemon *daemon;
    int hangups;
    bool draining;
    casc_watch requests, clients; /* libmicrohttpd's epoll descriptor, and `hangups` */
    casc_hold_line holding, beating;
    casc_exchange *exchanges;
    uint32_t exchange_count;
    casc_client *clients_first;
    uint64_t look_at; /* at the clients; 0: there are none */
};

/* casc_client.c */
casc_client *casc_client_create(casc_server *server, int descriptor);
void casc_client_free(casc_client *client);
void casc_client_hung_up(casc_client *client);
uint64_t casc_clients_look(casc_server *server, uint64_t now); /* when to call it again; 0: once something happens */

/* casc_exchange.c */
enum MHD_Result casc_exchange_begin(casc_server *server, struct MHD_Connection *connection, const char *path,
                                    const char *method, void **context);
enum MHD_Result casc_exchange_receive(casc_exchange *exchange, const char *bytes, size_t *length);
void casc_exchange_end(casc_exchange *exchange, bool well);
void casc_exchange_client_left(casc_exchange *exchange);
void casc_exchange_give_up(casc_exchange *exchange);
void casc_exchange_cut(casc_exchange *exchange);

/* casc_hold.c */
void casc_hold_end(casc_exchange *exchange);
void casc_holds_fire(casc_server *server);
uint64_t casc_holds_next(const casc_server *server);

/* casc_answer.c */
size_t casc_exchange_unsent(const casc_exchange *exchange);
void casc_exchange_resume(casc_exchange *exchange);
void casc_exchange_suspend(casc_exchange *exchange);
void casc_exchange_wake(casc_exchange *exchange);
/* Whether what is sent is kept back for what comes next, unless it fills a packet. */
void casc_exchange_cork(casc_exchange *exchange, bool corked);

#endif
