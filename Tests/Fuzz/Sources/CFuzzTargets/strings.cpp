#include <algorithm>

#include "json_reference.hpp"

using fuzz::bytes;
using fuzz::json;
using fuzz::require;

namespace {

bytes escaped(const bytes &text) {
    fuzz::exact from(text.data(), text.size());
    size_t length = casc_json_escaped_length(reinterpret_cast<const char *>(from.data()), from.length());
    require(length <= 6 * text.size(), "an escaped text is at most six times as long");
    std::unique_ptr<char[]> out(new char[6 * text.size()]);
    size_t written = casc_json_escape(reinterpret_cast<const char *>(from.data()), from.length(), out.get());
    require(written == length, "the length of an escaped text is foretold");
    return bytes(out.get(), out.get() + written);
}

bytes unescaped(const bytes &text, casc_json_surrogate *held) {
    fuzz::exact from(text.data(), text.size());
    std::unique_ptr<char[]> out(new char[text.size() + 4]);
    size_t written = casc_json_unescape(reinterpret_cast<const char *>(from.data()), from.length(), out.get(), held);
    require(written <= text.size() + 4, "an unescaped text is hardly longer");
    return bytes(out.get(), out.get() + written);
}

/* Where a text may be cut so that neither an escape nor a character is split. */
std::vector<size_t> seams(const bytes &text) {
    std::vector<size_t> result;
    for (size_t i = 0; i < text.size();) {
        result.push_back(i);
        size_t step = text[i] != '\\' ? 1 : i + 1 < text.size() && text[i + 1] == 'u' ? 6 : 2;
        i = std::min(i + step, text.size());
        while (i < text.size() && (text[i] & 0xC0) == 0x80) i++;
    }
    return result;
}

/* A string's pieces come to the same as the string. */
void check_pieces(const bytes &inside, size_t cut) {
    json value;
    const bytes quote(1, '"');
    if (!parse_slowly(quote + inside + quote, value) || value.type != CASC_JSON_STRING) return;
    casc_json_surrogate held = 0;
    bytes whole = unescaped(inside, nullptr);
    require(fuzz::is_utf8(whole), "what was unescaped is UTF-8");
    std::vector<size_t> places = seams(inside);
    size_t place = places.empty() ? 0 : places[cut % places.size()];
    bytes pieces = unescaped(inside.substr(0, place), &held) + unescaped(inside.substr(place), &held);
    /* Half a pair at the very end still waits; whole, it was replaced. */
    static const uint8_t replacement[] = {0xEF, 0xBF, 0xBD};
    if (held != 0) pieces.append(replacement, 3);
    require(pieces == whole, "a text in pieces is the same text");
}

/* A chunk and one that differs from it in the inside of a string, or seems to. */
void check_variant(casc_json_parser *parser, const bytes &first, const bytes &second, size_t spoiled) {
    const char *head = "{\"a\":[1,{\"b\":\"", *tail = "\",\"c\":null}],\"d\":\"x\"}";
    bytes before(head, head + std::strlen(head)), after(tail, tail + std::strlen(tail));
    bytes known = before + first + after, text = before + second + after;
    if (spoiled < text.size()) text[spoiled] ^= 1;
    json value;
    if (!parse_slowly(known, value)) return;
    bool is_in_frame = spoiled >= text.size() || (spoiled >= before.size() && spoiled < before.size() + second.size());
    bytes inside = text.substr(before.size(), second.size());
    bool is_plain = fuzz::is_utf8(inside) && std::none_of(inside.begin(), inside.end(), [](uint8_t byte) {
                        return byte < 0x20 || byte == '"' || byte == '\\';
                    });
    fuzz::exact known_block(known.data(), known.size()), text_block(text.data(), text.size());
    size_t length = 0;
    bool is_variant = casc_json_is_variant(known_block.data(), known.size(), before.size(),
                                           before.size() + first.size(), text_block.data(), text.size(), &length);
    require(is_variant == (is_in_frame && is_plain), "a variant differs in a plain string and nothing else");
    if (!is_variant) return;
    require(length == second.size(), "the string's length is told");
    require(casc_json_is_valid(parser, text_block.data(), text.size()), "a variant of JSON is JSON");
}

} // namespace

int fuzz_strings(const uint8_t *input, size_t length) {
    static casc_json_parser *const parser = casc_json_parser_create();
    fuzz::reader reader(input, length);
    size_t cut = reader.number(), spoiled = reader.number();
    bytes text = reader.rest();

    bytes inside = escaped(text);
    bytes back = unescaped(inside, nullptr);
    require(back == fuzz::repaired(text), "unescaping undoes escaping, but for what was no UTF-8");
    check_pieces(inside, cut);
    check_pieces(text, cut);
    casc_json_surrogate held = static_cast<casc_json_surrogate>(cut % 3 == 0 ? 0 : 0xD800 + cut % 0x400);
    unescaped(text, &held);
    size_t middle = text.empty() ? 0 : cut % text.size();
    check_variant(parser, text.substr(0, middle), text.substr(middle), spoiled);
    return 0;
}
