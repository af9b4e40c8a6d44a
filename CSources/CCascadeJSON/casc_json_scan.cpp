/*
 * The scan: one walk over the text, led by the plan.
 *
 * What the plan does not name is skipped by simdjson, which only counts brackets there. A container that is reported
 * whole is checked throughout, so that its bytes are always one JSON value of bounded depth. Names are compared as
 * they stand in the text: no provider escapes the letters of a member's name.
 */
#include <cstdlib>
#include <cstring>

#include "casc_json_parser.hpp"
#include "casc_json_plan.hpp"
#include "casc_utf8.h"

using casc::no_node;
using casc::plan_node;
using simdjson::error_code;
using simdjson::SUCCESS;
using simdjson::ondemand::json_type;
namespace ondemand = simdjson::ondemand;

namespace {

bool is_space(char byte) noexcept {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

std::string_view trimmed(std::string_view token) noexcept {
    while (!token.empty() && is_space(token.back())) {
        token.remove_suffix(1);
    }
    return token;
}

class scanner {
public:
    scanner(casc_json_parser &parser, const plan_node *nodes) noexcept : parser(parser), nodes(nodes) {}

    error_code root(ondemand::document &document) noexcept;

private:
    casc_json_parser &parser;
    const plan_node *nodes;

    error_code value(ondemand::value &value, const plan_node &node) noexcept;
    error_code literal(ondemand::value &value, json_type type, const plan_node &node) noexcept;
    error_code token(ondemand::value &value, json_type type, const plan_node &node) noexcept;
    error_code whole(ondemand::value &value, json_type type, const plan_node &node) noexcept;
    error_code container(ondemand::value &value, json_type type, const plan_node &node) noexcept;
    error_code members(ondemand::object &object, const plan_node &node) noexcept;
    error_code elements(ondemand::array &array, const plan_node &node) noexcept;
    const plan_node *child(const plan_node &parent, const char *key) const noexcept;
    error_code report(const plan_node &node, casc_json_type type, std::string_view bytes, bool escaped) noexcept;
    bool grow() noexcept;
};

error_code scanner::root(ondemand::document &document) noexcept {
    json_type type;
    if (error_code error = document.type().get(type)) {
        return error;
    }
    if (type == json_type::object) {
        ondemand::object object;
        error_code error = document.get_object().get(object);
        return error ? error : members(object, nodes[0]);
    }
    if (type == json_type::array) {
        ondemand::array array;
        error_code error = document.get_array().get(array);
        return error ? error : elements(array, nodes[0]);
    }
    return SUCCESS;
}

error_code scanner::members(ondemand::object &object, const plan_node &node) noexcept {
    /* Members come in the plan's order as a rule: where the last one was found, the next one follows. */
    int16_t next = node.first_child;
    for (auto result : object) {
        ondemand::field field;
        if (error_code error = std::move(result).get(field)) {
            return error;
        }
        const char *key = field.key().raw();
        if (!node.may_have_child(key)) {
            continue;
        }
        const plan_node *wanted = next != no_node && nodes[next].matches(key) ? &nodes[next] : child(node, key);
        if (wanted == nullptr) {
            continue;
        }
        next = wanted->next;
        if (error_code error = value(field.value(), *wanted)) {
            return error;
        }
    }
    return SUCCESS;
}

error_code scanner::elements(ondemand::array &array, const plan_node &node) noexcept {
    for (auto result : array) {
        ondemand::value element;
        if (error_code error = std::move(result).get(element)) {
            return error;
        }
        if (node.element == no_node) {
            continue;
        }
        if (error_code error = value(element, nodes[node.element])) {
            return error;
        }
    }
    return SUCCESS;
}

const plan_node *scanner::child(const plan_node &parent, const char *key) const noexcept {
    for (int16_t i = parent.first_child; i != no_node; i = nodes[i].next) {
        if (nodes[i].matches(key)) {
            return &nodes[i];
        }
    }
    return nullptr;
}

error_code scanner::value(ondemand::value &value, const plan_node &node) noexcept {
    json_type type;
    if (error_code error = value.type().get(type)) {
        return error;
    }
    switch (type) {
    case json_type::object:
    case json_type::array:
        return node.is_leaf() ? whole(value, type, node) : container(value, type, node);
    case json_type::string:
    case json_type::number:
        return token(value, type, node);
    default:
        return literal(value, type, node);
    }
}

error_code scanner::literal(ondemand::value &value, json_type type, const plan_node &node) noexcept {
    if (type == json_type::null) {
        bool is_null = false;
        error_code error = value.is_null().get(is_null);
        if (error || !is_null) {
            return error ? error : simdjson::N_ATOM_ERROR;
        }
        return report(node, CASC_JSON_NULL, {}, false);
    }
    bool truth = false;
    if (error_code error = value.get_bool().get(truth)) {
        return error;
    }
    return report(node, truth ? CASC_JSON_TRUE : CASC_JSON_FALSE, {}, false);
}

error_code scanner::token(ondemand::value &value, json_type type, const plan_node &node) noexcept {
    std::string_view text = trimmed(value.raw_json_token());
    if (type == json_type::number) {
        return report(node, CASC_JSON_NUMBER, text, false);
    }
    if (text.size() < 2 || text.back() != '"') {
        return simdjson::STRING_ERROR;
    }
    text = text.substr(1, text.size() - 2);
    /* Taken, not only looked at: a string that is skipped passes for a key where a colon follows. */
    if (error_code error = value.get_raw_json_string().error()) {
        return error;
    }
    bool escaped = std::memchr(text.data(), '\\', text.size()) != nullptr;
    return report(node, CASC_JSON_STRING, text, escaped);
}

error_code scanner::whole(ondemand::value &value, json_type type, const plan_node &node) noexcept {
    std::string_view text;
    error_code error;
    if (type == json_type::object) {
        ondemand::object object;
        error = value.get_object().get(object);
        error = error ? error : object.raw_json().get(text);
    } else {
        ondemand::array array;
        error = value.get_array().get(array);
        error = error ? error : array.raw_json().get(text);
    }
    if (error) {
        return error;
    }
    text = trimmed(text);
    switch (casc::validate(parser.checking, text.data(), text.size())) {
    case CASC_JSON_OK:
        return report(node, type == json_type::object ? CASC_JSON_OBJECT : CASC_JSON_ARRAY, text, false);
    case CASC_JSON_TOO_DEEP:
        return simdjson::DEPTH_ERROR;
    case CASC_JSON_NO_MEMORY:
        return simdjson::MEMALLOC;
    default:
        return simdjson::TAPE_ERROR;
    }
}

error_code scanner::container(ondemand::value &value, json_type type, const plan_node &node) noexcept {
    casc_json_type kind = type == json_type::object ? CASC_JSON_OBJECT : CASC_JSON_ARRAY;
    if (error_code error = report(node, kind, {}, false)) {
        return error;
    }
    error_code error;
    if (type == json_type::object) {
        ondemand::object object;
        error = value.get_object().get(object);
        error = error ? error : members(object, node);
    } else {
        ondemand::array array;
        error = value.get_array().get(array);
        error = error ? error : elements(array, node);
    }
    return error ? error : report(node, CASC_JSON_END, {}, false);
}

error_code scanner::report(const plan_node &node, casc_json_type type, std::string_view bytes, bool escaped) noexcept {
    if (node.tag == 0) {
        return SUCCESS;
    }
    if (parser.count == parser.capacity && !grow()) {
        return simdjson::MEMALLOC;
    }
    casc_json_hit &hit = parser.hits[parser.count++];
    hit.tag = node.tag;
    hit.type = static_cast<uint8_t>(type);
    hit.escaped = escaped;
    hit.length = static_cast<uint32_t>(bytes.size());
    hit.bytes = bytes.data();
    return SUCCESS;
}

bool scanner::grow() noexcept {
    size_t capacity = parser.capacity == 0 ? 32 : parser.capacity * 2;
    auto *hits = static_cast<casc_json_hit *>(std::realloc(parser.hits, capacity * sizeof(casc_json_hit)));
    if (hits == nullptr) {
        return false;
    }
    parser.hits = hits;
    parser.capacity = capacity;
    return true;
}

error_code scan_once(casc_json_parser &parser, const casc_json_plan &plan, const char *text, size_t length) noexcept {
    parser.count = 0;
    if (error_code error = casc::make_room(parser.scanning, length)) {
        return error;
    }
    ondemand::document document;
    simdjson::padded_string_view view(text, length, length + CASC_JSON_PADDING);
    if (error_code error = parser.scanning.iterate(view).get(document)) {
        return error;
    }
    bool is_scalar = false;
    if (error_code error = document.is_scalar().get(is_scalar)) {
        return error;
    }
    if (is_scalar) {
        /* No plan asks for a bare value, but it is still one JSON value or it is not. */
        return casc::validate(parser.checking, text, length) == CASC_JSON_OK ? SUCCESS : simdjson::TAPE_ERROR;
    }
    if (error_code error = scanner(parser, plan.nodes).root(document)) {
        return error;
    }
    return casc::is_at_end(document) ? SUCCESS : simdjson::TRAILING_CONTENT;
}

error_code scan_sanitised(casc_json_parser &parser, const casc_json_plan &plan, const char *text,
                          size_t length) noexcept {
    if (!parser.sanitised.reserve(CASC_UTF8_REPLACEMENT_LENGTH * length + CASC_JSON_PADDING)) {
        return simdjson::MEMALLOC;
    }
    size_t sanitised = casc_utf8_sanitise(text, length, parser.sanitised.bytes);
    std::memset(parser.sanitised.bytes + sanitised, 0, CASC_JSON_PADDING);
    return scan_once(parser, plan, parser.sanitised.bytes, sanitised);
}

} // namespace

extern "C" casc_json_status casc_json_scan(casc_json_parser *parser, const casc_json_plan *plan, const void *bytes,
                                           size_t length, const casc_json_hit **hits, size_t *count) {
    const char *text = static_cast<const char *>(bytes);
    if (length >= 3 && std::memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        length -= 3;
    }
    error_code error = scan_once(*parser, *plan, text, length);
    if (error == simdjson::UTF8_ERROR) {
        error = scan_sanitised(*parser, *plan, text, length);
    }
    *hits = parser->hits;
    *count = error ? 0 : parser->count;
    return casc::status_of(error);
}
