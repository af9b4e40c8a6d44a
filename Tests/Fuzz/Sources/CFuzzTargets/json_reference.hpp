/* A slow reading of JSON (RFC 8259), by recursion over the text, to hold validation and scanning against. */
#ifndef JSON_REFERENCE_HPP
#define JSON_REFERENCE_HPP

#include "CCascadeJSON.h"
#include "fuzz.hpp"

namespace fuzz {

bool is_utf8(const bytes &text);

/* Every ill-formed maximal subpart replaced by U+FFFD. */
bytes repaired(const bytes &text);

struct json {
    casc_json_type type = CASC_JSON_NULL;
    size_t begin = 0; /* of the value's text, quotes included */
    size_t end = 0;
    std::vector<bytes> keys; /* as they stand in the text; of an array empty */
    std::vector<json> values;
};

/* False unless the text is one JSON value of at most so many levels, in UTF-8. */
bool parse_slowly(const bytes &text, json &value, int most = CASC_JSON_MAX_DEPTH);

} // namespace fuzz

#endif
