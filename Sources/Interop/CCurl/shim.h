// SPDX-License-Identifier: Apache-2.0

/* Swift cannot call variadic C functions. `static inline` functions in the header of the system-library target need no
   C target of their own and cost nothing at run time. The annotations decide what Swift sees as Optional. */
#ifndef KITTIWAKE_CCURL_H
#define KITTIWAKE_CCURL_H

#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>

typedef size_t (*curl_data_callback)(char *_Nonnull, size_t, size_t, void *_Nullable);
typedef int (*curl_position_callback)(void *_Nullable, curl_off_t, int);
typedef int (*curl_watch_callback)(CURL *_Nullable, curl_socket_t, int, void *_Nullable, void *_Nullable);
typedef int (*curl_alarm_callback)(CURLM *_Nullable, long, void *_Nullable);

static inline CURLcode curl_set_long(CURL *_Nonnull easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_size(CURL *_Nonnull easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_text(CURL *_Nonnull easy, CURLoption option, const char *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_pointer(CURL *_Nonnull easy, CURLoption option, void *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_list(CURL *_Nonnull easy, CURLoption option, struct curl_slist *_Nullable value) {
    return curl_easy_setopt(easy, option, value);
}
static inline CURLcode curl_set_blob(CURL *_Nonnull easy, CURLoption option, const void *_Nonnull bytes, size_t count) {
    struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
    return curl_easy_setopt(easy, option, &blob);
}
static inline CURLcode curl_set_callback(CURL *_Nonnull easy, CURLoption option, curl_data_callback _Nonnull callback) {
    return curl_easy_setopt(easy, option, callback);
}
static inline CURLcode curl_set_seek(CURL *_Nonnull easy, curl_position_callback _Nonnull callback) {
    return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, callback);
}
static inline CURLMcode curl_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode curl_multi_set_watch(
    CURLM *_Nonnull multi, curl_watch_callback _Nonnull callback, void *_Nonnull context) {
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
    return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
}
static inline CURLMcode curl_multi_set_alarm(
    CURLM *_Nonnull multi, curl_alarm_callback _Nonnull callback, void *_Nonnull context) {
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
    return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, callback);
}
/* The result is in a union. */
static inline CURLcode curl_message_result(const CURLMsg *_Nonnull message) { return message->data.result; }

/* Sent data that is not acknowledged for this long ends the connection: keep-alive does not notice it. A peer that
   acknowledges but takes nothing in counts as well. */
static inline int curl_user_timeout(void *_Nullable context, curl_socket_t fd, curlsocktype purpose) {
    unsigned milliseconds = (unsigned)(uintptr_t)context;
    (void)purpose;
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
    return CURL_SOCKOPT_OK;
}
static inline CURLcode curl_set_user_timeout(CURL *_Nonnull easy, unsigned milliseconds) {
    curl_easy_setopt(easy, CURLOPT_SOCKOPTDATA, (void *)(uintptr_t)milliseconds);
    return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, curl_user_timeout);
}

/* Names of anonymous, named and closed enums import differently; constants always as numbers. */
static const size_t curl_read_pause = CURL_READFUNC_PAUSE;
static const size_t curl_read_abort = CURL_READFUNC_ABORT;
static const size_t curl_write_pause = CURL_WRITEFUNC_PAUSE;
static const int curl_seek_done = CURL_SEEKFUNC_OK;
static const int curl_seek_failed = CURL_SEEKFUNC_FAIL;
static const long curl_http_2_over_tls = CURL_HTTP_VERSION_2TLS;
static const long curl_http_1_1 = CURL_HTTP_VERSION_1_1;
static const long curl_multiplex = CURLPIPE_MULTIPLEX;
static const long curl_init_all = CURL_GLOBAL_DEFAULT;
static const int curl_continue = CURLPAUSE_CONT;

#endif
