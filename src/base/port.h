/*
 * Functions that not every system has: the system's own where meson found it (HAVE_ in config.h),
 * else a replacement that needs only POSIX. With PORT_FALLBACKS (meson's -Dfallbacks=true, for
 * tests) the replacements are used everywhere.
 */
#ifndef BASE_PORT_H
#define BASE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

#include "config.h"

/* Systems without MSG_NOSIGNAL rely on SIGPIPE being ignored (net/loop.h). */
#if defined PORT_FALLBACKS || !defined MSG_NOSIGNAL
#undef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/*
 * Like socket(2), socketpair(2) for streams, accept(2) and pipe(2); -1: see errno. The descriptors
 * are close-on-exec, and non-blocking only on request.
 */
int port_socket(int family, int type, int protocol, bool nonblocking);
int port_pair(int pair[2], bool nonblocking);
int port_accept(int fd, bool nonblocking);
int port_pipe(int ends[2]);

/* Fills up to 256 bytes with random data, like getentropy(3). Returns false on failure. */
bool port_random(void *octets, size_t n);
/* Clears memory that held a secret; the compiler does not optimize it away. */
void port_wipe(void *memory, size_t n);
/* Returns the last byte with that value, like memrchr(3); NULL: none. */
const void *port_last(const void *octets, int value, size_t n);
/* Whether the stream has buffered output; true where the system does not tell. */
bool port_is_pending(FILE *);

#endif
