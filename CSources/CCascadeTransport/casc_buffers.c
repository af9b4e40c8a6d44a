/*
 * Buffers of rings that are empty and waited for. A stream that waits holds none: it hands its buffer to whichever stream
 * has something to say, and gets one back, most likely still in the processor's cache, when it has. So does a transfer
 * that is over. All of this happens on the loop's thread, for rings whose consumer runs there too.
 */
#include <stdlib.h>

#include "casc_internal.h"

/* Lies in the free buffer itself. The rings use the standard allocator, and so does this. */
struct casc_free_buffer {
    casc_free_buffer *next;
};

static int class_of(size_t size) {
    int class = 0;
    while (((size_t)BUFFER_SMALLEST << class) < size) class ++;
    return class;
}

void casc_buffers_take(casc_loop *loop, casc_ring *ring) {
    size_t size = 0;
    casc_free_buffer *buffer = casc_ring_detach(ring, &size);
    if (buffer == NULL) return;
    int class = class_of(size);
    bool fits = loop->free_buffer_bytes + size <= BUFFERS_KEPT_BYTES;
    if (class >= BUFFER_CLASSES || !fits || loop->free_buffer_count >= loop->options.max_idle_buffers) {
        free(buffer);
        return;
    }
    buffer->next = loop->free_buffers[class];
    loop->free_buffers[class] = buffer;
    loop->free_buffer_bytes += size;
    loop->free_buffer_count++;
}

void casc_buffers_lend(casc_loop *loop, casc_ring *ring) {
    size_t size = casc_ring_wanted(ring);
    if (size == 0) return;
    int class = class_of(size);
    if (class >= BUFFER_CLASSES || loop->free_buffers[class] == NULL) return;
    casc_free_buffer *buffer = loop->free_buffers[class];
    loop->free_buffers[class] = buffer->next;
    loop->free_buffer_bytes -= size;
    loop->free_buffer_count--;
    casc_ring_attach(ring, buffer, size);
}

void casc_buffers_free(casc_loop *loop) {
    for (int class = 0; class < BUFFER_CLASSES; class ++) {
        while (loop->free_buffers[class] != NULL) {
            casc_free_buffer *buffer = loop->free_buffers[class];
            loop->free_buffers[class] = buffer->next;
            free(buffer);
        }
    }
    loop->free_buffer_bytes = loop->free_buffer_count = 0;
}
