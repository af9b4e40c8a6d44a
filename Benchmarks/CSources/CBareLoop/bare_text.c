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

static void compare(bare_text *text, const char *bytes, size_t length) {
    size_t left = text->expected_length - (size_t)text->bytes;
    if (text->is_other || length > left || memcmp(text->expected + text->bytes, bytes, length) != 0) {
        text->is_other = true;
    } else {
        text->bytes += length;
    }
}

/* A quote inside a string is escaped, so what is found is a member's name and never a part of somebody's text. */
static void read_json(bare_text *text, const char *at, const char *end) {
    while ((at = memmem(at, (size_t)(end - at), CONTENT, CONTENT_LENGTH)) != NULL) {
        at += CONTENT_LENGTH;
        while (at < end && is_blank(*at)) at++;
        if (at == end || *at != '"') continue; /* null, or a list of parts */
        at++;
        const char *quote = memchr(at, '"', (size_t)(end - at));
        if (quote == NULL) {
            text->is_other = true;
        } else {
            compare(text, at, (size_t)(quote - at));
        }
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

void bare_text_begin(bare_text *text, const uint8_t *expected, size_t length) {
    text->expected = expected;
    text->expected_length = length;
    text->bytes = 0;
    text->length = 0;
    text->kind = BARE_TEXT_UNKNOWN;
    text->has_marker = text->is_other = false;
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
    return text->has_marker && !text->is_other && text->bytes == text->expected_length;
}

void bare_text_free(bare_text *text) {
    free(text->kept);
    *text = (bare_text){0};
}
