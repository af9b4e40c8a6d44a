/*
 * The descriptors of curl's connections by their local ports: all that curl tells of the connection on which it is about
 * to send a request. Two connections from different addresses of this machine may share a port; then the later one is
 * found for both.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "casc_internal.h"

enum { PAGE = 65536 / SOCKET_PAGES };

static int port_of(int descriptor) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) return 0;
    switch (address.ss_family) {
    case AF_INET:
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    case AF_INET6:
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    default:
        return 0;
    }
}

/* Descriptors are kept one higher, so that 0 is none. */
static int *place_of(const casc_loop *loop, int port) {
    int *page = port > 0 && port < 65536 ? loop->sockets[port / PAGE] : NULL;
    return page == NULL ? NULL : &page[port % PAGE];
}

void casc_sockets_add(casc_loop *loop, int descriptor, int port) {
    if (descriptor < 0 || port <= 0 || port >= 65536 || port_of(descriptor) != port) return;
    int **page = &loop->sockets[port / PAGE];
    if (*page == NULL) *page = calloc(PAGE, sizeof **page);
    if (*page != NULL) (*page)[port % PAGE] = descriptor + 1; /* else it is not looked at */
}

void casc_sockets_remove(casc_loop *loop, int descriptor) {
    int *place = place_of(loop, port_of(descriptor));
    if (place != NULL && *place == descriptor + 1) *place = 0;
}

bool casc_sockets_is_quiet(const casc_loop *loop, int port) {
    const int *place = place_of(loop, port);
    if (place == NULL || *place == 0) return true;
    char byte;
    return recv(*place - 1, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

void casc_sockets_free(casc_loop *loop) {
    for (int i = 0; i < SOCKET_PAGES; i++) free(loop->sockets[i]);
}
