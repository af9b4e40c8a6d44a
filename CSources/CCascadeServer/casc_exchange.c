/* An exchange from the first bytes of its request to its end. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "casc_server_internal.h"

enum { FIRST_BODY_BYTES = 4096, FORGOTTEN_TIMES = 4 };

static void free_memory(casc_exchange *exchange) {
    free(exchange->body);
    free(exchange->outbox);
    free(exchange);
}

void casc_exchange_release(casc_exchange *exchange) {
    if (atomic_fetch_sub_explicit(&exchange->references, 1, memory_order_acq_rel) == 1) free_memory(exchange);
}

static const char *field(struct MHD_Connection *connection, const char *name) {
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

const char *casc_exchange_header(const casc_exchange *exchange, const char *name) {
    return exchange->connection != NULL ? field(exchange->connection, name) : NULL;
}

/* --- The request. --- */

static casc_exchange *create(casc_server *server, struct MHD_Connection *connection, const char *path,
                             const char *method) {
    size_t method_size = strlen(method) + 1, path_size = strlen(path) + 1;
    casc_exchange *exchange = calloc(1, sizeof *exchange + method_size + path_size);
    if (exchange == NULL) return NULL;
    atomic_init(&exchange->references, 1);
    exchange->loop = server->loop;
    exchange->server = server;
    exchange->connection = connection;
    exchange->resume = server->options.resume;
    memcpy(exchange->method, method, method_size);
    exchange->path = exchange->method + method_size;
    memcpy(exchange->method + method_size, path, path_size);
    return exchange;
}

static void list(casc_server *server, casc_exchange *exchange) {
    exchange->next = server->exchanges;
    if (exchange->next != NULL) exchange->next->previous = exchange;
    server->exchanges = exchange;
    server->exchange_count++;
}

static void unlist(casc_server *server, casc_exchange *exchange) {
    if (exchange->previous != NULL) {
        exchange->previous->next = exchange->next;
    } else {
        server->exchanges = exchange->next;
    }
    if (exchange->next != NULL) exchange->next->previous = exchange->previous;
    server->exchange_count--;
}

static void hand_over(casc_exchange *exchange) {
    casc_server *server = exchange->server;
    exchange->stage = CASC_WAITING;
    exchange->received_at = casc_now();
    casc_exchange_suspend(exchange);
    atomic_fetch_add_explicit(&exchange->references, 1, memory_order_relaxed);
    exchange->owner = server->options.begin(server->options.context, exchange);
    if (exchange->client->hung_up) casc_exchange_client_left(exchange);
}

/* What a head says of where its body ends. */
typedef struct framing {
    unsigned lengths, encodings;
    bool is_odd;
} framing;

static enum MHD_Result read_field(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
    (void)kind;
    framing *framing = context;
    if (strcasecmp(name, "Content-Length") == 0) {
        framing->lengths++;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        framing->encodings++;
        framing->is_odd |= value == NULL || strcasecmp(value, "chunked") != 0;
    }
    /* "Content-Length : 4" is a length to some and nothing to others. */
    framing->is_odd |= name[0] == 0 || name[strcspn(name, " \t")] != 0;
    return MHD_YES;
}

/* Where two servers may disagree on a request's end, one of them takes the rest for another request. */
static bool is_ambiguous(struct MHD_Connection *connection) {
    framing framing = {0};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, read_field, &framing);
    return framing.is_odd || framing.lengths + framing.encodings > 1;
}

static bool reserve_body(casc_exchange *exchange, size_t length) {
    if (length <= exchange->capacity) return true;
    uint8_t *body = realloc(exchange->body, length + CASC_EXCHANGE_PADDING);
    if (body == NULL) return false;
    exchange->body = body;
    exchange->capacity = length;
    return true;
}

/* Memory for a body of this length is for whoever may have it: anybody, or who is known. */
static bool is_welcome(casc_exchange *exchange, unsigned long long length) {
    const casc_server_options *options = &exchange->server->options;
    if (length <= options->free_body || exchange->welcome) return true;
    exchange->welcome = options->welcome(options->context, exchange);
    return exchange->welcome;
}

/* The announced length is checked by libmicrohttpd: it is a number. Memory that is not written to is not there yet. */
static void expect_body(casc_exchange *exchange) {
    const char *announced = field(exchange->connection, "Content-Length");
    unsigned long long length = announced != NULL ? strtoull(announced, NULL, 10) : 0;
    if (length > exchange->server->options.max_body) {
        exchange->problem = CASC_PROBLEM_TOO_LARGE;
    } else if (!is_welcome(exchange, length)) {
        exchange->problem = CASC_PROBLEM_UNWELCOME;
    } else if (length > 0 && !reserve_body(exchange, (size_t)length)) {
        exchange->problem = CASC_PROBLEM_NO_MEMORY;
    }
}

enum MHD_Result casc_exchange_begin(casc_server *server, struct MHD_Connection *connection, const char *path,
                                    const char *method, void **context) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    casc_client *client = info != NULL ? info->socket_context : NULL;
    if (client == NULL) return MHD_NO;
    casc_exchange *exchange = create(server, connection, path, method);
    if (exchange == NULL) return MHD_NO;
    *context = exchange;
    exchange->client = client;
    client->exchange = exchange;
    client->requests++;
    list(server, exchange);
    expect_body(exchange);
    /* Both are answered without the body: the first because nobody knows where it ends, and a client that asks first
       is told before it sends. The connection is closed after such an answer. */
    if (is_ambiguous(connection)) {
        exchange->problem = CASC_PROBLEM_FRAMING;
        hand_over(exchange);
    } else if (exchange->problem != CASC_PROBLEM_NONE && field(connection, "Expect") != NULL) {
        hand_over(exchange);
    }
    return MHD_YES;
}

static casc_problem keep(casc_exchange *exchange, const char *bytes, size_t length) {
    size_t needed = exchange->length + length;
    if (needed > exchange->server->options.max_body) return CASC_PROBLEM_TOO_LARGE;
    if (!is_welcome(exchange, needed)) return CASC_PROBLEM_UNWELCOME;
    size_t capacity = exchange->capacity > 0 ? exchange->capacity : FIRST_BODY_BYTES;
    while (capacity < needed) capacity *= 2;
    if (!reserve_body(exchange, capacity)) return CASC_PROBLEM_NO_MEMORY;
    memcpy(exchange->body + exchange->length, bytes, length);
    exchange->length = needed;
    return CASC_PROBLEM_NONE;
}

enum MHD_Result casc_exchange_receive(casc_exchange *exchange, const char *bytes, size_t *length) {
    if (exchange->stage != CASC_RECEIVING) return MHD_NO; /* resumed without an answer: the client has gone */
    if (*length == 0) {
        hand_over(exchange);
        return MHD_YES;
    }
    if (exchange->problem == CASC_PROBLEM_NONE) exchange->problem = keep(exchange, bytes, *length);
    if (exchange->problem != CASC_PROBLEM_NONE) {
        casc_exchange_free_body(exchange);
        exchange->forgotten += *length;
        /* Read to its end where that is near: a connection that is closed under its sender takes the answer along. */
        if (exchange->forgotten > (uint64_t)exchange->server->options.max_body * FORGOTTEN_TIMES) return MHD_NO;
    }
    *length = 0;
    return MHD_YES;
}

casc_problem casc_exchange_problem(const casc_exchange *exchange) {
    return exchange->problem;
}
const char *casc_exchange_method(const casc_exchange *exchange) {
    return exchange->method;
}
const char *casc_exchange_path(const casc_exchange *exchange) {
    return exchange->path;
}
uint64_t casc_exchange_received_at(const casc_exchange *exchange) {
    return exchange->received_at;
}

const uint8_t *casc_exchange_body(const casc_exchange *exchange, size_t *length) {
    *length = exchange->length;
    return exchange->body;
}

void casc_exchange_free_body(casc_exchange *exchange) {
    free(exchange->body);
    exchange->body = NULL;
    exchange->length = exchange->capacity = 0;
}

/* --- The end. --- */

static void tell_gone(casc_exchange *exchange) {
    if (exchange->gone) return;
    exchange->gone = true;
    casc_hold_end(exchange);
    if (exchange->owner != NULL) exchange->server->options.gone(exchange->owner);
    casc_exchange_wake(exchange);
}

void casc_exchange_client_left(casc_exchange *exchange) {
    /* A request that is being received, and an answer that is whole, are libmicrohttpd's own to give up: a client may
       have closed its side and still read. */
    if (exchange->stage == CASC_RECEIVING || exchange->stage == CASC_ANSWERED) return;
    casc_exchange_give_up(exchange);
}

void casc_exchange_give_up(casc_exchange *exchange) {
    tell_gone(exchange);
    casc_exchange_cut(exchange);
}

/* The connection, that is; libmicrohttpd ends the exchange with it. */
void casc_exchange_cut(casc_exchange *exchange) {
    if (exchange->suspended) {
        casc_exchange_resume(exchange);
    } else {
        shutdown(exchange->client->descriptor, SHUT_RDWR); /* what libmicrohttpd waits for comes with this */
    }
}

void casc_exchange_end(casc_exchange *exchange, bool well) {
    casc_server *server = exchange->server;
    bool is_known = exchange->owner != NULL;
    if (is_known && !well) tell_gone(exchange);
    casc_hold_end(exchange);
    casc_exchange_cork(exchange, false);
    unlist(server, exchange);
    exchange->client->exchange = NULL;
    exchange->client = NULL;
    exchange->connection = NULL;
    exchange->server = NULL;
    exchange->finished = true;
    casc_exchange_wake(exchange);
    if (is_known) server->options.over(exchange->owner);
    exchange->owner = NULL;
    casc_exchange_release(exchange);
}
