/* What the targets share: a promise that ends the process when broken, and numbers out of the input. */
#ifndef FUZZ_HPP
#define FUZZ_HPP

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "CFuzzTargets.h"

namespace fuzz {

using bytes = std::basic_string<uint8_t>;

inline void require(bool kept, const char *promise) {
    if (kept) return;
    std::fprintf(stderr, "Broken promise: %s\n", promise);
    std::abort();
}

/* A copy of just its size, so that a sanitizer sees any look beyond it. */
class exact {
public:
    exact(const uint8_t *from, size_t length) : memory(new uint8_t[length]), size(length) {
        if (length > 0) std::memcpy(memory.get(), from, length);
    }

    const uint8_t *data() const {
        return memory.get();
    }

    size_t length() const {
        return size;
    }

private:
    std::unique_ptr<uint8_t[]> memory;
    size_t size;
};

/* Takes an input apart from its beginning; gives zeros at its end. */
class reader {
public:
    reader(const uint8_t *from, size_t length) : next(from), end(from + length) {}

    bool is_at_end() const {
        return next == end;
    }

    uint8_t byte() {
        return is_at_end() ? 0 : *next++;
    }

    size_t number() {
        size_t low = byte();
        return low | static_cast<size_t>(byte()) << 8;
    }

    bytes rest() const {
        return bytes(next, end);
    }

private:
    const uint8_t *next;
    const uint8_t *end;
};

/* SplitMix64: the same numbers for the same input. */
class generator {
public:
    explicit generator(uint64_t seed) : state(seed) {}

    uint64_t next() {
        state += 0x9E3779B97F4A7C15u;
        uint64_t mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
        return mixed ^ (mixed >> 31);
    }

    size_t below(size_t bound) {
        return static_cast<size_t>(next() % bound);
    }

private:
    uint64_t state;
};

} // namespace fuzz

#endif
