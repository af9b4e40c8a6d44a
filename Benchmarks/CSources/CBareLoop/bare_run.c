/* bare_loop_run: so many requests, so many at a time. */
#include <errno.h>

#include "bare_internal.h"

static void note_first_text(bare_call *call) {
    if (call->first_text_at == 0) call->first_text_at = bare_now();
}

/* Text that nobody reads begins with the body. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    note_first_text(context);
    return size * count;
}

/* The first event has a role and no text yet. */
static size_t on_text(char *bytes, size_t size, size_t count, void *context) {
    bare_call *call = context;
    bool is_kept = bare_text_feed(&call->text, bytes, size * count);
    if (call->text.bytes > 0) note_first_text(call);
    return is_kept ? size * count : 0;
}

static bool has_failed(bare_call *call, CURLcode code) {
    long status = 0;
    bool complete = !call->loop->load->reads_text || bare_text_finish(&call->text);
    curl_easy_getinfo(call->handle, CURLINFO_RESPONSE_CODE, &status);
    return code != CURLE_OK || status != 200 || !complete;
}

static void record(bare_call *call, CURLcode code, bare_loop_result *result) {
    if (has_failed(call, code)) {
        result->failed++;
        return;
    }
    note_first_text(call); /* of an answer in one piece, which is read at its end */
    uint64_t index = result->answered++;
    result->latency_ns[index] = bare_now() - call->started_at;
    result->first_text_ns[index] = call->first_text_at - call->started_at;
}

static int start_next(bare_loop *loop, bare_call *call, uint64_t *next) {
    if (*next == loop->load->requests) return 0;
    ++*next;
    return bare_loop_start(loop, call);
}

/* Starts those calls whose time has come for the first time. `due` becomes when the next one is, 0: none is left. */
static int start_due(bare_loop *loop, int *begun, uint64_t *next, uint64_t *due) {
    int error = 0;
    while (*begun < loop->call_count && *due <= bare_now() && error == 0) {
        bare_call *call = &loop->calls[(*begun)++];
        curl_easy_setopt(call->handle, CURLOPT_WRITEFUNCTION, loop->load->reads_text ? on_text : on_body);
        curl_easy_setopt(call->handle, CURLOPT_WRITEDATA, call);
        error = start_next(loop, call, next);
        *due += loop->load->stagger_ns;
    }
    if (*begun == loop->call_count) *due = 0;
    return error;
}

/* Starts those whose interval is over. The instant at which the next one's is, if that comes before `until`. */
static int start_waiting(bare_loop *loop, uint64_t *next, uint64_t *until) {
    uint64_t now = bare_now();
    int error = 0;
    for (int i = 0; i < loop->call_count && error == 0; i++) {
        bare_call *call = &loop->calls[i];
        if (!call->is_waiting) continue;
        uint64_t due = call->started_at + loop->load->interval_ns;
        if (due <= now) {
            call->is_waiting = false;
            error = start_next(loop, call, next);
        } else if (*until == 0 || due < *until) {
            *until = due;
        }
    }
    return error;
}

static int start_again(bare_loop *loop, bare_call *call, uint64_t *next) {
    call->is_waiting = loop->load->interval_ns > 0 && *next < loop->load->requests;
    return call->is_waiting ? 0 : start_next(loop, call, next);
}

static int run(bare_loop *loop, bare_loop_result *result) {
    uint64_t next = 0, due = bare_now();
    int begun = 0;
    int error = start_due(loop, &begun, &next, &due);
    while (error == 0 && (loop->running > 0 || due > 0 || next < loop->load->requests)) {
        uint64_t until = due;
        if (loop->load->interval_ns > 0) error = start_waiting(loop, &next, &until);
        if (error == 0) error = bare_loop_round(loop, until);
        bare_call *call;
        CURLcode code;
        while (error == 0 && (call = bare_loop_take_ended(loop, &code)) != NULL) {
            record(call, code, result);
            error = start_again(loop, call, &next);
        }
        if (error == 0 && due > 0) error = start_due(loop, &begun, &next, &due);
    }
    return error;
}

int bare_loop_run(const bare_loop_load *load, bare_loop_result *result) {
    result->answered = result->failed = 0;
    if (load->connections < 1) return EINVAL;
    if (load->requests == 0) return 0;
    int calls = load->requests < (uint64_t)load->connections ? (int)load->requests : load->connections;
    int error;
    bare_loop *loop = bare_loop_create(load, calls, &error);
    if (loop == NULL) return error;
    error = run(loop, result);
    bare_loop_destroy(loop);
    return error;
}
