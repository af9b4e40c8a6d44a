/* Whole requests over the loop while memory is refused or system calls come back in odd ways. */
#include <unistd.h>

#include "torture.h"

static const ask asks[] = {
    {.path = "/events/40", .body_bytes = 300},
    {.path = "/body/3000", .body_bytes = 60000, .extra = true},
    {.path = "/body/200000", .get = true},
    {.path = "/head/60", .body_bytes = 10},
    {.path = "/failure/70", .get = true, .extra = true},
    {.path = "/nowhere", .get = true, .unreachable = true},
    {.path = "/events/400", .body_bytes = 500, .slow = true},
};
enum { ASKS = sizeof asks / sizeof *asks };

static void check_content(const answer *answer, const char *path) {
    expected expected = server_expected(path);
    require(answer->status == expected.status, "the status is the server's");
    require(answer->read.records == expected.records, "the records are the server's, all of them");
    require(answer->read.bytes == expected.bytes, "their bytes are the server's, all of them");
    require(answer->read.sum == expected.sum, "their bytes are the server's, as they were");
}

/* A failure that this process has caused looks like one. */
static void check_refusal(const answer *answer) {
    const casc_outcome *outcome = &answer->outcome;
    if (outcome->end == CASC_END_NO_MEMORY) return;
    doing("; end %d, curl %d (%s), sent %d", outcome->end, outcome->curl_code, outcome->message, outcome->sent);
    require(false, "a transfer that is refused memory says so");
}

/* True when it ended as it should: with the server's answer, or by the deadline where there is none. */
static bool is_answered(const answer *answer, const ask *ask) {
    if (ask->unreachable) return answer->outcome.end == CASC_END_DEADLINE;
    if (answer->has_answer) check_content(answer, ask->path);
    return answer->has_answer;
}

static bool ask_each(client *client) {
    bool all = true;
    for (size_t i = 0; i < ASKS; i++) {
        alarm(20); /* for what never ends */
        answer answer = client_ask(client, &asks[i]);
        bool answered = !answer.refused && is_answered(&answer, &asks[i]);
        if (!answered && !answer.refused) check_refusal(&answer);
        all &= answered;
    }
    return all;
}

/* `idle_seconds` 0: the loop gives its memory back whenever nothing runs. */
static bool refused_once(const server *server, long idle_seconds, int n, int how) {
    refuse_memory(n, how);
    client *client = client_start(server, idle_seconds, 0);
    bool all = client != NULL && ask_each(client);
    bool refused = grant_memory();
    require(all || refused, "what fails was refused memory");
    require(!all || !is_option_refused(), "no handle works without an option that it was to have");
    if (client == NULL) return refused;
    require(ask_each(client), "a loop that was refused memory works on");
    client_stop(client);
    return refused;
}

void torture_transport(void) {
    server *server = server_start();
    for (long idle_seconds = 0; idle_seconds <= 30; idle_seconds += 30) {
        refused_once(server, idle_seconds, 0, REFUSE_ONE); /* whatever is made once is made now */
        long before = blocks_held();
        for (int how = REFUSE_ONE; how <= REFUSE_ALL_FROM; how++) {
            bool refused = true;
            for (int n = 1; refused; n++) {
                doing("request %d for memory refused, way %d, idle %ld s", n, how, idle_seconds);
                refused = refused_once(server, idle_seconds, n, how);
                require(blocks_held() == before, "nothing is left behind");
            }
        }
    }
    server_stop(server);
}

void torture_calls(uint64_t seeds) {
    server *server = server_start();
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        doing("system calls disturbed, seed %llu", (unsigned long long)seed);
        client *client = client_start(server, 30, seed);
        require(client != NULL, "a loop starts");
        require(ask_each(client), "odd answers of the system change nothing");
        client_stop(client);
    }
    require(calls_disturbed() > 100 * seeds, "calls were disturbed");
    server_stop(server);
}
