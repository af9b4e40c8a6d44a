/* Endpoints and their easy handles. Handles live and die on the loop's thread; an endpoint may be let go anywhere. */
#include <stdlib.h>
#include <string.h>

#include "casc_internal.h"

enum { UPLOAD_BUFFER = 16 * 1024, CONNECTION_LIFETIME_SECONDS = 600, CONNECT_FALLBACK_MS = 600000 };

static void free_easy(casc_loop *loop, casc_easy *easy) {
    curl_easy_cleanup(easy->handle);
    casc_set_leave(easy->set);
    free(easy->url);
    free(easy);
    atomic_fetch_sub_explicit(&loop->easy_handles, 1, memory_order_relaxed);
}

static void free_idle(casc_endpoint *endpoint) {
    while (endpoint->idle != NULL) {
        casc_easy *easy = endpoint->idle;
        endpoint->idle = easy->next;
        free_easy(endpoint->loop, easy);
    }
    endpoint->idle_count = 0;
}

static void free_endpoint(casc_endpoint *endpoint) {
    free_idle(endpoint);
    curl_slist_free_all(endpoint->headers);
    free(endpoint->ca_file);
    free(endpoint->proxy);
    atomic_fetch_sub_explicit(&endpoint->loop->endpoint_count, 1, memory_order_relaxed);
    free(endpoint);
}

static bool copy_string(char **to, const char *from) {
    *to = from == NULL ? NULL : strdup(from);
    return from == NULL || *to != NULL;
}

static bool copy_headers(casc_endpoint *endpoint, const casc_endpoint_options *options) {
    for (size_t i = 0; i < options->header_count; i++) {
        struct curl_slist *list = curl_slist_append(endpoint->headers, options->headers[i]);
        if (list == NULL) return false;
        endpoint->headers = list;
    }
    return true;
}

static void link_endpoint(casc_endpoint *endpoint) {
    casc_loop *loop = endpoint->loop;
    pthread_mutex_lock(&loop->lock);
    endpoint->next = loop->endpoints;
    if (endpoint->next != NULL) endpoint->next->previous = endpoint;
    loop->endpoints = endpoint;
    pthread_mutex_unlock(&loop->lock);
}

static void unlink_endpoint(casc_endpoint *endpoint) {
    casc_loop *loop = endpoint->loop;
    pthread_mutex_lock(&loop->lock);
    if (endpoint->next != NULL) endpoint->next->previous = endpoint->previous;
    if (endpoint->previous != NULL) endpoint->previous->next = endpoint->next;
    if (loop->endpoints == endpoint) loop->endpoints = endpoint->next;
    pthread_mutex_unlock(&loop->lock);
}

casc_endpoint *casc_endpoint_create(casc_loop *loop, const casc_endpoint_options *options) {
    casc_endpoint *endpoint = calloc(1, sizeof *endpoint);
    if (endpoint == NULL) return NULL;
    endpoint->loop = loop;
    atomic_init(&endpoint->references, 1);
    atomic_fetch_add_explicit(&loop->endpoint_count, 1, memory_order_relaxed);
    endpoint->insecure = options->insecure;
    endpoint->http2 = options->http2;
    endpoint->max_idle = options->max_idle;
    if (!copy_string(&endpoint->ca_file, options->ca_file) ||
        !copy_string(&endpoint->proxy, options->proxy == NULL ? "" : options->proxy) ||
        !copy_headers(endpoint, options)) {
        free_endpoint(endpoint);
        return NULL;
    }
    link_endpoint(endpoint);
    return endpoint;
}

void casc_endpoint_retain(casc_endpoint *endpoint) {
    atomic_fetch_add_explicit(&endpoint->references, 1, memory_order_relaxed);
}

void casc_endpoint_release(casc_endpoint *endpoint) {
    casc_loop *loop = endpoint->loop;
    if (atomic_fetch_sub_explicit(&endpoint->references, 1, memory_order_acq_rel) != 1) return;
    endpoint->next_dead = atomic_load_explicit(&loop->dead_endpoints, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&loop->dead_endpoints, &endpoint->next_dead, endpoint,
                                                  memory_order_release, memory_order_relaxed)) {
    }
    casc_loop_wake(loop);
}

void casc_endpoints_bury(casc_loop *loop) {
    casc_endpoint *endpoint = atomic_exchange_explicit(&loop->dead_endpoints, NULL, memory_order_acquire);
    while (endpoint != NULL) {
        casc_endpoint *next = endpoint->next_dead;
        unlink_endpoint(endpoint);
        free_endpoint(endpoint);
        endpoint = next;
    }
}

void casc_endpoints_trim(casc_loop *loop) {
    pthread_mutex_lock(&loop->lock);
    for (casc_endpoint *endpoint = loop->endpoints; endpoint != NULL; endpoint = endpoint->next) free_idle(endpoint);
    pthread_mutex_unlock(&loop->lock);
}

static void set_protocol_options(casc_endpoint *endpoint, CURL *handle) {
    casc_loop *loop = endpoint->loop;
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_HTTP09_ALLOWED, 0L);
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION,
                     endpoint->http2 ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
    /* Curl allocates a byte more, which would take an allocator to its next size. */
    curl_easy_setopt(handle, CURLOPT_BUFFERSIZE, loop->options.receive_buffer - 1);
    curl_easy_setopt(handle, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
    curl_easy_setopt(handle, CURLOPT_SHARE, loop->share);
}

static void set_connection_options(casc_endpoint *endpoint, CURL *handle) {
    curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, endpoint->loop->options.idle_seconds);
    curl_easy_setopt(handle, CURLOPT_MAXLIFETIME_CONN, (long)CONNECTION_LIFETIME_SECONDS);
    /* The loop's own deadline is the one that counts; this only keeps curl's default of 300 s out of its way. */
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_FALLBACK_MS);
    /* Cancelling must not wait for a name server: without this curl joins its resolver's thread. */
    curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
    /* Else the head of the proxy's answer to CONNECT would pass for the provider's. */
    curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (endpoint->insecure) {
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

/* What curl copies, for which it may lack memory. A handle without one of these would go another way than it was told:
   through the environment's proxy, or to whom other certificates vouch for. */
static bool set_copied_options(casc_endpoint *endpoint, CURL *handle) {
    return curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(handle, CURLOPT_PROXY, endpoint->proxy) == CURLE_OK &&
           (endpoint->ca_file == NULL || curl_easy_setopt(handle, CURLOPT_CAINFO, endpoint->ca_file) == CURLE_OK);
}

static casc_easy *make_easy(casc_endpoint *endpoint) {
    casc_easy *easy = calloc(1, sizeof *easy);
    if (easy == NULL) return NULL;
    easy->handle = curl_easy_init();
    if (easy->handle != NULL && set_copied_options(endpoint, easy->handle)) easy->set = casc_set_join(endpoint->loop);
    if (easy->set == NULL) {
        curl_easy_cleanup(easy->handle);
        free(easy);
        return NULL;
    }
    atomic_fetch_add_explicit(&endpoint->loop->easy_handles, 1, memory_order_relaxed);
    set_protocol_options(endpoint, easy->handle);
    set_connection_options(endpoint, easy->handle);
    casc_callbacks_install(endpoint->loop, easy);
    curl_easy_setopt(easy->handle, CURLOPT_POST, 1L);
    curl_easy_setopt(easy->handle, CURLOPT_HTTPHEADER, endpoint->headers);
    return easy;
}

casc_easy *casc_easy_take(casc_endpoint *endpoint) {
    casc_easy *easy = endpoint->idle;
    if (easy == NULL) return make_easy(endpoint);
    endpoint->idle = easy->next;
    endpoint->idle_count--;
    easy->next = NULL;
    return easy;
}

void casc_easy_give_back(casc_endpoint *endpoint, casc_easy *easy) {
    easy->slot = NULL;
    if (endpoint->idle_count >= endpoint->max_idle) {
        free_easy(endpoint->loop, easy);
        return;
    }
    easy->next = endpoint->idle;
    endpoint->idle = easy;
    endpoint->idle_count++;
}
