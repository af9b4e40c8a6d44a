/*
 * casc_alloc: where the C core's memory comes from.
 *
 * Every create function takes a pointer to one of these, or NULL for the C library's allocator. The struct must
 * outlive what it made. Tests pass one that fails on demand.
 * Threads: a ring calls it from both of its ends at once. Results are aligned to 16 bytes, as malloc's are.
 */
#ifndef CASC_ALLOC_H
#define CASC_ALLOC_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef struct casc_allocator {
    void *_Nullable (*_Nonnull allocate)(void *_Nullable context, size_t size);
    void *_Nullable (*_Nonnull reallocate)(void *_Nullable context, void *_Nullable memory, size_t size);
    void (*_Nonnull release)(void *_Nullable context, void *_Nullable memory);
    void *_Nullable context;
} casc_allocator;

/* What an operation of the C core came to. "Would not fit now" is a status, not an error. */
typedef enum casc_status {
    CASC_OK = 0,
    CASC_FULL = 1,      /* nothing more fits until the consumer releases a record */
    CASC_TOO_LARGE = 2, /* over a hard cap; the attempt must end */
    CASC_NO_MEMORY = 3, /* the allocator refused */
} casc_status;

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
