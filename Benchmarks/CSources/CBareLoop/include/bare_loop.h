/*
 * bare_loop: the floor that Cascade is measured against. One thread, curl_multi_socket_action, epoll, easy handles that
 * are set up once and used again, kept connections, HTTP/1.1: what no router over libcurl can go below.
 *
 * It sets what Cascade's transport sets where that costs or saves anything (receive buffer, TCP_NODELAY, no signals, no
 * Expect header, no proxy from the environment) and leaves out what only a router needs: deadlines, back-pressure,
 * header fields, and the read function that keeps libcurl from sending a body twice.
 *
 * Plain C with no state of its own. Over TLS the caller sees to it that SIGPIPE is ignored; OpenSSL may raise it.
 */
#ifndef BARE_LOOP_H
#define BARE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/* The pointers must stay valid until the function that was given the load returns. */
typedef struct bare_loop_load {
    const char *url;
    const char *_Nullable const *_Nonnull headers; /* NULL-terminated "Name: value" */
    const char *body;
    size_t body_length;
    uint64_t requests;                      /* in all */
    int connections;                        /* at a time */
    uint64_t stagger_ns;                    /* between the first requests of two connections */
    uint64_t interval_ns;                   /* at least, between the starts of two requests of one connection */
    bool reads_text;                        /* finds the text of each SSE event, or of the JSON body, and compares it */
    const uint8_t *_Nullable expected_text; /* of every answer, where reads_text */
    size_t expected_length;
} bare_loop_load;

typedef struct bare_loop_result {
    uint64_t answered;
    uint64_t failed;         /* not a 200, or curl failed, or where reads_text no terminal marker or another text */
    uint64_t *latency_ns;    /* the caller's array of `requests` elements, of which the first `answered` are set */
    uint64_t *first_text_ns; /* likewise: to the first text */
} bare_loop_result;

/* Makes all requests, on the calling thread. 0, or an errno value when the loop itself came to an end; what an answer
   lacks is counted in `failed`. */
int bare_loop_run(const bare_loop_load *load, bare_loop_result *result);

/* How it stands with the streams that are held. */
typedef struct bare_hold_state {
    int begun;       /* the first of their body has come, with a 200 */
    int ended;       /* whichever way */
    uint64_t pieces; /* that libcurl has handed over, of all bodies */
} bare_hold_state;

/* Starts `streams` requests at once, whatever `requests` and `connections` say, and reads and discards their answers
   until `keep_going` says no. That is called every 10 ms. 0, or an errno value. */
int bare_loop_hold(const bare_loop_load *load, int streams,
                   bool (*keep_going)(void *_Nullable context, const bare_hold_state *state), void *_Nullable context);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
