/* Private to the C core: calls through a casc_allocator, and the one that stands in for NULL. */
#ifndef CASC_MEMORY_H
#define CASC_MEMORY_H

#include "casc_alloc.h"

#pragma clang assume_nonnull begin

extern const casc_allocator casc_memory_standard;

static inline const casc_allocator *casc_memory_or_standard(const casc_allocator *_Nullable allocator) {
    return allocator != NULL ? allocator : &casc_memory_standard;
}

static inline void *_Nullable casc_memory_allocate(const casc_allocator *allocator, size_t size) {
    return allocator->allocate(allocator->context, size);
}

static inline void *_Nullable casc_memory_reallocate(const casc_allocator *allocator, void *_Nullable memory,
                                                     size_t size) {
    return allocator->reallocate(allocator->context, memory, size);
}

static inline void casc_memory_release(const casc_allocator *allocator, void *_Nullable memory) {
    if (memory != NULL) allocator->release(allocator->context, memory);
}

#pragma clang assume_nonnull end

#endif
