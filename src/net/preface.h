/*
 * The PROXY protocol header that a load balancer says before all else, versions 1 and 2, as a pure
 * function.
 */
#ifndef NET_PREFACE_H
#define NET_PREFACE_H

#include "base/buf.h"
#include "net/addr.h"

enum {
	PREFACE_TLVS_MAX = 16, PREFACE_TLV_MAX = 1024,
	/* whatever is parsed fits */
	PREFACE_MAX = 16 + 36 + PREFACE_TLVS_MAX * (3 + PREFACE_TLV_MAX)
};

struct preface {
	unsigned version;		/* 1 or 2; 0: none is said */
	/* UNKNOWN in version 1, LOCAL in version 2: a health check of the balancer's own */
	bool local;
	struct addr source, destination;	/* .len 0: the connection's own */
	/* version 2 */
	struct { unsigned char type; struct span value; } tlv[PREFACE_TLVS_MAX];
	size_t ntlvs;
};

/*
 * "v1", "v2" or "off", then words between blanks or commas: local, src=ADDR:PORT, dst=ADDR:PORT,
 * and in version 2 authority=NAME, alpn=NAME, unique-id=TEXT, ssl=VERSION, tlv=0xNN:TEXT. The
 * values live where `text` does.
 */
bool preface_parse(struct preface *, struct span text, struct err *);

/*
 * False with err when both addresses are not of one family, or the buffer, empty before, has no
 * room for it.
 */
bool preface_write(const struct preface *, const struct addr *local, const struct addr *peer,
    struct buf *out, struct err *);

#endif
