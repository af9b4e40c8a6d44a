#include "framing_reference.hpp"

using fuzz::bytes;
using fuzz::require;

namespace {

/* A framer, its ring and a consumer that reads when it must, and at times when it need not. */
class harness {
public:
    harness(casc_framing framing, bool sniff, size_t capacity, size_t max_record, uint64_t seed)
        : ring(casc_ring_create(capacity, max_record, nullptr)), random(seed), max_record(max_record) {
        casc_framer_init(&framer, framing, sniff);
    }

    harness(const harness &) = delete;
    harness &operator=(const harness &) = delete;

    ~harness() {
        casc_ring_destroy(ring);
    }

    casc_status feed(const bytes &input) {
        for (size_t start = 0; start < input.size();) {
            size_t length = std::min(piece(), input.size() - start);
            fuzz::exact block(input.data() + start, length);
            casc_status status = feed(block);
            if (status != CASC_OK) return status;
            /* Not between a full ring and the room made for it: this may be all there was to take. */
            if (random.below(4) == 0) take();
            start += length;
        }
        return CASC_OK;
    }

    casc_status finish() {
        for (;;) {
            bool was_empty = casc_ring_unread(ring) == 0, readable = false;
            casc_status status = casc_framer_finish(&framer, ring, &readable);
            check(was_empty, readable);
            if (status != CASC_FULL) return status;
            make_room();
        }
    }

    void drain() {
        while (take()) {
        }
    }

    casc_framer framer;
    std::vector<fuzz::record> records;

private:
    casc_ring *ring;
    fuzz::generator random;
    size_t max_record;

    size_t piece() {
        static const size_t lengths[] = {1, 2, 7, 64, 1024, SIZE_MAX};
        return lengths[random.below(6)];
    }

    casc_status feed(const fuzz::exact &block) {
        size_t taken = 0;
        for (;;) {
            bool was_empty = casc_ring_unread(ring) == 0, readable = false;
            size_t consumed = 0, left = block.length() - taken;
            casc_status status = casc_framer_feed(&framer, ring, block.data() + taken, left, &consumed, &readable);
            require(consumed <= left && (status != CASC_OK || consumed == left), "all is taken, and no more than all");
            taken += consumed;
            check(was_empty, readable);
            if (status != CASC_FULL) return status;
            make_room();
        }
    }

    void check(bool was_empty, bool readable) {
        require(readable == (was_empty && casc_ring_unread(ring) > 0), "a reader is woken when there is something new");
        require(casc_ring_reserved(ring) <= casc_ring_capacity(ring) + 2 * (max_record + CASC_RING_NAME_MAX),
                "memory stays below the cap");
    }

    void make_room() {
        require(take(), "a ring is full only with something to read");
        if (random.below(2) == 0) drain();
    }

    bool take() {
        casc_record found;
        if (!casc_ring_peek(ring, &found)) return false;
        fuzz::record record = {found.kind, {}, bytes(found.bytes, found.length)};
        if (found.name != nullptr) record.name.assign(found.name, found.name_length);
        /* The padding is there to be read. */
        volatile uint8_t last = found.bytes[found.length + CASC_RING_PADDING - 1];
        (void)last;
        records.push_back(record);
        casc_ring_release(ring);
        return true;
    }
};

} // namespace

int fuzz_framing(const uint8_t *input, size_t length) {
    fuzz::reader reader(input, length);
    uint8_t choice = reader.byte(), sizes = reader.byte(), seed = reader.byte();
    static const casc_framing framings[] = {CASC_FRAMING_SSE, CASC_FRAMING_NDJSON, CASC_FRAMING_BODY, CASC_FRAMING_SSE};
    static const size_t caps[] = {16, 300, 5000, 1 << 20};
    casc_framing framing = framings[choice & 3];
    bool sniff = (choice & 4) != 0;
    size_t cap = caps[sizes & 3];
    bytes body = reader.rest();

    fuzz::framed expected = fuzz::frame_slowly(framing, sniff, body);
    size_t fitting = 0;
    while (fitting < expected.records.size() && expected.records[fitting].payload.size() <= cap) fitting++;
    bool fits = fitting == expected.records.size();

    harness harness(framing, sniff, size_t{4096} << (sizes >> 2 & 3), cap, seed);
    casc_status status = harness.feed(body);
    if (status == CASC_OK) status = harness.finish();
    harness.drain();
    require(status == (fits ? CASC_OK : CASC_TOO_LARGE), "a record over the cap ends the body, and nothing else does");
    expected.records.resize(fitting);
    require(harness.records == expected.records, "the records are those of the second parser");
    require(harness.framer.records == fitting, "the records are counted");
    if (!fits) return 0;
    require(harness.framer.framing == expected.framing, "a whole body is recognised");
    require(harness.framer.retry_ms == expected.retry, "the retry field is read");
    bytes id(reinterpret_cast<const uint8_t *>(harness.framer.id), harness.framer.id_length);
    require(id == expected.id, "the last id is kept");
    return 0;
}
