/* Where members of a text's root object stand, so that they can be cut out of it. */
#include <cstring>

#include "casc_json_parser.hpp"

using simdjson::error_code;
using simdjson::SUCCESS;
using simdjson::ondemand::json_type;
namespace ondemand = simdjson::ondemand;

namespace {

bool is_space(char byte) noexcept {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* A value's text, with the blanks that may follow it. */
error_code take_value(ondemand::value &value, std::string_view &text) noexcept {
    json_type type;
    if (error_code error = value.type().get(type)) {
        return error;
    }
    if (type == json_type::object) {
        ondemand::object object;
        error_code error = value.get_object().get(object);
        return error ? error : object.raw_json().get(text);
    }
    if (type == json_type::array) {
        ondemand::array array;
        error_code error = value.get_array().get(array);
        return error ? error : array.raw_json().get(text);
    }
    text = value.raw_json_token();
    /* Taken, not only looked at: a string that is skipped passes for a key where a colon follows. */
    return type == json_type::string ? value.get_raw_json_string().error() : SUCCESS;
}

/* The index of a member's name, or that of the NULL behind all of them. */
size_t index_of(const char *_Nullable const *_Nonnull names, const char *key) noexcept {
    size_t index = 0;
    for (; names[index] != nullptr; index++) {
        size_t length = std::strlen(names[index]);
        if (std::strncmp(key, names[index], length) == 0 && key[length] == '"') {
            break;
        }
    }
    return index;
}

bool has_escape(const char *key) noexcept {
    for (; *key != '"'; key++) {
        if (*key == '\\') {
            return true;
        }
    }
    return false;
}

struct finder {
    const char *text;
    const char *_Nullable const *_Nonnull names;
    casc_json_member *found;
    size_t capacity;
    size_t count = 0;

    error_code walk(ondemand::document &document) noexcept;
    error_code visit(ondemand::field &field) noexcept;
};

error_code finder::visit(ondemand::field &field) noexcept {
    const char *key = field.key().raw();
    if (has_escape(key)) {
        return simdjson::INCORRECT_TYPE;
    }
    size_t name = index_of(names, key);
    if (names[name] == nullptr) {
        return SUCCESS;
    }
    if (count == capacity) {
        return simdjson::CAPACITY;
    }
    std::string_view value;
    if (error_code error = take_value(field.value(), value)) {
        return error;
    }
    while (!value.empty() && is_space(value.back())) {
        value.remove_suffix(1);
    }
    size_t start = static_cast<size_t>(value.data() - text);
    found[count++] = {name, static_cast<size_t>(key - 1 - text), start, start + value.size()};
    return SUCCESS;
}

error_code finder::walk(ondemand::document &document) noexcept {
    ondemand::object object;
    if (error_code error = document.get_object().get(object)) {
        return error;
    }
    for (auto result : object) {
        ondemand::field field;
        if (error_code error = std::move(result).get(field)) {
            return error;
        }
        if (error_code error = visit(field)) {
            return error;
        }
    }
    return SUCCESS;
}

} // namespace

extern "C" bool casc_json_find_members(casc_json_parser *parser, const char *_Nullable const *_Nonnull names,
                                       const void *bytes, size_t length, casc_json_member *found, size_t capacity,
                                       size_t *count) {
    const char *text = static_cast<const char *>(bytes);
    *count = 0;
    if (casc::validate(parser->checking, text, length) != CASC_JSON_OK ||
        casc::make_room(parser->scanning, length) != SUCCESS) {
        return false;
    }
    ondemand::document document;
    simdjson::padded_string_view view(text, length, length + CASC_JSON_PADDING);
    if (parser->scanning.iterate(view).get(document) != SUCCESS) {
        return false;
    }
    finder finder{text, names, found, capacity};
    if (finder.walk(document) != SUCCESS) {
        return false;
    }
    *count = finder.count;
    return true;
}
