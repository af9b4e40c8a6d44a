/*
 * casc_utf8: one step through bytes that may not be UTF-8 (private to this target).
 *
 * Ill-formed bytes are taken in maximal subparts (Unicode 15, table 3-8), each of which becomes one U+FFFD, as the
 * WHATWG decoder does it.
 */
#ifndef CASC_UTF8_H
#define CASC_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

enum { CASC_UTF8_REPLACEMENT = 0xFFFD, CASC_UTF8_REPLACEMENT_LENGTH = 3 };

typedef struct casc_utf8_step {
    uint8_t length; /* bytes of the sequence, or of the ill-formed subpart; at least 1 */
    bool valid;
} casc_utf8_step;

/* Looks at the sequence that starts at `bytes[0]`; `length` is at least 1. */
casc_utf8_step casc_utf8_next(const unsigned char *bytes, size_t length);

/* How many bytes at the beginning are ASCII with neither control characters, nor quote, nor backslash. */
size_t casc_utf8_plain_prefix(const unsigned char *bytes, size_t length);

/* Writes a scalar value (no surrogate) as 1 to 4 bytes and returns how many. */
size_t casc_utf8_put(uint32_t scalar, char *out);

/* Copies `length` bytes into `out` (at least 3 * `length` bytes), replacing what is ill-formed. Returns the bytes
   written. */
size_t casc_utf8_sanitise(const char *bytes, size_t length, char *out);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
