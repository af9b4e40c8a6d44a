#include "casc_sse.h"

#include <string.h>

/* Where in a line the next byte falls. */
enum state {
    LINE_START,
    FIELD,       /* in a field's name */
    VALUE_START, /* after the colon: one space is dropped here */
    VALUE,
    IGNORED, /* in a comment or an unknown field */
};

enum field { FIELD_UNKNOWN, FIELD_DATA, FIELD_ERROR, FIELD_EVENT, FIELD_ID, FIELD_RETRY };

enum { BOM_SETTLED = 3, ID_IGNORED = CASC_SSE_ID_MAX + 1 };

enum { RETRY_EMPTY = -1, RETRY_INVALID = -2 };

static const uint8_t byte_order_mark[3] = {0xEF, 0xBB, 0xBF};

/* The input of one call. `lf` and `cr` are the first of each at or after `next` (or `end`), found once and kept until
   they lie behind: so each byte is scanned once for either, however long or short the lines are. */
typedef struct input {
    const uint8_t *next;
    const uint8_t *end;
    const uint8_t *_Nullable lf;
    const uint8_t *_Nullable cr;
} input;

static const uint8_t *find(const input *in, int byte) {
    const uint8_t *found = memchr(in->next, byte, (size_t)(in->end - in->next));
    return found != NULL ? found : in->end;
}

/* Both of these need a byte that is left. */
static const uint8_t *next_lf(input *in) {
    if (in->lf == NULL || in->lf < in->next) {
        /* Every second line of a stream of events is empty: not worth a call. */
        in->lf = *in->next == '\n' ? in->next : find(in, '\n');
    }
    return in->lf;
}

static const uint8_t *next_line_end(input *in) {
    const uint8_t *lf = next_lf(in);
    if (in->cr == NULL || in->cr < in->next) in->cr = find(in, '\r');
    return lf < in->cr ? lf : in->cr;
}

void casc_framer_init(casc_framer *framer, casc_framing framing, bool sniff) {
    memset(framer, 0, sizeof *framer);
    framer->framing = (uint8_t)framing;
    framer->sniffing = sniff && framing != CASC_FRAMING_BODY;
    framer->retry_ms = -1;
}

static casc_status publish(casc_framer *f, casc_ring *ring, casc_record_kind kind) {
    casc_status status = casc_ring_publish(ring, kind, f->name_length > 0 ? f->name : NULL, f->name_length);
    if (status == CASC_OK) f->records += 1;
    return status;
}

/* SSE: fields. */

static bool name_is(const casc_framer *f, const char *name, size_t length) {
    return f->field_length == length && memcmp(f->field_name, name, length) == 0;
}

static enum field field_named(const casc_framer *f) {
    if (name_is(f, "data", 4)) return FIELD_DATA;
    if (name_is(f, "event", 5)) return FIELD_EVENT;
    if (name_is(f, "id", 2)) return FIELD_ID;
    if (name_is(f, "retry", 5)) return FIELD_RETRY;
    if (name_is(f, "error", 5)) return FIELD_ERROR;
    return FIELD_UNKNOWN;
}

/* Adds to an event or a line. Whole bodies may be larger: an answer in one piece has all of its images in it. */
static casc_status append(casc_ring *ring, const void *bytes, size_t length) {
    if (length > CASC_EVENT_MAX - casc_ring_open_length(ring)) return CASC_TOO_LARGE;
    return casc_ring_append(ring, bytes, length);
}

/* Sets up for the value of the field just named. Only joining a further line of data can fail; then nothing changes. */
static casc_status begin_value(casc_framer *f, casc_ring *ring) {
    switch (f->field) {
    case FIELD_DATA:
    case FIELD_ERROR:
        if (f->has_data) {
            casc_status status = append(ring, "\n", 1);
            if (status != CASC_OK) return status;
        }
        f->has_data = true;
        f->is_error |= f->field == FIELD_ERROR;
        break;
    case FIELD_EVENT:
        f->name_length = 0;
        break;
    case FIELD_ID:
        f->id_pending_length = 0;
        break;
    case FIELD_RETRY:
        f->retry_pending = RETRY_EMPTY;
        break;
    default:
        break;
    }
    f->state = VALUE;
    return CASC_OK;
}

static void take_name(casc_framer *f, const uint8_t *bytes, size_t length) {
    size_t room = CASC_SSE_NAME_MAX - (size_t)f->name_length;
    if (length > room) length = room;
    memcpy(f->name + f->name_length, bytes, length);
    f->name_length = (uint8_t)(f->name_length + length);
}

static void take_id(casc_framer *f, const uint8_t *bytes, size_t length) {
    if (f->id_pending_length == ID_IGNORED) return;
    if (length > CASC_SSE_ID_MAX - (size_t)f->id_pending_length || memchr(bytes, 0, length) != NULL) {
        f->id_pending_length = ID_IGNORED;
        return;
    }
    memcpy(f->id_pending + f->id_pending_length, bytes, length);
    f->id_pending_length = (uint8_t)(f->id_pending_length + length);
}

static int64_t times_ten_plus(int64_t value, int digit) {
    return value > (INT64_MAX - digit) / 10 ? INT64_MAX : value * 10 + digit;
}

static void take_retry(casc_framer *f, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length && f->retry_pending != RETRY_INVALID; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
            f->retry_pending = RETRY_INVALID;
        } else {
            int64_t value = f->retry_pending == RETRY_EMPTY ? 0 : f->retry_pending;
            f->retry_pending = times_ten_plus(value, bytes[i] - '0');
        }
    }
}

static casc_status take_value(casc_framer *f, casc_ring *ring, const uint8_t *bytes, size_t length) {
    switch (f->field) {
    case FIELD_DATA:
    case FIELD_ERROR:
        return append(ring, bytes, length);
    case FIELD_EVENT:
        take_name(f, bytes, length);
        break;
    case FIELD_ID:
        take_id(f, bytes, length);
        break;
    case FIELD_RETRY:
        take_retry(f, bytes, length);
        break;
    default:
        break;
    }
    return CASC_OK;
}

/* SSE: lines. Each of these takes bytes of the current line, up to `line_end`, and moves `in->next`. */

static void end_field_name(casc_framer *f) {
    f->field = (uint8_t)field_named(f);
    f->state = f->field == FIELD_UNKNOWN ? IGNORED : VALUE_START;
}

static void take_field_name(casc_framer *f, input *in, const uint8_t *line_end) {
    while (in->next < line_end) {
        uint8_t byte = *in->next++;
        if (byte == ':') {
            end_field_name(f);
            return;
        }
        if (f->field_length == sizeof f->field_name) {
            f->state = IGNORED;
            return;
        }
        f->field_name[f->field_length++] = (char)byte;
    }
}

static void start_line(casc_framer *f, input *in, const uint8_t *line_end) {
    if (line_end - in->next >= 5 && memcmp(in->next, "data:", 5) == 0) {
        in->next += 5;
        f->field = FIELD_DATA;
        f->state = VALUE_START;
    } else if (*in->next == ':') {
        f->state = IGNORED;
    } else {
        f->field_length = 0;
        f->state = FIELD;
    }
}

static casc_status take_line_bytes(casc_framer *f, casc_ring *ring, input *in, const uint8_t *line_end) {
    casc_status status;
    if (f->state == LINE_START && in->next < line_end) start_line(f, in, line_end);
    if (f->state == FIELD) take_field_name(f, in, line_end);
    if (f->state == VALUE_START && in->next < line_end) {
        if ((status = begin_value(f, ring)) != CASC_OK) return status;
        if (*in->next == ' ') in->next += 1;
    }
    if (f->state == VALUE) {
        if ((status = take_value(f, ring, in->next, (size_t)(line_end - in->next))) != CASC_OK) return status;
    }
    if (f->state == VALUE || f->state == IGNORED) in->next = line_end;
    return CASC_OK;
}

/* The empty line: the event is complete, or there was none and its name is forgotten. */
static casc_status dispatch(casc_framer *f, casc_ring *ring, bool at_end) {
    if (f->has_data) {
        if (f->is_error && f->name_length == 0) take_name(f, (const uint8_t *)"error", 5);
        bool is_error = f->is_error || (f->name_length == 5 && memcmp(f->name, "error", 5) == 0);
        casc_record_kind kind = at_end ? CASC_RECORD_TAIL : is_error ? CASC_RECORD_ERROR : CASC_RECORD_DATA;
        casc_status status = publish(f, ring, kind);
        if (status != CASC_OK) return status;
    }
    f->has_data = false;
    f->is_error = false;
    f->name_length = 0;
    return CASC_OK;
}

/* A line's fields take effect. Nothing has changed when this fails. */
static casc_status end_line(casc_framer *f, casc_ring *ring) {
    if (f->state == LINE_START) return dispatch(f, ring, false);
    if (f->state == FIELD) end_field_name(f);
    if (f->state == VALUE_START) {
        casc_status status = begin_value(f, ring);
        if (status != CASC_OK) return status;
    }
    if (f->state == VALUE && f->field == FIELD_ID && f->id_pending_length != ID_IGNORED) {
        memcpy(f->id, f->id_pending, f->id_pending_length);
        f->id_length = f->id_pending_length;
    }
    if (f->state == VALUE && f->field == FIELD_RETRY && f->retry_pending >= 0) f->retry_ms = f->retry_pending;
    f->state = LINE_START;
    return CASC_OK;
}

static casc_status feed_events(casc_framer *f, casc_ring *ring, input *in) {
    while (in->next < in->end) {
        if (f->skip_lf) {
            f->skip_lf = false;
            if (*in->next == '\n') {
                in->next += 1;
                continue;
            }
        }
        const uint8_t *line_end = next_line_end(in);
        casc_status status = take_line_bytes(f, ring, in, line_end);
        if (status != CASC_OK) return status;
        if (line_end == in->end) return CASC_OK;
        if ((status = end_line(f, ring)) != CASC_OK) return status;
        f->skip_lf = *line_end == '\r';
        in->next = line_end + 1;
    }
    return CASC_OK;
}

/* NDJSON. */

static bool is_blank(uint8_t byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void skip_blanks(input *in, const uint8_t *end) {
    while (in->next < end && is_blank(*in->next)) in->next += 1;
}

/* Takes the line's bytes up to `line_end`, but holds back a final CR until it is known what follows. */
static casc_status take_json_bytes(casc_framer *f, casc_ring *ring, input *in, const uint8_t *line_end) {
    if (in->next == line_end) return CASC_OK;
    if (f->held_cr) {
        casc_status status = append(ring, "\r", 1);
        if (status != CASC_OK) return status;
        f->held_cr = false;
    }
    bool ends_in_cr = line_end[-1] == '\r';
    casc_status status = append(ring, in->next, (size_t)(line_end - in->next) - ends_in_cr);
    if (status != CASC_OK) return status;
    f->held_cr = ends_in_cr;
    in->next = line_end;
    return CASC_OK;
}

static casc_status end_json_line(casc_framer *f, casc_ring *ring, casc_record_kind kind) {
    if (f->state == LINE_START) return CASC_OK;
    casc_status status = publish(f, ring, kind);
    if (status != CASC_OK) return status;
    f->held_cr = false;
    f->state = LINE_START;
    return CASC_OK;
}

static casc_status feed_lines(casc_framer *f, casc_ring *ring, input *in) {
    while (in->next < in->end) {
        const uint8_t *line_end = next_lf(in);
        if (f->state == LINE_START) skip_blanks(in, line_end);
        if (in->next < line_end) f->state = VALUE;
        casc_status status = take_json_bytes(f, ring, in, line_end);
        if (status != CASC_OK) return status;
        if (line_end == in->end) return CASC_OK;
        if ((status = end_json_line(f, ring, CASC_RECORD_DATA)) != CASC_OK) return status;
        in->next = line_end + 1;
    }
    return CASC_OK;
}

/* The start of a body. */

static casc_status feed_framing(casc_framer *f, casc_ring *ring, input *in) {
    if (f->framing == CASC_FRAMING_SSE) return feed_events(f, ring, in);
    if (f->framing == CASC_FRAMING_NDJSON) return feed_lines(f, ring, in);
    casc_status status = casc_ring_append(ring, in->next, (size_t)(in->end - in->next));
    if (status == CASC_OK) in->next = in->end;
    return status;
}

/* The bytes of a mark that turned out to be none are the body's first. */
static casc_status replay_mark(casc_framer *f, casc_ring *ring) {
    input mark = {.next = byte_order_mark, .end = byte_order_mark + f->bom};
    if (f->bom > 0) f->sniffing = false;
    casc_status status = feed_framing(f, ring, &mark);
    if (status == CASC_OK) f->bom = BOM_SETTLED;
    return status;
}

static casc_status settle_mark(casc_framer *f, casc_ring *ring, input *in) {
    while (f->bom < BOM_SETTLED && in->next < in->end) {
        if (*in->next != byte_order_mark[f->bom]) return replay_mark(f, ring);
        f->bom += 1;
        in->next += 1;
    }
    return CASC_OK;
}

static bool begins_whole_body(const casc_framer *f, uint8_t byte) {
    return byte == '<' || byte == '[' || (byte == '{' && f->framing == CASC_FRAMING_SSE);
}

/* White space goes through the framing in force, where it has its usual meaning, until another byte decides. */
static casc_status sniff(casc_framer *f, casc_ring *ring, input *in) {
    input blanks = *in;
    skip_blanks(&blanks, in->end);
    input before = {.next = in->next, .end = blanks.next};
    casc_status status = feed_framing(f, ring, &before);
    in->next = before.next;
    if (status != CASC_OK || in->next == in->end) return status;
    f->sniffing = false;
    if (begins_whole_body(f, *in->next)) f->framing = CASC_FRAMING_BODY;
    return CASC_OK;
}

static casc_status feed(casc_framer *f, casc_ring *ring, input *in) {
    casc_status status = CASC_OK;
    if (f->bom < BOM_SETTLED) status = settle_mark(f, ring, in);
    if (status == CASC_OK && f->sniffing && in->next < in->end) status = sniff(f, ring, in);
    if (status == CASC_OK && in->next < in->end) status = feed_framing(f, ring, in);
    return status;
}

casc_status casc_framer_feed(casc_framer *framer, casc_ring *ring, const void *bytes, size_t length, size_t *consumed,
                             bool *readable) {
    input in = {.next = bytes, .end = (const uint8_t *)bytes + length};
    casc_status status = feed(framer, ring, &in);
    *consumed = (size_t)(in.next - (const uint8_t *)bytes);
    if (casc_ring_became_readable(ring)) *readable = true;
    return status;
}

/* The end of a body. */

static casc_status finish(casc_framer *f, casc_ring *ring) {
    casc_status status;
    if (f->bom < BOM_SETTLED && (status = replay_mark(f, ring)) != CASC_OK) return status;
    if (f->framing == CASC_FRAMING_BODY) return publish(f, ring, CASC_RECORD_BODY);
    if (f->framing == CASC_FRAMING_NDJSON) return end_json_line(f, ring, CASC_RECORD_TAIL);
    if (f->state != LINE_START && (status = end_line(f, ring)) != CASC_OK) return status;
    return dispatch(f, ring, true);
}

casc_status casc_framer_finish(casc_framer *framer, casc_ring *ring, bool *readable) {
    casc_status status = finish(framer, ring);
    if (casc_ring_became_readable(ring)) *readable = true;
    return status;
}
