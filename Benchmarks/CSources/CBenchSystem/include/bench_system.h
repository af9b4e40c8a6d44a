/*
 * What Glibc shows to C alone.
 */
#ifndef BENCH_SYSTEM_H
#define BENCH_SYSTEM_H

#include <stdbool.h>

/* Keeps the calling process's threads, those it has yet to make included, on one processor. */
bool bench_stay_on_processor(int number);

#endif
