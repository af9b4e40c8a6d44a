/*
 * CBaselineCurl: libcurl's easy interface for Swift, which cannot call the variadic curl_easy_setopt and
 * curl_easy_getinfo. One function for each type of value; nothing else is added.
 */
#ifndef C_BASELINE_CURL_H
#define C_BASELINE_CURL_H

#include <curl/curl.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/* Returns how many of the bytes were taken: another number than `size * count` ends the transfer. */
typedef size_t (*baseline_curl_write)(char *bytes, size_t size, size_t count, void *_Nullable context);

static inline CURLcode baseline_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

/* libcurl copies the string. */
static inline CURLcode baseline_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

/* libcurl keeps the pointer until the handle is freed or gets another list. */
static inline CURLcode baseline_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(handle, option, value);
}

/* The body of a POST. libcurl keeps the pointer: the bytes must stay until the transfer has ended. */
static inline CURLcode baseline_curl_set_body(CURL *handle, const void *_Nullable bytes, size_t length) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_POSTFIELDS, bytes) : code;
}

static inline CURLcode baseline_curl_set_write(CURL *handle, baseline_curl_write write, void *_Nullable context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_WRITEDATA, context) : code;
}

static inline CURLcode baseline_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
