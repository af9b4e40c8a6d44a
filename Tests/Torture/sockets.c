/* The table of sockets: whoever is asked for is found, and nobody else, also where two connections share a local port. */
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../CSources/CCascadeTransport/casc_internal.h"
#include "torture.h"

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int port_of(int descriptor) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    require(getsockname(descriptor, (struct sockaddr *)&address, &length) == 0, "a socket has a name");
    return ntohs(address.sin_port);
}

static int bound(int port) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    struct sockaddr_in address = loopback(port);
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    require(bind(descriptor, (struct sockaddr *)&address, sizeof address) == 0, "a port can be shared");
    return descriptor;
}

typedef struct pair {
    int client, served, listener;
    uint64_t key;
} pair;

static pair connected(int local_port) {
    pair made = {.listener = bound(0)};
    require(listen(made.listener, 1) == 0, "a socket listens");
    struct sockaddr_in address = loopback(port_of(made.listener));
    made.client = bound(local_port);
    require(connect(made.client, (struct sockaddr *)&address, sizeof address) == 0, "a listener is found");
    made.served = accept(made.listener, NULL, NULL);
    made.key = casc_sockets_key("127.0.0.1", ntohs(address.sin_port), port_of(made.client));
    return made;
}

static void disconnect(casc_sockets *sockets, pair *connection) {
    casc_sockets_remove(sockets, connection->client);
    close(connection->client);
    close(connection->served);
    close(connection->listener);
}

static void share_a_port(void) {
    doing("two connections with one local port");
    casc_sockets sockets = {0};
    pair first = connected(0), second = connected(port_of(first.client));
    require(port_of(first.client) == port_of(second.client), "both have it");
    require(casc_sockets_add(&sockets, first.client, first.key), "the first is taken");
    require(casc_sockets_add(&sockets, second.client, second.key), "the second is taken");
    require(send(first.served, "x", 1, 0) == 1, "the first has something to say");
    require(!casc_sockets_is_quiet(&sockets, first.key), "that is heard");
    require(casc_sockets_is_quiet(&sockets, second.key), "and is not taken for the second's");
    disconnect(&sockets, &first);
    require(casc_sockets_is_quiet(&sockets, second.key), "the second is still there");
    shutdown(second.served, SHUT_WR);
    require(!casc_sockets_is_quiet(&sockets, second.key), "its end is heard, too");
    disconnect(&sockets, &second);
    casc_sockets_free(&sockets);
}

enum { CROWD = 200 };

static void come_and_go(void) {
    casc_sockets sockets = {0};
    pair crowd[CROWD];
    for (int i = 0; i < CROWD; i++) crowd[i] = connected(0);
    for (int round = 0; round < 20; round++) {
        doing("a crowd, round %d", round);
        for (int i = 0; i < CROWD; i++) {
            require(casc_sockets_add(&sockets, crowd[i].client, crowd[i].key), "each is taken");
        }
        for (int i = round % 3; i < CROWD; i += 3) {
            disconnect(&sockets, &crowd[i]);
            crowd[i] = connected(0);
            casc_sockets_add(&sockets, crowd[i].client, crowd[i].key);
        }
        int speaker = round * 7 % CROWD;
        require(send(crowd[speaker].served, "x", 1, 0) == 1, "one has something to say");
        for (int i = 0; i < CROWD; i++) {
            require(casc_sockets_is_quiet(&sockets, crowd[i].key) == (i != speaker), "it alone is heard");
        }
        char byte;
        require(recv(crowd[speaker].client, &byte, 1, 0) == 1, "what was heard is still there");
    }
    for (int i = 0; i < CROWD; i++) disconnect(&sockets, &crowd[i]);
    casc_sockets_free(&sockets);
}

void torture_sockets(void) {
    share_a_port();
    come_and_go();
}
