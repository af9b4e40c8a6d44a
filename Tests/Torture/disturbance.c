/*
 * System calls that answer in odd but lawful ways: interrupted, with nothing yet, with less than was asked for. The
 * definitions here come before the C library's, for libcurl as well.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "torture.h"

static _Thread_local uint64_t state;
static _Thread_local int in_a_row;
static atomic_ulong disturbed;

enum { MOST_IN_A_ROW = 6 };

void disturb_calls(uint64_t seed) {
    state = seed;
    in_a_row = 0;
}

unsigned long calls_disturbed(void) {
    return atomic_load(&disturbed);
}

static uint64_t next(void) {
    state += 0x9E3779B97F4A7C15u;
    uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

/* In one of `in` calls, on a thread that is disturbed; but no thread for ever. */
static bool happens(unsigned in) {
    if (state == 0 || next() % in != 0 || in_a_row == MOST_IN_A_ROW) {
        in_a_row = 0;
        return false;
    }
    in_a_row++;
    atomic_fetch_add(&disturbed, 1);
    return true;
}

static size_t shortened(size_t length) {
    return happens(2) && length > 1 ? 1 + (size_t)(next() % length) : length;
}

static int failing_with(int error) {
    errno = error;
    return -1;
}

#define THE_LIBRARY_S(function) ((__typeof__(function) *)dlsym(RTLD_NEXT, #function))

ssize_t recv(int descriptor, void *bytes, size_t length, int flags) {
    static __typeof__(recv) *real;
    if (real == NULL) real = THE_LIBRARY_S(recv);
    if (happens(4)) return failing_with(next() % 2 == 0 ? EAGAIN : EINTR);
    return real(descriptor, bytes, shortened(length), flags);
}

ssize_t send(int descriptor, const void *bytes, size_t length, int flags) {
    static __typeof__(send) *real;
    if (real == NULL) real = THE_LIBRARY_S(send);
    if (happens(4)) return failing_with(next() % 2 == 0 ? EAGAIN : EINTR);
    return real(descriptor, bytes, shortened(length), flags);
}

/* Interrupted, or with fewer events than there are. */
int epoll_wait(int descriptor, struct epoll_event *events, int most, int timeout) {
    static __typeof__(epoll_wait) *real;
    if (real == NULL) real = THE_LIBRARY_S(epoll_wait);
    if (happens(4)) return failing_with(EINTR);
    return real(descriptor, events, happens(2) ? 1 : most, timeout);
}

/* The loop reads its eventfd and its timerfd, which may be interrupted, or have been read by then. */
ssize_t read(int descriptor, void *bytes, size_t length) {
    static __typeof__(read) *real;
    if (real == NULL) real = THE_LIBRARY_S(read);
    if (happens(3)) return failing_with(next() % 2 == 0 ? EAGAIN : EINTR);
    return real(descriptor, bytes, length);
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    static __typeof__(write) *real;
    if (real == NULL) real = THE_LIBRARY_S(write);
    if (happens(3)) return failing_with(EINTR);
    return real(descriptor, bytes, length);
}
