/*
 * The address in the angle brackets of MAIL and RCPT, split and checked (RFC 5321 4.1.2, 4.1.3,
 * RFC 6531 3.3).
 */
#ifndef SMTP_PATH_H
#define SMTP_PATH_H

#include "base/span.h"

struct path {
	struct span mailbox;		/* without brackets and source route; empty for <> */
	struct span local, domain;	/* domain is empty for <> and <postmaster> */
	bool utf8;			/* it has octets beyond ASCII */
};

/*
 * Parses `text`, brackets included; *out points into it. Returns NULL when it is well formed,
 * else what is wrong with it, in a few words.
 */
const char *path_parse(struct span text, struct path *out);

/* Whether EHLO may name it: "mx.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]". */
bool path_is_host(struct span);

#endif
