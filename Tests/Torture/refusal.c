/*
 * Memory that is refused on demand. The linker leads the C core's calls here (--wrap): those for memory, and those of
 * libcurl that ask for some. libcurl's own requests are counted and never refused: 7.88 divides by zero when it cannot
 * have a table, and forgets a socket when it cannot have a place for it.
 */
#include <curl/curl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "torture.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *memory);
CURL *__real_curl_easy_init(void);
CURLM *__real_curl_multi_init(void);
CURLSH *__real_curl_share_init(void);
struct curl_slist *__real_curl_slist_append(struct curl_slist *list, const char *text);
CURLMcode __real_curl_multi_add_handle(CURLM *multi, CURL *handle);
CURLcode __real_curl_easy_setopt(CURL *handle, CURLoption option, ...);

static atomic_long held;
static atomic_int requests, refused_at, refusals, refused_options;
static atomic_int refusing; /* REFUSE_ONE or REFUSE_ALL_FROM */

void refuse_memory(int n, int how) {
    atomic_store(&requests, 0);
    atomic_store(&refusals, 0);
    atomic_store(&refused_options, 0);
    atomic_store(&refusing, how);
    atomic_store(&refused_at, n);
}

bool grant_memory(void) {
    atomic_store(&refused_at, 0);
    return atomic_load(&refusals) > 0;
}

bool is_option_refused(void) {
    return atomic_load(&refused_options) > 0;
}

long blocks_held(void) {
    return atomic_load(&held);
}

static bool is_refused(void) {
    int at = atomic_load(&refused_at);
    if (at == 0) return false;
    int request = atomic_fetch_add(&requests, 1) + 1;
    bool refused = request == at || (request > at && atomic_load(&refusing) == REFUSE_ALL_FROM);
    if (refused) atomic_fetch_add(&refusals, 1);
    return refused;
}

/* --- What libcurl calls. --- */

static void *counted(void *memory) {
    if (memory != NULL) atomic_fetch_add(&held, 1);
    return memory;
}

static void *counted_malloc(size_t size) {
    return counted(__real_malloc(size));
}

static void *counted_calloc(size_t count, size_t size) {
    return counted(__real_calloc(count, size));
}

static void *counted_realloc(void *memory, size_t size) {
    void *moved = __real_realloc(memory, size);
    return memory == NULL ? counted(moved) : moved;
}

static char *counted_strdup(const char *text) {
    return counted(__real_strdup(text));
}

static void counted_free(void *memory) {
    if (memory != NULL) atomic_fetch_sub(&held, 1);
    __real_free(memory);
}

/* Before the loop does it, which then only counts. */
__attribute__((constructor)) static void init_curl(void) {
    curl_global_init_mem(CURL_GLOBAL_DEFAULT, counted_malloc, counted_free, counted_realloc, counted_strdup,
                         counted_calloc);
}

/* --- What the C core calls. --- */

void *__wrap_malloc(size_t size) {
    return is_refused() ? NULL : counted_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
    return is_refused() ? NULL : counted_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
    return is_refused() ? NULL : counted_realloc(memory, size);
}

char *__wrap_strdup(const char *text) {
    return is_refused() ? NULL : counted_strdup(text);
}

void __wrap_free(void *memory) {
    counted_free(memory);
}

CURL *__wrap_curl_easy_init(void) {
    return is_refused() ? NULL : __real_curl_easy_init();
}

CURLM *__wrap_curl_multi_init(void) {
    return is_refused() ? NULL : __real_curl_multi_init();
}

CURLSH *__wrap_curl_share_init(void) {
    return is_refused() ? NULL : __real_curl_share_init();
}

struct curl_slist *__wrap_curl_slist_append(struct curl_slist *list, const char *text) {
    return is_refused() ? NULL : __real_curl_slist_append(list, text);
}

CURLMcode __wrap_curl_multi_add_handle(CURLM *multi, CURL *handle) {
    return is_refused() ? CURLM_OUT_OF_MEMORY : __real_curl_multi_add_handle(multi, handle);
}

static bool is_copied(CURLoption option) {
    return option == CURLOPT_URL || option == CURLOPT_PROXY || option == CURLOPT_CAINFO ||
           option == CURLOPT_PROTOCOLS_STR;
}

CURLcode __wrap_curl_easy_setopt(CURL *handle, CURLoption option, ...) {
    va_list arguments;
    va_start(arguments, option);
    void *value = va_arg(arguments, void *); /* whatever it is, it is as wide */
    va_end(arguments);
    if (is_copied(option) && value != NULL && is_refused()) {
        atomic_fetch_add(&refused_options, 1);
        return CURLE_OUT_OF_MEMORY;
    }
    return __real_curl_easy_setopt(handle, option, value);
}

/* C++: operator new, and that for arrays, both of the kind that does not throw. Their release is not counted. */
void *__real__ZnwmRKSt9nothrow_t(size_t size, const void *tag);
void *__real__ZnamRKSt9nothrow_t(size_t size, const void *tag);
void *__wrap__ZnwmRKSt9nothrow_t(size_t size, const void *tag);
void *__wrap__ZnamRKSt9nothrow_t(size_t size, const void *tag);

void *__wrap__ZnwmRKSt9nothrow_t(size_t size, const void *tag) {
    return is_refused() ? NULL : __real__ZnwmRKSt9nothrow_t(size, tag);
}

void *__wrap__ZnamRKSt9nothrow_t(size_t size, const void *tag) {
    return is_refused() ? NULL : __real__ZnamRKSt9nothrow_t(size, tag);
}
