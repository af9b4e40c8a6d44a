/*
 * Exchanges whose answer has not begun, and who is to be told so: once after the server's `hold`, then after each
 * `beat`. Each of the two lines is in the order in which its members are due, because all wait for the same time.
 */
#include "casc_server_internal.h"

static void append(casc_hold_line *line, casc_exchange *exchange, uint64_t due_at) {
    exchange->line = line;
    exchange->due_at = due_at;
    exchange->line_next = NULL;
    exchange->line_previous = line->last;
    if (line->last != NULL) {
        line->last->line_next = exchange;
    } else {
        line->first = exchange;
    }
    line->last = exchange;
}

void casc_hold_end(casc_exchange *exchange) {
    casc_hold_line *line = exchange->line;
    if (line == NULL) return;
    if (exchange->line_previous != NULL) {
        exchange->line_previous->line_next = exchange->line_next;
    } else {
        line->first = exchange->line_next;
    }
    if (exchange->line_next != NULL) {
        exchange->line_next->line_previous = exchange->line_previous;
    } else {
        line->last = exchange->line_previous;
    }
    exchange->line = NULL;
}

static void come_back_at(casc_server *server, uint64_t instant) {
    if (server->requests.due_at == 0 || instant < server->requests.due_at) server->requests.due_at = instant;
}

bool casc_exchange_hold(casc_exchange *exchange) {
    casc_server *server = exchange->server;
    if (!casc_loop_is_current(exchange->loop) || server == NULL || exchange->line != NULL) return false;
    append(&server->holding, exchange, casc_now() + server->options.hold);
    come_back_at(server, exchange->due_at);
    return true;
}

void casc_exchange_unhold(casc_exchange *exchange) {
    if (casc_loop_is_current(exchange->loop)) casc_hold_end(exchange);
}

static void fire(casc_server *server, casc_hold_line *line, uint64_t now) {
    while (line->first != NULL && line->first->due_at <= now) {
        casc_exchange *exchange = line->first;
        casc_hold_end(exchange);
        append(&server->beating, exchange, now + server->options.beat);
        server->options.held(exchange->owner);
    }
}

void casc_holds_fire(casc_server *server) {
    if (server->holding.first == NULL && server->beating.first == NULL) return;
    uint64_t now = casc_now();
    fire(server, &server->holding, now);
    fire(server, &server->beating, now);
}

uint64_t casc_holds_next(const casc_server *server) {
    uint64_t first = server->holding.first != NULL ? server->holding.first->due_at : 0;
    uint64_t again = server->beating.first != NULL ? server->beating.first->due_at : 0;
    if (first == 0 || again == 0) return first | again;
    return first < again ? first : again;
}
