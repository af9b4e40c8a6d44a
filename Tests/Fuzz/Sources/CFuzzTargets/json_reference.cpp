#include "json_reference.hpp"

namespace fuzz {

namespace {

/* How many bytes at `i` are a well-formed character, or else, negative, an ill-formed maximal subpart. */
int character(const bytes &text, size_t i) {
    uint8_t lead = text[i];
    if (lead < 0x80) return 1;
    int length = lead >= 0xC2 && lead <= 0xDF   ? 2
                 : lead >= 0xE0 && lead <= 0xEF ? 3
                 : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                : 0;
    if (length == 0) return -1;
    for (int k = 1; k < length; k++) {
        uint8_t next = i + static_cast<size_t>(k) < text.size() ? text[i + static_cast<size_t>(k)] : 0;
        bool fits = next >= 0x80 && next <= 0xBF;
        if (k == 1 && lead == 0xE0) fits = fits && next >= 0xA0;
        if (k == 1 && lead == 0xED) fits = fits && next <= 0x9F;
        if (k == 1 && lead == 0xF0) fits = fits && next >= 0x90;
        if (k == 1 && lead == 0xF4) fits = fits && next <= 0x8F;
        if (!fits) return -k;
    }
    return length;
}

class parser {
public:
    parser(const bytes &text, int most) : text(text), most(most) {}

    bool whole(json &to) {
        skip_blanks();
        if (!value(to, 0)) return false;
        skip_blanks();
        return at == text.size();
    }

private:
    const bytes &text;
    const int most;
    size_t at = 0;

    uint8_t peek() const {
        return at < text.size() ? text[at] : 0;
    }

    bool take(uint8_t byte) {
        if (at == text.size() || text[at] != byte) return false;
        at++;
        return true;
    }

    void skip_blanks() {
        while (at < text.size() && std::strchr(" \t\r\n", text[at]) != nullptr && text[at] != 0) at++;
    }

    bool value(json &to, int depth) {
        to.begin = at;
        bool known = false;
        switch (peek()) {
        case '{':
        case '[':
            known = depth < most && container(to, depth + 1);
            break;
        case '"':
            to.type = CASC_JSON_STRING;
            known = string();
            break;
        case 't':
            to.type = CASC_JSON_TRUE;
            known = word("true");
            break;
        case 'f':
            to.type = CASC_JSON_FALSE;
            known = word("false");
            break;
        case 'n':
            to.type = CASC_JSON_NULL;
            known = word("null");
            break;
        default:
            to.type = CASC_JSON_NUMBER;
            known = number();
        }
        to.end = at;
        return known;
    }

    bool word(const char *letters) {
        for (; *letters != 0; letters++) {
            if (!take(static_cast<uint8_t>(*letters))) return false;
        }
        return true;
    }

    bool digits() {
        size_t start = at;
        while (peek() >= '0' && peek() <= '9') at++;
        return at > start;
    }

    bool number() {
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (!take('e') && !take('E')) return true;
        if (!take('+')) take('-');
        return digits();
    }

    bool string() {
        if (!take('"')) return false;
        while (at < text.size() && text[at] >= 0x20) {
            if (take('"')) return true;
            if (!take('\\')) {
                at++;
            } else if (take('u')) {
                for (int i = 0; i < 4; i++) {
                    if (peek() == 0 || std::strchr("0123456789abcdefABCDEF", peek()) == nullptr) return false;
                    at++;
                }
            } else if (peek() == 0 || std::strchr("\"\\/bfnrt", text[at++]) == nullptr) {
                return false;
            }
        }
        return false;
    }

    bool key(json &to) {
        size_t start = at + 1;
        if (!string()) return false;
        to.keys.push_back(text.substr(start, at - 1 - start));
        skip_blanks();
        if (!take(':')) return false;
        skip_blanks();
        return true;
    }

    bool container(json &to, int depth) {
        bool is_object = text[at++] == '{';
        to.type = is_object ? CASC_JSON_OBJECT : CASC_JSON_ARRAY;
        uint8_t closing = is_object ? '}' : ']';
        skip_blanks();
        if (take(closing)) return true;
        for (;;) {
            if (is_object && !key(to)) return false;
            to.values.emplace_back();
            if (!value(to.values.back(), depth)) return false;
            skip_blanks();
            if (take(closing)) return true;
            if (!take(',')) return false;
            skip_blanks();
        }
    }
};

} // namespace

bool is_utf8(const bytes &text) {
    for (size_t i = 0; i < text.size();) {
        int length = character(text, i);
        if (length < 0) return false;
        i += static_cast<size_t>(length);
    }
    return true;
}

bytes repaired(const bytes &text) {
    static const uint8_t replacement[] = {0xEF, 0xBF, 0xBD};
    bytes result;
    for (size_t i = 0; i < text.size();) {
        int length = character(text, i);
        if (length > 0) {
            result.append(text, i, static_cast<size_t>(length));
        } else {
            result.append(replacement, 3);
        }
        i += static_cast<size_t>(length > 0 ? length : -length);
    }
    return result;
}

bool parse_slowly(const bytes &text, json &value, int most) {
    return is_utf8(text) && parser(text, most).whole(value);
}

} // namespace fuzz
