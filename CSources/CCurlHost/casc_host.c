#include "casc_host.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

struct casc_host {
    CURL *easy;
    char *body;
    size_t room;
    size_t length;
};

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    casc_host *host = context;
    size_t arrived = size * count;
    if (host->length < host->room) {
        size_t left = host->room - host->length;
        memcpy(host->body + host->length, bytes, arrived < left ? arrived : left);
    }
    host->length += arrived;
    return arrived;
}

casc_host *casc_host_create(void) {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return NULL;
    casc_host *host = calloc(1, sizeof *host);
    if (host != NULL && (host->easy = curl_easy_init()) != NULL) return host;
    free(host);
    curl_global_cleanup();
    return NULL;
}

long casc_host_get(casc_host *host, const char *url, char *body, size_t room, size_t *length) {
    long status = 0;
    host->body = body;
    host->room = room;
    host->length = 0;
    curl_easy_setopt(host->easy, CURLOPT_URL, url);
    curl_easy_setopt(host->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(host->easy, CURLOPT_WRITEDATA, host);
    curl_easy_setopt(host->easy, CURLOPT_TIMEOUT_MS, 10000L);
    if (curl_easy_perform(host->easy) == CURLE_OK) curl_easy_getinfo(host->easy, CURLINFO_RESPONSE_CODE, &status);
    *length = host->length;
    return status;
}

void casc_host_destroy(casc_host *host) {
    curl_easy_cleanup(host->easy);
    free(host);
    curl_global_cleanup();
}
