#define _GNU_SOURCE
#include "bench_system.h"

#include <dirent.h>
#include <sched.h>
#include <stdlib.h>

bool bench_stay_on_processor(int number) {
    cpu_set_t set;
    if (number < 0 || number >= CPU_SETSIZE) return false;
    CPU_ZERO(&set);
    CPU_SET((unsigned)number, &set);
    /* New threads take after the one that makes them, so all that are there already must be told. */
    DIR *threads = opendir("/proc/self/task");
    if (threads == NULL) return false;
    bool obeyed = true;
    struct dirent *entry;
    while ((entry = readdir(threads)) != NULL) {
        int thread = atoi(entry->d_name);
        if (thread > 0 && sched_setaffinity(thread, sizeof set, &set) != 0) obeyed = false;
    }
    closedir(threads);
    return obeyed;
}
