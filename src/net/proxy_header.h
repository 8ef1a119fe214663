/*
 * The PROXY protocol header that a load balancer sends first, versions 1 and 2, as a pure
 * function.
 */
#ifndef NET_PROXY_HEADER_H
#define NET_PROXY_HEADER_H

#include "base/buf.h"
#include "net/addr.h"

enum {
	PROXY_HEADER_TLVS_MAX = 16, PROXY_HEADER_TLV_MAX = 1024,
	/* octets: whatever was parsed fits */
	PROXY_HEADER_MAX = 16 + 36 + PROXY_HEADER_TLVS_MAX * (3 + PROXY_HEADER_TLV_MAX)
};

struct proxy_header {
	unsigned version;		/* 1 or 2; 0: no header */
	/* UNKNOWN in version 1, LOCAL in version 2: the balancer's own health check */
	bool local;
	struct addr source, destination;	/* .len 0: the connection's own */
	/* version 2 */
	struct { unsigned char type; struct span value; } tlv[PROXY_HEADER_TLVS_MAX];
	size_t ntlvs;
};

/*
 * Parses "v1", "v2" or "off", then words separated by spaces or commas: local, src=ADDR:PORT,
 * dst=ADDR:PORT, and in version 2 authority=NAME, alpn=NAME, unique-id=TEXT, ssl=VERSION,
 * tlv=0xNN:TEXT. Values point into `text`. False with err (ERR_USAGE).
 */
bool proxy_header_parse(struct proxy_header *, struct span text, struct err *);

/*
 * Writes the header into `out`, empty before; `local` and `peer` are the connection's addresses.
 * False with err when both addresses are not of one family, or `out` has no room.
 */
bool proxy_header_write(const struct proxy_header *, const struct addr *local,
    const struct addr *peer, struct buf *out, struct err *);

#endif
