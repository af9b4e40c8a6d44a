/*
 * libcurl's callbacks. They run on the loop's thread, inside curl: they may signal a consumer, but change nothing about
 * the handle they are called for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "casc_internal.h"

/* Makes the callback's caller fail the transfer; casc_transfer_done reports `end` instead of curl's code. */
static size_t stop_with(casc_slot *slot, casc_end end) {
    slot->stop_end = (uint8_t)end;
    return 0;
}

static size_t on_read(char *out, size_t size, size_t count, void *context) {
    casc_slot *slot = ((casc_easy *)context)->slot;
    size_t room = size * count, written = 0;
    slot->sent_at = slot->loop->now;
    while (written < room && slot->sent_segment < CASC_BODY_SEGMENTS) {
        const casc_segment *segment = &slot->request.body[slot->sent_segment];
        size_t left = segment->length - slot->sent_offset;
        size_t part = left < room - written ? left : room - written;
        if (part > 0) memcpy(out + written, (const char *)segment->bytes + slot->sent_offset, part);
        written += part;
        slot->sent_offset += part;
        if (slot->sent_offset < segment->length) break;
        slot->sent_segment++;
        slot->sent_offset = 0;
    }
    return written;
}

static bool is_success(const casc_slot *slot) {
    return slot->status >= 200 && slot->status < 300;
}

static void choose_framing(casc_slot *slot) {
    casc_framing framing = is_success(slot) ? (casc_framing)slot->request.framing : CASC_FRAMING_BODY;
    casc_framer_init(&slot->framer, framing, framing != CASC_FRAMING_BODY);
    slot->framing_chosen = true;
}

/* A body that is one record, and of which more is to come than this. */
static void announce_body(casc_slot *slot, size_t length) {
    curl_off_t whole = 0;
    curl_easy_getinfo(slot->easy->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &whole);
    /* Its word is not worth more than that. */
    if (whole <= (curl_off_t)length || whole > ANNOUNCED_BODY_MAX) return;
    casc_ring_reserve(slot->ring, (size_t)whole);
}

/* Curl reads on while there is something to read, more than a ring holds. A reader on this thread, which has been told
   of what is there, takes it now: what it asks of the loop waits for the next pass, so curl does not see it. True when
   it has taken everything. Without a reader here the transfer pauses, which costs curl a copy. */
static bool let_reader_run(casc_slot *slot) {
    const casc_loop_options *options = &slot->loop->options;
    bool is_enough = casc_ring_reserved(slot->ring) >= ENOUGH_RING; /* the reader may give it back */
    for (int i = 0; casc_ring_unread(slot->ring) > 0; i++) {
        if (i == MAX_READER_TURNS || !options->run_jobs(options->context)) return false;
    }
    if (is_enough) casc_ring_suffices(slot->ring);
    casc_buffers_lend(slot->loop, slot->ring);
    return true;
}

/* Curl may have something for every one of thousands of streams before it returns: the first ones are read meanwhile,
   so that not each of them holds a buffer. */
static void wake_reader(casc_slot *slot) {
    casc_loop *loop = slot->loop;
    casc_slot_signal(slot);
    if (++loop->unheard < MAX_UNHEARD) return;
    loop->unheard = 0;
    loop->options.run_jobs(loop->options.context);
    casc_buffers_lend(loop, slot->ring);
}

static size_t feed(casc_slot *slot, const char *bytes, size_t length, size_t already_taken) {
    size_t taken = 0;
    for (;;) {
        size_t consumed = 0;
        bool readable = false;
        casc_status status =
            casc_framer_feed(&slot->framer, slot->ring, bytes + taken, length - taken, &consumed, &readable);
        taken += consumed;
        if (readable) wake_reader(slot);
        switch (status) {
        case CASC_OK:
            return already_taken + length;
        case CASC_FULL:
            if (let_reader_run(slot) || !casc_slot_pause(slot)) continue;
            atomic_fetch_add_explicit(&slot->loop->pauses, 1, memory_order_relaxed);
            slot->skip = already_taken + taken;
            return CURL_WRITEFUNC_PAUSE;
        case CASC_TOO_LARGE:
            return stop_with(slot, CASC_END_TOO_LARGE);
        case CASC_NO_MEMORY:
            break;
        }
        return stop_with(slot, CASC_END_NO_MEMORY);
    }
}

static size_t discard(casc_slot *slot, size_t length) {
    slot->drained += length;
    return slot->drained > DRAIN_MAX_BYTES ? stop_with(slot, CASC_END_CANCELLED) : length;
}

/* Blanks before a JSON body are a server's keep-alives. */
static bool has_content(const char *bytes, size_t length) {
    size_t i = 0;
    while (i < length && (bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')) i++;
    return i < length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    casc_slot *slot = ((casc_easy *)context)->slot;
    size_t length = size * count;
    slot->last_byte_at = slot->loop->now;
    if (slot->draining) return discard(slot, length);
    if (!slot->framing_chosen) choose_framing(slot);
    /* After a pause curl delivers again what it was refused; what had been taken of it must not be taken twice. */
    size_t skipped = slot->skip < length ? slot->skip : length;
    slot->skip -= skipped;
    size_t fresh = length - skipped;
    uint64_t before = slot->outcome.body_bytes;
    if (!is_success(slot) && before + fresh > ERROR_BODY_MAX) return stop_with(slot, CASC_END_COMPLETED);
    if (slot->request.body_limit != 0 && before + fresh > slot->request.body_limit) {
        return stop_with(slot, CASC_END_TOO_LARGE);
    }
    if (slot->framer.framing == CASC_FRAMING_BODY && has_content(bytes + skipped, fresh)) {
        atomic_store_explicit(&slot->progress_at, slot->loop->now, memory_order_relaxed);
    }
    if (slot->framer.framing == CASC_FRAMING_BODY && before == 0) announce_body(slot, fresh);
    casc_buffers_lend(slot->loop, slot->ring);
    size_t result = feed(slot, bytes + skipped, fresh, skipped);
    slot->outcome.body_bytes = before + (result == CURL_WRITEFUNC_PAUSE ? slot->skip - skipped : fresh);
    return result;
}

static bool reserve_head(casc_slot *slot, size_t more) {
    size_t needed = slot->head_length + more;
    if (needed <= slot->head_capacity) return true;
    size_t capacity = slot->head_capacity == 0 ? 1024 : slot->head_capacity;
    while (capacity < needed) capacity *= 2;
    char *head = realloc(slot->head, capacity);
    if (head == NULL) return false;
    slot->head = head;
    slot->head_capacity = capacity;
    return true;
}

/* "HTTP/1.1 200 OK" or "HTTP/2 200": a new head begins, the one of an interim response is forgotten. */
static void begin_head(casc_slot *slot, const char *line, size_t length) {
    const char *space = memchr(line, ' ', length);
    size_t left = space == NULL ? 0 : length - (size_t)(space + 1 - line);
    slot->head_length = 0;
    slot->status = 0;
    for (size_t i = 0; i < 3 && i < left; i++) {
        if (space[1 + i] >= '0' && space[1 + i] <= '9') slot->status = slot->status * 10 + (space[1 + i] - '0');
    }
}

/* Whether curl has no more use for the request: its address and fields are in what was sent, and all of a body that it
   was shown has gone out. A server may answer before that; and over HTTP/2 nothing is promised. */
static bool is_sent_whole(const casc_slot *slot) {
    if (!slot->easy->shows_body || slot->endpoint->http2) return false;
    curl_off_t sent = 0;
    curl_easy_getinfo(slot->easy->handle, CURLINFO_SIZE_UPLOAD_T, &sent);
    return sent >= (curl_off_t)slot->request.body[0].length;
}

static void end_head(casc_slot *slot) {
    if (slot->status < 200) return;
    slot->outcome.head_at = slot->loop->now;
    atomic_store_explicit(&slot->head_done, true, memory_order_release);
    casc_deadline_update(slot);
    if (is_sent_whole(slot)) casc_slot_release_request(slot);
}

static size_t on_header(char *line, size_t size, size_t count, void *context) {
    casc_slot *slot = ((casc_easy *)context)->slot;
    size_t length = size * count, trimmed = length;
    slot->last_byte_at = slot->loop->now;
    if (slot->draining || slot->outcome.head_at != 0) return length; /* trailers say nothing we need */
    while (trimmed > 0 && (line[trimmed - 1] == '\n' || line[trimmed - 1] == '\r')) trimmed--;
    slot->head_bytes += length;
    if (++slot->head_lines > HEAD_MAX_LINES || slot->head_bytes > HEAD_MAX_BYTES) {
        return stop_with(slot, CASC_END_TOO_LARGE);
    }
    if (trimmed >= 5 && strncasecmp(line, "HTTP/", 5) == 0) {
        begin_head(slot, line, trimmed);
    } else if (trimmed == 0) {
        end_head(slot);
    } else {
        if (!reserve_head(slot, trimmed + 1)) return stop_with(slot, CASC_END_NO_MEMORY);
        memcpy(slot->head + slot->head_length, line, trimmed);
        slot->head[slot->head_length + trimmed] = '\n';
        slot->head_length += trimmed + 1;
    }
    return length;
}

static bool is_reused(CURL *handle) {
    long connects = 0;
    curl_easy_getinfo(handle, CURLINFO_NUM_CONNECTS, &connects);
    return connects == 0;
}

/* Whether curl is about to send a POST again on its own, because the reused connection that it was sent on died. That
   is for the router to decide. */
static bool is_replay(const casc_slot *slot) {
    return slot->outcome.sent && !slot->request.get;
}

/* What came on a kept connection since its last response is an answer to nothing: a status 408 before the server closes
   it, a second response to the request before. Curl looks only for the connection's end, and would take the rest for the
   answer to this request. Over HTTP/2 a connection has things to say between requests. */
static bool is_fit(casc_slot *slot, bool reused, uint64_t key) {
    casc_sockets *sockets = &slot->loop->sockets;
    if (reused) return slot->endpoint->http2 || casc_sockets_is_quiet(sockets, key);
    if (!casc_sockets_add(sockets, slot->opened[0], key)) casc_sockets_add(sockets, slot->opened[1], key);
    return true;
}

/* The connection stands and the request is about to be sent. */
static int on_connected(void *context, char *remote_ip, char *local_ip, int remote_port, int local_port) {
    (void)local_ip;
    casc_slot *slot = ((casc_easy *)context)->slot;
    if (is_replay(slot)) return CURL_PREREQFUNC_ABORT;
    bool reused = is_reused(((casc_easy *)context)->handle);
    if (!slot->outcome.sent) slot->outcome.reused = reused;
    slot->sent_segment = slot->sent_offset = 0;
    slot->sent_at = casc_now();
    slot->outcome.connected_at = slot->sent_at;
    if (!is_fit(slot, reused, casc_sockets_key(remote_ip, remote_port, local_port))) return CURL_PREREQFUNC_ABORT;
    slot->outcome.sent = true;
    casc_deadline_update(slot);
    return CURL_PREREQFUNC_OK;
}

/* A socket of our making, so that children do not inherit it and a lack of descriptors is told from a refusal. */
static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    casc_slot *slot = ((casc_easy *)context)->slot;
    if (slot != NULL && is_replay(slot)) return CURL_SOCKET_BAD;
    int descriptor = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (descriptor < 0) {
        if (slot != NULL && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
            slot->stop_os_error = errno;
        }
        return CURL_SOCKET_BAD;
    }
    if (slot != NULL) {
        atomic_fetch_add_explicit(&slot->loop->connections, 1, memory_order_relaxed);
        slot->opened[1] = slot->opened[0];
        slot->opened[0] = descriptor;
    }
    return descriptor;
}

/* A connection outlives the handle that it was made for: the context is the loop. */
static int on_close_socket(void *context, curl_socket_t descriptor) {
    casc_sockets_remove(&((casc_loop *)context)->sockets, descriptor);
    return close(descriptor);
}

void casc_callbacks_install(casc_loop *loop, casc_easy *easy) {
    CURL *handle = easy->handle;
    curl_easy_setopt(handle, CURLOPT_PRIVATE, easy);
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, easy->message);
    /* No seek function: a body from here cannot be sent a second time. For one that curl was shown see is_replay. */
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(handle, CURLOPT_READDATA, easy);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, easy);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, easy);
    curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(handle, CURLOPT_PREREQDATA, easy);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, easy);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
    curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, loop);
}
