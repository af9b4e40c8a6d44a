/* bare_loop_hold: many streams at once, for as long as they are looked at. */
#include <errno.h>

#include "bare_internal.h"

static const uint64_t TICK_NANOSECONDS = 10000000u;

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    bare_call *call = context;
    bare_hold_state *held = &call->loop->held;
    held->pieces++;
    if (!call->has_begun) {
        long status = 0;
        curl_easy_getinfo(call->handle, CURLINFO_RESPONSE_CODE, &status);
        call->has_begun = true;
        if (status == 200) held->begun++;
    }
    return size * count;
}

static int start_all(bare_loop *loop) {
    int error = 0;
    for (int i = 0; i < loop->call_count && error == 0; i++) {
        bare_call *call = &loop->calls[i];
        curl_easy_setopt(call->handle, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(call->handle, CURLOPT_WRITEDATA, call);
        error = bare_loop_start(loop, call);
    }
    return error;
}

static void forget_ended(bare_loop *loop) {
    CURLcode code;
    while (bare_loop_take_ended(loop, &code) != NULL) loop->held.ended++;
}

static int hold(bare_loop *loop, bool (*keep_going)(void *context, const bare_hold_state *state), void *context) {
    int error = start_all(loop);
    uint64_t tick_at = bare_now();
    while (error == 0) {
        uint64_t now = bare_now();
        if (now >= tick_at) {
            if (!keep_going(context, &loop->held)) break;
            tick_at = now + TICK_NANOSECONDS;
        }
        error = bare_loop_round(loop, tick_at);
        forget_ended(loop);
    }
    return error;
}

int bare_loop_hold(const bare_loop_load *load, int streams,
                   bool (*keep_going)(void *context, const bare_hold_state *state), void *context) {
    if (streams < 1) return EINVAL;
    int error;
    bare_loop *loop = bare_loop_create(load, streams, &error);
    if (loop == NULL) return error;
    error = hold(loop, keep_going, context);
    bare_loop_destroy(loop);
    return error;
}
