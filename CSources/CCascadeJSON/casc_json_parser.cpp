#include "casc_json_parser.hpp"

#include <cstdlib>
#include <new>

namespace casc {

buffer::~buffer() {
    std::free(bytes);
}

bool buffer::reserve(size_t size) noexcept {
    if (size <= capacity) {
        return true;
    }
    std::free(bytes);
    bytes = static_cast<char *>(std::malloc(size));
    capacity = bytes != nullptr ? size : 0;
    return bytes != nullptr;
}

casc_json_status status_of(simdjson::error_code error) noexcept {
    switch (error) {
    case simdjson::SUCCESS:
        return CASC_JSON_OK;
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY:
        return CASC_JSON_NO_MEMORY;
    case simdjson::DEPTH_ERROR:
        return CASC_JSON_TOO_DEEP;
    default:
        return CASC_JSON_MALFORMED;
    }
}

static constexpr size_t smallest = 1024;
/* simdjson holds about six bytes for each byte of capacity: beyond this it is not kept for short texts. */
static constexpr size_t kept = 64 * 1024;

simdjson::error_code make_room(ondemand::parser &parser, size_t length) noexcept {
    bool oversized = parser.capacity() > kept && length < kept / 4;
    if (length <= parser.capacity() && !oversized) {
        return simdjson::SUCCESS;
    }
    size_t capacity = smallest;
    while (capacity < length) {
        capacity *= 2;
    }
    return parser.allocate(capacity);
}

bool is_at_end(ondemand::document &document) noexcept {
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

} // namespace casc

casc_json_parser::~casc_json_parser() {
    std::free(hits);
}

extern "C" {

casc_json_parser *casc_json_parser_create(void) {
    return new (std::nothrow) casc_json_parser;
}

void casc_json_parser_destroy(casc_json_parser *parser) {
    delete parser;
}

} // extern "C"
