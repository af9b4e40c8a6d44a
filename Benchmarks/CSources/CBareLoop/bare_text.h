/*
 * bare_text: the least that can pass for reading a chat completion's text: the first "content" string of each `data:`
 * line, or of a JSON body, is found and compared with what it ought to be. Nothing is copied, except a line that arrives
 * in parts, and no JSON is parsed; the text that is expected needs no escapes, so one that has some is another text.
 */
#ifndef BARE_TEXT_H
#define BARE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum bare_text_kind { BARE_TEXT_UNKNOWN = 0, BARE_TEXT_EVENTS, BARE_TEXT_BODY } bare_text_kind;

/* All zero is a reader that has read nothing. */
typedef struct bare_text {
    const uint8_t *expected;
    size_t expected_length;
    uint64_t bytes; /* of text so far */
    char *kept;     /* the part of a line, or the body, that came so far; its memory stays for the next answer */
    size_t length;
    size_t capacity;
    bare_text_kind kind;
    bool has_marker; /* the terminal one */
    bool is_other;   /* than what was expected */
} bare_text;

/* Forgets the last answer. The expected text must stay valid until the next call, or until the reader is freed. */
void bare_text_begin(bare_text *text, const uint8_t *expected, size_t length);

/* Takes what arrived, however it is cut. False when memory is refused. */
bool bare_text_feed(bare_text *text, const char *bytes, size_t length);

/* The answer has ended. True when it was complete, with its terminal marker, and its text the expected one. */
bool bare_text_finish(bare_text *text);

void bare_text_free(bare_text *text);

#endif
