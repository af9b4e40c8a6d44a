/* Listening sockets, made here and not by libmicrohttpd: it would not say why it could not. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "casc_server_internal.h"

enum { BACKLOG = 1024 };

typedef union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address;

static socklen_t parse(const char *text, uint16_t port, address *parsed) {
    memset(parsed, 0, sizeof *parsed);
    if (inet_pton(AF_INET, text, &parsed->v4.sin_addr) == 1) {
        parsed->v4.sin_family = AF_INET;
        parsed->v4.sin_port = htons(port);
        return sizeof parsed->v4;
    }
    if (inet_pton(AF_INET6, text, &parsed->v6.sin6_addr) == 1) {
        parsed->v6.sin6_family = AF_INET6;
        parsed->v6.sin6_port = htons(port);
        return sizeof parsed->v6;
    }
    return 0;
}

bool casc_address_is_loopback(const char *text, bool *valid) {
    address parsed;
    *valid = parse(text, 0, &parsed) != 0;
    if (!*valid) return false;
    if (parsed.any.sa_family == AF_INET) return ntohl(parsed.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return IN6_IS_ADDR_LOOPBACK(&parsed.v6.sin6_addr);
}

static bool listen_at(int listener, const address *at, socklen_t length, bool shared) {
    int yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (shared && setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) != 0) return false;
    return bind(listener, &at->any, length) == 0 && listen(listener, BACKLOG) == 0;
}

int casc_listener_open(const char *text, uint16_t *port, bool shared, int *error) {
    address at;
    socklen_t length = parse(text, *port, &at);
    *error = EINVAL;
    if (length == 0) return -1;
    int listener = socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0 || !listen_at(listener, &at, length, shared) || getsockname(listener, &at.any, &length) != 0) {
        *error = errno;
        casc_listener_close(listener);
        return -1;
    }
    *port = ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
    *error = 0;
    return listener;
}

void casc_listener_close(int listener) {
    if (listener >= 0) close(listener);
}

/* --- Of clients. --- */

void casc_exchange_client_address(const casc_exchange *exchange, char *text) {
    text[0] = '\0';
    if (exchange->connection == NULL) return;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (info == NULL || info->client_addr == NULL) return;
    const struct sockaddr *client = info->client_addr;
    const void *bytes = NULL;
    int family = client->sa_family;
    if (family == AF_INET) {
        bytes = &((const struct sockaddr_in *)client)->sin_addr;
    } else if (family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)client)->sin6_addr;
        bytes = v6;
        if (IN6_IS_ADDR_V4MAPPED(v6)) {
            family = AF_INET;
            bytes = v6->s6_addr + 12;
        }
    }
    if (bytes == NULL || inet_ntop(family, bytes, text, CASC_ADDRESS_BYTES) == NULL) text[0] = '\0';
}
