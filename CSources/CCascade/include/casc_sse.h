/*
 * casc_sse: cuts a response body into records of a ring: server-sent events (WHATWG HTML 9.2.5, 9.2.6), lines of
 * NDJSON, or the body whole.
 *
 * Incremental: the records depend on the bytes alone, never on how they were split over calls. Nothing is allocated
 * here; an event under way lives in the ring's open record. Text is not validated: bytes pass as they came. In every
 * framing one leading byte-order mark is skipped.
 * SSE: a line ends at LF, CR or CRLF; a lone CR dispatches at once and a LF that follows it is swallowed. An event's
 * lines of data are joined by LF. The field "error" (old llama.cpp) counts as data and makes a record of kind ERROR,
 * named "error" unless the event has a name, by extension. Names are cut to CASC_SSE_NAME_MAX bytes, an id longer than
 * CASC_SSE_ID_MAX is ignored, a retry beyond INT64_MAX is that.
 * NDJSON: lines end at LF; white space before a line's first other byte is dropped, lines of nothing else are skipped,
 * and one trailing CR is stripped.
 * With `sniff`, the body's first byte that is no white space decides: `{`, `[` or `<` where events were expected means
 * a whole body; `<` or `[` where lines were expected likewise. White space before it is not part of that body.
 */
#ifndef CASC_SSE_H
#define CASC_SSE_H

#include <stdbool.h>
#include <stdint.h>

#include "casc_alloc.h"
#include "casc_ring.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef enum casc_framing {
    CASC_FRAMING_SSE = 1,
    CASC_FRAMING_NDJSON = 2,
    CASC_FRAMING_BODY = 3,
} casc_framing;

/* Payload bytes of one event or line, whatever the ring would take. */
enum { CASC_EVENT_MAX = 16 * 1024 * 1024 };

enum { CASC_SSE_NAME_MAX = 64, CASC_SSE_ID_MAX = 128 };

/* All fields are private except those marked. Initialise with casc_framer_init. */
typedef struct casc_framer {
    uint8_t framing; /* readable: the casc_framing in force, after sniffing */
    uint8_t state;   /* where in a line the next byte falls */
    uint8_t field;   /* SSE: which field the line's value belongs to */
    uint8_t bom;     /* bytes of a byte-order mark seen, or that it is settled */
    bool sniffing;
    bool has_data; /* SSE: the event has a line of data, even an empty one */
    bool is_error; /* SSE: the event has a field "error" */
    bool skip_lf;  /* SSE: the last byte was a CR */
    bool held_cr;  /* NDJSON: a CR that is stripped if a LF follows */
    uint8_t field_length;
    uint8_t name_length;       /* of the event under way */
    uint8_t id_length;         /* readable: the last event id, sticky */
    uint8_t id_pending_length; /* of the line under way; above CASC_SSE_ID_MAX when it is to be ignored */
    int64_t retry_ms;          /* readable: the last valid retry field, else -1 */
    int64_t retry_pending;     /* of the line under way */
    uint64_t records;          /* readable: records published */
    char field_name[8];
    char name[CASC_SSE_NAME_MAX];
    char id[CASC_SSE_ID_MAX]; /* readable */
    char id_pending[CASC_SSE_ID_MAX];
} casc_framer;

void casc_framer_init(casc_framer *framer, casc_framing framing, bool sniff);

/* Takes bytes, publishing each record that completes. `consumed` is how many were taken: all of them with CASC_OK;
   with CASC_FULL those up to the point where the ring was full, and the rest must be fed again later, with or without
   more after them. With CASC_TOO_LARGE and CASC_NO_MEMORY the attempt must end. `readable` is set (never cleared), with
   any status, when the consumer may have found the ring empty and there is now something to read. */
casc_status casc_framer_feed(casc_framer *framer, casc_ring *ring, const void *bytes, size_t length, size_t *consumed,
                             bool *readable);

/* The body has ended cleanly: publishes a pending event or line, its last line ended or not, as CASC_RECORD_TAIL, and a
   whole body as CASC_RECORD_BODY (an empty body publishes an empty one). After CASC_FULL call it again; otherwise the
   framer is of no further use. */
casc_status casc_framer_finish(casc_framer *framer, casc_ring *ring, bool *readable);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
