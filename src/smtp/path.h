/*
 * Splits and checks the address of MAIL and RCPT, which is in angle brackets (RFC 5321 4.1.2,
 * 4.1.3, RFC 6531 3.3).
 */
#ifndef SMTP_PATH_H
#define SMTP_PATH_H

#include "base/span.h"

struct path {
	struct span mailbox;		/* without brackets and source route; empty for <> */
	struct span local, domain;	/* domain is empty for <> and <postmaster> */
	bool utf8;			/* it has bytes above 127 */
};

/*
 * Parses `text`, including the brackets; *out points into it. Returns NULL when it is valid, else
 * what is wrong with it, in a few words.
 */
const char *path_parse(struct span text, struct path *out);

/* Whether it is valid as EHLO's argument: "mx.example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]". */
bool path_is_host(struct span);

#endif
