/*
 * A plan: the nodes in the caller's order, linked into a tree by index (private).
 *
 * Invariants: a child comes after its parent; a name with its closing quote is not longer than the padding, so that it
 * can be compared with a key in the text without knowing the key's length.
 */
#ifndef CASC_JSON_PLAN_HPP
#define CASC_JSON_PLAN_HPP

#include <cstring>

#include "CCascadeJSON.h"

namespace casc {

constexpr int16_t no_node = -1;

struct plan_node {
    /* The first eight bytes of `name` as a word, and which of its bits count: most names differ there already. */
    uint64_t prefix;
    uint64_t mask;
    uint64_t letters; /* the bits of the children's first letters */
    uint8_t length;   /* of `name` with its quote */
    uint16_t tag;
    int16_t first_child;          /* by name */
    int16_t element;              /* the child named "*" */
    int16_t next;                 /* sibling */
    char name[CASC_JSON_PADDING]; /* as it stands in a text, with the closing quote */

    bool is_leaf() const noexcept {
        return first_child == no_node && element == no_node;
    }

    /* Letters may share a bit. The name's end counts as one. */
    static uint64_t letter_of(const char *name) noexcept {
        return UINT64_C(1) << (static_cast<unsigned char>(name[0]) & 63);
    }

    /* Tells most members apart that no child is named like, without a look at the children. */
    bool may_have_child(const char *key) const noexcept {
        return (letters & letter_of(key)) != 0;
    }

    /* `key` is the inside of a key in a text, padding behind the text included. */
    bool matches(const char *key) const noexcept {
        uint64_t word;
        std::memcpy(&word, key, sizeof word);
        if ((word & mask) != prefix) {
            return false;
        }
        return length <= sizeof word || std::memcmp(key, name, length) == 0;
    }
};

} // namespace casc

struct casc_json_plan {
    /* nodes[0] stands for the text's own value, nodes[i + 1] for the caller's node i. */
    casc::plan_node *nodes;
    size_t count;
};

#endif
