#include "json_reference.hpp"

using namespace fuzz;

/* What is built around a text that is as deep as it may be is a little deeper. */
static const int MOST = CASC_JSON_MAX_DEPTH + 16;

static bytes letters(const char *text) {
    return bytes(reinterpret_cast<const uint8_t *>(text), std::strlen(text));
}

int fuzz_members(const uint8_t *text, size_t length, const char *name, const char *value) {
    bytes whole(text, length), wanted = letters("\"") + letters(value) + letters("\"");
    json object;
    if (!parse_slowly(whole, object, MOST) || object.type != CASC_JSON_OBJECT) return -1;
    int count = 0;
    bool is_last = true;
    for (size_t i = 0; i < object.keys.size(); i++) {
        if (object.keys[i] != letters(name)) continue;
        const json &found = object.values[i];
        is_last = whole.substr(found.begin, found.end - found.begin) == wanted;
        count++;
    }
    return is_last ? count : -1;
}
