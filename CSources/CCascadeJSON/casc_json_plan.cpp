#include "casc_json_plan.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

using casc::no_node;
using casc::plan_node;

static bool is_usable(const casc_json_node &node, size_t index) noexcept {
    return node.parent >= -1 && node.parent < static_cast<int32_t>(index) &&
           std::strlen(node.name) + 1 < CASC_JSON_PADDING;
}

static plan_node make_node(const char *name, uint16_t tag) noexcept {
    plan_node node = {};
    size_t length = std::strlen(name);
    std::memcpy(node.name, name, length);
    node.name[length] = '"';
    node.length = static_cast<uint8_t>(length + 1);
    size_t prefix = length + 1 < sizeof node.prefix ? length + 1 : sizeof node.prefix;
    std::memset(&node.mask, 0xFF, prefix);
    std::memcpy(&node.prefix, node.name, prefix);
    node.tag = tag;
    node.first_child = no_node;
    node.element = no_node;
    node.next = no_node;
    return node;
}

/* Appends, so that siblings are compared in the order the caller wrote them: the usual ones first. */
static void link_child(plan_node *nodes, int16_t parent, int16_t child) noexcept {
    if (std::strcmp(nodes[child].name, "*\"") == 0) {
        nodes[parent].element = child;
        return;
    }
    nodes[parent].letters |= plan_node::letter_of(nodes[child].name);
    int16_t *link = &nodes[parent].first_child;
    while (*link != no_node) {
        link = &nodes[*link].next;
    }
    *link = child;
}

static size_t depth_of(const casc_json_node *nodes, size_t index) noexcept {
    size_t depth = 1;
    for (int16_t parent = nodes[index].parent; parent >= 0; parent = nodes[parent].parent) {
        depth++;
    }
    return depth;
}

extern "C" {

casc_json_plan *casc_json_plan_create(const casc_json_node *nodes, size_t count) {
    if (count >= INT16_MAX) {
        return nullptr;
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_usable(nodes[i], i) || depth_of(nodes, i) > CASC_JSON_MAX_DEPTH) {
            return nullptr;
        }
    }
    auto *tree = static_cast<plan_node *>(std::malloc((count + 1) * sizeof(plan_node)));
    auto *plan = new (std::nothrow) casc_json_plan{tree, count + 1};
    if (tree == nullptr || plan == nullptr) {
        std::free(tree);
        delete plan;
        return nullptr;
    }
    tree[0] = make_node("", 0);
    for (size_t i = 0; i < count; i++) {
        tree[i + 1] = make_node(nodes[i].name, nodes[i].tag);
        link_child(tree, static_cast<int16_t>(nodes[i].parent + 1), static_cast<int16_t>(i + 1));
    }
    return plan;
}

void casc_json_plan_destroy(casc_json_plan *plan) {
    if (plan != nullptr) {
        std::free(plan->nodes);
        delete plan;
    }
}

} // extern "C"
