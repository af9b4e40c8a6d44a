/*
 * Sets of connections: a loop has several of curl's multi handles.
 *
 * To find a connection that is free, libcurl walks all of the host's, busy ones included: 200 instructions and a dozen
 * cache misses each, which with 128 of them was a sixth of a request's time. So a set has room for so many handles only,
 * and the next ones get another. A handle stays with its set, where the connection that it used last is waiting.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "casc_internal.h"

enum { FIRST_ROOM = 32, SETS_OF_A_SIZE = 4, MAX_IDLE_CONNECTIONS = 4096 };

struct casc_set {
    casc_loop *loop;
    CURLM *multi; /* NULL while nothing is open in it */
    uint32_t index, handles, running;
    uint64_t curl_at; /* when curl's timer is due; 0: not set */
    uint64_t idle_at; /* when what is open is closed, since nothing runs; 0: something does */
};

/* What curl asks for. */

static int on_socket(CURL *handle, curl_socket_t descriptor, int what, void *context, void *known) {
    (void)handle;
    casc_set *set = context;
    int epoll = set->loop->epoll;
    struct epoll_event event = {.data.u64 = (uint64_t)(set->index + 1) << 32 | (uint32_t)descriptor};
    if (what == CURL_POLL_REMOVE) {
        /* Fails when curl has closed the descriptor already, which has removed it as well. */
        epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event);
        return 0;
    }
    event.events =
        ((what & CURL_POLL_IN) != 0 ? (uint32_t)EPOLLIN : 0) | ((what & CURL_POLL_OUT) != 0 ? (uint32_t)EPOLLOUT : 0);
    int operation = known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    /* A number that was closed and given out again without curl's saying so is not in the state that is expected. */
    if (epoll_ctl(epoll, operation, descriptor, &event) != 0 && (errno == EEXIST || errno == ENOENT)) {
        epoll_ctl(epoll, errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event);
    }
    if (known == NULL) curl_multi_assign(set->multi, descriptor, set);
    return 0;
}

static int on_timer(CURLM *multi, long milliseconds, void *context) {
    (void)multi;
    casc_set *set = context;
    set->curl_at = milliseconds < 0 ? 0 : set->loop->now + (uint64_t)milliseconds * 1000000u;
    return 0;
}

static CURLM *make_multi(casc_set *set) {
    CURLM *multi = curl_multi_init();
    if (multi == NULL) return NULL;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, set);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, set);
    /* One stream at a time on a connection of HTTP/2. Where streams share one, libcurl keeps all that comes for a paused
       one, up to its window of 32 MiB, copies it at each resumption, keeps the rest for the handle's next transfer when
       it is given up, and leaves the server to send on until another stream has something to say. */
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, set->loop->options.connections_per_host);
    /* Without this curl keeps four idle connections for each handle that happens to be running. */
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)MAX_IDLE_CONNECTIONS);
    return multi;
}

/* Which handles belong where. */

/* Later sets are larger, so that thousands of transfers do not need hundreds of sets, at 40 KB each. What bounds the
   connections to a host is counted by curl, in one set. */
static bool has_room(const casc_set *set) {
    uint32_t room = (uint32_t)FIRST_ROOM << (set->index / SETS_OF_A_SIZE);
    return set->handles < room || set->index == MAX_SETS - 1 || set->loop->options.connections_per_host > 0;
}

static casc_set *make_set(casc_loop *loop) {
    casc_set *set = calloc(1, sizeof *set);
    if (set == NULL) return NULL;
    set->loop = loop;
    set->index = loop->set_count;
    loop->sets[loop->set_count++] = set;
    return set;
}

casc_set *casc_set_join(casc_loop *loop) {
    uint32_t index = 0;
    while (index < loop->set_count && !has_room(loop->sets[index])) index++;
    casc_set *set = index < loop->set_count ? loop->sets[index] : make_set(loop);
    if (set != NULL) set->handles++;
    return set;
}

void casc_set_leave(casc_set *set) {
    set->handles--;
}

/* What runs. */

bool casc_set_start(casc_easy *easy) {
    casc_set *set = easy->set;
    if (set->multi == NULL) set->multi = make_multi(set);
    if (set->multi == NULL || curl_multi_add_handle(set->multi, easy->handle) != CURLM_OK) return false;
    easy->started = true;
    set->running++;
    set->idle_at = 0;
    return true;
}

void casc_set_end(casc_easy *easy) {
    casc_set *set = easy->set;
    if (!easy->started) return;
    easy->started = false;
    curl_multi_remove_handle(set->multi, easy->handle);
    if (--set->running == 0) set->idle_at = casc_loop_idle_from_now(set->loop);
}

void casc_set_act(casc_set *set, int descriptor, uint32_t events) {
    /* An error shows as readable and writable: curl then finds it out by reading or writing. */
    bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
    int what = (failed || (events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0) |
               (failed || (events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0);
    int running;
    if (set->multi != NULL) curl_multi_socket_action(set->multi, descriptor, what, &running);
}

static bool fire_timer(casc_set *set) {
    if (set->curl_at == 0 || set->curl_at > set->loop->now) return false;
    set->curl_at = 0;
    int running;
    curl_multi_socket_action(set->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    return true;
}

static bool read_messages(casc_set *set) {
    bool any = false;
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(set->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        casc_easy *easy = NULL;
        CURLcode code = message->data.result; /* the message dies with the handle's removal */
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &easy);
        casc_transfer_done(easy, code);
        any = true;
    }
    return any;
}

static void close_set(casc_set *set) {
    if (set->multi != NULL) curl_multi_cleanup(set->multi);
    set->multi = NULL;
    set->curl_at = set->idle_at = 0;
}

/* Where nothing runs at all, the loop closes connections, together with the handles and the memory it gives back. */
static uint64_t idle_at(const casc_set *set) {
    return set->loop->idle_at == 0 ? set->idle_at : 0;
}

bool casc_sets_pass(casc_loop *loop) {
    bool busy = false;
    for (uint32_t i = 0; i < loop->set_count; i++) {
        casc_set *set = loop->sets[i];
        if (set->multi == NULL) continue;
        busy |= fire_timer(set);
        busy |= read_messages(set);
        if (idle_at(set) != 0 && idle_at(set) <= loop->now) close_set(set);
    }
    return busy;
}

static uint64_t earlier(uint64_t at, uint64_t other) {
    return at == 0 || (other != 0 && other < at) ? other : at;
}

uint64_t casc_sets_due(const casc_loop *loop) {
    uint64_t at = 0;
    for (uint32_t i = 0; i < loop->set_count; i++) {
        at = earlier(earlier(at, loop->sets[i]->curl_at), idle_at(loop->sets[i]));
    }
    return at;
}

void casc_sets_close(casc_loop *loop) {
    for (uint32_t i = 0; i < loop->set_count; i++) close_set(loop->sets[i]);
}

void casc_sets_free(casc_loop *loop) {
    casc_sets_close(loop);
    for (uint32_t i = 0; i < loop->set_count; i++) free(loop->sets[i]);
}
