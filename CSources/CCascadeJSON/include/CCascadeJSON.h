/*
 * CCascadeJSON: a C face over simdjson's on-demand parser. It pulls the wanted fields out of one JSON text in place
 * and escapes and unescapes JSON strings; nothing here knows a provider's format.
 *
 * What is wanted is told by a plan: a tree of member names, compiled once and shared by every thread. A scan walks the
 * text once, skips all else without looking into it (an odd number in a member nobody asked for cannot fail a scan),
 * and reports hits in document order. Arrays and objects marked in the plan report their begin and end, so that the
 * caller knows which element a leaf belongs to, whatever the order of the members.
 */
#ifndef CCASCADE_JSON_H
#define CCASCADE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

enum { CASC_JSON_PADDING = 64, CASC_JSON_MAX_DEPTH = 128 };

typedef struct casc_json_plan casc_json_plan;
typedef struct casc_json_parser casc_json_parser;

/* One node of a plan. `parent` is the index of an earlier node, or -1 for a member of the root object. `name` is the
   member's name, "*" for every element of the parent when that is an array. `tag` is reported with hits; 0 reports
   nothing (the node only leads to its children). */
typedef struct casc_json_node {
    int16_t parent;
    uint16_t tag;
    const char *name;
} casc_json_node;

casc_json_plan *_Nullable casc_json_plan_create(const casc_json_node *nodes, size_t count);
void casc_json_plan_destroy(casc_json_plan *_Nullable plan);

typedef enum casc_json_type {
    CASC_JSON_NULL = 0,
    CASC_JSON_FALSE = 1,
    CASC_JSON_TRUE = 2,
    CASC_JSON_NUMBER = 3, /* bytes: the number's text */
    CASC_JSON_STRING = 4, /* bytes: the text between the quotes, still escaped */
    CASC_JSON_OBJECT = 5, /* begin; bytes: the whole object's text when the node has no children */
    CASC_JSON_ARRAY = 6,  /* begin; bytes as OBJECT */
    CASC_JSON_END = 7,    /* end of the OBJECT or ARRAY with the same tag, when it has children in the plan */
} casc_json_type;

typedef struct casc_json_hit {
    uint16_t tag;
    uint8_t type;    /* casc_json_type */
    bool escaped;    /* STRING: contains a backslash */
    uint32_t length; /* of bytes */
    const char *_Nullable bytes;
} casc_json_hit;

typedef enum casc_json_status {
    CASC_JSON_OK = 0,
    CASC_JSON_MALFORMED = 1, /* not one JSON value, or truncated */
    CASC_JSON_TOO_DEEP = 2,
    CASC_JSON_NO_MEMORY = 3,
} casc_json_status;

/* A parser's buffers are reused by every scan; one thread at a time. */
casc_json_parser *_Nullable casc_json_parser_create(void);
void casc_json_parser_destroy(casc_json_parser *_Nullable parser);

/* Scans one JSON text of `length` bytes, which CASC_JSON_PADDING readable bytes must follow. The hits stay valid until
   the next scan with this parser, their bytes as long as the text does (or until the next scan, where invalid UTF-8
   had to be replaced by U+FFFD in a copy). Leading and trailing white space is allowed; anything else after the value
   is CASC_JSON_MALFORMED. */
casc_json_status casc_json_scan(casc_json_parser *parser, const casc_json_plan *plan, const void *text, size_t length,
                                const casc_json_hit *_Nullable *_Nonnull hits, size_t *count);

/* A member of a text's root object; offsets into the text. */
typedef struct casc_json_member {
    size_t name;  /* its index among the names that were asked for */
    size_t key;   /* where its name's quote opens */
    size_t value; /* where its value begins */
    size_t end;   /* behind its value */
} casc_json_member;

/* Finds every member of the root object that has one of `names`, a list that ends in NULL, in their order. The text,
   which CASC_JSON_PADDING readable bytes must follow, is validated throughout. False when it is not one JSON object,
   when more than `capacity` are found, when memory is refused, or when some member's name is written with escapes:
   then another reader might find members that were not found here. */
bool casc_json_find_members(casc_json_parser *parser, const char *_Nullable const *_Nonnull names, const void *text,
                            size_t length, casc_json_member *found, size_t capacity, size_t *count);

/* Whether the bytes are exactly one complete JSON value, validated throughout (depth up to CASC_JSON_MAX_DEPTH). */
bool casc_json_is_valid(casc_json_parser *parser, const void *text, size_t length);

/* Whether `text` is the JSON text `known` but for the inside of one of its strings, which lies at [from, to) of `known`,
   and which is plain in `text`: valid UTF-8 without quotes, escapes or control characters. Then it has the structure and
   the values of `known` but for that string, whose new length goes to `inside`; it begins at `from`. */
bool casc_json_is_variant(const void *known, size_t known_length, size_t from, size_t to, const void *text,
                          size_t length, size_t *inside);

/* A high surrogate that ended one piece of a string and waits for its other half. 0: none. */
typedef uint16_t casc_json_surrogate;

/* Unescapes `length` bytes of a JSON string's inside into `out` (at least `length` + 4 bytes) and returns how many were
   written: always valid UTF-8. `held`, if given, carries a high surrogate over from the previous piece and on to the
   next; an unpaired surrogate becomes U+FFFD. */
size_t casc_json_unescape(const char *bytes, size_t length, char *out, casc_json_surrogate *_Nullable held);

/* Escapes UTF-8 for the inside of a JSON string into `out` (at least 6 * `length` bytes); invalid UTF-8 becomes
   U+FFFD. Returns how many bytes were written. casc_json_escaped_length tells exactly how many it will be. */
size_t casc_json_escape(const char *bytes, size_t length, char *out);
size_t casc_json_escaped_length(const char *bytes, size_t length);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
