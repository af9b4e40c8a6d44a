/* A loop on a thread of its own, as CascadeTransport has one, and a consumer that reads like it. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "torture.h"

enum { LONGEST_BODY = 1 << 20 };

struct client {
    casc_loop *loop;
    casc_endpoint *endpoint;
    pthread_t thread;
    const server *server;
    uint64_t disturbance;
    int error;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool resumed;
    atomic_int owned; /* requests that the loop still holds */
};

static client the_client = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* With one client at a time the waiter is the client, whoever resumes it and from where. */
static void resume(void *context, void *waiter) {
    (void)context;
    client *self = waiter;
    pthread_mutex_lock(&self->lock);
    self->resumed = true;
    pthread_cond_signal(&self->changed);
    pthread_mutex_unlock(&self->lock);
}

static bool run_jobs(void *context) {
    (void)context;
    return false;
}

static void released(void *context, void *owner) {
    (void)context;
    atomic_fetch_sub(&((client *)owner)->owned, 1);
}

static void *run(void *context) {
    client *self = context;
    disturb_calls(self->disturbance);
    casc_loop_run(self->loop);
    disturb_calls(0);
    return NULL;
}

static bool start(client *self, long idle_seconds) {
    casc_loop_options options = {
        .ring_bytes = 16384,
        .max_record = LONGEST_BODY,
        .max_idle_buffers = 8,
        .idle_seconds = idle_seconds,
        .receive_buffer = 8192,
        .resume = resume,
        .run_jobs = run_jobs,
        .released = released,
    };
    static const char *const headers[] = {"Content-Type: application/json", "Authorization: Bearer x", "Expect:"};
    self->loop = casc_loop_create(&options, &self->error);
    if (self->loop == NULL) return false;
    casc_endpoint_options endpoint = {.headers = headers, .header_count = 3, .ca_file = "/ca.pem", .max_idle = 4};
    self->endpoint = casc_endpoint_create(self->loop, &endpoint);
    if (self->endpoint == NULL) {
        casc_loop_destroy(self->loop);
        return false;
    }
    require(pthread_create(&self->thread, NULL, run, self) == 0, "a thread starts");
    return true;
}

client *client_start(const server *server, long idle_seconds, uint64_t disturbance) {
    client *self = &the_client;
    self->server = server;
    self->disturbance = disturbance;
    return start(self, idle_seconds) ? self : NULL;
}

casc_loop *client_loop(client *client) {
    return client->loop;
}

static void wait_resumed(client *self) {
    pthread_mutex_lock(&self->lock);
    while (!self->resumed) pthread_cond_wait(&self->changed, &self->lock);
    self->resumed = false;
    pthread_mutex_unlock(&self->lock);
}

static void read_record(answer *to, const casc_record *record) {
    require(record->bytes != NULL, "a record has bytes");
    to->read.sum += sum_of(record->bytes, record->length, to->read.bytes);
    to->read.bytes += record->length;
    to->read.records++;
}

static void read_all(client *self, casc_transfer_id transfer, const ask *ask, answer *to) {
    casc_record record;
    for (;;) {
        while (casc_transfer_peek(self->loop, transfer, &record)) {
            read_record(to, &record);
            casc_transfer_release(self->loop, transfer);
            casc_transfer_progress(self->loop, transfer);
        }
        if (casc_transfer_ended(self->loop, transfer, &to->outcome)) return;
        if (!casc_transfer_wait(self->loop, transfer, self)) continue;
        wait_resumed(self);
        if (ask->slow) usleep(500);
    }
}

answer client_ask(client *self, const ask *ask) {
    static char body[LONGEST_BODY];
    if (body[0] == '\0') memset(body, 'q', sizeof body);
    answer result = {0};
    char url[128];
    int port = ask->unreachable ? server_full_port(self->server) : server_port(self->server);
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, ask->path);
    casc_transfer_id transfer = casc_transfer_open(self->loop, self->endpoint);
    if (transfer == 0) return (answer){.refused = true};
    casc_framing framing = strncmp(ask->path, "/events", 7) == 0 ? CASC_FRAMING_SSE : CASC_FRAMING_BODY;
    casc_request request = {.url = url, .get = ask->get, .framing = (uint8_t)framing, .owner = self};
    /* A short body is in one piece, which curl is shown; a long one it has to ask for. */
    size_t first = ask->body_bytes <= 4096 ? ask->body_bytes : ask->body_bytes / 2;
    request.body[0] = (casc_segment){.bytes = body, .length = first};
    request.body[1] = (casc_segment){.bytes = body, .length = ask->body_bytes - first};
    if (ask->extra) request.extra_headers[0] = "X-Extra: 1";
    if (ask->unreachable) request.deadlines.connect = 2000000;
    atomic_fetch_add(&self->owned, 1);
    casc_transfer_start(self->loop, transfer, &request);
    read_all(self, transfer, ask, &result);
    result.status = (int)casc_transfer_status(self->loop, transfer);
    result.has_answer = result.outcome.end == CASC_END_COMPLETED;
    casc_transfer_head(self->loop, transfer, &result.head_length);
    casc_transfer_close(self->loop, transfer, true);
    /* What was asked lies on this stack. */
    while (atomic_load(&self->owned) > 0) usleep(100);
    return result;
}

void client_stop(client *self) {
    casc_endpoint_release(self->endpoint);
    casc_loop_stop(self->loop);
    pthread_join(self->thread, NULL);
    casc_loop_destroy(self->loop);
    require(atomic_load(&self->owned) == 0, "every request is let go of once");
}
