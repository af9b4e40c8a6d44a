#include <string.h>

#include "CCascadeJSON.h"
#include "casc_utf8.h"

#pragma clang assume_nonnull begin

static bool is_plain(const unsigned char *bytes, size_t length) {
    size_t i = casc_utf8_plain_prefix(bytes, length);
    while (i < length) {
        if (bytes[i] < 0x80) return false;
        casc_utf8_step step = casc_utf8_next(bytes + i, length - i);
        if (!step.valid) return false;
        i += step.length;
        i += casc_utf8_plain_prefix(bytes + i, length - i);
    }
    return true;
}

bool casc_json_is_variant(const void *known, size_t known_length, size_t from, size_t to, const void *text,
                          size_t length, size_t *inside) {
    size_t after = known_length - to;
    if (length < from + after) return false;
    const unsigned char *bytes = text, *known_bytes = known;
    /* What follows the string first: that is where chunks of one stream tend to differ. */
    if (memcmp(bytes + (length - after), known_bytes + to, after) != 0 || memcmp(bytes, known_bytes, from) != 0) {
        return false;
    }
    *inside = length - after - from;
    return is_plain(bytes + from, *inside);
}

#pragma clang assume_nonnull end
