/* What the sources of this target share: the loop, and the calls it makes again and again. */
#ifndef BARE_INTERNAL_H
#define BARE_INTERNAL_H

#include <curl/curl.h>

#include "bare_loop.h"
#include "bare_text.h"

typedef struct bare_loop bare_loop;

/* One easy handle, set up once, and the request that it carries now. */
typedef struct bare_call {
    bare_loop *loop;
    CURL *handle;
    uint64_t started_at;
    uint64_t first_text_at; /* 0: none yet */
    bare_text text;
    bool has_begun;  /* for bare_loop_hold */
    bool is_waiting; /* for its interval to be over */
} bare_call;

struct bare_loop {
    const bare_loop_load *load;
    CURLM *multi;
    struct curl_slist *headers;
    int epoll;
    uint64_t curl_at; /* when curl wants to be called; 0: not at all */
    int running;
    bare_hold_state held;
    int call_count;
    bare_call calls[];
};

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t bare_now(void);

/* NULL with `error` set to an errno value. */
bare_loop *bare_loop_create(const bare_loop_load *load, int calls, int *error);
void bare_loop_destroy(bare_loop *loop);

/* 0, or an errno value. */
int bare_loop_start(bare_loop *loop, bare_call *call);

/* One round: curl's timer when it is due, else what the sockets have, waiting for it until `until` (0: for ever). 0, or
   an errno value. */
int bare_loop_round(bare_loop *loop, uint64_t until);

/* A call that has ended and can be started again, or NULL. */
bare_call *bare_loop_take_ended(bare_loop *loop, CURLcode *code);

#endif
