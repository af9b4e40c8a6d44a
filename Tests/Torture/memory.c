/* Arena, ring, framing and JSON: every request for memory is refused in turn, alone and with all that follow. */
#include <string.h>

#include "torture.h"

static const char stream[] =
    "data: a\n\ndata: {\"a\":1}\nevent: x\n\nid: 7\n: comment\ndata: b\r\ndata: c\r\n\r\nerror: {}\n\ndata: tail";

static bool use_arena(void) {
    casc_arena *arena = casc_arena_create(1024, 1 << 20, NULL);
    if (arena == NULL) return false;
    bool granted = true;
    casc_arena_mark mark = casc_arena_save(arena);
    static const size_t sizes[] = {100, 1000, 3000, 500, 20000};
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            uint8_t *memory = casc_arena_alloc(arena, sizes[i]);
            uint8_t *more = memory == NULL ? NULL : casc_arena_extend(arena, memory, sizes[i], 2 * sizes[i]);
            if (memory != NULL) memset(memory, 1, sizes[i]);
            if (more != NULL) memset(more, 2, 2 * sizes[i]);
            if (more != NULL) continue;
            require(casc_arena_last_status(arena) == CASC_NO_MEMORY, "an arena says that memory was refused");
            granted = false;
        }
        if (round == 0) casc_arena_rewind(arena, mark);
        if (round == 1) casc_arena_reset(arena);
    }
    grant_memory();
    casc_arena_reset(arena);
    require(casc_arena_alloc(arena, 5000) != NULL, "an arena that was refused memory works on");
    casc_arena_destroy(arena);
    return granted;
}

static size_t take_all(casc_ring *ring) {
    casc_record record;
    size_t taken = 0;
    for (; casc_ring_peek(ring, &record); taken++) casc_ring_release(ring);
    return taken;
}

/* Appends, publishes and reads; short records, some that make the buffer grow, and some that spill. */
static bool use_ring(void) {
    static uint8_t bytes[100000];
    static const size_t sizes[] = {10, 300, 6000, 20000, 100000, 10};
    casc_ring *ring = casc_ring_create(16384, sizeof bytes, NULL);
    if (ring == NULL) return false;
    bool granted = true;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            casc_status status = i % 2 == 0 ? casc_ring_reserve(ring, sizes[i]) : CASC_OK;
            for (int half = 0; half < 2 && status == CASC_OK; half++)
                status = casc_ring_append(ring, bytes, sizes[i] / 2);
            if (status == CASC_OK) status = casc_ring_publish(ring, CASC_RECORD_DATA, bytes, i % 2 == 0 ? 200 : 0);
            if (status == CASC_FULL) take_all(ring);
            if (status == CASC_NO_MEMORY) granted = false;
            require(status != CASC_TOO_LARGE, "no cap was passed");
            casc_ring_discard(ring);
            if (round > 0) take_all(ring);
        }
        casc_ring_reset(ring, round == 1);
        require(round != 1 || casc_ring_reserved(ring) == 0, "a ring that gives its memory back holds none");
    }
    grant_memory();
    require(casc_ring_append(ring, bytes, 500) == CASC_OK, "a ring that was refused memory works on");
    require(casc_ring_publish(ring, CASC_RECORD_DATA, NULL, 0) == CASC_OK && take_all(ring) == 1, "and is read");
    casc_ring_destroy(ring);
    return granted;
}

static bool use_framing(void) {
    casc_ring *ring = casc_ring_create(4096, 1 << 20, NULL);
    if (ring == NULL) return false;
    casc_framer framer;
    casc_framer_init(&framer, CASC_FRAMING_SSE, true);
    bool readable = false;
    size_t records = 0;
    casc_status status = CASC_OK;
    for (size_t i = 0; i < sizeof stream - 1 && status == CASC_OK; i++) {
        size_t consumed = 0;
        status = casc_framer_feed(&framer, ring, stream + i, 1, &consumed, &readable);
        require(consumed == (status == CASC_OK), "what was not taken is not counted");
        if (i % 16 == 0) records += take_all(ring);
    }
    if (status == CASC_OK) status = casc_framer_finish(&framer, ring, &readable);
    require(status == CASC_OK || status == CASC_NO_MEMORY, "framing fails for want of memory only");
    records += take_all(ring);
    require((status == CASC_OK) == (records == 5), "no record is lost unless the framing failed");
    casc_ring_destroy(ring);
    return status == CASC_OK;
}

static void refuse_each(const char *name, bool (*use)(void)) {
    for (int how = REFUSE_ONE; how <= REFUSE_ALL_FROM; how++) {
        bool refused = true;
        for (int n = 1; refused; n++) {
            doing("%s, request %d for memory refused%s", name, n, how == REFUSE_ONE ? "" : " and all that follow");
            long before = blocks_held();
            refuse_memory(n, how);
            bool granted = use();
            refused = grant_memory();
            require(granted || refused, "what fails was refused memory");
            require(blocks_held() == before, "nothing is left behind");
        }
    }
}

void torture_memory(void) {
    refuse_each("arena", use_arena);
    refuse_each("ring", use_ring);
    refuse_each("framing", use_framing);
    refuse_each("JSON", use_json);
}
