/*
 * The way to a ready session that several steps go: EHLO, and where asked for STARTTLS, the
 * handshake, EHLO again.
 */
#ifndef RUN_SESSION_HELLO_H
#define RUN_SESSION_HELLO_H

#include "run/session/session.h"

struct hello {
	enum { HELLO_EHLO, HELLO_STARTTLS, HELLO_SHAKING, HELLO_AGAIN } stage;
	bool tls;			/* STARTTLS is wanted */
	bool optional;			/* but the clear will do; set behind hello_begin */
	bool helo;			/* EHLO was refused */
};

/* EHLO if it is due (HELO where EHLO is refused, RFC 5321 3.2), then STARTTLS if `tls`. */
enum progress hello_begin(struct session *, struct hello *, bool tls);
enum progress hello_on_news(struct session *, struct hello *, const struct news *);

#endif
