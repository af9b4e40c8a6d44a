#include <string.h>

#include "CCascadeJSON.h"
#include "casc_utf8.h"

#pragma clang assume_nonnull begin

static const char hex_digits[] = "0123456789abcdef";

/* The letter after the backslash for characters that have a short escape, else 0. */
static char short_escape(unsigned char byte) {
    switch (byte) {
    case '"':
    case '\\':
        return (char)byte;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return 0;
    }
}

static size_t put_control(unsigned char byte, char *out) {
    memcpy(out, "\\u00", 4);
    out[4] = hex_digits[byte >> 4];
    out[5] = hex_digits[byte & 0xF];
    return 6;
}

/* Escapes one character that is not plain: an escape, a UTF-8 sequence or a subpart to be replaced. */
static size_t put_unplain(const unsigned char *from, casc_utf8_step step, char *out) {
    if (!step.valid) {
        return casc_utf8_put(CASC_UTF8_REPLACEMENT, out);
    }
    char letter = short_escape(from[0]);
    if (letter != 0) {
        out[0] = '\\';
        out[1] = letter;
        return 2;
    }
    if (from[0] < 0x20) {
        return put_control(from[0], out);
    }
    memcpy(out, from, step.length);
    return step.length;
}

size_t casc_json_escape(const char *bytes, size_t length, char *out) {
    const unsigned char *from = (const unsigned char *)bytes;
    size_t written = 0;
    size_t i = 0;
    while (i < length) {
        size_t plain = casc_utf8_plain_prefix(from + i, length - i);
        memcpy(out + written, from + i, plain);
        written += plain;
        i += plain;
        if (i < length) {
            casc_utf8_step step = casc_utf8_next(from + i, length - i);
            written += put_unplain(from + i, step, out + written);
            i += step.length;
        }
    }
    return written;
}

size_t casc_json_escaped_length(const char *bytes, size_t length) {
    const unsigned char *from = (const unsigned char *)bytes;
    char scratch[8];
    size_t total = 0;
    size_t i = 0;
    while (i < length) {
        size_t plain = casc_utf8_plain_prefix(from + i, length - i);
        total += plain;
        i += plain;
        if (i < length) {
            casc_utf8_step step = casc_utf8_next(from + i, length - i);
            total += put_unplain(from + i, step, scratch);
            i += step.length;
        }
    }
    return total;
}

static int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Four hexadecimal digits, or -1. */
static int32_t code_unit(const char *digits, size_t length) {
    if (length < 4) {
        return -1;
    }
    int32_t unit = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = hex_value(digits[i]);
        if (value < 0) {
            return -1;
        }
        unit = unit * 16 + value;
    }
    return unit;
}

static bool is_high_surrogate(int32_t unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(int32_t unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* The character that a short escape stands for. An escape that JSON does not have stands for its own letter: the
   scan does not look into strings, and a model's text is worth more than its odd backslash. */
static char short_unescape(char letter) {
    switch (letter) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return letter;
    }
}

typedef struct unescaper {
    char *out;
    size_t written;
    casc_json_surrogate high; /* waits for its other half */
} unescaper;

/* Whatever comes now is not the other half. */
static void drop_high(unescaper *self) {
    if (self->high != 0) {
        self->high = 0;
        self->written += casc_utf8_put(CASC_UTF8_REPLACEMENT, self->out + self->written);
    }
}

static void put_unit(unescaper *self, int32_t unit) {
    if (is_low_surrogate(unit) && self->high != 0) {
        uint32_t scalar = 0x10000u + (((uint32_t)self->high - 0xD800u) << 10) + ((uint32_t)unit - 0xDC00u);
        self->high = 0;
        self->written += casc_utf8_put(scalar, self->out + self->written);
        return;
    }
    drop_high(self);
    if (is_high_surrogate(unit)) {
        self->high = (casc_json_surrogate)unit;
        return;
    }
    uint32_t scalar = is_low_surrogate(unit) ? CASC_UTF8_REPLACEMENT : (uint32_t)unit;
    self->written += casc_utf8_put(scalar, self->out + self->written);
}

static void put_raw(unescaper *self, const char *bytes, size_t length) {
    if (length > 0) {
        drop_high(self);
        memcpy(self->out + self->written, bytes, length);
        self->written += length;
    }
}

/* Takes the escape that begins at `bytes[0]`, a backslash, and returns its length. */
static size_t take_escape(unescaper *self, const char *bytes, size_t length) {
    if (length < 2) {
        return length;
    }
    if (bytes[1] == 'u') {
        int32_t unit = code_unit(bytes + 2, length - 2);
        if (unit >= 0) {
            put_unit(self, unit);
            return 6;
        }
    }
    char byte = short_unescape(bytes[1]);
    put_raw(self, &byte, 1);
    return 2;
}

size_t casc_json_unescape(const char *bytes, size_t length, char *out, casc_json_surrogate *_Nullable held) {
    unescaper self = {.out = out, .written = 0, .high = held != NULL ? *held : 0};
    size_t i = 0;
    while (i < length) {
        const char *backslash = memchr(bytes + i, '\\', length - i);
        size_t raw = backslash != NULL ? (size_t)(backslash - (bytes + i)) : length - i;
        put_raw(&self, bytes + i, raw);
        i += raw;
        if (i < length) {
            i += take_escape(&self, bytes + i, length - i);
        }
    }
    if (held != NULL) {
        *held = self.high;
    } else {
        drop_high(&self);
    }
    return self.written;
}

#pragma clang assume_nonnull end
