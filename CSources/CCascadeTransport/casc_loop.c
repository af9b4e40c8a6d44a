/* The loop: its rounds and its descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "casc_internal.h"

enum { MAX_PASSES = 32, SPARE_DESCRIPTORS = 4 };
static const uint64_t NANOSECONDS = 1000000000u;

static _Thread_local const casc_loop *current_loop;
static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void init_curl(void) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

uint64_t casc_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

bool casc_loop_is_current(const casc_loop *loop) {
    return current_loop == loop;
}

static CURLSH *make_share(void) {
    CURLSH *share = curl_share_init();
    if (share == NULL) return NULL;
    /* No lock functions: the loop's thread alone uses it. */
    curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    return share;
}

/* When what does nothing from now on has been idle for long enough. */
uint64_t casc_loop_idle_from_now(const casc_loop *loop) {
    return loop->now + (uint64_t)loop->options.idle_seconds * NANOSECONDS;
}

void casc_loop_count_idleness(casc_loop *loop) {
    if (atomic_load_explicit(&loop->running, memory_order_relaxed) > 0) return;
    loop->idle_at = casc_loop_idle_from_now(loop);
}

/* An errno value when this process can open hardly a descriptor more, else 0. Hardly: what libcurl had opened of those
   it needed is closed again by now. */
int casc_loop_descriptor_shortage(const casc_loop *loop) {
    int spare[SPARE_DESCRIPTORS], count = 0, error = 0;
    while (count < SPARE_DESCRIPTORS && error == 0) {
        spare[count] = fcntl(loop->event, F_DUPFD_CLOEXEC, 0);
        if (spare[count] < 0) {
            error = errno;
        } else {
            count++;
        }
    }
    while (count > 0) close(spare[--count]);
    return error;
}

/* --- What else lives here. --- */

static bool watch_descriptor(casc_loop *loop, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint32_t)descriptor};
    return descriptor >= 0 && epoll_ctl(loop->epoll, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

bool casc_loop_watch(casc_loop *loop, casc_watch *added) {
    if (loop->closed || !watch_descriptor(loop, added->descriptor)) return false;
    added->next = loop->watches;
    loop->watches = added;
    return true;
}

void casc_loop_unwatch(casc_loop *loop, casc_watch *watch) {
    struct epoll_event unused = {.events = 0};
    for (casc_watch **link = &loop->watches; *link != NULL; link = &(*link)->next) {
        if (*link != watch) continue;
        *link = watch->next;
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, watch->descriptor, &unused);
        return;
    }
}

static casc_watch *find_watch(const casc_loop *loop, int descriptor) {
    casc_watch *watch = loop->watches;
    while (watch != NULL && watch->descriptor != descriptor) watch = watch->next;
    return watch;
}

static bool run_due_watches(casc_loop *loop) {
    bool any = false;
    for (casc_watch *watch = loop->watches, *next; watch != NULL; watch = next) {
        next = watch->next; /* it may go away in the call; no other one may */
        if (watch->due_at == 0 || watch->due_at > loop->now) continue;
        watch->due_at = 0;
        watch->ready(watch->context);
        any = true;
    }
    return any;
}

/* --- Rounds. --- */

static void stop_running(casc_slot *slot) {
    if (slot->easy == NULL && !slot->finishing) return;
    casc_transfer_stop(slot, CASC_END_SHUTDOWN, CASC_DEADLINE_NONE);
}

static void give_memory_back(casc_loop *loop) {
    loop->idle_at = 0;
    casc_endpoints_trim(loop);
    casc_slots_give_back(loop);
    casc_buffers_free(loop);
    casc_sets_close(loop);
}

/* Once, after casc_loop_stop: nothing can be opened any more, and what is running ends. What was opened before and
   starts only now ends in its start. */
static bool stop_everything(casc_loop *loop) {
    if (loop->closed || !atomic_load_explicit(&loop->stopping, memory_order_acquire)) return false;
    pthread_mutex_lock(&loop->lock);
    loop->closed = true;
    pthread_mutex_unlock(&loop->lock);
    casc_slots_each(loop, stop_running);
    while (loop->watches != NULL) loop->watches->stopping(loop->watches->context);
    return true;
}

static bool is_finished(const casc_loop *loop) {
    return loop->closed && atomic_load_explicit(&loop->open_transfers, memory_order_acquire) == 0;
}

/* One pass over everything that can be done without waiting. */
static bool pass(casc_loop *loop) {
    bool busy = casc_slots_take_submitted(loop);
    busy |= stop_everything(loop);
    busy |= loop->options.run_jobs(loop->options.context);
    busy |= casc_sets_pass(loop);
    if (atomic_load_explicit(&loop->dead_endpoints, memory_order_relaxed) != NULL) casc_endpoints_bury(loop);
    busy |= casc_deadlines_fire(loop);
    busy |= run_due_watches(loop);
    return busy;
}

static void arm_timer(casc_loop *loop) {
    uint64_t next = casc_sets_due(loop);
    uint64_t deadline = casc_deadline_next(loop);
    if (deadline != 0 && (next == 0 || deadline < next)) next = deadline;
    if (loop->idle_at != 0 && (next == 0 || loop->idle_at < next)) next = loop->idle_at;
    for (const casc_watch *watch = loop->watches; watch != NULL; watch = watch->next) {
        if (watch->due_at != 0 && (next == 0 || watch->due_at < next)) next = watch->due_at;
    }
    /* A timer that is set too early costs a wake-up, now and then; setting it exactly costs a system call, always. */
    if (next == 0 || (loop->armed_at != 0 && loop->armed_at <= next)) return;
    struct itimerspec when = {
        .it_value = {.tv_sec = (time_t)(next / NANOSECONDS), .tv_nsec = (long)(next % NANOSECONDS)}};
    timerfd_settime(loop->timer, TFD_TIMER_ABSTIME, &when, NULL);
    loop->armed_at = next;
}

static void drain(int descriptor) {
    uint64_t value;
    while (read(descriptor, &value, sizeof value) < 0 && errno == EINTR) {
    }
}

static void handle_event(casc_loop *loop, const struct epoll_event *event) {
    int descriptor = (int)(uint32_t)event->data.u64;
    uint32_t set = (uint32_t)(event->data.u64 >> 32);
    casc_watch *watch;
    if (set != 0) {
        casc_set_act(loop->sets[set - 1], descriptor, event->events);
    } else if (descriptor == loop->event) {
        drain(descriptor);
        /* acq_rel: whoever saw `true` and did not write has submitted before, and is seen by the next pass. */
        atomic_exchange_explicit(&loop->wake_pending, false, memory_order_acq_rel);
    } else if (descriptor == loop->timer) {
        drain(descriptor);
        loop->armed_at = 0;
    } else if ((watch = find_watch(loop, descriptor)) != NULL) {
        watch->ready(watch->context);
    }
}

static void wait_for_events(casc_loop *loop, bool may_block) {
    struct epoll_event events[MAX_EVENTS];
    if (may_block) arm_timer(loop);
    int count = epoll_wait(loop->epoll, events, MAX_EVENTS, may_block ? -1 : 0);
    atomic_store_explicit(&loop->sleeping, false, memory_order_relaxed);
    loop->now = casc_now();
    for (int i = 0; i < count; i++) {
        handle_event(loop, &events[i]);
        /* Whoever waited for this goes on before the next event is looked at: a first token does not wait for all that
           came at the same moment, and is still in the processor's cache. What that starts waits for the next pass, so
           that requests leave together and are answered together: one by one they cost a wake-up each. */
        loop->options.run_jobs(loop->options.context);
        loop->unheard = 0;
    }
}

static bool announce_sleep(casc_loop *loop) {
    if (atomic_load_explicit(&loop->sleeping, memory_order_relaxed)) return false;
    atomic_store_explicit(&loop->sleeping, true, memory_order_relaxed);
    /* Pairs with the fence in casc_loop_wake: a submission is seen by the pass after this, or its maker sees
       `sleeping` and writes to the eventfd. */
    atomic_thread_fence(memory_order_seq_cst);
    return true;
}

/* False when the loop is at its end. That is looked at between the last pass and the sleep, because a pass may have
   closed the last transfer, and nothing would end the sleep then. */
static bool run_round(casc_loop *loop) {
    bool busy = true;
    for (int passes = 0; passes < MAX_PASSES && busy; passes++) {
        busy = pass(loop);
        if (!busy) busy = announce_sleep(loop);
    }
    atomic_fetch_add_explicit(&loop->rounds, 1, memory_order_relaxed);
    if (is_finished(loop)) return false;
    if (loop->idle_at != 0 && loop->idle_at <= loop->now) give_memory_back(loop);
    wait_for_events(loop, !busy);
    return true;
}

/* Here and not in casc_loop_destroy, which may come much later and on a thread that does not block SIGPIPE. */
static void close_connections(casc_loop *loop) {
    casc_endpoints_trim(loop);
    casc_sets_close(loop);
}

void casc_loop_run(casc_loop *loop) {
    /* OpenSSL writes without MSG_NOSIGNAL: on this thread a closed peer is an error, never a signal. */
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    pthread_setname_np(pthread_self(), "cascade-loop");
    current_loop = loop;
    loop->now = casc_now();
    while (run_round(loop)) {
    }
    close_connections(loop);
    /* Whoever calls from now on finds a loop that need not be woken. */
    atomic_store_explicit(&loop->sleeping, false, memory_order_relaxed);
    current_loop = NULL;
}

void casc_loop_wake(casc_loop *loop) {
    if (current_loop == loop) return; /* it looks again before it sleeps */
    atomic_thread_fence(memory_order_seq_cst);
    if (!atomic_load_explicit(&loop->sleeping, memory_order_relaxed)) return;
    if (atomic_exchange_explicit(&loop->wake_pending, true, memory_order_acq_rel)) return;
    atomic_fetch_add_explicit(&loop->wakes, 1, memory_order_relaxed);
    uint64_t one = 1;
    while (write(loop->event, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

void casc_loop_stop(casc_loop *loop) {
    atomic_store_explicit(&loop->stopping, true, memory_order_release);
    casc_loop_wake(loop);
}

/* --- Making and unmaking. --- */

static bool open_descriptors(casc_loop *loop) {
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    return loop->epoll >= 0 && watch_descriptor(loop, loop->event) && watch_descriptor(loop, loop->timer);
}

casc_loop *casc_loop_create(const casc_loop_options *options, int *error) {
    pthread_once(&curl_once, init_curl);
    casc_loop *loop = calloc(1, sizeof *loop);
    *error = ENOMEM;
    if (loop == NULL) return NULL;
    loop->options = *options;
    loop->epoll = loop->event = loop->timer = -1;
    pthread_mutex_init(&loop->lock, NULL);
    loop->share = make_share();
    bool opened = open_descriptors(loop);
    if (loop->share == NULL || !opened) {
        if (!opened && errno != 0) *error = errno;
        casc_loop_destroy(loop);
        return NULL;
    }
    *error = 0;
    return loop;
}

static void close_descriptor(int descriptor) {
    if (descriptor >= 0) close(descriptor);
}

void casc_loop_destroy(casc_loop *loop) {
    casc_endpoints_bury(loop);
    casc_endpoints_trim(loop);
    casc_sets_free(loop);
    if (loop->share != NULL) curl_share_cleanup(loop->share);
    casc_slots_free(loop);
    casc_buffers_free(loop);
    close_descriptor(loop->timer);
    close_descriptor(loop->event);
    close_descriptor(loop->epoll);
    pthread_mutex_destroy(&loop->lock);
    free(loop->heap);
    casc_sockets_free(&loop->sockets);
    free(loop);
}

size_t casc_loop_spilled(const casc_loop *loop) {
    return atomic_load_explicit(&loop->spilled, memory_order_relaxed);
}

void casc_loop_read_counters(const casc_loop *loop, casc_loop_counters *counters) {
    counters->rounds = atomic_load_explicit(&loop->rounds, memory_order_relaxed);
    counters->wakes = atomic_load_explicit(&loop->wakes, memory_order_relaxed);
    counters->started = atomic_load_explicit(&loop->started, memory_order_relaxed);
    counters->connections = atomic_load_explicit(&loop->connections, memory_order_relaxed);
    counters->pauses = atomic_load_explicit(&loop->pauses, memory_order_relaxed);
    counters->open_transfers = atomic_load_explicit(&loop->open_transfers, memory_order_relaxed);
    counters->running = atomic_load_explicit(&loop->running, memory_order_relaxed);
    counters->easy_handles = atomic_load_explicit(&loop->easy_handles, memory_order_relaxed);
    counters->endpoints = atomic_load_explicit(&loop->endpoint_count, memory_order_relaxed);
}
