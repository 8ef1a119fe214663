/*
 * What several steps do to make a session ready: EHLO, and where asked for STARTTLS, the
 * handshake, EHLO again.
 */
#ifndef RUN_SESSION_HELLO_H
#define RUN_SESSION_HELLO_H

#include "run/session/session.h"

struct hello {
	enum { HELLO_EHLO, HELLO_STARTTLS, HELLO_SHAKING, HELLO_AGAIN } stage;
	bool tls;			/* STARTTLS is wanted */
	/* but go on without TLS if that fails; set after hello_begin */
	bool optional;
	bool helo;			/* EHLO was rejected */
};

/* Sends EHLO if it is due (HELO where EHLO is rejected, RFC 5321 3.2), then STARTTLS if `tls`. */
enum progress hello_begin(struct session *, struct hello *, bool tls);
enum progress hello_on_news(struct session *, struct hello *, const struct news *);

#endif
