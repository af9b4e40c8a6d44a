/*
 * What the C++ files of this target share: the plan as a tree, and the parser with its buffers (private).
 *
 * Nothing here throws: simdjson is used through its error codes, and memory comes from the non-throwing allocator.
 */
#ifndef CASC_JSON_PARSER_HPP
#define CASC_JSON_PARSER_HPP

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include "CCascadeJSON.h"

#pragma clang assume_nonnull begin

namespace casc {

namespace ondemand = simdjson::ondemand;

/* A buffer that grows and is reused; its bytes are not kept when it grows. */
struct buffer {
    char *_Nullable bytes = nullptr;
    size_t capacity = 0;

    buffer() = default;
    buffer(const buffer &) = delete;
    buffer &operator=(const buffer &) = delete;
    ~buffer();
    bool reserve(size_t size) noexcept;
};

casc_json_status status_of(simdjson::error_code error) noexcept;

/* Makes `parser` ready for a text of `length` bytes, giving back what an unusually long one has left behind. */
simdjson::error_code make_room(ondemand::parser &parser, size_t length) noexcept;

/* Whether a document that has been walked to its end has nothing behind it. */
bool is_at_end(ondemand::document &document) noexcept;

/* Whether the text, which padding follows, is one complete JSON value: OK, MALFORMED, TOO_DEEP or NO_MEMORY. */
casc_json_status validate(ondemand::parser &parser, const char *text, size_t length) noexcept;

} // namespace casc

struct casc_json_parser {
    simdjson::ondemand::parser scanning;
    /* A second one, so that values can be checked in the middle of a scan. */
    simdjson::ondemand::parser checking;
    casc::buffer sanitised;
    casc::buffer padded;
    casc_json_hit *_Nullable hits = nullptr;
    size_t count = 0;
    size_t capacity = 0;

    casc_json_parser() = default;
    casc_json_parser(const casc_json_parser &) = delete;
    casc_json_parser &operator=(const casc_json_parser &) = delete;
    ~casc_json_parser();
};

#pragma clang assume_nonnull end

#endif
