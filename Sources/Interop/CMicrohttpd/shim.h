// SPDX-License-Identifier: Apache-2.0

#ifndef KITTIWAKE_CMICROHTTPD_H
#define KITTIWAKE_CMICROHTTPD_H

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>

/* Names of closed enums differ from version to version when they are imported; constants do not. */
static const enum MHD_Result mhd_yes = MHD_YES;
static const enum MHD_Result mhd_no = MHD_NO;
static const enum MHD_ValueKind mhd_header_kind = MHD_HEADER_KIND;
static const enum MHD_ResponseMemoryMode mhd_copy = MHD_RESPMEM_MUST_COPY;
static const ssize_t mhd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t mhd_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;

typedef void *_Nullable (*mhd_begin)(void *_Nullable context, const char *_Nonnull target, struct MHD_Connection *_Nullable);

typedef struct {
    uint16_t port;
    int is_loopback;
    unsigned connection_limit;
    unsigned connections_of_one_peer; /* 0: as many as there are */
    unsigned idle_seconds;
    const char *_Nullable certificate; /* PEM; has to live as long as the daemon */
    const char *_Nullable private_key;
} mhd_settings;

/* MHD_start_daemon is variadic, but takes an array of options too. */
static inline struct MHD_Daemon *_Nullable mhd_start(
    const mhd_settings *_Nonnull settings, void *_Nonnull context, mhd_begin _Nonnull begin,
    MHD_AccessHandlerCallback _Nonnull handle, MHD_RequestCompletedCallback _Nonnull completed) {
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
    struct sockaddr_in loopback;
    struct MHD_OptionItem options[9];
    int count = 0;

    options[count++] = (struct MHD_OptionItem){MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)begin, context};
    options[count++] = (struct MHD_OptionItem){MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)completed, context};
    options[count++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_LIMIT, settings->connection_limit, NULL};
    options[count++] = (struct MHD_OptionItem){
        MHD_OPTION_PER_IP_CONNECTION_LIMIT, settings->connections_of_one_peer, NULL};
    options[count++] = (struct MHD_OptionItem){MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_seconds, NULL};
    if (settings->certificate) {
        flags |= MHD_USE_TLS;
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)settings->certificate};
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings->private_key};
    }
    if (settings->is_loopback) {
        memset(&loopback, 0, sizeof loopback);
        loopback.sin_family = AF_INET;
        loopback.sin_port = htons(settings->port);
        loopback.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        options[count++] = (struct MHD_OptionItem){MHD_OPTION_SOCK_ADDR, 0, &loopback};
    } else {
        flags |= MHD_USE_DUAL_STACK;
    }
    options[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags, settings->port, NULL, NULL, handle, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (daemon || settings->is_loopback) return daemon;
    /* There are machines whose kernel has no IPv6. */
    flags &= ~(unsigned)MHD_USE_DUAL_STACK;
    return MHD_start_daemon(
        flags, settings->port, NULL, NULL, handle, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static inline uint16_t mhd_port(struct MHD_Daemon *_Nonnull daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info ? info->port : 0;
}

#endif
