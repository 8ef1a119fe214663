/*
 * The PROXY protocol header, versions 1 and 2, which a load balancer sends at the start of a
 * connection. Pure functions.
 */
#ifndef NET_PROXY_HEADER_H
#define NET_PROXY_HEADER_H

#include "base/buf.h"
#include "net/addr.h"

enum {
	PROXY_HEADER_TLVS_MAX = 16, PROXY_HEADER_TLV_MAX = 1024,
	/* octets; enough for every header that proxy_header_parse accepts */
	PROXY_HEADER_MAX = 16 + 36 + PROXY_HEADER_TLVS_MAX * (3 + PROXY_HEADER_TLV_MAX)
};

struct proxy_header {
	unsigned version;		/* 1 or 2; 0: no header */
	/* UNKNOWN in version 1, LOCAL in version 2: a health check by the balancer itself */
	bool local;
	struct addr source, destination;	/* .len 0: that of the connection */
	/* version 2 only */
	struct { unsigned char type; struct span value; } tlv[PROXY_HEADER_TLVS_MAX];
	size_t ntlvs;
};

/*
 * Parses "v1", "v2" or "off", followed by words separated by spaces or commas: local (or unknown),
 * src=ADDR:PORT, dst=ADDR:PORT, and in version 2 authority=NAME, alpn=NAME, unique-id=TEXT,
 * netns=NAME, tlv=0xNN:TEXT. Values point into `text`. Returns false and sets err (ERR_USAGE) on
 * failure.
 */
bool proxy_header_parse(struct proxy_header *, struct span text, struct err *);

/*
 * Writes the header to `out`, which must be empty. `local` and `peer`, the connection's addresses,
 * are used where the header names none. Returns false and sets err (ERR_USAGE) when the two
 * addresses are of different families or `out` is too small.
 */
bool proxy_header_write(const struct proxy_header *, const struct addr *local,
    const struct addr *peer, struct buf *out, struct err *);

#endif
