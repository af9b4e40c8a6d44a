/*
 * A program's own use of libcurl, beside the router's, for tests: the library's global state is initialised and cleaned
 * up by it, too, and its handle is reused from one request to the next.
 */
#ifndef CASC_HOST_H
#define CASC_HOST_H

#include <stddef.h>

#pragma clang assume_nonnull begin

typedef struct casc_host casc_host;

casc_host *_Nullable casc_host_create(void);
/* Gets `url` and returns its status, or 0; the body's length, and the beginning of it, are stored. */
long casc_host_get(casc_host *host, const char *url, char *body, size_t room, size_t *length);
void casc_host_destroy(casc_host *host);

#pragma clang assume_nonnull end

#endif
