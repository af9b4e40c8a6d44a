/* A slow, whole-input reading of the framing's rules, to hold the framer against. It shares nothing with it. */
#ifndef FRAMING_REFERENCE_HPP
#define FRAMING_REFERENCE_HPP

#include "CCascade.h"
#include "fuzz.hpp"

namespace fuzz {

struct record {
    int kind;
    bytes name;
    bytes payload;

    bool operator==(const record &other) const {
        return kind == other.kind && name == other.name && payload == other.payload;
    }
};

struct framed {
    int framing; /* in force at the end */
    std::vector<record> records;
    bytes id;
    int64_t retry = -1;
};

framed frame_slowly(casc_framing framing, bool sniff, const bytes &input);

} // namespace fuzz

#endif
