/*
 * casc_endpoint: what all requests to one provider share: header lines, TLS and protocol options, and the pool of easy
 * handles that are set up for them. It belongs to one loop, and so do the provider's connections.
 */
#ifndef CASC_ENDPOINT_H
#define CASC_ENDPOINT_H

#include "casc_loop.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct casc_endpoint casc_endpoint;

typedef struct casc_endpoint_options {
    const char *_Nonnull const *_Nullable headers; /* "Name: value" lines, copied */
    size_t header_count;
    const char *_Nullable ca_file; /* NULL: the system's certificates */
    bool insecure;                 /* true: certificates are not verified */
    bool http2;                    /* HTTP/2 over TLS where the server offers it; else HTTP/1.1 */
    const char *_Nullable proxy;   /* NULL: none, whatever the environment says */
    uint32_t max_idle;             /* easy handles kept while idle */
} casc_endpoint_options;

/* From any thread. NULL when memory is refused. The caller holds one reference. */
casc_endpoint *_Nullable casc_endpoint_create(casc_loop *loop, const casc_endpoint_options *options);

/* From any thread. Transfers that are under way keep the endpoint alive until they close. */
void casc_endpoint_release(casc_endpoint *endpoint);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
