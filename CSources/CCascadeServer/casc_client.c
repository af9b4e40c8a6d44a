/*
 * Connections: told of their hang-up, and ended when they are too slow.
 *
 * libmicrohttpd ends a connection on which nothing moves; one byte now and then keeps it, for ever. So every connection
 * is looked at a few times within the shortest time that one may take, and what it has moved is compared with what it
 * must have moved since it was found doing the same before. A request costs nothing for that; a look costs a few
 * comparisons for each connection, and asks the kernel only where an answer is on its way.
 */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "casc_server_internal.h"

enum { LOOKS = 4 }; /* within the shortest time */

static const uint64_t MILLISECOND = 1000000, MOST_BETWEEN = 1000 * 1000000ull, LEAST_BETWEEN = 5 * 1000000ull;

/* --- Beginning and end. --- */

/* Told of the hang-up alone, and once: what comes to be read is libmicrohttpd's. */
casc_client *casc_client_create(casc_server *server, int descriptor) {
    casc_client *client = calloc(1, sizeof *client);
    if (client == NULL) return NULL;
    client->server = server;
    client->descriptor = descriptor;
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLET, .data.ptr = client};
    if (epoll_ctl(server->hangups, EPOLL_CTL_ADD, descriptor, &event) != 0) {
        free(client);
        return NULL;
    }
    client->next = server->clients_first;
    if (client->next != NULL) client->next->previous = client;
    server->clients_first = client;
    return client;
}

/* The descriptor would leave the set when it is closed, which is next, but for a copy of it: a process that is about to
   be started has one for a moment. What came of such a socket would name a client that is no more. */
void casc_client_free(casc_client *client) {
    if (client == NULL) return;
    epoll_ctl(client->server->hangups, EPOLL_CTL_DEL, client->descriptor, NULL);
    if (client->previous != NULL) {
        client->previous->next = client->next;
    } else {
        client->server->clients_first = client->next;
    }
    if (client->next != NULL) client->next->previous = client->previous;
    free(client);
}

void casc_client_hung_up(casc_client *client) {
    client->hung_up = true;
    casc_exchange *exchange = client->exchange;
    if (exchange != NULL && exchange->stage != CASC_RECEIVING) {
        casc_exchange_client_left(exchange);
    } else {
        /* What has come before is still read. But libmicrohttpd, which is told once of what comes together, may have
           read that alone, and would wait for more: this tells it again. */
        shutdown(client->descriptor, SHUT_RD);
    }
}

/* --- How fast they are. --- */

static casc_pace pace_of(const casc_client *client) {
    const casc_exchange *exchange = client->exchange;
    if (exchange == NULL) return CASC_PACE_HEAD;
    switch (exchange->stage) {
    case CASC_RECEIVING:
        return CASC_PACE_BODY;
    case CASC_WAITING:
        return CASC_PACE_OURS;
    case CASC_OPENED:
        return exchange->suspended ? CASC_PACE_OURS : CASC_PACE_ANSWER;
    case CASC_ANSWERED:
        break;
    }
    return CASC_PACE_ANSWER;
}

/* What the other side has confirmed: what lies in the kernel's own buffer has moved nowhere. */
static uint64_t confirmed(const casc_client *client) {
    struct tcp_info info = {0};
    socklen_t length = sizeof info;
    if (getsockopt(client->descriptor, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return 0;
    return info.tcpi_bytes_acked;
}

static uint64_t moved(const casc_client *client, casc_pace pace) {
    if (pace == CASC_PACE_BODY) return client->exchange->length + client->exchange->forgotten;
    return pace == CASC_PACE_ANSWER ? confirmed(client) : 0;
}

/* What must move: `least_moved`, or what there is where that is less. Once the last is there, all of it would end this
   pace. The one byte more is libmicrohttpd's, which has taken it and not sent it. */
static uint64_t expected(const casc_client *client, casc_pace pace) {
    uint64_t least = client->server->options.least_moved;
    const casc_exchange *exchange = client->exchange;
    if (pace != CASC_PACE_ANSWER || exchange->stage == CASC_ANSWERED || exchange->finished) return least;
    uint64_t waiting = casc_exchange_unsent(exchange) + 1;
    return waiting < least ? waiting : least;
}

static void begin(casc_client *client, casc_pace pace, uint64_t now) {
    client->pace = pace;
    client->pace_request = client->requests;
    client->since = now;
    client->moved = moved(client, pace);
    client->expected = expected(client, pace);
}

static uint64_t allowed(const casc_client *client) {
    const casc_server_options *options = &client->server->options;
    if (client->pace != CASC_PACE_HEAD) return options->slow;
    /* Nobody knows when the next head begins: before it, a connection may be idle. */
    uint64_t idle = client->requests > 0 ? options->idle_seconds * 1000 * MILLISECOND : 0;
    return options->head + idle;
}

static void end(casc_client *client) {
    if (client->exchange != NULL) {
        casc_exchange_give_up(client->exchange);
    } else {
        shutdown(client->descriptor, SHUT_RDWR); /* libmicrohttpd is told by this, and closes */
    }
}

static void look_at(casc_client *client, uint64_t now) {
    casc_pace pace = pace_of(client);
    if (client->since == 0 || pace != client->pace || client->requests != client->pace_request) {
        begin(client, pace, now);
    } else if (pace != CASC_PACE_OURS && now - client->since >= allowed(client)) {
        if (pace == CASC_PACE_HEAD || moved(client, pace) - client->moved < client->expected) {
            end(client);
        } else {
            begin(client, pace, now);
        }
    }
}

static uint64_t between_looks(const casc_server_options *options) {
    uint64_t shortest = (options->head < options->slow ? options->head : options->slow) / LOOKS;
    if (shortest > MOST_BETWEEN) return MOST_BETWEEN;
    return shortest < LEAST_BETWEEN ? LEAST_BETWEEN : shortest;
}

uint64_t casc_clients_look(casc_server *server, uint64_t now) {
    if (server->clients_first == NULL) {
        server->look_at = 0;
    } else if (server->look_at == 0) {
        server->look_at = now + between_looks(&server->options);
    } else if (server->look_at <= now) {
        /* Nothing here frees a client: libmicrohttpd does that when it runs. */
        for (casc_client *client = server->clients_first; client != NULL; client = client->next) look_at(client, now);
        server->look_at = now + between_looks(&server->options);
    }
    return server->look_at;
}
