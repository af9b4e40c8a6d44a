#include "casc_memory.h"

#include <stdlib.h>

static void *standard_allocate(void *context, size_t size) {
    (void)context;
    return malloc(size);
}

static void *standard_reallocate(void *context, void *memory, size_t size) {
    (void)context;
    return realloc(memory, size);
}

static void standard_release(void *context, void *memory) {
    (void)context;
    free(memory);
}

const casc_allocator casc_memory_standard = {
    .allocate = standard_allocate,
    .reallocate = standard_reallocate,
    .release = standard_release,
    .context = NULL,
};
