/*
 * A socket address: IPv4 or IPv6 with a port, or the path of a Unix socket. Plain data, copied
 * freely.
 */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/err.h"

struct addr {
	union {
		struct sockaddr any;
		struct sockaddr_in in4;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	};
	socklen_t len;		/* 0: no address */
};

/*
 * Parses an address literal, "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "fe80::1%eth0". False
 * when it is not one.
 */
bool addr_parse(struct addr *, struct span literal, unsigned port);

/*
 * Parses an address to listen on: "ADDR:PORT", "[ADDR6]:PORT" or "PORT" (loopback). False with
 * err (ERR_USAGE).
 */
bool addr_parse_listen(struct addr *, struct span, struct err *);

/*
 * A Unix socket's address. False with err (ERR_USAGE): the path is empty or longer than the
 * system allows (107 octets on Linux).
 */
bool addr_unix(struct addr *, struct span path, struct err *);

unsigned addr_family(const struct addr *);	/* 4, 6, or 0 for a Unix socket or none */
unsigned addr_port(const struct addr *);	/* 0 for a Unix socket or none */
void addr_set_port(struct addr *, unsigned port);
bool addr_is_loopback(const struct addr *);	/* 127/8, ::1, or a Unix socket */
/* Not routed on the Internet: private, shared, link-local, unique local (RFC 6890). */
bool addr_is_private(const struct addr *);
bool addr_is_any(const struct addr *);		/* 0.0.0.0 or :: */

/*
 * The addresses that begin with the same `bits` bits. An IPv4-mapped IPv6 address
 * (::ffff:192.0.2.1) counts as IPv4.
 */
struct addr_net {
	struct addr base;
	unsigned bits;
};
/* Parses "192.0.2.0/24", "2001:db8::/32", or a single address. False with err (ERR_USAGE). */
bool addr_net_parse(struct addr_net *, struct span, struct err *);
bool addr_net_has(const struct addr_net *, const struct addr *);
/* Whether it is in one of the n networks; n 0 allows any address. */
bool addr_is_allowed(const struct addr_net *, size_t n, const struct addr *);

enum { ADDR_TEXT = 128 };
/* Writes and returns "192.0.2.1", "2001:db8::1", or the socket's path. */
const char *addr_host(const struct addr *, char out[ADDR_TEXT]);
/* Writes and returns "192.0.2.1:25", "[2001:db8::1]:25", or the socket's path. */
const char *addr_text(const struct addr *, char out[ADDR_TEXT]);

#endif
