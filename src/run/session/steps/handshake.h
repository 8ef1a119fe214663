/*
 * A handshake amid commands: STARTTLS was answered 220, and more had been sent in cleartext after
 * it.
 */
#ifndef RUN_SESSION_STEPS_HANDSHAKE_H
#define RUN_SESSION_STEPS_HANDSHAKE_H

#include "run/session/session.h"

struct amid { size_t behind; };		/* commands that went out behind STARTTLS, unanswered */

enum progress amid_begin(struct session *, struct amid *, size_t behind);
/* What comes from then on, unsolicited replies too. */
enum progress amid_on_news(struct session *, struct amid *, const struct news *);

#endif
