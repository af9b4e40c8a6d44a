#include "CCascade.h"
#include "fuzz.hpp"

using fuzz::require;

namespace {

struct allocation {
    uint8_t *memory;
    size_t size;
    uint8_t filling;
};

struct saved {
    casc_arena_mark mark;
    std::vector<allocation> allocations;
    size_t used;
};

size_t rounded(size_t size) {
    return size == 0 ? 16 : (size + 15) / 16 * 16;
}

class model {
public:
    model(size_t block, size_t cap) : arena(casc_arena_create(block, cap, nullptr)), cap(cap) {}

    model(const model &) = delete;
    model &operator=(const model &) = delete;

    ~model() {
        casc_arena_destroy(arena);
    }

    void step(fuzz::reader &reader) {
        switch (reader.byte() % 8) {
        case 0:
        case 1:
            return allocate(reader.byte());
        case 2:
            return allocate(reader.number());
        case 3:
            return allocate(reader.byte() == 0 ? SIZE_MAX - reader.byte() : reader.byte());
        case 4:
            return extend(allocations.size(), reader.number());
        case 5:
            return extend(reader.byte(), reader.number());
        case 6:
            return mark(reader.byte());
        default:
            return rewind(reader.byte());
        }
    }

    void check() {
        require(casc_arena_reserved(arena) <= cap, "the cap holds");
        require(casc_arena_used(arena) <= casc_arena_reserved(arena), "no more is given out than is reserved");
    }

    void check_contents() {
        for (const allocation &each : allocations) {
            for (size_t i = 0; i < each.size; i++)
                require(each.memory[i] == each.filling, "memory keeps what it holds");
        }
    }

private:
    casc_arena *arena;
    size_t cap;
    std::vector<allocation> allocations;
    std::vector<saved> marks;
    uint8_t filling = 0;

    void refused() {
        require(casc_arena_last_status(arena) == CASC_TOO_LARGE, "only the cap refuses memory here");
    }

    void allocate(size_t size) {
        size_t used = casc_arena_used(arena);
        auto *memory = static_cast<uint8_t *>(casc_arena_alloc(arena, size));
        if (memory == nullptr) return refused();
        require(size <= cap, "what is given out fits the cap");
        require(casc_arena_used(arena) == used + rounded(size), "what is given out is counted");
        require(reinterpret_cast<uintptr_t>(memory) % 16 == 0, "memory is aligned");
        require(casc_arena_last_status(arena) == CASC_OK, "what succeeds says so");
        std::memset(memory, ++filling, size);
        allocations.push_back({memory, size, filling});
    }

    void extend(size_t place, size_t size) {
        if (allocations.empty()) return;
        allocation &each = allocations[place < allocations.size() ? place : allocations.size() - 1];
        auto *memory = static_cast<uint8_t *>(casc_arena_extend(arena, each.memory, each.size, size));
        if (memory == nullptr) return refused();
        if (size < each.size) return require(memory == each.memory, "a smaller size changes nothing");
        for (size_t i = 0; i < each.size; i++) require(memory[i] == each.filling, "what was there is there still");
        std::memset(memory, each.filling, size);
        each.memory = memory;
        each.size = size;
    }

    void mark(uint8_t what) {
        if (what == 0) {
            casc_arena_reset(arena);
            require(casc_arena_used(arena) == 0, "nothing is in use after a reset");
            allocations.clear();
            marks.clear();
        } else {
            marks.push_back({casc_arena_save(arena), allocations, casc_arena_used(arena)});
        }
    }

    void rewind(uint8_t place) {
        if (marks.empty()) return;
        marks.resize(place % marks.size() + 1);
        saved to = marks.back();
        marks.pop_back();
        casc_arena_rewind(arena, to.mark);
        allocations = to.allocations;
        require(casc_arena_used(arena) == to.used, "a rewound arena is as it was");
        check_contents();
    }
};

} // namespace

int fuzz_arena(const uint8_t *input, size_t length) {
    fuzz::reader reader(input, length);
    uint8_t sizes = reader.byte();
    static const size_t blocks[] = {0, 256, 1024, 65536};
    static const size_t caps[] = {0, 1000, 8192, 200000};
    model model(blocks[sizes & 3], caps[sizes >> 2 & 3]);
    for (int steps = 0; !reader.is_at_end(); steps++) {
        model.step(reader);
        model.check();
        if (steps % 16 == 0) model.check_contents();
    }
    model.check_contents();
    return 0;
}
