/*
 * Torture of the C core: each of its requests for memory is refused once, and system calls come back early, short or
 * with nothing, in every way the kernel may answer. See Scripts/torture.
 */
#ifndef TORTURE_H
#define TORTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CCascadeTransport.h"

/* Ends the program when a promise is broken. */
void require(bool kept, const char *promise);
/* What require says it was doing. */
void doing(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* refusal.c: every request for memory of the C core and of libcurl passes through here. */
enum { REFUSE_ONE, REFUSE_ALL_FROM };
/* The n-th request from now on, counted from 1, is refused; with REFUSE_ALL_FROM so are all that follow. */
void refuse_memory(int n, int how);
/* No more refusals. True when there was one. */
bool grant_memory(void);
/* Whether an option of a handle was refused: a protocol, a proxy, a certificate that was asked for. */
bool is_option_refused(void);
/* Blocks that are held now. */
long blocks_held(void);

/* disturbance.c: on this thread, system calls are answered in odd ways, chosen by the seed; 0 stops that. */
void disturb_calls(uint64_t seed);
/* How many calls were answered oddly so far, in all threads. */
unsigned long calls_disturbed(void);

/* server.c: a provider on a port of the loopback interface, on threads of its own. */
typedef struct server server;
server *server_start(void);
int server_port(const server *server);
/* One that never accepts a connection. */
int server_full_port(const server *server);
/* Returns when all its threads have ended. */
void server_stop(server *server);

/* What a path is answered with; `number` is the size or count in it. */
typedef struct expected {
    int status;
    size_t records;
    size_t bytes; /* of all records */
    uint64_t sum; /* of their bytes, each times its place */
} expected;
expected server_expected(const char *path);
uint64_t sum_of(const uint8_t *bytes, size_t length, uint64_t place);

/* client.c: a loop on a thread of its own, and requests one after the other. */
typedef struct client client;
typedef struct ask {
    const char *path;
    bool get;
    size_t body_bytes;
    bool slow;        /* the consumer reads only when the ring is full */
    bool extra;       /* header fields of its own */
    bool unreachable; /* sent to where no connection comes about, with a deadline for that */
} ask;

typedef struct answer {
    bool refused; /* there was no transfer to be had */
    bool has_answer;
    int status;
    expected read;
    size_t head_length;
    casc_outcome outcome;
} answer;

client *client_start(const server *server, long idle_seconds, uint64_t disturbance);
answer client_ask(client *client, const ask *ask);
casc_loop *client_loop(client *client);
void client_stop(client *client);

/* json.c: false when it went without something for want of memory. */
bool use_json(void);

/* The tortures. */
void torture_sockets(void);
void torture_memory(void);
void torture_transport(void);
void torture_calls(uint64_t seeds);

#endif
