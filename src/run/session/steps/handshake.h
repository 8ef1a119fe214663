/*
 * A TLS handshake after STARTTLS was pipelined: it was answered 220 when more had already been sent
 * in cleartext.
 */
#ifndef RUN_SESSION_STEPS_HANDSHAKE_H
#define RUN_SESSION_STEPS_HANDSHAKE_H

#include "run/session/session.h"

struct amid { size_t after; };		/* commands sent after STARTTLS, unanswered */

enum progress amid_begin(struct session *, struct amid *, size_t after);
/* Handles all news from then on, including unsolicited replies. */
enum progress amid_on_news(struct session *, struct amid *, const struct news *);

#endif
