/*
 * A handshake after pipelined commands: STARTTLS was answered 220 after more had been sent in
 * cleartext.
 */
#ifndef RUN_SESSION_STEPS_HANDSHAKE_H
#define RUN_SESSION_STEPS_HANDSHAKE_H

#include "run/session/session.h"

struct amid { size_t after; };		/* commands sent after STARTTLS, unanswered */

enum progress amid_begin(struct session *, struct amid *, size_t after);
/* For all news from then on, unsolicited replies included. */
enum progress amid_on_news(struct session *, struct amid *, const struct news *);

#endif
