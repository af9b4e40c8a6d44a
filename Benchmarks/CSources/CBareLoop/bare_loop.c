/* The loop: curl's multi handle over epoll, and its easy handles. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* clock_gettime */
#endif

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "bare_internal.h"

/* The buffers are those of Cascade's transport. */
enum { RECEIVE_BUFFER = 8 * 1024 - 1, UPLOAD_BUFFER = 16 * 1024, MAX_EVENTS = 256 };
static const uint64_t NANOSECONDS = 1000000000u, MILLISECOND = 1000000u;

uint64_t bare_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

/* --- What curl asks for. --- */

static int on_socket(CURL *handle, curl_socket_t descriptor, int what, void *context, void *known) {
    (void)handle;
    bare_loop *loop = context;
    struct epoll_event event = {.data.fd = descriptor};
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, descriptor, &event);
        return 0;
    }
    event.events =
        ((what & CURL_POLL_IN) != 0 ? (uint32_t)EPOLLIN : 0) | ((what & CURL_POLL_OUT) != 0 ? (uint32_t)EPOLLOUT : 0);
    int operation = known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    /* A number that was closed and given out again without curl's saying so is not in the state that is expected. */
    if (epoll_ctl(loop->epoll, operation, descriptor, &event) != 0 && (errno == EEXIST || errno == ENOENT)) {
        epoll_ctl(loop->epoll, errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event);
    }
    if (known == NULL) curl_multi_assign(loop->multi, descriptor, loop);
    return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *context) {
    (void)multi;
    bare_loop *loop = context;
    if (milliseconds > 0) {
        loop->curl_at = bare_now() + (uint64_t)milliseconds * MILLISECOND;
    } else {
        loop->curl_at = milliseconds == 0 ? 1 : 0; /* 1: an instant long past */
    }
    return 0;
}

/* --- Rounds. --- */

static int act(bare_loop *loop, curl_socket_t descriptor, int what) {
    int running;
    return curl_multi_socket_action(loop->multi, descriptor, what, &running) == CURLM_OK ? 0 : EIO;
}

static int handle_event(bare_loop *loop, const struct epoll_event *event) {
    /* An error shows as readable and writable: curl then finds it out by reading or writing. */
    bool failed = (event->events & (EPOLLERR | EPOLLHUP)) != 0;
    int what = (failed || (event->events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
               (failed || (event->events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
    return act(loop, event->data.fd, what);
}

/* Curl counts in milliseconds, so epoll's own time-out will do, and a timer descriptor would cost system calls. */
static int milliseconds_until(uint64_t at, uint64_t now) {
    if (at == 0) return -1;
    if (at <= now) return 0;
    uint64_t left = (at - now + MILLISECOND - 1) / MILLISECOND;
    return left > 60000 ? 60000 : (int)left;
}

int bare_loop_round(bare_loop *loop, uint64_t until) {
    uint64_t at = loop->curl_at, now = bare_now();
    if (at != 0 && at <= now) {
        loop->curl_at = 0;
        return act(loop, CURL_SOCKET_TIMEOUT, 0);
    }
    if (until != 0 && (at == 0 || until < at)) at = until;
    struct epoll_event events[MAX_EVENTS];
    int count = epoll_wait(loop->epoll, events, MAX_EVENTS, milliseconds_until(at, now));
    if (count < 0) return errno == EINTR ? 0 : errno;
    int error = 0;
    for (int i = 0; i < count && error == 0; i++) error = handle_event(loop, &events[i]);
    return error;
}

int bare_loop_start(bare_loop *loop, bare_call *call) {
    call->first_text_at = 0;
    bare_text_begin(&call->text, loop->load->expected_text, loop->load->expected_length);
    call->started_at = bare_now();
    if (curl_multi_add_handle(loop->multi, call->handle) != CURLM_OK) return ENOMEM;
    loop->running++;
    return 0;
}

bare_call *bare_loop_take_ended(bare_loop *loop, CURLcode *code) {
    int left;
    CURLMsg *message = curl_multi_info_read(loop->multi, &left);
    if (message == NULL) return NULL;
    bare_call *call = NULL;
    *code = message->data.result; /* the message dies with the handle's removal */
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
    curl_multi_remove_handle(loop->multi, call->handle);
    loop->running--;
    return call;
}

/* --- Making and unmaking. --- */

static bool add_header(bare_loop *loop, const char *line) {
    struct curl_slist *list = curl_slist_append(loop->headers, line);
    if (list == NULL) return false;
    loop->headers = list;
    return true;
}

static bool make_headers(bare_loop *loop) {
    const char *const *line = loop->load->headers;
    while (*line != NULL) {
        if (!add_header(loop, *line++)) return false;
    }
    return add_header(loop, "Expect:");
}

static bool make_multi(bare_loop *loop, int calls) {
    loop->multi = curl_multi_init();
    if (loop->multi == NULL) return false;
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
    /* Without this curl closes connections when few handles happen to be running. */
    curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, (long)calls);
    return true;
}

static void set_protocol_options(CURL *handle) {
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
    curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
    curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
}

static bool make_call(bare_loop *loop, bare_call *call) {
    const bare_loop_load *load = loop->load;
    CURL *handle = curl_easy_init();
    call->loop = loop;
    call->handle = handle;
    if (handle == NULL) return false;
    set_protocol_options(handle);
    curl_easy_setopt(handle, CURLOPT_PRIVATE, call);
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, loop->headers);
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    /* The caller's bytes as they are: sent with the head, in one piece, and never copied by a read function. */
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)load->body_length);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, load->body);
    return curl_easy_setopt(handle, CURLOPT_URL, load->url) == CURLE_OK;
}

static int set_up(bare_loop *loop, int calls) {
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0) return errno;
    if (!make_multi(loop, calls) || !make_headers(loop)) return ENOMEM;
    while (loop->call_count < calls) {
        if (!make_call(loop, &loop->calls[loop->call_count++])) return ENOMEM;
    }
    return 0;
}

bare_loop *bare_loop_create(const bare_loop_load *load, int calls, int *error) {
    /* Counted by curl, and safe to call again; it is never undone, so that a run leaves the next one nothing to do. */
    *error = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : ENOMEM;
    if (*error != 0) return NULL;
    bare_loop *loop = calloc(1, sizeof *loop + (size_t)calls * sizeof(bare_call));
    *error = ENOMEM;
    if (loop == NULL) return NULL;
    loop->load = load;
    *error = set_up(loop, calls);
    if (*error == 0) return loop;
    bare_loop_destroy(loop);
    return NULL;
}

void bare_loop_destroy(bare_loop *loop) {
    for (int i = 0; i < loop->call_count; i++) {
        bare_call *call = &loop->calls[i];
        if (call->handle == NULL) continue;
        if (loop->running > 0) curl_multi_remove_handle(loop->multi, call->handle);
        curl_easy_cleanup(call->handle);
        bare_text_free(&call->text);
    }
    if (loop->multi != NULL) curl_multi_cleanup(loop->multi);
    curl_slist_free_all(loop->headers);
    if (loop->epoll >= 0) close(loop->epoll);
    free(loop);
}
