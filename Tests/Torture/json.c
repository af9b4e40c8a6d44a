/* JSON: parsers, plans and scans that are refused memory. */
#include <string.h>

#include "CCascadeJSON.h"
#include "torture.h"

static const casc_json_node nodes[] = {{-1, 1, "a"}, {-1, 2, "list"}, {1, 3, "*"}, {2, 4, "name"}, {-1, 5, "raw"}};

enum { MANY = 500, LONGEST = 200000 };

/* One object: a short text, bytes that are no UTF-8, many elements, or a text that outgrows what is kept. */
static size_t write_text(char *to, int kind) {
    size_t at = 0;
    memset(to, 0, LONGEST);
    if (kind == 0) return strlen(strcpy(to, "{\"a\":1,\"raw\":{\"x\":[1,2]}}"));
    if (kind == 1) return strlen(strcpy(to, "{\"a\":\"\xff\xc3(\"}"));
    if (kind == 2) {
        at = strlen(strcpy(to, "{\"list\":["));
        for (int i = 0; i < MANY; i++) at += strlen(strcpy(to + at, i == 0 ? "{\"name\":1}" : ",{\"name\":2}"));
        return at + strlen(strcpy(to + at, "]}"));
    }
    at = strlen(strcpy(to, "{\"a\":\""));
    memset(to + at, 'x', LONGEST / 2);
    at += LONGEST / 2;
    return at + strlen(strcpy(to + at, "\"}"));
}

static const size_t hits_of[] = {2, 1, 2 + 3 * MANY, 1};
enum { KINDS = sizeof hits_of / sizeof *hits_of };

static bool scan_all(casc_json_parser *parser, const casc_json_plan *plan) {
    static char text[LONGEST];
    bool granted = true;
    for (int kind = 0; kind < KINDS; kind++) {
        const casc_json_hit *hits = NULL;
        size_t length = write_text(text, kind), count = 0;
        casc_json_status status = casc_json_scan(parser, plan, text, length, &hits, &count);
        require(status == CASC_JSON_OK || status == CASC_JSON_NO_MEMORY, "a scan fails for want of memory only");
        require(count == (status == CASC_JSON_OK ? hits_of[kind] : 0), "a scan finds all or nothing");
        granted &= status == CASC_JSON_OK;
        granted &= casc_json_is_valid(parser, text, length) == (kind != 1);
    }
    return granted;
}

bool use_json(void) {
    casc_json_plan *plan = casc_json_plan_create(nodes, sizeof nodes / sizeof *nodes);
    casc_json_parser *parser = casc_json_parser_create();
    bool granted = plan != NULL && parser != NULL && scan_all(parser, plan);
    grant_memory();
    if (plan != NULL && parser != NULL) require(scan_all(parser, plan), "a parser that was refused memory works on");
    casc_json_parser_destroy(parser);
    casc_json_plan_destroy(plan);
    return granted;
}
