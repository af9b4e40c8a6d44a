/* The daemon, its place in the loop, and the watch over hang-ups. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "casc_server_internal.h"

enum { MAX_HANGUPS = 64 };

/* --- What libmicrohttpd calls. --- */

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload, size_t *upload_length,
                                  void **exchange) {
    (void)version;
    if (*exchange == NULL) return casc_exchange_begin(context, connection, path, method, exchange);
    return casc_exchange_receive(*exchange, upload, upload_length);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **exchange,
                         enum MHD_RequestTerminationCode code) {
    (void)context;
    (void)connection;
    if (*exchange != NULL) casc_exchange_end(*exchange, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    *exchange = NULL;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **client,
                          enum MHD_ConnectionNotificationCode code) {
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *client = info != NULL ? casc_client_create(context, info->connect_fd) : NULL;
    } else {
        casc_client_free(*client);
        *client = NULL;
    }
}

/* --- In the loop. --- */

/* 0 is never. */
static uint64_t sooner(uint64_t one, uint64_t other) {
    if (one == 0 || other == 0) return one | other;
    return one < other ? one : other;
}

/* When libmicrohttpd wants to run again whatever comes. */
static uint64_t next_timeout(const casc_server *server, uint64_t now) {
    MHD_UNSIGNED_LONG_LONG milliseconds = 0;
    if (MHD_get_timeout(server->daemon, &milliseconds) != MHD_YES) return 0;
    return milliseconds == 0 ? 1 : now + milliseconds * 1000000u;
}

static void run(void *context) {
    casc_server *server = context;
    casc_holds_fire(server);
    MHD_run(server->daemon);
    uint64_t now = casc_now(), next = casc_clients_look(server, now);
    next = sooner(next, next_timeout(server, now));
    server->requests.due_at = sooner(next, casc_holds_next(server));
}

/* Nothing here frees a client: libmicrohttpd does that when it runs. */
static void take_hangups(void *context) {
    casc_server *server = context;
    struct epoll_event events[MAX_HANGUPS];
    int count = epoll_wait(server->hangups, events, MAX_HANGUPS, 0);
    for (int i = 0; i < count; i++) casc_client_hung_up(events[i].data.ptr);
}

static void stop(void *context) {
    casc_server_stop(context);
}

/* --- Beginning and end. --- */

static struct MHD_Daemon *start_daemon(casc_server *server, int listener) {
    const casc_server_options *options = &server->options;
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
                            MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_CONNECTION_LIMIT,
                            (unsigned)options->max_connections, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)options->idle_seconds, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            options->connection_memory, MHD_OPTION_END);
}

static bool join_loop(casc_server *server) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    if (info == NULL) return false;
    server->requests = (casc_watch){.descriptor = info->epoll_fd, .context = server, .ready = run, .stopping = stop};
    server->clients =
        (casc_watch){.descriptor = server->hangups, .context = server, .ready = take_hangups, .stopping = stop};
    return casc_loop_watch(server->loop, &server->requests) && casc_loop_watch(server->loop, &server->clients);
}

/* Safe at any point of the beginning. */
static void dismantle(casc_server *server) {
    casc_loop_unwatch(server->loop, &server->requests);
    casc_loop_unwatch(server->loop, &server->clients);
    if (server->daemon != NULL) MHD_stop_daemon(server->daemon);
    if (server->hangups >= 0) close(server->hangups);
    free(server);
}

casc_server *casc_server_start(casc_loop *loop, int listener, const casc_server_options *options, int *error) {
    bool is_here = casc_loop_is_current(loop); /* or else it has stopped */
    casc_server *server = is_here ? calloc(1, sizeof *server) : NULL;
    *error = is_here ? ENOMEM : ECANCELED;
    if (server == NULL) {
        casc_listener_close(listener);
        return NULL;
    }
    server->loop = loop;
    server->options = *options;
    server->hangups = epoll_create1(EPOLL_CLOEXEC);
    if (server->hangups >= 0) {
        server->daemon = start_daemon(server, listener);
    } else {
        *error = errno;
    }
    /* A daemon that could not be started leaves the socket open. */
    if (server->daemon == NULL) casc_listener_close(listener);
    if (server->daemon == NULL || !join_loop(server)) {
        dismantle(server);
        return NULL;
    }
    *error = 0;
    return server;
}

void casc_server_drain(casc_server *server) {
    if (server->draining) return;
    server->draining = true;
    casc_listener_close(MHD_quiesce_daemon(server->daemon));
}

/* libmicrohttpd may not be stopped while a connection is suspended. */
void casc_server_stop(casc_server *server) {
    for (casc_exchange *exchange = server->exchanges, *next; exchange != NULL; exchange = next) {
        next = exchange->next;
        casc_exchange_give_up(exchange);
    }
    casc_server_options options = server->options;
    dismantle(server);
    options.closed(options.context);
}

uint32_t casc_server_exchanges(const casc_server *server) {
    return server->exchange_count;
}

uint32_t casc_server_connections(const casc_server *server) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info != NULL ? info->num_connections : 0;
}

casc_server_held casc_server_read_held(const casc_server *server) {
    casc_server_held held = {0};
    for (const casc_exchange *exchange = server->exchanges; exchange != NULL; exchange = exchange->next) {
        held.bodies += exchange->capacity;
        held.outboxes += exchange->outbox_capacity;
    }
    return held;
}
