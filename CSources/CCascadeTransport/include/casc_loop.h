/*
 * casc_loop: one thread that owns its CURLMs and every easy handle in them: epoll for sockets, an eventfd to be woken
 * by, a timerfd for the next deadline.
 *
 * A round is: take what was submitted, run the executor's jobs, let curl's timer and the deadlines that are due fire,
 * wait for sockets. Everything that touches curl happens on this thread; others reach it only through submissions by
 * id (casc_transfer.h) and casc_loop_wake.
 * When no transfer has run for `idle_seconds`, the loop closes its idle connections and gives back the memory that
 * pooled handles and rings hold.
 */
#ifndef CASC_LOOP_H
#define CASC_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct casc_loop casc_loop;

typedef struct casc_loop_options {
    size_t ring_bytes;         /* capacity of a transfer's ring */
    size_t max_record;         /* largest event, line or whole body */
    uint32_t max_idle_buffers; /* of rings, kept for reuse */
    long connections_per_host; /* 0: no limit */
    long idle_seconds;         /* a connection idle for longer is not reused */
    long receive_buffer;       /* libcurl's, bytes */

    /* Called on the loop's thread; `resume` once in a while on a consumer's, without `context` being of use then.
       `resume` gets what a consumer passed to casc_transfer_wait, must not block and may run inside curl; `run_jobs` runs what was
       queued for the loop's thread and says whether anything ran; `released` ends the loop's hold on a request's owner. */
    void *_Nullable context;
    void (*resume)(void *_Nullable context, void *waiter);
    bool (*run_jobs)(void *_Nullable context);
    void (*released)(void *_Nullable context, void *owner);
} casc_loop_options;

/* NULL with `error` set to an errno value. */
casc_loop *_Nullable casc_loop_create(const casc_loop_options *options, int *error);

/* Runs rounds on the calling thread until casc_loop_stop. Returns once every transfer has been closed. */
void casc_loop_run(casc_loop *loop);

/* From any thread: transfers still running end as cancelled, and casc_loop_run returns. */
void casc_loop_stop(casc_loop *loop);

/* After casc_loop_run has returned, with no other thread left that knows the loop. */
void casc_loop_destroy(casc_loop *loop);

/* From any thread: makes the loop start a round soon. Several calls before that round cost one system call. */
void casc_loop_wake(casc_loop *loop);

/* Whether the caller is on the loop's thread. */
bool casc_loop_is_current(const casc_loop *loop);

/*
 * Something else that lives on the loop's thread: a descriptor, and an instant. The memory is the caller's, and stays
 * where it is while it is watched. Everything here is done on the loop's thread, and `due_at` is changed there only.
 */
typedef struct casc_watch {
    int descriptor;
    uint64_t due_at; /* an instant of casc_now, forgotten when it has come; 0: none, 1: before the loop sleeps next */
    void *_Nullable context;
    void (*ready)(void *_Nullable context);    /* the descriptor is readable, or it is due */
    void (*stopping)(void *_Nullable context); /* the loop stops: casc_loop_unwatch in this call */
    struct casc_watch *_Nullable next;
} casc_watch;

/* False when the system refuses, or the loop is stopping. */
bool casc_loop_watch(casc_loop *loop, casc_watch *watch);
void casc_loop_unwatch(casc_loop *loop, casc_watch *watch);

/* CLOCK_MONOTONIC in nanoseconds, the clock of every deadline here. */
uint64_t casc_now(void);

/* For tests and metrics; each is read without a lock and may be a moment old. */
typedef struct casc_loop_counters {
    uint64_t rounds;
    uint64_t wakes;          /* eventfd writes */
    uint64_t started;        /* transfers handed to curl */
    uint64_t connections;    /* opened */
    uint64_t pauses;         /* because a ring was full */
    uint32_t open_transfers; /* between casc_transfer_open and the loop's closing of it */
    uint32_t running;        /* in curl's hands */
    uint32_t easy_handles;   /* alive, pooled ones included */
    uint32_t endpoints;      /* alive */
} casc_loop_counters;

/* From any thread, without a lock: bytes held of events and bodies that are larger than a ring. */
size_t casc_loop_spilled(const casc_loop *loop);

void casc_loop_read_counters(const casc_loop *loop, casc_loop_counters *counters);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
