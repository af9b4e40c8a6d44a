/* bare_loop_hold: many streams at once, for as long as they are looked at. */
#include <errno.h>

#include "bare_internal.h"

static const uint64_t TICK_NANOSECONDS = 10000000u;

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes, (void)context;
    return size * count;
}

/* The head has come when its empty line has. An interim response has one too, but no 200. */
static size_t on_header(char *line, size_t size, size_t count, void *context) {
    bare_call *call = context;
    size_t length = size * count;
    if (call->is_open || length == 0 || length > 2 || (line[0] != '\r' && line[0] != '\n')) return length;
    long status = 0;
    curl_easy_getinfo(call->handle, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return length;
    call->is_open = true;
    call->loop->open++;
    return length;
}

static int start_all(bare_loop *loop) {
    int error = 0;
    for (int i = 0; i < loop->call_count && error == 0; i++) {
        bare_call *call = &loop->calls[i];
        curl_easy_setopt(call->handle, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(call->handle, CURLOPT_HEADERFUNCTION, on_header);
        curl_easy_setopt(call->handle, CURLOPT_HEADERDATA, call);
        error = bare_loop_start(loop, call);
    }
    return error;
}

static void forget_ended(bare_loop *loop) {
    bare_call *call;
    CURLcode code;
    while ((call = bare_loop_take_ended(loop, &code)) != NULL) {
        if (call->is_open) loop->open--;
        call->is_open = false;
    }
}

static int hold(bare_loop *loop, bool (*keep_going)(void *context, int open), void *context) {
    int error = start_all(loop);
    uint64_t tick_at = bare_now();
    while (error == 0) {
        uint64_t now = bare_now();
        if (now >= tick_at) {
            if (!keep_going(context, loop->open)) break;
            tick_at = now + TICK_NANOSECONDS;
        }
        error = bare_loop_round(loop, tick_at);
        forget_ended(loop);
    }
    return error;
}

int bare_loop_hold(const bare_loop_load *load, int streams, bool (*keep_going)(void *context, int open),
                   void *context) {
    if (streams < 1) return EINVAL;
    int error;
    bare_loop *loop = bare_loop_create(load, streams, &error);
    if (loop == NULL) return error;
    error = hold(loop, keep_going, context);
    bare_loop_destroy(loop);
    return error;
}
