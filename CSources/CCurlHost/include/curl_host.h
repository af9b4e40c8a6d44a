/*
 * A program's own use of libcurl, beside the router's, for tests: the library's global state is initialised and cleaned
 * up by it, too, and its handle is reused from one request to the next.
 */
#ifndef CURL_HOST_H
#define CURL_HOST_H

#include <stddef.h>

#pragma clang assume_nonnull begin

typedef struct curl_host curl_host;

curl_host *_Nullable curl_host_create(void);
/* Gets `url` and returns its status, or 0; the body's length, and the beginning of it, are stored. */
long curl_host_get(curl_host *host, const char *url, char *body, size_t room, size_t *length);
void curl_host_destroy(curl_host *host);

#pragma clang assume_nonnull end

#endif
