/*
 * The descriptors of curl's connections, found by all that curl tells of the connection on which it is about to send a
 * request: its ports, and the other side's address. A local port alone is not enough: the kernel gives the same one to
 * connections to different servers.
 *
 * `keys` has the connection of each descriptor, 0 for none. `places` is a hash table of descriptors, one higher so that 0
 * is a free place; an entry whose descriptor has another key by now is dead, and goes when the table is made anew.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "casc_internal.h"

enum { SMALLEST_TABLE = 64 };

uint64_t casc_sockets_key(const char *remote_ip, int remote_port, int local_port) {
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (const char *c = remote_ip; *c != '\0'; c++) hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
    return hash << 32 | (uint64_t)(remote_port & 0xffff) << 16 | (uint64_t)(local_port & 0xffff);
}

static int local_port_of(int descriptor) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) return -1;
    switch (address.ss_family) {
    case AF_INET:
        return ntohs(((struct sockaddr_in *)&address)->sin_port);
    case AF_INET6:
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    default:
        return -1;
    }
}

static size_t first_place(const casc_sockets *sockets, uint64_t key) {
    return (size_t)((key * 0x9e3779b97f4a7c15u) >> 32) & (sockets->place_count - 1);
}

static void take_place(casc_sockets *sockets, int descriptor) {
    size_t i = first_place(sockets, sockets->keys[descriptor]);
    while (sockets->places[i] != 0) i = (i + 1) & (sockets->place_count - 1);
    sockets->places[i] = descriptor + 1;
    sockets->taken++;
}

static int find(const casc_sockets *sockets, uint64_t key) {
    if (sockets->place_count == 0) return -1;
    for (size_t i = first_place(sockets, key); sockets->places[i] != 0; i = (i + 1) & (sockets->place_count - 1)) {
        int descriptor = sockets->places[i] - 1;
        if (sockets->keys[descriptor] == key) return descriptor;
    }
    return -1;
}

/* With room for twice as many as there are, and without the dead ones. */
static bool make_anew(casc_sockets *sockets) {
    size_t live = 1, count = SMALLEST_TABLE;
    for (int i = 0; i < sockets->key_count; i++) live += sockets->keys[i] != 0;
    while (count < 4 * live) count *= 2;
    int *places = calloc(count, sizeof *places);
    if (places == NULL) return false;
    free(sockets->places);
    sockets->places = places;
    sockets->place_count = count;
    sockets->taken = 0;
    for (int i = 0; i < sockets->key_count; i++) {
        if (sockets->keys[i] != 0) take_place(sockets, i);
    }
    return true;
}

static bool has_key_for(casc_sockets *sockets, int descriptor) {
    if (descriptor < sockets->key_count) return true;
    int count = sockets->key_count == 0 ? SMALLEST_TABLE : sockets->key_count;
    while (count <= descriptor) count *= 2;
    uint64_t *keys = realloc(sockets->keys, (size_t)count * sizeof *keys);
    if (keys == NULL) return false;
    memset(keys + sockets->key_count, 0, (size_t)(count - sockets->key_count) * sizeof *keys);
    sockets->keys = keys;
    sockets->key_count = count;
    return true;
}

/* Without memory it is not looked at. */
bool casc_sockets_add(casc_sockets *sockets, int descriptor, uint64_t key) {
    if (descriptor < 0 || local_port_of(descriptor) != (int)(key & 0xffff)) return false;
    if (!has_key_for(sockets, descriptor)) return true;
    sockets->keys[descriptor] = 0;
    if (4 * (sockets->taken + 1) > 3 * sockets->place_count && !make_anew(sockets)) return true;
    sockets->keys[descriptor] = key;
    take_place(sockets, descriptor);
    return true;
}

void casc_sockets_remove(casc_sockets *sockets, int descriptor) {
    if (descriptor < sockets->key_count) sockets->keys[descriptor] = 0;
}

bool casc_sockets_is_quiet(const casc_sockets *sockets, uint64_t key) {
    int descriptor = find(sockets, key);
    if (descriptor < 0) return true;
    char byte;
    return recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

void casc_sockets_free(casc_sockets *sockets) {
    free(sockets->keys);
    free(sockets->places);
}
