#include "json_reference.hpp"

using fuzz::bytes;
using fuzz::json;
using fuzz::require;

namespace {

/* A tree with every shape a plan can have: leaves, elements of arrays, containers that are told of and that are not. */
const casc_json_node nodes[] = {
    {-1, 1, "id"},     {-1, 0, "choices"}, {1, 2, "*"},        {2, 3, "index"},     {2, 0, "delta"},
    {4, 4, "content"}, {4, 5, "calls"},    {6, 6, "*"},        {7, 7, "arguments"}, {-1, 8, "error"},
    {-1, 9, "usage"},  {10, 10, "input"},  {10, 11, "output"}, {-1, 12, "*"},       {13, 13, "text"},
};

struct hit {
    int tag;
    int type;
    bytes text;
    bool escaped;

    bool operator==(const hit &other) const {
        return tag == other.tag && type == other.type && text == other.text && escaped == other.escaped;
    }
};

/* The index of the node that a member leads to, or -1. */
int child(int parent, const bytes &name) {
    for (int i = 0; i < static_cast<int>(sizeof nodes / sizeof *nodes); i++) {
        const char *node_name = nodes[i].name;
        if (nodes[i].parent == parent && name == bytes(node_name, node_name + std::strlen(node_name))) return i;
    }
    return -1;
}

bool is_leaf(int node) {
    for (const casc_json_node &each : nodes) {
        if (each.parent == node) return false;
    }
    return true;
}

void walk(const bytes &text, const json &value, int node, std::vector<hit> &hits);

void walk_inside(const bytes &text, const json &value, int node, std::vector<hit> &hits) {
    bool is_array = value.type == CASC_JSON_ARRAY;
    for (size_t i = 0; i < value.values.size(); i++) {
        const uint8_t any = '*';
        bytes name = is_array ? bytes(&any, 1) : value.keys[i];
        if (!is_array && name == bytes(&any, 1)) continue; /* the plan's asterisk is for elements */
        int wanted = child(node, name);
        if (wanted >= 0) walk(text, value.values[i], wanted, hits);
    }
}

/* What a scan has to report of a value that the plan's `node` names. */
void walk(const bytes &text, const json &value, int node, std::vector<hit> &hits) {
    bool is_container = value.type == CASC_JSON_OBJECT || value.type == CASC_JSON_ARRAY;
    bytes inside = text.substr(value.begin, value.end - value.begin);
    bool escaped = false;
    if (value.type == CASC_JSON_STRING) {
        inside = inside.substr(1, inside.size() - 2);
        escaped = inside.find('\\') != bytes::npos;
    }
    bool says_bytes =
        value.type == CASC_JSON_STRING || value.type == CASC_JSON_NUMBER || (is_container && is_leaf(node));
    if (nodes[node].tag != 0) hits.push_back({nodes[node].tag, value.type, says_bytes ? inside : bytes(), escaped});
    if (!is_container || is_leaf(node)) return;
    walk_inside(text, value, node, hits);
    if (nodes[node].tag != 0) hits.push_back({nodes[node].tag, CASC_JSON_END, {}, false});
}

/* The text with its padding in a block of just that size, the padding of any value. */
class padded {
public:
    padded(const bytes &text, uint8_t padding) : block(with_padding(text, padding)), length(text.size()) {}

    casc_json_status scan(casc_json_parser *parser, const casc_json_plan *plan, std::vector<hit> &hits) {
        const casc_json_hit *found = nullptr;
        size_t count = 0;
        casc_json_status status = casc_json_scan(parser, plan, block->data(), length, &found, &count);
        require(status == CASC_JSON_OK || count == 0, "a scan that failed found nothing");
        for (size_t i = 0; i < count; i++) {
            hits.push_back({found[i].tag, found[i].type, {}, found[i].escaped});
            auto *from = reinterpret_cast<const uint8_t *>(found[i].bytes);
            if (found[i].length > 0) hits.back().text.assign(from, found[i].length);
        }
        return status;
    }

private:
    std::unique_ptr<fuzz::exact> block;
    size_t length;

    static std::unique_ptr<fuzz::exact> with_padding(const bytes &text, uint8_t padding) {
        bytes all = text + bytes(CASC_JSON_PADDING, padding);
        return std::make_unique<fuzz::exact>(all.data(), all.size());
    }
};

bool begins_with_mark(const bytes &text) {
    return text.size() >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF;
}

void check_validation(casc_json_parser *parser, const bytes &text, bool is_valid) {
    fuzz::exact block(text.data(), text.size());
    require(casc_json_is_valid(parser, block.data(), block.length()) == is_valid,
            "both parsers call the same text valid");
}

/* A scan that succeeds has found nothing but JSON, even in a text that is none. */
void check_hits(casc_json_parser *parser, const std::vector<hit> &hits) {
    int open = 0;
    for (const hit &each : hits) {
        bool is_container = each.type == CASC_JSON_OBJECT || each.type == CASC_JSON_ARRAY;
        require(fuzz::is_utf8(each.text), "what is found is UTF-8");
        if (is_container && !each.text.empty()) check_validation(parser, each.text, true);
        if (is_container && each.text.empty()) open++;
        if (each.type == CASC_JSON_END) require(--open >= 0, "what ends has begun");
    }
    require(open == 0, "what begins ends");
}

} // namespace

int fuzz_json(const uint8_t *input, size_t length) {
    static casc_json_parser *const parser = casc_json_parser_create();
    static casc_json_plan *const plan = casc_json_plan_create(nodes, sizeof nodes / sizeof *nodes);
    fuzz::reader reader(input, length);
    uint8_t padding = reader.byte();
    bytes text = reader.rest();

    json value;
    bool is_valid = parse_slowly(text, value);
    if (!begins_with_mark(text)) check_validation(parser, text, is_valid);

    std::vector<hit> hits, expected;
    casc_json_status status = padded(text, padding).scan(parser, plan, hits);
    check_hits(parser, hits);
    if (!is_valid) return 0;
    walk_inside(text, value, -1, expected);
    require(status == CASC_JSON_OK, "what is valid can be scanned");
    require(hits == expected, "a scan finds what a full reading finds");
    return 0;
}
