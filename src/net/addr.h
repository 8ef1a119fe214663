/*
 * A socket address: IPv4 or IPv6 with a port, or the path of a Unix socket. Plain data, which may
 * be copied.
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
 * Parses an address literal: "192.0.2.1", "2001:db8::1", "[2001:db8::1]", "[IPv6:2001:db8::1]",
 * "fe80::1%eth0". Returns false for anything else.
 */
bool addr_parse(struct addr *, struct span literal, unsigned port);

/*
 * Parses an address to listen on: "ADDR:PORT", "[ADDR6]:PORT", or "PORT" for 127.0.0.1. Returns
 * false and sets err (ERR_USAGE) for anything else.
 */
bool addr_parse_listen(struct addr *, struct span, struct err *);

/*
 * Makes the address of a Unix socket. Returns false and sets err (ERR_USAGE) when the path is empty
 * or longer than the system allows (107 bytes on Linux).
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
 * The network of all addresses whose first `bits` bits are those of `base`. An IPv4-mapped IPv6
 * address (::ffff:192.0.2.1) counts as IPv4.
 */
struct addr_net {
	struct addr base;
	unsigned bits;
};
/*
 * Parses "192.0.2.0/24", "2001:db8::/32", or a single address. Returns false and sets err
 * (ERR_USAGE) for anything else.
 */
bool addr_net_parse(struct addr_net *, struct span, struct err *);
bool addr_net_has(const struct addr_net *, const struct addr *);
/* Whether the address is in one of n networks. With n 0 every address is allowed. */
bool addr_is_allowed(const struct addr_net *, size_t n, const struct addr *);

enum { ADDR_TEXT = 128 };
/* Writes and returns "192.0.2.1", "2001:db8::1", or the socket's path. */
const char *addr_host(const struct addr *, char out[ADDR_TEXT]);
/* Writes and returns "192.0.2.1:25", "[2001:db8::1]:25", or the socket's path. */
const char *addr_text(const struct addr *, char out[ADDR_TEXT]);

#endif
