/*
 * What systems differ in, behind one face: the system's own function where meson found it (HAVE_
 * in config.h), else one made of what POSIX has. With PORT_FALLBACKS (meson's -Dfallbacks=true,
 * for tests) all are made so.
 */
#ifndef BASE_PORT_H
#define BASE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

#include "config.h"

/* Without it: SIGPIPE is ignored (net/loop.h). */
#if defined PORT_FALLBACKS || !defined MSG_NOSIGNAL
#undef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/*
 * As socket(2), socketpair(2) of streams, accept(2) and pipe(2): -1 with errno. What they return is
 * closed by execve(2), and non-blocking only on request.
 */
int port_socket(int family, int type, int protocol, bool nonblocking);
int port_pair(int pair[2], bool nonblocking);
int port_accept(int fd, bool nonblocking);
int port_pipe(int ends[2]);

/* Fills at most 256 octets with random ones, as getentropy(3) does. False: there are none. */
bool port_random(void *octets, size_t n);
/* Clears memory that held a secret; no compiler takes it for needless. */
void port_wipe(void *memory, size_t n);
/* The last of these octets with that value, as memrchr(3); NULL: none. */
const void *port_last(const void *octets, int value, size_t n);
/* Whether the stream may hold what was not yet written. True where the system does not say. */
bool port_is_pending(FILE *);

#endif
