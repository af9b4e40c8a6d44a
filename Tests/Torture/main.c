/* Runs all tortures; tells what it was doing when a promise is broken. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "torture.h"

static char what[256];

void doing(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t at = format[0] == ';' ? strlen(what) : 0;
    vsnprintf(what + at, sizeof what - at, format, arguments);
    va_end(arguments);
}

void require(bool kept, const char *promise) {
    if (kept) return;
    fprintf(stderr, "Broken promise: %s\n  while: %s\n", promise, what);
    abort();
}

static void too_long(int signal) {
    (void)signal;
    require(false, "whatever begins ends");
}

/* usage: torture [seeds] */
int main(int count, char **arguments) {
    signal(SIGALRM, too_long);
    torture_sockets();
    torture_memory();
    torture_transport();
    torture_calls(count > 1 ? strtoull(arguments[1], NULL, 10) : 50);
    return 0;
}
