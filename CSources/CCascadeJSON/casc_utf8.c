#include "casc_utf8.h"

#include <string.h>

#pragma clang assume_nonnull begin

static const uint64_t ones = 0x0101010101010101u;
static const uint64_t tops = 0x8080808080808080u;

/* The bytes of `word` that are zero have their top bit set in the result; bytes above the lowest such may err. */
static uint64_t zero_bytes(uint64_t word) {
    return (word - ones) & ~word & tops;
}

/* Non-zero when one of the eight bytes is not plain. */
static uint64_t unplain(uint64_t word) {
    uint64_t below_space = (word - ones * 0x20u) & ~word & tops;
    return (word & tops) | below_space | zero_bytes(word ^ (ones * '"')) | zero_bytes(word ^ (ones * '\\'));
}

static bool is_plain(unsigned char byte) {
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

enum { BLOCK = 32 };

/* Has no way out before its end, so that the compiler looks at many bytes at a time. */
static bool is_plain_block(const unsigned char *bytes) {
    unsigned char unplain = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        unplain |= (unsigned char)!is_plain(bytes[i]);
    }
    return unplain == 0;
}

size_t casc_utf8_plain_prefix(const unsigned char *bytes, size_t length) {
    size_t i = 0;
    while (length - i >= BLOCK && is_plain_block(bytes + i)) {
        i += BLOCK;
    }
    while (length - i >= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        if (unplain(word) != 0) {
            break;
        }
        i += sizeof word;
    }
    while (i < length && is_plain(bytes[i])) {
        i++;
    }
    return i;
}

/* The bounds of the second byte exclude overlong forms, surrogates and values over U+10FFFF. */
typedef struct lead {
    uint8_t length;
    unsigned char second_min;
    unsigned char second_max;
} lead;

static lead lead_of(unsigned char byte) {
    if (byte >= 0xC2 && byte <= 0xDF) {
        return (lead){2, 0x80, 0xBF};
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        return (lead){3, byte == 0xE0 ? 0xA0 : 0x80, byte == 0xED ? 0x9F : 0xBF};
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        return (lead){4, byte == 0xF0 ? 0x90 : 0x80, byte == 0xF4 ? 0x8F : 0xBF};
    }
    return (lead){0, 0, 0};
}

casc_utf8_step casc_utf8_next(const unsigned char *bytes, size_t length) {
    if (bytes[0] < 0x80) {
        return (casc_utf8_step){1, true};
    }
    lead first = lead_of(bytes[0]);
    unsigned char min = first.second_min;
    unsigned char max = first.second_max;
    uint8_t taken = 1;
    while (taken < first.length && taken < length && bytes[taken] >= min && bytes[taken] <= max) {
        min = 0x80;
        max = 0xBF;
        taken++;
    }
    return (casc_utf8_step){taken, taken == first.length};
}

size_t casc_utf8_put(uint32_t scalar, char *out) {
    unsigned char *to = (unsigned char *)out;
    if (scalar < 0x80) {
        to[0] = (unsigned char)scalar;
        return 1;
    }
    size_t length = scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        to[i] = (unsigned char)(0x80u | (scalar & 0x3Fu));
        scalar >>= 6;
    }
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    to[0] = (unsigned char)(marks[length] | scalar);
    return length;
}

size_t casc_utf8_sanitise(const char *bytes, size_t length, char *out) {
    const unsigned char *from = (const unsigned char *)bytes;
    size_t written = 0;
    for (size_t i = 0; i < length;) {
        casc_utf8_step step = casc_utf8_next(from + i, length - i);
        if (step.valid) {
            memcpy(out + written, from + i, step.length);
            written += step.length;
        } else {
            written += casc_utf8_put(CASC_UTF8_REPLACEMENT, out + written);
        }
        i += step.length;
    }
    return written;
}

#pragma clang assume_nonnull end
