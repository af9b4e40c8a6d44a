/* A provider double that is as simple as can be: a thread for each connection, blocking calls, no memory but its stack. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "torture.h"

enum { FULL = 4 };

struct server {
    int listener, port;
    int full[FULL], full_port;
    pthread_t thread;
    atomic_int connections;
};

static server the_server;

uint64_t sum_of(const uint8_t *bytes, size_t length, uint64_t place) {
    uint64_t sum = 0;
    for (size_t i = 0; i < length; i++) sum += bytes[i] * (place + i + 1);
    return sum;
}

static uint8_t letter(size_t place) {
    return (uint8_t)('a' + place * 7 % 26);
}

/* "/events/100": so many events of growing length. "/body/5000": one record of that size. "/head/50": so many fields. */
static size_t number_in(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (size_t)strtoul(slash + 1, NULL, 10);
}

static size_t event_length(size_t event) {
    return 1 + event * 37 % 900;
}

static bool is_events(const char *path) {
    return strncmp(path, "/events", 7) == 0;
}

static bool is_failure(const char *path) {
    return strncmp(path, "/failure", 8) == 0;
}

expected server_expected(const char *path) {
    size_t number = number_in(path);
    expected result = {.status = is_failure(path) ? 500 : 200};
    size_t count = is_events(path) ? number : 1;
    for (size_t record = 0; record < count; record++) {
        size_t length = is_events(path) ? event_length(record) : strncmp(path, "/head", 5) == 0 ? 2 : number;
        for (size_t i = 0; i < length; i++) result.sum += letter(record + i) * (result.bytes + i + 1);
        result.bytes += length;
    }
    result.records = count;
    return result;
}

static bool send_all(int descriptor, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool send_events(int descriptor, size_t count) {
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    bool alive = send_all(descriptor, head, sizeof head - 1);
    for (size_t event = 0; event < count && alive; event++) {
        char text[1024];
        size_t length = event_length(event), at = (size_t)sprintf(text, "%zx\r\ndata: ", length + 8);
        for (size_t i = 0; i < length; i++) text[at++] = (char)letter(event + i);
        memcpy(text + at, "\n\n\r\n", 4);
        alive = send_all(descriptor, text, at + 4);
    }
    return alive && send_all(descriptor, "0\r\n\r\n", 5);
}

static bool send_body(int descriptor, const char *status, size_t fields, size_t length) {
    char text[1024];
    bool alive =
        send_all(descriptor, text, (size_t)sprintf(text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n", status, length));
    for (size_t i = 0; i < fields && alive; i++) {
        alive = send_all(descriptor, text, (size_t)sprintf(text, "X-Field-%zu: %0100d\r\n", i, 7));
    }
    alive = alive && send_all(descriptor, "\r\n", 2);
    for (size_t done = 0; done < length && alive;) {
        size_t part = 0;
        while (part < sizeof text && done + part < length) {
            text[part] = (char)letter(done + part);
            part++;
        }
        alive = send_all(descriptor, text, part);
        done += part;
    }
    return alive;
}

static bool respond(int descriptor, const char *path) {
    if (is_events(path)) return send_events(descriptor, number_in(path));
    if (is_failure(path)) return send_body(descriptor, "500 Failure", 0, number_in(path));
    if (strncmp(path, "/head", 5) == 0) return send_body(descriptor, "200 OK", number_in(path), 2);
    return send_body(descriptor, "200 OK", 1, number_in(path));
}

/* Reads a head up to its empty line, a byte at a time: what follows is left for the body. */
static bool read_head(int descriptor, char *head, size_t size) {
    size_t length = 0;
    while (length + 1 < size && recv(descriptor, head + length, 1, 0) == 1) {
        head[++length] = '\0';
        if (length >= 4 && memcmp(head + length - 4, "\r\n\r\n", 4) == 0) return true;
    }
    return false;
}

/* A body's bytes are all the same letter. */
static bool read_body(int descriptor, size_t length) {
    static const char expected_letter = 'q';
    char part[4096];
    while (length > 0) {
        ssize_t got = recv(descriptor, part, length < sizeof part ? length : sizeof part, 0);
        if (got <= 0) return false;
        for (ssize_t i = 0; i < got; i++) require(part[i] == expected_letter, "a body arrives as it was sent");
        length -= (size_t)got;
    }
    return true;
}

static bool serve_one(int descriptor) {
    char head[16384], path[256];
    if (!read_head(descriptor, head, sizeof head)) return false;
    if (sscanf(head, "%*s %255s", path) != 1) return false;
    const char *length = strcasestr(head, "\r\nContent-Length:");
    if (!read_body(descriptor, length == NULL ? 0 : (size_t)strtoul(length + 17, NULL, 10))) return false;
    return respond(descriptor, path);
}

static void *serve(void *context) {
    int descriptor = (int)(intptr_t)context;
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (serve_one(descriptor)) {
    }
    close(descriptor);
    atomic_fetch_sub(&the_server.connections, 1);
    return NULL;
}

static void *accept_all(void *context) {
    server *self = context;
    for (;;) {
        int descriptor = accept(self->listener, NULL, NULL);
        if (descriptor < 0) return NULL;
        pthread_t thread;
        atomic_fetch_add(&self->connections, 1);
        require(pthread_create(&thread, NULL, serve, (void *)(intptr_t)descriptor) == 0, "a thread starts");
        pthread_detach(thread);
    }
}

static int listen_on_loopback(int backlog, struct sockaddr_in *address) {
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof *address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    require(bind(listener, (struct sockaddr *)address, size) == 0, "a port is free");
    require(listen(listener, backlog) == 0, "a port can be listened on");
    require(getsockname(listener, (struct sockaddr *)address, &size) == 0, "a socket has a name");
    return listener;
}

/* A port whose queue is full: connecting to it neither succeeds nor fails. */
static void fill_up(server *self) {
    struct sockaddr_in address;
    self->full[0] = listen_on_loopback(0, &address);
    for (int i = 1; i < FULL; i++) {
        self->full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(self->full[i], (struct sockaddr *)&address, sizeof address);
    }
    self->full_port = ntohs(address.sin_port);
}

server *server_start(void) {
    server *self = &the_server;
    struct sockaddr_in address;
    self->listener = listen_on_loopback(64, &address);
    self->port = ntohs(address.sin_port);
    fill_up(self);
    require(pthread_create(&self->thread, NULL, accept_all, self) == 0, "a thread starts");
    return self;
}

int server_port(const server *server) {
    return server->port;
}

int server_full_port(const server *server) {
    return server->full_port;
}

void server_stop(server *server) {
    for (int i = 0; i < FULL; i++) close(server->full[i]);
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    while (atomic_load(&server->connections) > 0) usleep(1000);
}
