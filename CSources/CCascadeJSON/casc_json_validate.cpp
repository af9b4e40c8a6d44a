/*
 * Validation: every value of a text is visited, to CASC_JSON_MAX_DEPTH levels.
 *
 * simdjson finds the structure and checks UTF-8 and control characters; what it leaves to whoever reads a value
 * (escapes, numbers) is checked here by the text, so that a number too large for a machine type is still a number and
 * an unpaired surrogate still a string, as RFC 8259 has it.
 */
#include <cstring>
#include <string_view>

#include "casc_json_parser.hpp"

using simdjson::error_code;
using simdjson::SUCCESS;
using simdjson::ondemand::json_type;
namespace ondemand = simdjson::ondemand;

namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_hex(char c) noexcept {
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* One after another, where there are any. */
bool take_digits(std::string_view &text) noexcept {
    size_t count = 0;
    while (count < text.size() && is_digit(text[count])) {
        count++;
    }
    text.remove_prefix(count);
    return count > 0;
}

/* One of these, where it comes next. */
bool take_any(std::string_view &text, const char *bytes) noexcept {
    if (text.empty() || text[0] == '\0' || std::strchr(bytes, text[0]) == nullptr) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

std::string_view skip_blanks(std::string_view text) noexcept {
    while (take_any(text, " \t\r\n")) {
    }
    return text;
}

/* Whether a token is a number of RFC 8259 and nothing else but white space behind it. */
bool is_number(std::string_view text) noexcept {
    take_any(text, "-");
    if (!take_any(text, "0") && !take_digits(text)) {
        return false;
    }
    if (take_any(text, ".") && !take_digits(text)) {
        return false;
    }
    if (take_any(text, "eE")) {
        take_any(text, "+-");
        if (!take_digits(text)) {
            return false;
        }
    }
    return skip_blanks(text).empty();
}

/* Whether the escapes of the string whose inside begins at `c` are JSON's. A closing quote is known to follow. */
bool has_valid_escapes(const char *c) noexcept {
    for (; *c != '"'; c++) {
        if (*c != '\\') {
            continue;
        }
        c++;
        if (*c == 'u') {
            if (!is_hex(c[1]) || !is_hex(c[2]) || !is_hex(c[3]) || !is_hex(c[4])) {
                return false;
            }
            c += 4;
        } else if (*c == '\0' || std::strchr("\"\\/bfnrt", *c) == nullptr) {
            return false;
        }
    }
    return true;
}

template <typename Value> error_code check(Value &value, int depth) noexcept;

error_code check_object(ondemand::object &object, int depth) noexcept {
    for (auto result : object) {
        ondemand::field field;
        if (error_code error = std::move(result).get(field)) {
            return error;
        }
        if (!has_valid_escapes(field.key().raw())) {
            return simdjson::STRING_ERROR;
        }
        if (error_code error = check(field.value(), depth)) {
            return error;
        }
    }
    return SUCCESS;
}

error_code check_array(ondemand::array &array, int depth) noexcept {
    for (auto result : array) {
        ondemand::value element;
        if (error_code error = std::move(result).get(element)) {
            return error;
        }
        if (error_code error = check(element, depth)) {
            return error;
        }
    }
    return SUCCESS;
}

/* The string is taken, not only looked at: one that is skipped passes for a key where a colon follows. */
template <typename Value> error_code check_string(Value &value) noexcept {
    ondemand::raw_json_string inside;
    error_code error = simdjson::simdjson_result<ondemand::raw_json_string>(value.get_raw_json_string()).get(inside);
    return error ? error : has_valid_escapes(inside.raw()) ? SUCCESS : simdjson::STRING_ERROR;
}

bool is_word(std::string_view text, std::string_view word) noexcept {
    if (text.substr(0, word.size()) != word) {
        return false;
    }
    text.remove_prefix(word.size());
    return skip_blanks(text).empty();
}

/* By its bytes: simdjson lets some control characters stand behind a word. */
template <typename Value> error_code check_plain(Value &value) noexcept {
    std::string_view token;
    if (error_code error = simdjson::simdjson_result<std::string_view>(value.raw_json_token()).get(token)) {
        return error;
    }
    bool is_known = is_word(token, "true") || is_word(token, "false") || is_word(token, "null") || is_number(token);
    return is_known ? SUCCESS : simdjson::TAPE_ERROR;
}

template <typename Value> error_code check(Value &value, int depth) noexcept {
    json_type type;
    if (error_code error = value.type().get(type)) {
        return error;
    }
    if ((type == json_type::object || type == json_type::array) && depth == CASC_JSON_MAX_DEPTH) {
        return simdjson::DEPTH_ERROR;
    }
    switch (type) {
    case json_type::object: {
        ondemand::object object;
        error_code error = value.get_object().get(object);
        return error ? error : check_object(object, depth + 1);
    }
    case json_type::array: {
        ondemand::array array;
        error_code error = value.get_array().get(array);
        return error ? error : check_array(array, depth + 1);
    }
    case json_type::string:
        return check_string(value);
    default:
        return check_plain(value);
    }
}

/* A bare value at the root is the one token of the text. */
bool is_single_token(const char *text, size_t length, ondemand::document &document) noexcept {
    std::string_view token;
    if (document.raw_json_token().get(token)) {
        return false;
    }
    const char *end = token.data() + token.size();
    return end == text + length;
}

} // namespace

namespace casc {

casc_json_status validate(ondemand::parser &parser, const char *text, size_t length) noexcept {
    if (error_code error = make_room(parser, length)) {
        return status_of(error);
    }
    ondemand::document document;
    simdjson::padded_string_view view(text, length, length + CASC_JSON_PADDING);
    if (error_code error = parser.iterate(view).get(document)) {
        return status_of(error);
    }
    bool is_scalar = false;
    if (error_code error = document.is_scalar().get(is_scalar)) {
        return status_of(error);
    }
    if (is_scalar && !is_single_token(text, length, document)) {
        return CASC_JSON_MALFORMED;
    }
    if (error_code error = check(document, 0)) {
        return status_of(error);
    }
    return is_scalar || is_at_end(document) ? CASC_JSON_OK : CASC_JSON_MALFORMED;
}

} // namespace casc

extern "C" bool casc_json_is_valid(casc_json_parser *parser, const void *text, size_t length) {
    casc::buffer &padded = parser->padded;
    if (!padded.reserve(length + CASC_JSON_PADDING)) {
        return false;
    }
    std::memcpy(padded.bytes, text, length);
    std::memset(padded.bytes + length, 0, CASC_JSON_PADDING);
    return casc::validate(parser->checking, padded.bytes, length) == CASC_JSON_OK;
}
