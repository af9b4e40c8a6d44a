#include <deque>

#include "CCascade.h"
#include "framing_reference.hpp"

using fuzz::bytes;
using fuzz::require;

namespace {

class model {
public:
    model(size_t capacity, size_t max_record)
        : ring(casc_ring_create(capacity, max_record, nullptr)), max_record(max_record) {}

    model(const model &) = delete;
    model &operator=(const model &) = delete;

    ~model() {
        while (take()) {
        }
        std::free(buffer);
        casc_ring_destroy(ring);
    }

    void step(fuzz::reader &reader) {
        switch (reader.byte() % 12) {
        case 0:
        case 1:
            return append(reader.byte());
        case 2:
            return append(reader.number());
        case 3:
        case 4:
            return publish(0, reader.byte());
        case 5:
            return publish(reader.byte(), reader.byte());
        case 6:
        case 7:
        case 8:
            take();
            return;
        case 9:
            return rarely(reader.byte());
        case 10:
            return reserve(reader.number());
        default:
            return lend();
        }
    }

    void check() {
        require(casc_ring_open_length(ring) == open.size(), "the open record is as long as what was appended");
        require(casc_ring_unread(ring) <= casc_ring_capacity(ring), "no more is buffered than the capacity");
        require(casc_ring_reserved(ring) <= casc_ring_capacity(ring) + 2 * (max_record + CASC_RING_NAME_MAX),
                "memory stays below the cap");
        require((casc_ring_unread(ring) == 0) == records.empty(), "what is unread is known");
    }

private:
    casc_ring *ring;
    size_t max_record;
    bytes open;
    std::deque<fuzz::record> records;
    void *buffer = nullptr; /* detached, of `buffer_size` bytes */
    size_t buffer_size = 0;
    uint8_t filling = 0;

    void append(size_t length) {
        bytes more(length, ++filling);
        fuzz::exact block(more.data(), more.size());
        casc_status status = casc_ring_append(ring, block.data(), block.length());
        bool too_large = length > max_record - open.size();
        require((status == CASC_TOO_LARGE) == too_large, "the cap of a record holds, exactly");
        if (status == CASC_OK) open += more;
        if (status == CASC_FULL) require(!records.empty(), "a ring is full only with something to read");
    }

    void publish(size_t name_length, uint8_t kind) {
        bytes name(name_length, ++filling);
        fuzz::exact block(name.data(), name.size());
        auto as = static_cast<casc_record_kind>(CASC_RECORD_DATA + kind % 4);
        bool was_empty = records.empty();
        casc_status status = casc_ring_publish(ring, as, name_length > 0 ? block.data() : nullptr, name_length);
        if (status == CASC_FULL) return require(!records.empty(), "a ring is full only with something to read");
        require(status == CASC_OK, "a record that was appended can be published");
        records.push_back({as, name, open});
        open.clear();
        require(casc_ring_became_readable(ring) == was_empty, "a reader is woken when there is something new");
    }

    bool take() {
        casc_record found;
        bool any = casc_ring_peek(ring, &found);
        require(any == !records.empty(), "what was published can be read");
        if (!any) return false;
        fuzz::record record = {found.kind, {}, bytes(found.bytes, found.length)};
        if (found.name != nullptr) record.name.assign(found.name, found.name_length);
        volatile uint8_t last = found.bytes[found.length + CASC_RING_PADDING - 1];
        (void)last;
        require(record == records.front(), "records are read as they were published, and in that order");
        records.pop_front();
        casc_ring_release(ring);
        return true;
    }

    void rarely(uint8_t what) {
        if (what < 100) {
            casc_ring_discard(ring);
            open.clear();
        } else if (what < 200) {
            casc_ring_suffices(ring);
        } else {
            casc_ring_reset(ring, what % 2 == 0);
            open.clear();
            records.clear();
        }
    }

    void reserve(size_t length) {
        casc_status status = casc_ring_reserve(ring, length);
        require((status == CASC_TOO_LARGE) == (length > max_record), "a record over the cap is not announced");
    }

    /* The buffer leaves an idle ring, and comes back if it is of the size that is asked for. */
    void lend() {
        if (buffer == nullptr) {
            buffer = casc_ring_detach(ring, &buffer_size);
            if (buffer != nullptr) require(records.empty(), "only an empty ring gives its buffer away");
        } else if (casc_ring_wanted(ring) == buffer_size) {
            casc_ring_attach(ring, buffer, buffer_size);
            buffer = nullptr;
        }
    }
};

} // namespace

int fuzz_ring(const uint8_t *input, size_t length) {
    fuzz::reader reader(input, length);
    uint8_t sizes = reader.byte();
    static const size_t caps[] = {100, 5000, 20000, 70000};
    model model(size_t{4096} << (sizes >> 2 & 3), caps[sizes & 3]);
    while (!reader.is_at_end()) {
        model.step(reader);
        model.check();
    }
    return 0;
}
