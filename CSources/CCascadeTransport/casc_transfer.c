/* The life of a transfer: what the consumer asks for, and how the loop carries it out. */
#include <stdlib.h>
#include <string.h>

#include "casc_internal.h"

enum { NOT_STOPPED = 0xff };
static const uint64_t DRAIN_NANOSECONDS = 1000000000u;

/* --- The consumer's side: any thread, one at a time. --- */

static casc_slot *slot_of(casc_loop *loop, casc_transfer_id transfer) {
    /* The consumer's own id cannot be stale, so the slot is there. */
    return casc_slot_find(loop, transfer);
}

void casc_transfer_start(casc_loop *loop, casc_transfer_id transfer, const casc_request *request) {
    casc_slot *slot = slot_of(loop, transfer);
    slot->request = *request;
    atomic_store_explicit(&slot->total_at, request->deadlines.total_at, memory_order_relaxed);
    casc_slot_submit(loop, transfer, SUBMIT_START);
}

bool casc_transfer_cancel(casc_loop *loop, casc_transfer_id transfer) {
    return casc_slot_submit(loop, transfer, SUBMIT_CANCEL);
}

void casc_transfer_set_total(casc_loop *loop, casc_transfer_id transfer, uint64_t at) {
    atomic_store_explicit(&slot_of(loop, transfer)->total_at, at, memory_order_relaxed);
    casc_slot_submit(loop, transfer, SUBMIT_DEADLINE);
}

void casc_transfer_close(casc_loop *loop, casc_transfer_id transfer, bool drain) {
    /* Curl may be busy with hundreds of others before this one is recycled. */
    if (casc_loop_is_current(loop)) casc_buffers_take(loop, slot_of(loop, transfer)->ring);
    casc_slot_submit(loop, transfer, drain ? SUBMIT_CLOSE | SUBMIT_DRAIN : SUBMIT_CLOSE);
}

bool casc_transfer_peek(casc_loop *loop, casc_transfer_id transfer, casc_record *record) {
    return casc_ring_peek(slot_of(loop, transfer)->ring, record);
}

void casc_transfer_release(casc_loop *loop, casc_transfer_id transfer) {
    casc_slot *slot = slot_of(loop, transfer);
    casc_ring_release(slot->ring);
    /* Only a hint, to resume early: a pause that this misses is seen by casc_transfer_wait. */
    if (atomic_load_explicit(&slot->paused, memory_order_relaxed) &&
        casc_ring_unread(slot->ring) <= casc_ring_low_mark(slot->ring)) {
        casc_slot_submit(loop, transfer, SUBMIT_RESUME);
    }
}

bool casc_transfer_ended(casc_loop *loop, casc_transfer_id transfer, casc_outcome *outcome) {
    casc_slot *slot = slot_of(loop, transfer);
    /* acquire: pairs with the store in deliver_end; records published before it are visible now */
    if (!atomic_load_explicit(&slot->ended, memory_order_acquire)) return false;
    casc_record record;
    if (casc_ring_peek(slot->ring, &record)) return false;
    *outcome = slot->outcome;
    return true;
}

/* False when there was a signal, which is used up with that. */
static bool store_waiter(casc_slot *slot, uintptr_t waiter) {
    uintptr_t found = atomic_load_explicit(&slot->waiter, memory_order_relaxed), next;
    do {
        next = found == WAITER_SIGNALLED ? WAITER_NONE : waiter;
        /* release: the loop that resumes the waiter sees what it was made of; acquire: what was signalled is seen */
    } while (!atomic_compare_exchange_weak_explicit(&slot->waiter, &found, next, memory_order_acq_rel,
                                                    memory_order_relaxed));
    /* Two consumers at once are a mistake, but not one for which the other has to hang. */
    if (found > WAITER_SIGNALLED) slot->loop->options.resume(slot->loop->options.context, (void *)found);
    return next == waiter;
}

/* The slot has passed to another transfer. False when the waiter has been resumed already, perhaps by a signal that was
   meant for that transfer's consumer: it is given again. */
static bool take_waiter_back(casc_slot *slot, uintptr_t waiter) {
    if (atomic_compare_exchange_strong_explicit(&slot->waiter, &waiter, WAITER_NONE, memory_order_acq_rel,
                                                memory_order_relaxed)) {
        return true;
    }
    casc_slot_signal(slot);
    return false;
}

bool casc_transfer_wait(casc_loop *loop, casc_transfer_id transfer, void *waiter) {
    casc_slot *slot = casc_slot_find(loop, transfer);
    if (slot == NULL || !store_waiter(slot, (uintptr_t)waiter)) return false;
    /* Both of the ring's sides are this thread's. */
    if (casc_loop_is_current(loop)) casc_buffers_take(loop, slot->ring);
    /* Pairs with the fence of casc_slot_pause, and with that of dismiss_waiter. */
    atomic_thread_fence(memory_order_seq_cst);
    if (casc_slot_find(loop, transfer) != slot) return !take_waiter_back(slot, (uintptr_t)waiter);
    if (atomic_load_explicit(&slot->paused, memory_order_relaxed)) casc_slot_submit(loop, transfer, SUBMIT_RESUME);
    return true;
}

void casc_transfer_progress(casc_loop *loop, casc_transfer_id transfer) {
    atomic_store_explicit(&slot_of(loop, transfer)->progress_at, casc_now(), memory_order_relaxed);
}

long casc_transfer_status(casc_loop *loop, casc_transfer_id transfer) {
    casc_slot *slot = slot_of(loop, transfer);
    return atomic_load_explicit(&slot->head_done, memory_order_acquire) ? slot->status : 0;
}

const char *casc_transfer_head(casc_loop *loop, casc_transfer_id transfer, size_t *length) {
    casc_slot *slot = slot_of(loop, transfer);
    bool done = atomic_load_explicit(&slot->head_done, memory_order_acquire);
    *length = done ? slot->head_length : 0;
    return done && slot->head != NULL ? slot->head : "";
}

/* --- The loop's side. --- */

static void reset(casc_slot *slot) {
    slot->framing_chosen = slot->finishing = slot->draining = slot->closing = false;
    slot->opened[0] = slot->opened[1] = -1;
    slot->sent_segment = slot->sent_offset = slot->skip = slot->drained = 0;
    slot->stop_end = NOT_STOPPED;
    slot->stop_os_error = 0;
    slot->last_byte_at = slot->sent_at = slot->drain_until = 0;
    slot->token_from = slot->loop->now;
    slot->status = 0;
    slot->head_length = slot->head_bytes = 0;
    slot->head_lines = 0;
    memset(&slot->outcome, 0, sizeof slot->outcome);
    slot->outcome.started_at = slot->loop->now;
}

static bool set_url(casc_easy *easy, const char *url) {
    if (easy->url != NULL && strcmp(easy->url, url) == 0) return true;
    char *copy = strdup(url);
    if (copy == NULL || curl_easy_setopt(easy->handle, CURLOPT_URL, url) != CURLE_OK) {
        free(copy);
        return false;
    }
    free(easy->url);
    easy->url = copy;
    return true;
}

/* The extra lines are nodes in the slot that lead to the endpoint's list: nothing is copied. */
static void set_headers(casc_slot *slot, casc_easy *easy) {
    struct curl_slist *list = slot->endpoint->headers;
    for (size_t i = CASC_EXTRA_HEADERS; i-- > 0;) {
        if (slot->request.extra_headers[i] == NULL) continue;
        slot->extra_nodes[i].data = (char *)(uintptr_t)slot->request.extra_headers[i];
        slot->extra_nodes[i].next = list;
        list = &slot->extra_nodes[i];
    }
    bool extra = list != slot->endpoint->headers;
    if (extra || easy->has_extra_headers) curl_easy_setopt(easy->handle, CURLOPT_HTTPHEADER, list);
    easy->has_extra_headers = extra;
}

static void set_method(casc_slot *slot, casc_easy *easy) {
    if (slot->request.get != easy->get) {
        curl_easy_setopt(easy->handle, slot->request.get ? CURLOPT_HTTPGET : CURLOPT_POST, 1L);
        easy->get = slot->request.get;
    }
    if (slot->request.get) return;
    curl_off_t length = 0;
    for (size_t i = 0; i < CASC_BODY_SEGMENTS; i++) length += (curl_off_t)slot->request.body[i].length;
    curl_easy_setopt(easy->handle, CURLOPT_POSTFIELDSIZE_LARGE, length);
    /* Curl sends what it is shown along with the head, in one write and without a buffer for the upload. What is long,
       or in pieces, it asks on_read for. */
    bool shown = slot->request.body[1].length == 0 && length <= CASC_SHOWN_BODY_MAX;
    if (shown || easy->shows_body) {
        curl_easy_setopt(easy->handle, CURLOPT_POSTFIELDS, shown ? slot->request.body[0].bytes : NULL);
    }
    easy->shows_body = shown;
}

static void start(casc_slot *slot) {
    casc_loop *loop = slot->loop;
    reset(slot);
    if (atomic_load_explicit(&loop->stopping, memory_order_relaxed)) {
        casc_transfer_stop(slot, CASC_END_SHUTDOWN, CASC_DEADLINE_NONE);
        return;
    }
    /* A transfer whose deadlines nobody watched could last for ever. */
    casc_easy *easy = casc_deadlines_reserve(loop) ? casc_easy_take(slot->endpoint) : NULL;
    if (easy == NULL) {
        casc_transfer_stop(slot, CASC_END_NO_MEMORY, CASC_DEADLINE_NONE);
        return;
    }
    easy->slot = slot;
    easy->message[0] = '\0';
    slot->easy = easy;
    atomic_fetch_add_explicit(&loop->running, 1, memory_order_relaxed);
    if (!set_url(easy, slot->request.url)) {
        casc_transfer_stop(slot, CASC_END_NO_MEMORY, CASC_DEADLINE_NONE);
        return;
    }
    set_headers(slot, easy);
    set_method(slot, easy);
    casc_deadline_update(slot);
    loop->idle_at = 0;
    atomic_fetch_add_explicit(&loop->started, 1, memory_order_relaxed);
    if (!casc_set_start(easy)) {
        casc_transfer_stop(slot, CASC_END_NO_MEMORY, CASC_DEADLINE_NONE);
    }
}

/* Over HTTP/2 libcurl would keep the connection of a transfer that is not at its end, and tell the server so only along
   with the next request: it would send on, and bill. */
static void remove_handle(casc_slot *slot, casc_easy *easy) {
    bool closes = slot->endpoint->http2;
    if (closes) curl_easy_setopt(easy->handle, CURLOPT_FORBID_REUSE, 1L);
    casc_set_end(easy);
    if (closes) curl_easy_setopt(easy->handle, CURLOPT_FORBID_REUSE, 0L);
}

static void let_go_of_easy(casc_slot *slot) {
    casc_easy *easy = slot->easy;
    if (easy == NULL) return;
    remove_handle(slot, easy);
    slot->easy = NULL;
    casc_easy_give_back(slot->endpoint, easy);
    atomic_fetch_sub_explicit(&slot->loop->running, 1, memory_order_relaxed);
    casc_loop_count_idleness(slot->loop);
}

static void deliver_end(casc_slot *slot) {
    casc_deadline_remove(slot);
    if (slot->closing) {
        casc_slot_recycle(slot);
        return;
    }
    /* The request may have gone out later than this round began, and failed in it. */
    uint64_t now = slot->loop->now, connected = slot->outcome.connected_at;
    slot->outcome.ended_at = now > connected ? now : connected;
    /* release: pairs with the load in casc_transfer_ended */
    atomic_store_explicit(&slot->ended, true, memory_order_release);
    casc_slot_signal(slot);
}

/* Waiting for one of the host's connections to be free, as far as can be told: no socket was asked for, and more
   transfers run than may have one. */
static bool is_queued(const casc_slot *slot) {
    const casc_loop *loop = slot->loop;
    long limit = loop->options.connections_per_host;
    return limit > 0 && slot->opened[0] < 0 && !slot->outcome.sent &&
           atomic_load_explicit(&loop->running, memory_order_relaxed) > (unsigned long)limit;
}

void casc_transfer_stop(casc_slot *slot, casc_end end, casc_deadline deadline) {
    slot->outcome.queued = deadline == CASC_DEADLINE_CONNECT && is_queued(slot);
    let_go_of_easy(slot);
    slot->finishing = false;
    slot->outcome.end = (uint8_t)end;
    slot->outcome.deadline = (uint8_t)deadline;
    deliver_end(slot);
}

/* The ring is full: the consumer's next wait, or the releases before it, will resume the transfer. False when the ring
   was emptied in the meantime, so that pausing would be for nothing. */
bool casc_slot_pause(casc_slot *slot) {
    atomic_store_explicit(&slot->paused, true, memory_order_relaxed);
    /* Pairs with the fence in casc_transfer_wait: either the consumer sees `paused`, or this sees its releases. */
    atomic_thread_fence(memory_order_seq_cst);
    if (casc_ring_unread(slot->ring) > 0) {
        slot->paused_at = slot->loop->now;
        return true;
    }
    atomic_store_explicit(&slot->paused, false, memory_order_relaxed);
    return false;
}

/* The body is complete; what is pending becomes the last record, as soon as there is room for it. */
static void finish_body(casc_slot *slot) {
    bool readable = false;
    casc_status status;
    do {
        status = casc_framer_finish(&slot->framer, slot->ring, &readable);
        if (status != CASC_FULL) break;
    } while (!casc_slot_pause(slot));
    slot->finishing = status == CASC_FULL;
    if (slot->finishing) {
        casc_deadline_update(slot);
        return;
    }
    if (status == CASC_TOO_LARGE) slot->outcome.end = CASC_END_TOO_LARGE;
    if (status == CASC_NO_MEMORY) slot->outcome.end = CASC_END_NO_MEMORY;
    deliver_end(slot);
}

static void copy_message(casc_slot *slot, const casc_easy *easy, CURLcode code) {
    const char *text = easy->message[0] != '\0' ? easy->message : curl_easy_strerror(code);
    long os_error = 0;
    /* The system's word for why it was refused says more than libcurl's. */
    if (code == CURLE_COULDNT_CONNECT && curl_easy_getinfo(easy->handle, CURLINFO_OS_ERRNO, &os_error) == CURLE_OK &&
        os_error != 0) {
        text = strerror((int)os_error);
    }
    strncpy(slot->outcome.message, text, sizeof slot->outcome.message - 1);
}

static casc_end end_of(const casc_slot *slot, CURLcode code) {
    if (slot->stop_end != NOT_STOPPED) return (casc_end)slot->stop_end;
    if (code != CURLE_OK) return CASC_END_CURL;
    /* libcurl calls a response that ended inside its header fields a success. */
    return atomic_load_explicit(&slot->head_done, memory_order_relaxed) ? CASC_END_COMPLETED : CASC_END_CUT_HEAD;
}

/* Without a descriptor to spare, libcurl reports a name that is unknown, a host that refuses, a certificate that is
   missing. */
static int os_error_of(const casc_slot *slot, CURLcode code) {
    if (code == CURLE_OK || slot->outcome.sent) return 0;
    return code == CURLE_COULDNT_CONNECT ? slot->stop_os_error : casc_loop_descriptor_shortage(slot->loop);
}

void casc_transfer_done(casc_easy *easy, CURLcode code) {
    casc_slot *slot = easy->slot;
    slot->outcome.curl_code = (int32_t)code;
    slot->outcome.os_error = os_error_of(slot, code);
    slot->outcome.answered = slot->head_lines > 0;
    slot->outcome.end = (uint8_t)end_of(slot, code);
    if (code != CURLE_OK) copy_message(slot, easy, code);
    let_go_of_easy(slot);
    if (slot->outcome.end != CASC_END_COMPLETED || slot->draining) {
        deliver_end(slot);
        return;
    }
    if (!slot->framing_chosen) {
        casc_framer_init(&slot->framer, CASC_FRAMING_BODY, false);
        slot->framing_chosen = true;
    }
    finish_body(slot);
}

static void resume(casc_slot *slot) {
    if (!atomic_load_explicit(&slot->paused, memory_order_relaxed)) return;
    atomic_store_explicit(&slot->paused, false, memory_order_relaxed);
    if (slot->finishing) {
        finish_body(slot);
        return;
    }
    if (slot->easy == NULL) return;
    slot->last_byte_at = slot->loop->now;
    slot->token_from += slot->loop->now - slot->paused_at;
    if (atomic_load_explicit(&slot->progress_at, memory_order_relaxed) != 0) {
        atomic_store_explicit(&slot->progress_at, slot->loop->now, memory_order_relaxed);
    }
    casc_deadline_update(slot);
    /* Delivers what curl held back, at once; a callback that stops the transfer there shows as this call's error. The
       exception says that the transfer has ended on its own meanwhile: its message is waiting to be read. */
    CURLcode code = curl_easy_pause(slot->easy->handle, CURLPAUSE_CONT);
    if (code != CURLE_OK && code != CURLE_BAD_FUNCTION_ARGUMENT) casc_transfer_done(slot->easy, code);
}

static void close_now(casc_slot *slot, bool drain) {
    slot->closing = true;
    if (slot->easy == NULL || !drain) {
        let_go_of_easy(slot);
        deliver_end(slot);
        return;
    }
    slot->draining = true;
    slot->drain_until = slot->loop->now + DRAIN_NANOSECONDS;
    casc_deadline_update(slot);
    resume(slot);
}

void casc_transfer_submitted(casc_slot *slot, uint32_t what) {
    if ((what & SUBMIT_START) != 0) start(slot);
    bool ended = atomic_load_explicit(&slot->ended, memory_order_relaxed);
    bool running = slot->easy != NULL || slot->finishing;
    if ((what & SUBMIT_CANCEL) != 0 && running && !ended && !slot->draining) {
        casc_transfer_stop(slot, CASC_END_CANCELLED, CASC_DEADLINE_NONE);
    }
    if ((what & SUBMIT_DEADLINE) != 0 && running && !ended) casc_deadline_update(slot);
    if ((what & SUBMIT_CLOSE) != 0) {
        close_now(slot, (what & SUBMIT_DRAIN) != 0);
    } else if ((what & SUBMIT_RESUME) != 0) {
        resume(slot);
    }
}
