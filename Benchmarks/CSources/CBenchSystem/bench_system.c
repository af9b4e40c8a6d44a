#define _GNU_SOURCE
#include "bench_system.h"

#include <sched.h>

bool bench_stay_on_processor(int number) {
    cpu_set_t set;
    if (number < 0 || number >= CPU_SETSIZE) return false;
    CPU_ZERO(&set);
    CPU_SET((unsigned)number, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}
