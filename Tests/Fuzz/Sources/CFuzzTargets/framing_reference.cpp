#include "framing_reference.hpp"

#include <algorithm>

namespace fuzz {

namespace {

bytes text(const char *from) {
    return bytes(from, from + std::strlen(from));
}

bool is_blank(uint8_t byte) {
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct event {
    bool has_data = false;
    bool has_error_field = false;
    bytes data;
    bytes name;
};

void add_data(event &event, const bytes &value) {
    if (event.has_data) event.data += '\n';
    event.has_data = true;
    event.data += value;
}

int64_t retry_of(const bytes &digits) {
    int64_t value = 0;
    for (uint8_t digit : digits) {
        if (value > (INT64_MAX - (digit - '0')) / 10) return INT64_MAX;
        value = value * 10 + (digit - '0');
    }
    return value;
}

bool is_number(const bytes &value) {
    return !value.empty() && std::all_of(value.begin(), value.end(), [](uint8_t c) { return c >= '0' && c <= '9'; });
}

void take_line(const bytes &line, event &event, framed &result) {
    size_t colon = line.find(':');
    bytes field = line.substr(0, colon);
    bytes value = colon == bytes::npos ? bytes() : line.substr(colon + 1);
    if (!value.empty() && value[0] == ' ') value.erase(0, 1);
    if (field == text("data")) {
        add_data(event, value);
    } else if (field == text("error")) {
        add_data(event, value);
        event.has_error_field = true;
    } else if (field == text("event")) {
        event.name = value.substr(0, CASC_SSE_NAME_MAX);
    } else if (field == text("id") && value.find(uint8_t{0}) == bytes::npos && value.size() <= CASC_SSE_ID_MAX) {
        result.id = value;
    } else if (field == text("retry") && is_number(value)) {
        result.retry = retry_of(value);
    }
}

void dispatch(event &event, framed &result, bool is_tail) {
    if (event.has_data) {
        if (event.name.empty() && event.has_error_field) event.name = text("error");
        bool is_error = event.has_error_field || event.name == text("error");
        int kind = is_tail ? CASC_RECORD_TAIL : is_error ? CASC_RECORD_ERROR : CASC_RECORD_DATA;
        result.records.push_back({kind, event.name, event.data});
    }
    event = {};
}

void frame_events(const bytes &input, framed &result) {
    event event;
    bytes line;
    for (size_t i = 0; i < input.size(); i++) {
        if (input[i] != '\n' && input[i] != '\r') {
            line += input[i];
            continue;
        }
        if (input[i] == '\r' && i + 1 < input.size() && input[i + 1] == '\n') i++;
        line.empty() ? dispatch(event, result, false) : take_line(line, event, result);
        line.clear();
    }
    if (!line.empty()) take_line(line, event, result);
    dispatch(event, result, true);
}

void frame_lines(const bytes &input, framed &result) {
    for (size_t start = 0; start < input.size();) {
        size_t end = input.find('\n', start);
        bool is_tail = end == bytes::npos;
        if (is_tail) end = input.size();
        bytes line = input.substr(start, end - start);
        start = end + 1;
        while (!line.empty() && is_blank(line[0])) line.erase(0, 1);
        if (line.empty()) continue;
        if (line.back() == '\r') line.pop_back();
        result.records.push_back({is_tail ? CASC_RECORD_TAIL : CASC_RECORD_DATA, {}, line});
    }
}

/* Where a whole body begins that came in place of events or lines, or npos. */
size_t whole_body(casc_framing framing, const bytes &input) {
    size_t first = 0;
    while (first < input.size() && is_blank(input[first])) first++;
    if (first == input.size()) return bytes::npos;
    uint8_t byte = input[first];
    bool is_whole = byte == '<' || byte == '[' || (byte == '{' && framing == CASC_FRAMING_SSE);
    return is_whole ? first : bytes::npos;
}

} // namespace

framed frame_slowly(casc_framing framing, bool sniff, const bytes &input) {
    bytes body = input.compare(0, 3, text("\xEF\xBB\xBF")) == 0 ? input.substr(3) : input;
    size_t whole = sniff && framing != CASC_FRAMING_BODY ? whole_body(framing, body) : bytes::npos;
    framed result = {whole != bytes::npos ? CASC_FRAMING_BODY : framing, {}, {}, -1};
    if (whole != bytes::npos) body.erase(0, whole);
    if (result.framing == CASC_FRAMING_SSE) frame_events(body, result);
    if (result.framing == CASC_FRAMING_NDJSON) frame_lines(body, result);
    if (result.framing == CASC_FRAMING_BODY) result.records.push_back({CASC_RECORD_BODY, {}, body});
    return result;
}

} // namespace fuzz
