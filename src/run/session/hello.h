/* EHLO as part of a step and, if TLS is wanted, STARTTLS, the handshake and EHLO again. */
#ifndef RUN_SESSION_HELLO_H
#define RUN_SESSION_HELLO_H

#include "run/session/session.h"

struct hello {
	enum { HELLO_EHLO, HELLO_STARTTLS, HELLO_SHAKING, HELLO_AGAIN } stage;
	bool tls;			/* STARTTLS is wanted */
	/* continue without TLS if STARTTLS is not offered or is rejected; set after hello_begin */
	bool optional;
	bool helo;			/* EHLO was rejected, and HELO sent */
};

/*
 * Sends EHLO, unless it was already sent and `tls` is set; then STARTTLS if `tls`. HELO is sent
 * where EHLO is rejected (RFC 5321 3.2). Further news must go to hello_on_news.
 */
enum progress hello_begin(struct session *, struct hello *, bool tls);
enum progress hello_on_news(struct session *, struct hello *, const struct news *);

#endif
