/* The text of an answer, found without parsing. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif

#include "bare_text.h"

#include <stdlib.h>
#include <string.h>

static const char CONTENT[] = "\"content\":", FINISH[] = "\"finish_reason\":", DATA[] = "data:", DONE[] = "[DONE]";
enum {
    CONTENT_LENGTH = sizeof CONTENT - 1,
    FINISH_LENGTH = sizeof FINISH - 1,
    DATA_LENGTH = sizeof DATA - 1,
    DONE_LENGTH = sizeof DONE - 1,
};

static bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* --- A JSON string. --- */

/* The value of the four digits after \u; over 0xffff when they are none. */
static unsigned code_unit(const char *digits) {
    unsigned value = 0;
    for (int i = 0; i < 4; i++) {
        char c = digits[i];
        unsigned digit = 0x10000;
        if (c >= '0' && c <= '9') digit = (unsigned)(c - '0');
        if (c >= 'a' && c <= 'f') digit = (unsigned)(c - 'a') + 10;
        if (c >= 'A' && c <= 'F') digit = (unsigned)(c - 'A') + 10;
        if (digit > 0xf) return digit;
        value = value << 4 | digit;
    }
    return value;
}

static unsigned utf8_length(unsigned unit) {
    if (unit < 0x80) return 1;
    /* Each half of a surrogate pair stands for two of its four bytes. */
    if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) return 2;
    return 3;
}

/* From behind the opening quote. False when there is no closing one. */
static bool measure_escaped(const char *at, const char *end, uint64_t *length) {
    uint64_t count = 0;
    while (at < end && *at != '"') {
        bool escape = *at == '\\';
        if (!escape) {
            count++;
            at++;
        } else if (end - at > 1 && at[1] != 'u') {
            count++;
            at += 2;
        } else {
            unsigned unit = end - at < 6 ? 0x10000 : code_unit(at + 2);
            if (unit > 0xffff) return false;
            count += utf8_length(unit);
            at += 6;
        }
    }
    if (at == end) return false;
    *length = count;
    return true;
}

static bool measure(const char *at, const char *end, uint64_t *length) {
    const char *quote = memchr(at, '"', (size_t)(end - at));
    if (quote == NULL) return false;
    if (memchr(at, '\\', (size_t)(quote - at)) != NULL) return measure_escaped(at, end, length);
    *length = (uint64_t)(quote - at);
    return true;
}

/* A quote inside a string is escaped, so what is found is a member's name and never a part of somebody's text. */
static void read_json(bare_text *text, const char *at, const char *end) {
    while ((at = memmem(at, (size_t)(end - at), CONTENT, CONTENT_LENGTH)) != NULL) {
        at += CONTENT_LENGTH;
        while (at < end && is_blank(*at)) at++;
        if (at == end || *at != '"') continue; /* null, or a list of parts */
        uint64_t length = 0;
        if (!measure(at + 1, end, &length)) text->malformed = true;
        text->bytes += length;
        return;
    }
}

/* --- Lines. --- */

static void read_line(bare_text *text, const char *line, size_t length) {
    if (length < DATA_LENGTH || memcmp(line, DATA, DATA_LENGTH) != 0) return;
    const char *at = line + DATA_LENGTH, *end = line + length;
    if (at < end && *at == ' ') at++;
    if ((size_t)(end - at) >= DONE_LENGTH && memcmp(at, DONE, DONE_LENGTH) == 0) {
        text->has_marker = true;
    } else {
        read_json(text, at, end);
    }
}

static bool keep(bare_text *text, const char *bytes, size_t length) {
    size_t needed = text->length + length;
    if (length == 0) return true;
    if (needed > text->capacity) {
        size_t capacity = text->capacity == 0 ? 1024 : text->capacity;
        while (capacity < needed) capacity *= 2;
        char *kept = realloc(text->kept, capacity);
        if (kept == NULL) return false;
        text->kept = kept;
        text->capacity = capacity;
    }
    memcpy(text->kept + text->length, bytes, length);
    text->length = needed;
    return true;
}

/* The line that `kept` begins ends with this part of it. */
static bool read_kept_line(bare_text *text, const char *rest, size_t length) {
    if (!keep(text, rest, length)) return false;
    read_line(text, text->kept, text->length);
    text->length = 0;
    return true;
}

static bool feed_lines(bare_text *text, const char *at, size_t length) {
    const char *end = at + length, *newline;
    while ((newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        size_t part = (size_t)(newline - at);
        if (text->length == 0) {
            read_line(text, at, part);
        } else if (!read_kept_line(text, at, part)) {
            return false;
        }
        at = newline + 1;
    }
    return keep(text, at, (size_t)(end - at));
}

/* --- An answer. --- */

/* An object is a whole body; anything else is taken for events. */
static bare_text_kind kind_of(const char *bytes, size_t length) {
    size_t i = 0;
    while (i < length && is_blank(bytes[i])) i++;
    if (i == length) return BARE_TEXT_UNKNOWN;
    return bytes[i] == '{' ? BARE_TEXT_BODY : BARE_TEXT_EVENTS;
}

void bare_text_begin(bare_text *text) {
    text->bytes = 0;
    text->length = 0;
    text->kind = BARE_TEXT_UNKNOWN;
    text->has_marker = text->malformed = false;
}

bool bare_text_feed(bare_text *text, const char *bytes, size_t length) {
    if (text->kind == BARE_TEXT_UNKNOWN) text->kind = kind_of(bytes, length);
    switch (text->kind) {
    case BARE_TEXT_UNKNOWN:
        return true;
    case BARE_TEXT_EVENTS:
        return feed_lines(text, bytes, length);
    case BARE_TEXT_BODY:
        break;
    }
    return keep(text, bytes, length);
}

/* A body has no marker but its closing brace; a reason for finishing tells a completion from an error. */
static void read_body(bare_text *text) {
    size_t length = text->length;
    while (length > 0 && is_blank(text->kept[length - 1])) length--;
    if (length == 0 || text->kept[length - 1] != '}') return;
    text->has_marker = memmem(text->kept, length, FINISH, FINISH_LENGTH) != NULL;
    read_json(text, text->kept, text->kept + length);
}

bool bare_text_finish(bare_text *text) {
    if (text->kind == BARE_TEXT_BODY) read_body(text);
    return text->has_marker && !text->malformed;
}

void bare_text_free(bare_text *text) {
    free(text->kept);
    *text = (bare_text){0};
}
